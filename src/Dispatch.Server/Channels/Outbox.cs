using System.Security.Cryptography;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>A message in the hands of this node until its lease ends.</summary>
internal sealed record Claim(Guid Id, ChannelKind Channel, Guid? CalloutId, Guid? TestId, Guid VolunteerId, short Attempt, byte[] Receipt, LetterKind Letter = LetterKind.CallOut);

/// <summary>What became of an attempt. <c>Reason</c> is a word of ours or a code, never a number or a name.</summary>
internal abstract record Attempted
{
    public sealed record Sent(string? Reference) : Attempted;

    public sealed record Refused(string Reason) : Attempted;

    public sealed record TryLater(string Reason, TimeSpan? After = null) : Attempted;
}

/// <summary>
/// The outbox of the channels. Invariants: a row goes out while one node holds its lease; whatever became of it is written only under the claim that
/// sent it, together with the fact that tells operators, in one transaction; a dead node's rows are taken up when the lease ends, under the same id.
/// </summary>
internal sealed class Outbox(NpgsqlDataSource source, FactLog log, ChannelSettings settings)
{
    private static readonly string ClaimSql = EmbeddedSql.Read("ClaimMessages.sql");

    private readonly Dictionary<ChannelKind, Hints.Signal<ChannelKind>> wakes = Enum.GetValues<ChannelKind>().ToDictionary(kind => kind, _ => new Hints.Signal<ChannelKind>());

    /// <summary>A message to be written.</summary>
    internal sealed record Draft(Guid? Callout, Guid? Test, Guid Volunteer, ChannelKind Channel, string? UnavailableBecause, LetterKind Letter = LetterKind.CallOut)
    {
        public static Draft OfCallout(Guid callout, Guid volunteer, ChannelKind channel, LetterKind letter = LetterKind.CallOut) => new(callout, null, volunteer, channel, null, letter);
    }

    public static string Word(ChannelKind channel) => channel.ToString().ToLowerInvariant();

    public static string Word(LetterKind letter) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(letter.ToString());

