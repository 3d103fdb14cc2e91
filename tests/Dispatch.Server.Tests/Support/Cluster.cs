using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Tests.Support;

/// <summary>
/// One private PostGIS cluster for the test run and one migrated template: a test class clones it and owns its database.
/// A missing PostGIS fails the tests; nothing is skipped.
/// </summary>
public static class Cluster
{
    private const string Template = "template_dispatch";

    private static readonly Lazy<Task<LocalPostgres>> Started = new(StartAsync);

    private static int count;

    /// <summary>A new database with the current schema and reference data. Returns its connection string.</summary>
    public static async Task<string> NewDatabaseAsync()
    {
        var cluster = await Started.Value;
        var name = $"t{Interlocked.Increment(ref count)}";
        await ExecuteAsync(cluster.ConnectionStringFor("postgres"), $"CREATE DATABASE {name} TEMPLATE {Template} STRATEGY FILE_COPY");
        return cluster.ConnectionStringFor(name);
    }

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<LocalPostgres> StartAsync()
    {
        var cluster = await LocalPostgres.StartAsync(
            new LocalPostgresOptions
            {
                Ephemeral = true,
                // Hundreds of databases that live for seconds: going round them all every minute would be a worker every fifth of a second.
                Settings = new Dictionary<string, string> { ["max_connections"] = "400", ["shared_buffers"] = "256MB", ["autovacuum_naptime"] = "1h" },
            },
            null, CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(20));

        var template = cluster.ConnectionStringFor(Template);
        await Database.CreateIfMissingAsync(template, CancellationToken.None);
        await using (var node = await Node.CreateAsync([$"--ConnectionStrings:Postgres={template}", "--Database:AllowVolatile=true", "--urls=http://127.0.0.1:0"]))
        {
        }

        NpgsqlConnection.ClearAllPools(); // a template may have no connections
        return cluster;
    }
}
