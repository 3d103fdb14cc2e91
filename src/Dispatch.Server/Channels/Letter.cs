using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Live;
using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>What goes out under a claim, as everything stands in this instant. <c>NotSending</c> says why it does not go out after all.</summary>
internal sealed record Letter(Claim Claim, DateTimeOffset Now, DateTimeOffset Until)
{
    public string? NotSending { get; init; }

    public Card? Card { get; init; }

    public string? Number { get; init; }

    public int Code { get; init; }

    public bool IsOffer => Claim.CalloutId is not null && Claim.Letter == LetterKind.CallOut;

    public bool IsTest => Claim.TestId is not null;

    public bool IsDrill => Card?.Incident.Drill == true;
}

/// <summary>Reads letters. The last question before anything leaves the house: is it still so, and has it still not reached the phone?</summary>
internal sealed class Letters(NpgsqlDataSource source, PersonalData personal)
{
    /// <summary>A reachability test that has not gone out by then tells nothing any more.</summary>
    public static readonly TimeSpan TestLasts = TimeSpan.FromMinutes(3);

    /// <summary>A place that waits for a standby; that somebody need not come.</summary>
    private static readonly TimeSpan CalledUpLasts = TimeSpan.FromMinutes(10), StandDownLasts = TimeSpan.FromMinutes(30);

    public async Task<Letter> ReadAsync(Claim claim, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var letter = claim switch
        {
            { CalloutId: { } callout, Letter: LetterKind.CallOut } => await OfCalloutAsync(connection, claim, callout, cancellation),
            { CalloutId: { } callout } => await OfNewsAsync(connection, claim, callout, cancellation),
            _ => await OfTestAsync(connection, claim, cancellation),
        };
        if (letter.NotSending is not null || claim.Channel is not (ChannelKind.Sms or ChannelKind.Voice))
        {
            return letter;
        }

        if (letter.IsDrill)
        {
            // No telephone number at all: whatever gateway this came to, nobody could be rung by it.
            return letter with { Number = $"drill:{claim.VolunteerId:N}", Code = 0 };
        }

        if (await NumberAsync(connection, claim.VolunteerId, cancellation) is not { } number)
        {
            return letter with { NotSending = "noNumber" };
        }

        return letter with { Number = number, Code = letter.IsOffer && claim.CalloutId is { } coded ? await CodeAsync(connection, personal.BlindIndex(number), coded, cancellation) : 0 };
    }

    private static async Task<Letter> OfCalloutAsync(NpgsqlConnection connection, Claim claim, Guid callout, CancellationToken cancellation)
    {
        bool delivered;
        DateTimeOffset now;
        await using (var command = new NpgsqlCommand("SELECT delivered_at IS NOT NULL, clock_timestamp() FROM callouts WHERE id = $1", connection))
        {
            command.Parameters.Add(new() { Value = callout });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            (delivered, now) = (reader.GetBoolean(0), reader.GetDateTime(1));
        }

        var card = await Card.ReadAsync(connection, callout, cancellation);
        return new(claim, now, card.DueAt)
        {
            Card = card,
            NotSending = delivered ? "deliveredMeanwhile" : card.State != "offered" || card.DueAt <= now ? "notNeeded" : null,
        };
    }

    /// <summary>Called up, or not needed any more. The line of the inbox that says it may have reached the phone by now, or not be so any more.</summary>
    private static async Task<Letter> OfNewsAsync(NpgsqlConnection connection, Claim claim, Guid callout, CancellationToken cancellation)
    {
        var calledUp = claim.Letter == LetterKind.CalledUp;
        bool delivered;
        DateTimeOffset now, queued;
        await using (var command = new NpgsqlCommand("""
            SELECT m.queued_at, clock_timestamp(), NOT EXISTS (
                SELECT FROM inbox i JOIN inbox_heads h ON h.volunteer_id = i.volunteer_id AND h.delivered < i.number
                WHERE i.volunteer_id = m.volunteer_id AND i.callout_id = m.callout_id AND i.kind = ANY ($2))
            FROM channel_messages m WHERE m.id = $1
            """, connection))
        {
            command.Parameters.Add(new() { Value = claim.Id });
            command.Parameters.Add(new() { Value = calledUp ? [Inbox.CalledUp] : new[] { Inbox.Released, Inbox.Recalled } });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            (queued, now, delivered) = (reader.GetDateTime(0), reader.GetDateTime(1), reader.GetBoolean(2));
        }

        var card = await Card.ReadAsync(connection, callout, cancellation);
        var until = queued + (calledUp ? CalledUpLasts : StandDownLasts);
        var isSo = calledUp ? card.State == "accepted" : card.State is "released" or "recalled";
        return new(claim, now, until) { Card = card, NotSending = delivered ? "deliveredMeanwhile" : !isSo ? "notNeeded" : now >= until ? "tooLate" : null };
    }

    private static async Task<Letter> OfTestAsync(NpgsqlConnection connection, Claim claim, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT ordered_at, clock_timestamp() FROM reachability_tests WHERE id = $1", connection);
        command.Parameters.Add(new() { Value = claim.TestId!.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var letter = new Letter(claim, reader.GetDateTime(1), reader.GetDateTime(0) + TestLasts);
        return letter with { NotSending = letter.Now >= letter.Until ? "tooLate" : null };
    }

    private async Task<string?> NumberAsync(NpgsqlConnection connection, Guid volunteer, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT sealed FROM phone_numbers WHERE volunteer_id = $1", connection);
        command.Parameters.Add(new() { Value = volunteer });
        return await command.ExecuteScalarAsync(cancellation) is byte[] whole ? personal.Open(volunteer, whole) : null;
    }

    /// <summary>
    /// The call-out's code at this number; the same on a retry and on the other channel, also when both begin in the same moment: the head's row is
    /// locked by the first statement, so the second sees what whoever was there before has given.
    /// </summary>
    private static async Task<int> CodeAsync(NpgsqlConnection connection, byte[] recipient, Guid callout, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) // without a transaction of its own it is one
        {
            BatchCommands =
            {
                new("INSERT INTO reply_heads AS h (recipient, last_code) VALUES ($1, 0) ON CONFLICT (recipient) DO UPDATE SET last_code = h.last_code")
                {
                    Parameters = { new() { Value = recipient } },
                },
                new("""
                    WITH given AS (
                        SELECT code FROM reply_codes WHERE callout_id = $2 AND recipient = $1
                    ), head AS (
                        UPDATE reply_heads SET last_code = last_code % 99 + 1 WHERE recipient = $1 AND NOT EXISTS (SELECT FROM given) RETURNING last_code
                    ), fresh AS (
                        INSERT INTO reply_codes (recipient, code, callout_id, given_at) SELECT $1, last_code, $2, clock_timestamp() FROM head
                        ON CONFLICT (recipient, code) DO UPDATE SET callout_id = excluded.callout_id, given_at = excluded.given_at
                        RETURNING code
                    )
                    SELECT code FROM given UNION ALL SELECT code FROM fresh LIMIT 1
                    """)
                {
                    Parameters = { new() { Value = recipient }, new() { Value = callout } },
                },
            },
        };
        return (short)(await batch.ExecuteScalarAsync(cancellation))!;
    }
}
