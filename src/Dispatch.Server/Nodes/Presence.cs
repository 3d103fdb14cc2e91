using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Dispatch.Server.Telemetry;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Server.Nodes;

/// <summary>
/// This node's line among the nodes: once a second it says that it lives and whose phones are connected here, and hears how many other nodes
/// there are and whether an operator has asked it to drain. In Postgres, not in Redis: the roster is joined with it, and it must be right without.
/// </summary>
internal sealed class Presence(NpgsqlDataSource source, Connections connections, Hints hints, Drain drain, Self self, ILogger<Presence> log) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1), LastWordWithin = TimeSpan.FromSeconds(2);

    private static readonly string BeatSql = EmbeddedSql.Read("BeatNode.sql"), MoveSql = EmbeddedSql.Read("MovePresence.sql");

    // Both are kept: made anew every second for ten thousand phones they would fill the large object heap, where the collector seldom comes.
    private readonly HashSet<Guid> written = [], here = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("presence", BeatAsync, log, stoppingToken);

    /// <summary>So that the others need not wait five seconds to know. If it cannot be said, they do.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await using var command = source.CreateCommand("WITH gone AS (DELETE FROM presence WHERE node_id = $1) UPDATE nodes SET state = 'stopped' WHERE id = $1");
            command.CommandTimeout = (int)LastWordWithin.TotalSeconds;
            command.Parameters.Add(new() { Value = self.Id });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            log.StoppedUnheard(e.Message);
        }
    }

    private async Task BeatAsync(CancellationToken cancellation)
    {
        here.Clear();
        here.UnionWith(connections.Phones.Select(phone => phone.Volunteer));
        await using (var command = source.CreateCommand(BeatSql))
        {
            command.Parameters.Add(new() { Value = self.Id });
            command.Parameters.Add(new() { Value = self.Name });
            command.Parameters.Add(new() { Value = drain.HasBegun ? "draining" : "ready" });
            command.Parameters.Add(new() { Value = here.Count });
            command.Parameters.Add(new() { Value = connections.Consoles.Count() });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            if (reader.GetBoolean(0))
            {
                drain.BeginAndStop();
            }

            hints.Neighbours = (int)reader.GetInt64(1);
            if (reader.GetInt64(2) != written.Count)
            {
                written.Clear(); // the database lost it in a crash: all of it again
            }
        }

        await MoveAsync(cancellation);
        await Task.Delay(Beat, cancellation);
    }

    private async Task MoveAsync(CancellationToken cancellation)
    {
        var (came, left) = (here.Where(one => !written.Contains(one)).ToArray(), written.Where(one => !here.Contains(one)).ToArray());
        if (came.Length + left.Length == 0)
        {
            return;
        }

        await using var command = source.CreateCommand(MoveSql);
        command.Parameters.Add(new() { Value = self.Id });
        command.Parameters.Add(new() { Value = came, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = left, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        await command.ExecuteNonQueryAsync(cancellation);
        written.UnionWith(came);
        written.ExceptWith(left);
    }
}
