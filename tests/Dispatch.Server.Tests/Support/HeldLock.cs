using Npgsql;

namespace Dispatch.Server.Tests.Support;

/// <summary>A transaction of the test's own that holds a lock until it is disposed.</summary>
internal sealed class HeldLock : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly int backend;

    private HeldLock(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (this.connection, this.transaction, backend) = (connection, transaction, connection.ProcessID);

    /// <summary>The session that holds it, by the number Postgres knows it by.</summary>
    public int Backend => backend;

    public static async Task<HeldLock> OnAsync(World world, string sql)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(world.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        var held = new HeldLock(connection, await connection.BeginTransactionAsync());
        await held.SqlAsync(sql);
        return held;
    }

    public async Task SqlAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Once somebody waits for this lock.</summary>
    public Task IsWaitedForAsync(World world) => Eventually.True(() => SomebodyWaitsAsync(world), "somebody who waits for the lock");

    /// <summary>Once somebody has waited for this lock and has given up.</summary>
    public async Task WasMetAsync(World world)
    {
        await IsWaitedForAsync(world);
        await Eventually.True(async () => !await SomebodyWaitsAsync(world), "the waiting to be given up");
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private Task<bool> SomebodyWaitsAsync(World world) =>
        world.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND {backend} = ANY (pg_blocking_pids(pid)))");
}
