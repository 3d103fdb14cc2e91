using Dispatch.Geo.PostGis;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>
/// Asks on one connection of the lane after the other, the one that has rested longest first, what an incident asks on its way to the phones, of
/// nobody: whatever PostgreSQL has thrown away since (plans, after each new look at a table's statistics) is made anew before it is needed.
/// Incidents are rare and come to a server that has rested for hours; without this the first pays for all of it (docs/decisions/0037).
/// </summary>
internal sealed class KeepReady(DispatchLane lane, ILogger<KeepReady> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(0.5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync(
        "keep ready",
        async cancellation =>
        {
            await Task.Delay(Every, cancellation);
            await using var connection = await lane.Source.OpenConnectionAsync(cancellation);
            await AskAsync(connection, cancellation);
        },
        log,
        stoppingToken);

    /// <summary>Takes no lock and writes nothing.</summary>
    internal static async Task AskAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await NearestCandidates.PlanAsync(connection, cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { InboxReader.OfNobody(), new(SendReview.Sql), FactReader.OfNobody() } };
        await batch.ExecuteNonQueryAsync(cancellation);
    }
}
