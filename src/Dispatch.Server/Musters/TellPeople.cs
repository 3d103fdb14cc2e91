using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Musters;

/// <summary>
/// Tells everybody of a muster who has still to be told, and sees who has been reached. Invariants: what has to be told is a column, so whichever node
/// looks goes on where another died; a hundred people per transaction, in set statements, so that nobody's call-out waits long for the head of his
/// inbox; delivered is read from the phone's own cursor, which no crash loses.
/// </summary>
internal sealed class TellPeople(NpgsqlDataSource source, MusterLog log, ILogger<TellPeople> logger) : BackgroundService
{
    public const int AtOnce = 100;

    private static readonly string TellSql = EmbeddedSql.Read("TellPeople.sql");

    // Somebody has to be told something, or a phone has moved its cursor since, or a muster that has ended has told everybody.
    // Indexes musters_unsettled, muster_people_still_to_tell, muster_people_undelivered.
    private const string WorkSql = """
        SELECT m.id FROM musters m
        WHERE m.settled_at IS NULL
          AND (EXISTS (SELECT FROM muster_people p WHERE p.muster_id = m.id AND p.to_tell IS NOT NULL)
               OR EXISTS (SELECT FROM muster_people p JOIN inbox_heads h ON h.volunteer_id = p.volunteer_id WHERE p.muster_id = m.id AND p.stage = 1 AND h.delivered >= p.told_number)
               OR m.state <> 'open')
        ORDER BY m.called_at
        """;

    private const string DeliveredSql = """
        UPDATE muster_people p SET stage = 2, delivered_at = $2, changed_at = $2
        FROM inbox_heads h
        WHERE p.muster_id = $1 AND p.stage = 1 AND h.volunteer_id = p.volunteer_id AND h.delivered >= p.told_number
          AND NOT EXISTS (SELECT FROM quarantine q WHERE q.kind = 'inboxItem' AND q.subject = p.volunteer_id AND q.number = p.told_number) -- never sent: it could not be read
        RETURNING p.volunteer_id
        """;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);

    private readonly Hints.Signal<byte> woken = new();

    /// <summary>Something has to be told: do not wait for the next look.</summary>
    public void Wake() => woken.Raise(0);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("muster", LookAsync, logger, stoppingToken);

    private async Task LookAsync(CancellationToken cancellation)
    {
        await woken.TakeAsync(LookEvery, cancellation);
        List<Guid> musters = [];
        await using (var command = source.CreateCommand(WorkSql))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                musters.Add(reader.GetGuid(0));
            }
        }

        foreach (var muster in musters)
        {
            while ((await log.ChangeAsync(muster, open => TellAsync(open, cancellation), cancellation)).Value)
            {
            }
        }
    }

    /// <summary>One batch. True: there may be more to tell.</summary>
    private static async Task<Outcome<bool>> TellAsync(OpenMuster open, CancellationToken cancellation)
    {
        var told = new List<(Guid Volunteer, string What)>();
        await using (var command = open.Command(TellSql, open.Id, AtOnce, open.Now))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                told.Add((reader.GetGuid(0), reader.GetString(1)));
            }
        }

        DrillSeam.Pass("mid-muster");
        open.HaveHeard(told.Select(one => one.Volunteer));
        foreach (var what in told.GroupBy(one => one.What))
        {
            open.Append(
                what.Key == Inbox.Mustered ? MusterFactKind.MusterNotified : MusterFactKind.MusterStandDownTold, Actor.System, new { people = what.Select(one => one.Volunteer).Order().ToArray() });
        }

        var delivered = new List<Guid>();
        await using (var command = open.Command(DeliveredSql, open.Id, open.Now))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                delivered.Add(reader.GetGuid(0));
            }
        }

        if (delivered.Count > 0)
        {
            open.Append(MusterFactKind.MusterDelivered, Actor.System, new { people = delivered.Order().ToArray() });
        }

        if (!open.IsOpen && told.Count < AtOnce)
        {
            await using var settle = open.Command("UPDATE musters SET settled_at = $2 WHERE id = $1", open.Id, open.Now);
            await settle.ExecuteNonQueryAsync(cancellation);
        }

        return told.Count == AtOnce;
    }
}
