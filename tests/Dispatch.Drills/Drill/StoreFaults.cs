using Dispatch.Drills.Field;
using Dispatch.Drills.Histories;
using Dispatch.Server.Storage.Backups;
using Npgsql;

namespace Dispatch.Drills.Drill;

/// <summary>What happens to PostgreSQL, to Redis, and to single rows.</summary>
internal static partial class Faults
{
    private static readonly byte[] CommitDone = "COMMIT\0"u8.ToArray();

    private static async Task PostgresKillAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        await Pause(2 * chance.NextDouble(), scale, stop);
        await exercise.Field.KillPostgresAsync();
        var killed = exercise.History.Now;
        await PostgresAnswersAsync(exercise.Field, stop);
        var back = exercise.History.Now;
        exercise.Measure("PostgreSQL recovered after", back - killed);
        await AllReadyAsync(exercise, stop);
        exercise.Measure("every node ready after that", exercise.History.Now - back);
        exercise.History.Add(new Outage(killed, exercise.History.Now, "PostgreSQL was killed"));
    }

    private static async Task PostgresHalfOpenAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var victim = Victim(exercise, chance);
        var from = exercise.History.Now;
        victim.ToPostgres.Stall();
        exercise.History.Add(new Outage(from, from + TimeSpan.FromSeconds(6), "a node that hears nothing may hold locks"));
        await Pause(60, scale, stop);
        victim.ToPostgres.Heal();
        victim.ToPostgres.Reset(); // what was half open is gone for good
        var healed = exercise.History.Now;
        await AllReadyAsync(exercise, stop);
        exercise.Measure("the node ready again after", exercise.History.Now - healed);
    }

    private static async Task CommitAnswerLostAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var nodes = exercise.Field.Nodes;
        for (var round = 0; round < 5; round++)
        {
            foreach (var node in nodes)
            {
                node.ToPostgres.CutAtWord(CommitDone, 4);
            }

            await Pause(2, scale, stop);
        }

        foreach (var node in nodes)
        {
            node.ToPostgres.Heal();
        }

        exercise.History.Odd($"{nodes.Sum(node => node.ToPostgres.CutAtWords)} commits were done and not heard of");
    }

    private static async Task RedisKillAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        await exercise.Field.Redis!.KillAsync();
        await Pause(8, scale, stop);
        await exercise.Field.Redis.StartAsync(stop);
        await Pause(3, scale, stop);
    }

    private static async Task RedisStallAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        exercise.Field.Redis!.Proxy.Stall();
        await Pause(12, scale, stop);
        exercise.Field.Redis.Proxy.Heal();
    }

    private static async Task RedisFlushAllAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        for (var flush = 0; flush < 5; flush++)
        {
            await exercise.Field.Redis!.FlushAllAsync(stop);
            await Pause(1.5, scale, stop);
        }
    }

    private static async Task RedisDownAtStartAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var victim = Victim(exercise, chance);
        await exercise.Field.Redis!.KillAsync();
        await victim.KillAsync();
        await RestartAsync(exercise, victim, stop);
        await Pause(5, scale, stop);
        await exercise.Field.Redis.StartAsync(stop);
        await Pause(3, scale, stop);
    }

    /// <summary>
    /// The database's machine burns down, and the backup is put back to a moment a few seconds earlier: clients know more than the server. They must
    /// notice by the epoch and begin again; what was done before that moment, and after the restore, must be there.
    /// </summary>
    private static async Task RestoreFromBackupAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var field = exercise.Field;
        var backup = Path.Combine(field.Folder, $"backup-{Guid.NewGuid():N}");
        await field.ExecuteAsync("ALTER SYSTEM SET track_commit_timestamp = on", stop); // in the backup too, or the recovery forgets when what was committed
        await TakeBackup.RunAsync(field.DataFolder, backup, new Progress<string>(), stop);
        await Pause(3, Math.Max(scale, 1), stop); // a base is named by the second after it was complete
        var moment = await field.ClockAsync(stop);
        var from = exercise.History.Now - TimeSpan.FromSeconds(1);
        await Pause(4, scale, stop);
        foreach (var node in field.Nodes)
        {
            await node.KillAsync();
        }

        var down = exercise.History.Now;
        var called = await CalledAsync(field, stop);
        await field.RestoreAsync(backup, moment, stop);
        exercise.Measure("put back after", exercise.History.Now - down);
        exercise.History.Forgotten = new(from, exercise.History.Now, called);
        foreach (var node in field.Nodes)
        {
            await node.StartAsync();
        }

        await AllReadyAsync(exercise, stop);
        exercise.History.Add(new Outage(from, exercise.History.Now, "the database was put back"));
        await PhonesBackAsync(exercise, exercise.History.Now, "every phone back after the nodes were ready", stop);
        await Pause(3, scale, stop);
    }

    private static async Task<HashSet<(Guid Incident, Guid Volunteer)>> CalledAsync(DrillField field, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(field.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(stop);
        await using var command = new NpgsqlCommand("SELECT incident_id, volunteer_id FROM callouts UNION ALL SELECT muster_id, volunteer_id FROM muster_people", connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var called = new HashSet<(Guid, Guid)>();
        while (await reader.ReadAsync(stop))
        {
            called.Add((reader.GetGuid(0), reader.GetGuid(1)));
        }

        return called;
    }

    /// <summary>An incident with a time zone that does not exist: whoever looks at it fails, for a reason of its own.</summary>
    private static async Task PoisonRowAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var running = await OpenIncidentAsync(exercise, stop);
        var from = exercise.History.Now;
        await exercise.Field.ExecuteAsync($"UPDATE incidents SET region_zone = 'Nowhere/Nothing', look_at = now() WHERE id = '{running}'", stop);
        await Pause(12, scale, stop);
        await exercise.Field.ExecuteAsync($"UPDATE incidents SET region_zone = 'Asia/Shanghai', look_at = now() WHERE id = '{running}'", stop);

        // Quarantine tries again ever more rarely: this one incident is late by as much, the others are not.
        exercise.History.Add(new Outage(from, exercise.History.Now + TimeSpan.FromSeconds(60), "poisoned", running));
    }

    private static async Task DeadAuditorAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(exercise.Field.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(stop);
        await using (var transaction = await connection.BeginTransactionAsync(stop))
        {
            await using var hold = new NpgsqlCommand("LOCK TABLE auditor IN EXCLUSIVE MODE", connection, transaction);
            await hold.ExecuteNonQueryAsync(stop);
            await Pause(14, scale, stop);
            using var answer = await exercise.Field.Http.GetAsync(new Uri(exercise.Field.Nodes[0].Address, "health/ready"), stop);
            exercise.History.Odd($"with a dead auditor /health/ready says {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(stop)}");
        }
    }

    private static async Task<Guid> OpenIncidentAsync(Exercise exercise, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(exercise.Field.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(stop);
        while (true)
        {
            await using var command = new NpgsqlCommand("SELECT id FROM incidents WHERE state = 'open' ORDER BY raised_at DESC LIMIT 1", connection);
            if (await command.ExecuteScalarAsync(stop) is Guid id)
            {
                return id;
            }

            await Task.Delay(100, stop);
        }
    }

    private static async Task PostgresAnswersAsync(DrillField field, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await field.ExecuteAsync("SELECT 1", stop);
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(50, stop);
            }
        }
    }
}
