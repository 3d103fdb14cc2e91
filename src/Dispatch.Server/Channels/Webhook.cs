using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dispatch.Server.Channels;

/// <summary>
/// Hands a message to an SMS or voice gateway: one signed POST under the message's id (docs/channels.md). 2xx is "taken over"; a request the gateway
/// says is wrong is not repeated; everything else is an outage of the gateway and comes again.
/// </summary>
internal sealed partial class Webhook(HttpClient http, ChannelSettings settings, TimeProvider time)
{
    private const int LongestAnswer = 4096;

    internal sealed record Body(
        Guid Id, ChannelKind Channel, string Kind, string To, string Text, Guid? CalloutId, Body.Codes? ReplyCodes, DateTimeOffset ExpiresAt, short Attempt)
    {
        internal sealed record Codes(string Accept, string Decline);
    }

    public async Task<Attempted> SendAsync(Letter letter, CancellationToken cancellation)
    {
        var (url, secret) = AddressOf(letter);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new Body(letter.Claim.Id, letter.Claim.Channel, letter.IsTest ? "test" : Outbox.Word(letter.Claim.Letter), letter.Number!, Wording.Of(letter), letter.Claim.CalloutId,
                letter is { IsOffer: true, IsDrill: false } ? new($"A{letter.Code}", $"B{letter.Code}") : null, letter.Until, letter.Claim.Attempt),
            Json.Options);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        request.Headers.Add("Idempotency-Key", letter.Claim.Id.ToString());
        Signature.Sign(request, secret, time.GetUtcNow(), body);
        return await PostAsync(http, request, settings.Timeout, async answer => new Attempted.Sent(await ReferenceAsync(answer, cancellation)), time, cancellation);
    }

    /// <summary>A drill's letter has the drill's gateway or nowhere to go: there is no falling back to the real one.</summary>
    private (Uri Url, string Secret) AddressOf(Letter letter)
    {
        if (letter.IsDrill)
        {
            DrillGateway drill = settings.DrillGateways[letter.Claim.Channel];
            return (drill.Url, drill.Secret);
        }

        Gateway gateway = settings.Gateways[letter.Claim.Channel];
        return (gateway.Url, gateway.Secret);
    }

    /// <summary>One POST and what it means for the outbox; for gateways and push services alike.</summary>
    public static async Task<Attempted> PostAsync(
        HttpClient http, HttpRequestMessage request, TimeSpan timeout, Func<HttpResponseMessage, Task<Attempted>> taken, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.IsSuccessStatusCode)
            {
                return await taken(answer);
            }

            var reason = $"http{(int)answer.StatusCode}";
            return answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425 || (int)answer.StatusCode is >= 500 or < 400
                ? new Attempted.TryLater(reason, After(answer, time))
                : new Attempted.Refused(reason);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Attempted.TryLater("timeOut"); // it may have been taken all the same: the id tells the receiver
        }
        catch (HttpRequestException)
        {
            return new Attempted.TryLater("noConnection");
        }
    }

    private static TimeSpan? After(HttpResponseMessage answer, TimeProvider time) =>
        answer.Headers.RetryAfter is { } retry ? retry.Delta ?? (retry.Date - time.GetUtcNow()) : null;

    /// <summary>The gateway's own id, if it says one; an answer we cannot read was still a yes.</summary>
    private static async Task<string?> ReferenceAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
            var buffer = new byte[LongestAnswer];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("reference", out var reference)
                && reference.ValueKind == JsonValueKind.String && PlainCode().IsMatch(reference.GetString()!)
                ? reference.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>What a gateway may have us keep: an id or a code, nothing that could be a text.</summary>
    [GeneratedRegex("^[A-Za-z0-9._:-]{1,100}$")]
    internal static partial Regex PlainCode();
}
