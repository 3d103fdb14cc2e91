using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>
/// The door for gateways. A body enters only with a good signature and a recent timestamp; without, nothing is written. What a gateway says twice
/// under its own event id gets the same answer and does nothing the second time: replaying a recorded call changes nothing.
/// </summary>
internal sealed class Inbound(NpgsqlDataSource source, ChannelSettings settings, TimeProvider time, ILogger<Inbound> log)
{
    private const int LongestBody = 16 * 1024, LongestEventId = 200;

    internal interface IEvent
    {
        string? EventId { get; }
    }

    public async Task<IResult> HandleAsync<TEvent>(
        string channel, HttpContext context, Func<ChannelKind, TEvent, List<Fault>> check, Func<ChannelKind, TEvent, Task<object>> handle)
        where TEvent : class, IEvent
    {
        if (!Enum.TryParse<ChannelKind>(channel, ignoreCase: true, out var kind) || !settings.Gateways.TryGetValue(kind, out var gateway))
        {
            return Problems.NotFound("渠道", "channel");
        }

        if (await ReadAsync(context.Request) is not { } body)
        {
            return Problems.TooLarge(LongestBody);
        }

        var headers = context.Request.Headers;
        if (Signature.Trouble(gateway, headers[Signature.TimestampHeader], headers[Signature.SignatureHeader], body, time.GetUtcNow()) is { } trouble)
        {
            log.InboundRefused(context.Request.Path, trouble.TextEn);
            return Problems.Unauthenticated(trouble.Text, trouble.TextEn);
        }

        TEvent told;
        try
        {
            told = JsonSerializer.Deserialize<TEvent>(body, Json.Options) ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            return Problems.Unreadable(e.Path?.TrimStart('$', '.') is { Length: > 0 } field ? field : "body", "不是有效的 JSON，或有不认识的字段", "is not valid JSON, or holds a field that does not exist");
        }

        var faults = check(kind, told);
        Text.Check(faults, "eventId", told.EventId, LongestEventId);
        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        var hash = SHA256.HashData(body);
        if (await FindAsync(kind, told.EventId!, context.RequestAborted) is { } before)
        {
            return before.Hash.AsSpan().SequenceEqual(hash) ? Answer(before.Answer) : Problems.DifferentBody(JsonSerializer.Deserialize<JsonElement>(before.Answer));
        }

        // Not to be given up when the gateway hangs up: what it told us is carried through. Handling is idempotent by itself, so that a crash
        // between it and the next line costs nothing.
        var answer = JsonSerializer.Serialize(await handle(kind, told), Json.Options);
        await KeepAsync(kind, told.EventId!, hash, answer);
        return Answer(answer);
    }

    private static async Task<byte[]?> ReadAsync(HttpRequest request)
    {
        var buffer = new byte[LongestBody + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        return length > LongestBody ? null : buffer[..length];
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ContentHttpResult Answer(string json) => TypedResults.Text(json, "application/json", System.Text.Encoding.UTF8);

    private async Task<(byte[] Hash, string Answer)?> FindAsync(ChannelKind channel, string eventId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT body_hash, answer FROM channel_events WHERE channel = $1 AND event_id = $2");
        command.Parameters.Add(new() { Value = Outbox.Word(channel) });
        command.Parameters.Add(new() { Value = eventId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetFieldValue<byte[]>(0), reader.GetString(1)) : null;
    }

    private async Task KeepAsync(ChannelKind channel, string eventId, byte[] hash, string answer)
    {
        await using var command = source.CreateCommand("INSERT INTO channel_events (channel, event_id, body_hash, answer) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
        command.Parameters.Add(new() { Value = Outbox.Word(channel) });
        command.Parameters.Add(new() { Value = eventId });
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(new() { Value = answer });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
