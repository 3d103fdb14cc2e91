using System.Diagnostics;
using Dispatch.Geo;
using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Dispatch.Server.Telemetry;
using Npgsql;

namespace Dispatch.Server.Setup;

/// <summary>
/// Before it listens a node raises incidents and calls people out with the product's own code, and rolls each of them back: nothing is kept,
/// nobody hears of it. The first real incident of the night then finds code compiled and statements prepared (docs/decisions/0015).
/// </summary>
internal sealed class Rehearsal(DispatchLane lane, Hints hints, Measures measures, Quarantine quarantine, GeoBounds bounds, FactReader facts, InboxReader inboxes, ILogger<RaiseIncident> raising, ILogger<Rehearsal> log)
{
    /// <summary>Code is compiled for good after thirty calls, and every connection of the lane should meet every statement twice.</summary>
    private const int Times = 5 * DispatchLane.Width;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await OpenAllAsync(cancellation);
            if (await SceneAsync(cancellation) is not { } scene)
            {
                return; // an empty installation: there is nobody to call
            }

            var raise = new RaiseIncident(lane, new RolledBack(lane, hints, measures, quarantine), bounds, raising);
            for (var time = 0; time < Times; time++)
            {
                var (outcome, _) = await raise.HandleAsync(scene.Operator, Guid.CreateVersion7(), scene.Request, cancellation);
                if (outcome.Problem is { } refused)
                {
                    log.RehearsalRefused(refused.TitleEn);
                    return;
                }

                await facts.ReadAsync([KeyValuePair.Create(Guid.Empty, 0L)], 1, cancellation);
                await inboxes.ReadAsync([KeyValuePair.Create(Guid.Empty, 0L)], 1, cancellation);
            }

            log.Rehearsed(Times, Stopwatch.GetElapsedTime(began));
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // what starting left behind, before anybody waits
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            log.NotRehearsed(e); // a slower first incident is no reason not to serve
        }
    }

    private async Task OpenAllAsync(CancellationToken cancellation)
    {
        var open = await Task.WhenAll(Enumerable.Range(0, DispatchLane.Width).Select(_ => lane.Source.OpenConnectionAsync(cancellation).AsTask()));
        foreach (var connection in open)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Somewhere a volunteer stands, for something he can do, by an operator who commands there.</summary>
    private async Task<(Caller Operator, RaiseIncident.Request Request)?> SceneAsync(CancellationToken cancellation)
    {
        await using var command = lane.Source.CreateCommand("""
            SELECT a.id, o.path::text, k.key, q.key, ST_X(c.location::geometry), ST_Y(c.location::geometry)
            FROM accounts a
            JOIN regions o ON o.code = a.region
            JOIN LATERAL (SELECT location, qualification_id FROM candidates WHERE region_path <@ o.path AND location IS NOT NULL LIMIT 20) AS c ON true
            JOIN qualifications q ON q.id = c.qualification_id
            CROSS JOIN (SELECT key FROM categories ORDER BY life_critical DESC, sort LIMIT 1) AS k
            WHERE a.role = 'operator' AND EXISTS (SELECT FROM regions r WHERE ST_Covers(r.boundary, c.location::geometry) AND r.path <@ o.path)
            LIMIT 1
            """);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return !await row.ReadAsync(cancellation)
            ? null
            : (new(row.GetGuid(0), Role.Operator, row.GetString(1), Guid.Empty),
                new(row.GetString(2), null, null, null, "演练", "演练", new(row.GetDouble(4), row.GetDouble(5), "wgs84"), [new(row.GetString(3), 1)]));
    }

    /// <summary>Goes all the way to the call-outs and takes everything back.</summary>
    private sealed class RolledBack(DispatchLane lane, Hints hints, Measures measures, Quarantine quarantine) : FactLog(lane, hints, measures, quarantine)
    {
        protected override async Task EndAsync(OpenRecord record, CancellationToken cancellation)
        {
            await record.WriteAsync(cancellation);
            await record.Db.Database.CurrentTransaction!.RollbackAsync(cancellation);
        }
    }
}

internal static partial class RehearsalLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Rehearsed {Times} incidents in {Duration}; all rolled back")]
    public static partial void Rehearsed(this ILogger log, int times, TimeSpan duration);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rehearsal was refused: {Reason}. The first incident will be slower than the next")]
    public static partial void RehearsalRefused(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rehearsal failed. The first incident will be slower than the next")]
    public static partial void NotRehearsed(this ILogger log, Exception exception);
}
