using Dispatch.Server.Callouts;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Clock;

/// <summary>Finds the open incidents whose time has come, by the database's clock, and advances them. For the clock and for its auditor alike.</summary>
internal sealed class DueIncidents(AdvanceIncident advance, Quarantine quarantine, DispatchLane lane, ILogger<DueIncidents> log)
{
    // Index incidents_to_look_at, and callouts_due in case look_at itself was not kept. Locked rows are being worked on by somebody. What fails by
    // itself waits for its next try, or two hundred of its kind would take the places of all others. Limits inside and LATERAL: the planner believes
    // that a third of all rows are due, and would otherwise read every incident there ever was, each second.
    internal const string DueSql = """
        SELECT own.id, own.last_wave
        FROM ((SELECT id FROM incidents WHERE look_at <= now() - $1::interval
                 AND NOT EXISTS (SELECT FROM quarantine WHERE kind = 'incident' AND subject = incidents.id AND retry_at > now())
               ORDER BY look_at LIMIT 200)
              UNION
              (SELECT incident_id FROM callouts WHERE state = 'offered' AND due_at <= now() - $1::interval
                 AND NOT EXISTS (SELECT FROM quarantine WHERE kind = 'incident' AND subject = incident_id AND retry_at > now())
               ORDER BY due_at LIMIT 200)) AS due
        CROSS JOIN LATERAL (SELECT id, last_wave, look_at FROM incidents WHERE id = due.id FOR UPDATE SKIP LOCKED) AS own
        ORDER BY own.look_at
        """;

    /// <summary>Those due for at least so long; <c>Asked</c> is false for one that was raised and then never looked at.</summary>
    public async Task<List<(Guid Incident, bool Asked)>> FindAsync(TimeSpan overdueBy, CancellationToken cancellation)
    {
        var due = new List<(Guid, bool)>();
        if (DrillSeam.Breaks("no-sweep"))
        {
            return due;
        }

        await using var command = lane.Source.CreateCommand(DueSql);
        command.Parameters.Add(new() { Value = overdueBy });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            due.Add((reader.GetGuid(0), reader.GetInt32(1) > 0));
        }

        return due;
    }

    /// <summary>Incidents side by side: one that fails, or waits for a lock, does not hold up the others.</summary>
    public Task AdvanceAsync(IEnumerable<Guid> incidents, CancellationToken cancellation) =>
        Parallel.ForEachAsync(incidents, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellation }, async (incident, token) =>
        {
            try
            {
                await advance.AdvanceAsync(incident, token);
            }
            catch (Exception e) when (Parts.IsOutage(e))
            {
                log.AskingFailed(e, incident); // its look_at stays due: the auditor comes back to it
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await quarantine.PutAsync(QuarantineKind.Incident, (e as OtherIncidentFailed)?.Incident ?? incident, 0, e, token);
                return;
            }

            await quarantine.ReleaseAsync(QuarantineKind.Incident, incident, 0, token);
        });
}
