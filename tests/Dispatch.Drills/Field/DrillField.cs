using System.Globalization;
using Dispatch.Server.Storage;
using Dispatch.Server.Storage.Backups;
using Npgsql;

namespace Dispatch.Drills.Field;

/// <summary>What a field is made of. <paramref name="Program"/>: the server to test, which for mutants and crash points is a build of its own.</summary>
internal sealed record FieldPlan(string Program, int Nodes = 2, bool Redis = true, int ExtraVolunteers = 0, TimeSpan? AnswerWithin = null)
{
    public Dictionary<string, string> PostgresSettings { get; init; } = [];

    /// <summary>Whether the nodes reach the database by a road that can be disturbed. It is a part of our program and costs its time: not for measuring.</summary>
    public bool RoadToPostgres { get; init; } = true;

    /// <summary>Of every life of every node.</summary>
    public Dictionary<string, string> NodeEnvironment { get; init; } = [];

    /// <summary>The server as it ships, built beside us: artifacts/bin/&lt;project&gt;/&lt;configuration&gt;/.</summary>
    public static string ShippedProgram => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Dispatch.Server", new DirectoryInfo(AppContext.BaseDirectory).Name, "Dispatch.Server.dll"));
}

/// <summary>
/// A private world to break: PostgreSQL, Redis and some nodes, each in its own process on this machine, everything in one temporary folder. A drill
/// never runs against a server that somebody uses.
/// </summary>
internal sealed class DrillField : IAsyncDisposable
{
    private readonly string folder;

    private DrillField(string folder, FieldPlan plan, LocalPostgres postgres, RedisProcess? redis)
    {
        this.folder = folder;
        DataFolder = Path.Combine(folder, "data");
        Plan = plan;
        Postgres = postgres;
        Redis = redis;
        Database = postgres.ConnectionString;
        var port = new NpgsqlConnectionStringBuilder(Database).Port;
        plan.NodeEnvironment["DISPATCH_DRILL_DATABASE"] = Database;
        Nodes = [.. Enumerable.Range(1, plan.Nodes).Select(number => new NodeProcess(number, plan.Program, folder, port, Arguments, plan.NodeEnvironment))];
    }

    public FieldPlan Plan { get; }

    public LocalPostgres Postgres { get; private set; }

    /// <summary>Past all proxies.</summary>
    public string Database { get; private set; }

    public RedisProcess? Redis { get; }

    public IReadOnlyList<NodeProcess> Nodes { get; }

    public HttpClient Http { get; } = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(10) };

    public string Folder => folder;

    public static async Task<DrillField> OpenAsync(FieldPlan plan, IProgress<string> progress, CancellationToken cancellation)
    {
        if (!File.Exists(plan.Program))
        {
            throw new CommandException($"The server is not built: {plan.Program} is missing. Start with ./dev drill");
        }

        var folder = Directory.CreateTempSubdirectory("dispatch-drill-").FullName;
        progress.Report("Making a private PostgreSQL");
        var postgres = await StartPostgresAsync(plan, Path.Combine(folder, "data"), cancellation);
        var field = new DrillField(folder, plan, postgres, plan.Redis ? new RedisProcess(folder) : null);
        try
        {
            if (field.Redis is { } redis)
            {
                await redis.StartAsync(cancellation);
            }

            progress.Report("Starting the first node and loading the demo district");
            await field.Nodes[0].StartAsync();
            await field.Nodes[0].WaitUntilReadyAsync(field.Http, cancellation);
            await World.PrepareAsync(field.Database, plan, cancellation);
            foreach (var node in field.Nodes.Skip(1))
            {
                progress.Report($"Starting node {node.Number}");
                await node.StartAsync();
                await node.WaitUntilReadyAsync(field.Http, cancellation);
            }

            return field;
        }
        catch
        {
            await field.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills every process of the database server at once, as a machine that loses its memory would: what was not written is gone.</summary>
    public async Task KillPostgresAsync()
    {
        var postmaster = Postgres.PostmasterId ?? throw new InvalidOperationException("PostgreSQL is not running.");
        var children = await File.ReadAllTextAsync($"/proc/{postmaster}/task/{postmaster}/children");
        Signals.KillNow(postmaster);
        foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                Signals.KillNow(int.Parse(child, CultureInfo.InvariantCulture));
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // it went with its postmaster
            }
        }
    }

    public string DataFolder { get; private set; }

    /// <summary>
    /// The machine of the database is gone and a backup is put back, up to a moment, into a folder of its own: the roads lead there from now on.
    /// No node may run meanwhile, as docs/operations.md asks for.
    /// </summary>
    public async Task RestoreAsync(string backup, DateTimeOffset moment, CancellationToken cancellation)
    {
        await Postgres.DisposeAsync(); // hands the last word to the archive
        DataFolder = Path.Combine(folder, $"restored-{Guid.NewGuid():N}");
        await RestoreBackup.RunAsync(backup, DataFolder, moment, new Progress<string>(), cancellation);
        Postgres = await StartPostgresAsync(Plan, DataFolder, cancellation);
        Database = Postgres.ConnectionString;
        foreach (var node in Nodes)
        {
            node.ToPostgres.LeadTo(new NpgsqlConnectionStringBuilder(Database).Port);
        }
    }

    /// <summary>The database's clock.</summary>
    public async Task<DateTimeOffset> ClockAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        return (DateTime)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellation) => await World.ExecuteAsync(Database, sql, cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await (Redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Postgres.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        Http.Dispose();
        if (Environment.GetEnvironmentVariable("DRILL_KEEP") is null)
        {
            Directory.Delete(folder, recursive: true);
        }
        else
        {
            Console.WriteLine($"Kept: {folder}");
        }
    }

    private static Task<LocalPostgres> StartPostgresAsync(FieldPlan plan, string data, CancellationToken cancellation) => LocalPostgres.StartAsync(
        new LocalPostgresOptions
        {
            DataFolder = data, // not ephemeral: fsync is on, as in life
            Settings = new Dictionary<string, string>(plan.PostgresSettings) { ["track_commit_timestamp"] = "on", ["max_connections"] = "400" },
        },
        null, cancellation);

    private IEnumerable<string> Arguments(NodeProcess node)
    {
        var byRoad = new NpgsqlConnectionStringBuilder(Database) { Host = "127.0.0.1", Port = node.ToPostgres.Port };
        yield return $"--ConnectionStrings:Postgres={(Plan.RoadToPostgres ? byRoad.ConnectionString : Database)}";
        if (Redis is { } redis)
        {
            yield return $"--ConnectionStrings:Redis=127.0.0.1:{redis.Proxy.Port}";
        }

        yield return $"--urls=http://127.0.0.1:{node.Port}";
        yield return "--Demo:Load=true";
        yield return "--Logging:LogLevel:Default=Warning";
        yield return "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning";
    }
}
