using Dispatch.Server.Live;
using Dispatch.Server.Nodes;
using Dispatch.Server.Telemetry;
using Npgsql;

namespace Dispatch.Server.Clock;

/// <summary>
/// The auditor of due times. A hint starts the next step within milliseconds, and the clock (<see cref="AdvanceDue"/>) finds what is due twice a
/// second; once a second every node looks for what both of them missed, moves it on and counts it. It beats only while nothing is overdue: a dead
/// auditor and a due time that nobody can move look the same, and both are an alarm.
/// </summary>
internal sealed class Sweep(
    Hints hints, DueIncidents due, NpgsqlDataSource source, Drain drain, Measures measures, Self self, ILogger<Sweep> log) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>What is due for longer than this was missed by the clock.</summary>
    public static readonly TimeSpan MissedAfter = TimeSpan.FromSeconds(1);

    /// <summary>What is due for longer than this was not even moved by the auditor: it falls silent.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(4);

    // Indexes incidents_to_look_at and callouts_due. What is in quarantine is an alarm of its own and must not hide the rest.
    private const string BeatSql = """
        INSERT INTO auditor AS own (beat_at, node)
        SELECT clock_timestamp(), $1
        WHERE NOT EXISTS (
            SELECT FROM (SELECT id FROM incidents WHERE look_at <= now() - $2::interval
                         UNION ALL SELECT incident_id FROM callouts WHERE state = 'offered' AND due_at <= now() - $2::interval) AS late
            WHERE NOT EXISTS (SELECT FROM quarantine q WHERE q.kind = 'incident' AND q.subject = late.id))
        ON CONFLICT (only_one) DO UPDATE SET beat_at = excluded.beat_at, node = excluded.node
        """;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Loops.RunAsync("asking", AdvanceHintedAsync, log, stoppingToken),
        Loops.RunAsync("auditor", AuditAsync, log, stoppingToken));

    private async Task AdvanceHintedAsync(CancellationToken cancellation) =>
        await due.AdvanceAsync(await hints.Askings.TakeAsync(TimeSpan.FromMinutes(1), cancellation), cancellation);

    private async Task AuditAsync(CancellationToken cancellation)
    {
        await Task.Delay(Every, cancellation);
        if (drain.HasBegun && hints.Neighbours > 0)
        {
            return; // what is due is the others'; what is raised here until the end is still asked here
        }

        var missed = await due.FindAsync(MissedAfter, cancellation);
        foreach (var kind in missed.GroupBy(incident => incident.Asked ? "deadline" : "asking"))
        {
            measures.TimersMissed(kind.Count(), kind.Key);
            log.TimersMissed(kind.Count(), kind.Key);
        }

        await due.AdvanceAsync(missed.Select(incident => incident.Incident), cancellation);
        await using var beat = source.CreateCommand(BeatSql);
        beat.Parameters.Add(new() { Value = self.Id });
        beat.Parameters.Add(new() { Value = SilentAfter });
        await beat.ExecuteNonQueryAsync(cancellation);
        measures.Swept();
    }
}
