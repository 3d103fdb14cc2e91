using Dispatch.Server.Callouts;
using Dispatch.Server.Live;
using Npgsql;

namespace Dispatch.Server.Clock;

/// <summary>
/// Makes sure that every open incident moves on. A hint starts the next step within milliseconds; once a second the due columns are read, by the
/// database's clock, and whatever a hint missed is found. Every node sweeps: the incident's lock and the guarded states make a second look harmless.
/// </summary>
internal sealed class Sweep(Hints hints, CallOutNearest callOut, NpgsqlDataSource source, ILogger<Sweep> log) : BackgroundService
{
    // Index incidents_to_look_at, and callouts_due in case look_at itself was not kept. Locked rows are being worked on by somebody.
    internal const string DueSql = """
        SELECT id FROM incidents
        WHERE id IN (SELECT id FROM incidents WHERE look_at <= now()
                     UNION SELECT incident_id FROM callouts WHERE state = 'offered' AND due_at <= now())
        ORDER BY look_at LIMIT 200
        FOR UPDATE SKIP LOCKED
        """;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Loops.RunAsync("asking", AdvanceHintedAsync, log, stoppingToken),
        Loops.RunAsync("sweep", SweepAsync, log, stoppingToken));

    private async Task AdvanceHintedAsync(CancellationToken cancellation) =>
        await AdvanceAsync(await hints.Askings.TakeAsync(TimeSpan.FromMinutes(1), cancellation), cancellation);

    private async Task SweepAsync(CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        var due = new List<Guid>();
        await using (var command = source.CreateCommand(DueSql))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                due.Add(reader.GetGuid(0));
            }
        }

        await AdvanceAsync(due, cancellation);
    }

    /// <summary>Incidents side by side: one that fails, or waits for a lock, does not hold up the others.</summary>
    private Task AdvanceAsync(List<Guid> incidents, CancellationToken cancellation) =>
        Parallel.ForEachAsync(incidents, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellation }, async (incident, token) =>
        {
            try
            {
                await callOut.AdvanceAsync(incident, token);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.AskingFailed(e, incident); // its look_at stays due: the sweep comes back to it
            }
        });
}