    /// <summary>Once: a call-out or test that has such a message on the channel already gets no second.</summary>
    public static async Task AppendAsync(NpgsqlConnection connection, IReadOnlyCollection<Draft> drafts, CancellationToken cancellation)
    {
        if (drafts.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            INSERT INTO channel_messages (id, callout_id, test_id, volunteer_id, channel, letter, state, reason, next_attempt_at, receipt, queued_at, changed_at)
            SELECT id, callout, test, volunteer, channel, letter, CASE WHEN reason IS NULL THEN 'queued' ELSE 'unavailable' END, reason, clock_timestamp(), receipt, clock_timestamp(), clock_timestamp()
            FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bytea[], $8::text[]) AS n (id, callout, test, volunteer, channel, reason, receipt, letter)
            ON CONFLICT DO NOTHING
            """, connection);
        command.Parameters.Add(new() { Value = drafts.Select(_ => Guid.CreateVersion7()).ToArray() });
        command.Parameters.Add(new() { Value = drafts.Select(draft => draft.Callout).ToArray() });
        command.Parameters.Add(new() { Value = drafts.Select(draft => draft.Test).ToArray() });
        command.Parameters.Add(new() { Value = drafts.Select(draft => draft.Volunteer).ToArray() });
        command.Parameters.Add(new() { Value = drafts.Select(draft => Word(draft.Channel)).ToArray() });
        command.Parameters.Add(new() { Value = drafts.Select(draft => draft.UnavailableBecause).ToArray() });
        command.Parameters.Add(new() { Value = drafts.Select(_ => RandomNumberGenerator.GetBytes(16)).ToArray() });
        command.Parameters.Add(new() { Value = drafts.Select(draft => Word(draft.Letter)).ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>After the commit: the sender need not wait for its next look.</summary>
    public void Wake(IEnumerable<ChannelKind> channels)
    {
        foreach (var channel in channels.Distinct())
        {
            wakes[channel].Raise(channel);
        }
    }

    public Task WaitAsync(ChannelKind channel, TimeSpan atMost, CancellationToken cancellation) => wakes[channel].TakeAsync(atMost, cancellation);

    public async Task<List<Claim>> ClaimAsync(ChannelKind channel, int most, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(ClaimSql);
        command.Parameters.Add(new() { Value = Word(channel) });
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = settings.Timeout + TimeSpan.FromSeconds(20) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var claims = new List<Claim>();
        while (await reader.ReadAsync(cancellation))
        {
            claims.Add(new(reader.GetGuid(0), channel, reader.IsDBNull(1) ? null : reader.GetGuid(1), reader.IsDBNull(2) ? null : reader.GetGuid(2),
                reader.GetGuid(3), reader.GetInt16(4), reader.GetFieldValue<byte[]>(5), Enum.Parse<LetterKind>(reader.GetString(6), ignoreCase: true)));
        }

        return claims;
    }

    /// <summary>Writes what became of an attempt. <paramref name="until"/>: after this instant nobody needs the message any more.</summary>
    public async Task CompleteAsync(Claim claim, Attempted attempted, DateTimeOffset until, DateTimeOffset now, CancellationToken cancellation)
    {
        if (attempted is Attempted.TryLater later)
        {
            var wait = Backoff(claim.Attempt, later.After);
            attempted = claim.Attempt >= settings.MostAttempts || now + wait >= until ? new GaveUp(later.Reason) : new Delayed(later.Reason, wait);
        }

        var (set, kind, reason) = attempted switch
        {
            Attempted.Sent => ("state = 'sent', sent_at = clock_timestamp(), reason = NULL, reference = $3", FactKind.CalloutChannelSent, null),
            Attempted.Refused refused => ("state = 'failed', reason = $3", FactKind.CalloutChannelFailed, refused.Reason),
            GaveUp gaveUp => ("state = 'gaveUp', reason = $3", FactKind.CalloutChannelFailed, gaveUp.Reason),
            Delayed delayed => ("state = 'queued', reason = $3, next_attempt_at = clock_timestamp() + $4", FactKind.CalloutChannelDelayed, delayed.Reason),
            _ => throw new InvalidOperationException($"{attempted} is no outcome of an attempt."),
        };
        var sql = $"UPDATE channel_messages SET {set}, changed_at = clock_timestamp() WHERE id = $1 AND state = 'sending' AND attempts = $2";
        NpgsqlParameter[] Arguments() =>
        [
            new() { Value = claim.Id }, new() { Value = claim.Attempt },
            new() { Value = (object?)(attempted is Attempted.Sent sent ? sent.Reference : reason) ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            .. attempted is Delayed delayed ? [new() { Value = delayed.Wait }] : Array.Empty<NpgsqlParameter>(),
        ];

        // Operators are told of the first delay, not of each: the record is read by people.
        var told = attempted is not Delayed || claim.Attempt == 1;
        await ChangeAsync(claim.CalloutId, told, sql, Arguments, kind, Told(claim.Channel, reason, Word(claim.Letter)), cancellation);
    }

    /// <summary>The gateway's report: it may come before we have written "sent", twice, or after we gave up.</summary>
    public Task<bool> ReportAsync(Guid message, Guid? callout, string letter, ChannelKind channel, bool delivered, string? reason, CancellationToken cancellation) =>
        ChangeAsync(
            callout, tell: true,
            delivered
                ? "UPDATE channel_messages SET state = 'delivered', delivered_at = clock_timestamp(), sent_at = coalesce(sent_at, clock_timestamp()), reason = NULL, changed_at = clock_timestamp() WHERE id = $1 AND state <> 'delivered'"
                : "UPDATE channel_messages SET state = 'failed', reason = $2, changed_at = clock_timestamp() WHERE id = $1 AND state IN ('sent', 'sending', 'queued')",
            () => delivered ? [new() { Value = message }] : [new() { Value = message }, new() { Value = reason ?? "reported" }],
            delivered ? FactKind.CalloutChannelDelivered : FactKind.CalloutChannelFailed,
            Told(channel, delivered ? null : reason ?? "reported", letter),
            cancellation);

    /// <summary>An answer came back by this channel; what the gateway reports of delivery is beside the point then.</summary>
    public static async Task ConfirmAsync(OpenRecord record, Guid callout, ChannelKind channel, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE channel_messages SET confirmed_at = $3 WHERE callout_id = $1 AND channel = $2 AND letter = 'callOut' AND confirmed_at IS NULL", record.Connection, record.Transaction);
        command.Parameters.Add(new() { Value = callout });
        command.Parameters.Add(new() { Value = Word(channel) });
        command.Parameters.Add(new() { Value = record.Now.UtcDateTime });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The data of a fact about a channel. The offer itself is not named: it was the only letter for long.</summary>
    private static Dictionary<string, object?> Told(ChannelKind channel, string? reason, string letter)
    {
        var told = new Dictionary<string, object?> { ["channel"] = channel };
        if (reason is not null)
        {
            told["reason"] = reason;
        }

        if (letter != Word(LetterKind.CallOut))
        {
            told["letter"] = letter;
        }

        return told;
    }

    private TimeSpan Backoff(int attempt, TimeSpan? asked)
    {
        var wait = Math.Min(60, settings.FirstRetry.TotalSeconds * Math.Pow(2, Math.Min(attempt - 1, 16)));
        wait *= 0.75 + (Random.Shared.NextDouble() / 2);
        return TimeSpan.FromSeconds(Math.Max(wait, Math.Min(300, asked?.TotalSeconds ?? 0)));
    }

    /// <summary>The row and its fact in one transaction; a row that has moved on meanwhile changes nothing and tells nothing.</summary>
    private async Task<bool> ChangeAsync(Guid? callout, bool tell, string sql, Func<NpgsqlParameter[]> arguments, FactKind kind, object data, CancellationToken cancellation)
    {
        if (callout is null || !tell)
        {
            await using var alone = source.CreateCommand(sql);
            alone.Parameters.AddRange(arguments());
            return await alone.ExecuteNonQueryAsync(cancellation) > 0;
        }

        var changed = false;
        await log.ChangeByCalloutAsync<bool>(
            callout.Value,
            async record =>
            {
                await using var command = new NpgsqlCommand(sql, record.Connection, record.Transaction);
                command.Parameters.AddRange(arguments());
                changed = await command.ExecuteNonQueryAsync(cancellation) > 0;
                if (changed)
                {
                    record.Append(kind, Actor.System, data, callout);
                    if (kind == FactKind.CalloutChannelFailed)
                    {
                        record.Incident.LookSoon(record.Now); // he may be beyond reach: no time is lost waiting for his phone
                    }
                }

                return changed;
            },
            cancellation);
        return changed;
    }

    private sealed record GaveUp(string Reason) : Attempted;

    private sealed record Delayed(string Reason, TimeSpan Wait) : Attempted;
}
