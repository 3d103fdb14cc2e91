using Dispatch.Server.Access;
using Dispatch.Server.Live;
using Dispatch.Server.Musters;
using Npgsql;

namespace Dispatch.Server.Callouts;

/// <summary>The volunteer's call-outs: the open ones and those of the last day. What a phone starts from, and polls while a call-out is open.</summary>
internal sealed class MyCallouts(NpgsqlDataSource source, Quarantine quarantine, TimeProvider time)
{
    internal sealed record View(Guid Epoch, long Cursor, IReadOnlyList<Card> Callouts, IReadOnlyList<MusterCard> Musters, DateTimeOffset ServerTime);

    public static async Task<IResult> Handle(Caller caller, MyCallouts mine, CancellationToken cancellation) =>
        TypedResults.Json(await mine.ReadAsync(caller.VolunteerId, cancellation), Json.Options);

    public async Task<View> ReadAsync(Guid volunteer, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);

        // The cursor first: a call-out that arrives in between is on the list and comes again over the line, never the other way round.
        await using var head = new NpgsqlCommand(
            "SELECT epoch, coalesce((SELECT last_number FROM inbox_heads WHERE volunteer_id = $1), 0) FROM deployment", connection);
        head.Parameters.Add(new() { Value = volunteer });
        Guid epoch;
        long cursor;
        await using (var row = await head.ExecuteReaderAsync(cancellation))
        {
            await row.ReadAsync(cancellation);
            (epoch, cursor) = (row.GetGuid(0), row.GetInt64(1));
        }

        await using var command = new NpgsqlCommand(
            Card.Sql + """
             WHERE c.volunteer_id = $1
               AND (c.state IN ('offered', 'accepted', 'enRoute', 'onScene', 'standby') OR c.changed_at > now() - interval '24 hours')
             ORDER BY c.offered_at DESC LIMIT 100
            """,
            connection);
        command.Parameters.Add(new() { Value = volunteer });
        var cards = new List<Card>();
        var unreadable = new List<(Guid Callout, Exception Error)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                try
                {
                    cards.Add(Card.Read(reader));
                }
                catch (Exception e) when (e is InvalidCastException or ArgumentException or OverflowException)
                {
                    unreadable.Add((reader.GetGuid(0), e)); // the others are worth having; this one is an alarm, below
                }
            }
        }

        foreach (var (callout, error) in unreadable)
        {
            await quarantine.PutAsync(QuarantineKind.Callout, callout, 0, error, cancellation);
        }

        return new(epoch, cursor, cards, await MusterCard.OfAsync(connection, volunteer, cancellation), time.GetUtcNow());
    }
}
