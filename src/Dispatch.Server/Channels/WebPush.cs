using System.Buffers.Text;
using System.Text.Json;
using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>
/// Wakes a volunteer's browsers by Web Push, all he subscribed. One that took it is enough; a subscription the push service says is gone is forgotten.
/// The message is encrypted for the browser, and even so names no place and no person: lock screens are read by others.
/// </summary>
internal sealed class WebPush(HttpClient http, NpgsqlDataSource source, Vapid vapid, ChannelSettings settings, TimeProvider time)
{
    internal sealed record Message(string Kind, Guid Id, string Title, string Body, string Receipt);

    private sealed record Browser(Guid Id, Uri Endpoint, byte[] Key, byte[] Auth);

    public async Task<Attempted> SendAsync(Letter letter, CancellationToken cancellation)
    {
        var browsers = await BrowsersAsync(letter.Claim.VolunteerId, cancellation);
        if (browsers.Count == 0)
        {
            return new Attempted.Refused("notSubscribed");
        }

        var receipt = Base64Url.EncodeToString(letter.Claim.Receipt);
        var message = JsonSerializer.SerializeToUtf8Bytes(
            letter.Card is { } card
                ? new Message("callOut", card.Id, Wording.PushTitle(card), Wording.PushBody(card), receipt)
                : new Message("test", letter.Claim.TestId!.Value, Wording.TestTitle, Wording.TestBody, receipt),
            Json.Options);
        var lives = Math.Max(1, (int)(letter.Until - letter.Now).TotalSeconds);
        var outcomes = await Task.WhenAll(browsers.Select(browser => PostAsync(browser, message, (letter.Card?.Id ?? letter.Claim.TestId!.Value).ToString("N"), lives, cancellation)));
        return outcomes.OfType<Attempted.Sent>().FirstOrDefault() ?? outcomes.OfType<Attempted.TryLater>().FirstOrDefault() ?? outcomes[0];
    }

    private async Task<Attempted> PostAsync(Browser browser, byte[] message, string topic, int lives, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, browser.Endpoint) { Content = new ByteArrayContent(PushCipher.Encrypt(message, browser.Key, browser.Auth)) };
        request.Content.Headers.ContentType = new("application/octet-stream");
        request.Content.Headers.ContentEncoding.Add("aes128gcm");
        request.Headers.TryAddWithoutValidation("Authorization", await vapid.AuthorizationAsync(browser.Endpoint, cancellation));
        request.Headers.Add("TTL", lives.ToString(System.Globalization.CultureInfo.InvariantCulture)); // not delivered after the call-out is over
        request.Headers.Add("Urgency", "high");
        request.Headers.Add("Topic", topic); // a repeat takes the place of one that still waits
        var attempted = await Webhook.PostAsync(http, request, settings.Timeout, _ => Task.FromResult<Attempted>(new Attempted.Sent(null)), time, cancellation);
        if (attempted is Attempted.Refused { Reason: "http404" or "http410" })
        {
            await using var forget = source.CreateCommand("DELETE FROM push_subscriptions WHERE id = $1");
            forget.Parameters.Add(new() { Value = browser.Id });
            await forget.ExecuteNonQueryAsync(cancellation);
        }

        return attempted;
    }

    private async Task<List<Browser>> BrowsersAsync(Guid volunteer, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT id, endpoint, p256dh, auth FROM push_subscriptions WHERE volunteer_id = $1 ORDER BY created_at DESC");
        command.Parameters.Add(new() { Value = volunteer });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var browsers = new List<Browser>();
        while (await reader.ReadAsync(cancellation))
        {
            browsers.Add(new(reader.GetGuid(0), new Uri(reader.GetString(1)), reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<byte[]>(3)));
        }

        return browsers;
    }
}
