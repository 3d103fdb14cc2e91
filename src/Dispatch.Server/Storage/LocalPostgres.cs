using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Dispatch.Server.Storage;

/// <summary>
/// A PostgreSQL cluster of our own: the database when nobody configured one, and the database of the tests.
/// It needs the packages and nothing else: no configuration, no running service, no rights of an administrator.
/// </summary>
/// <remarks>
/// Invariants of this folder's cluster:
/// <list type="bullet">
/// <item>It touches nothing outside its data folder, and never another cluster.</item>
/// <item>It listens on 127.0.0.1 only, on a port that was free, and asks for a random password (SCRAM).</item>
/// <item>It ends with the process that started it, however that process ends (<see cref="PostgresProcess"/>).</item>
/// <item>An acknowledged commit is on the disk: fsync and synchronous_commit are on, except fsync in <see cref="LocalPostgresOptions.Ephemeral"/>.</item>
/// </list>
/// </remarks>
public sealed class LocalPostgres : IAsyncDisposable
{
    /// <summary>The cluster's superuser. Migrations need it (CREATE EXTENSION postgis); row-level security does not bind it.</summary>
    public const string Owner = "dispatch";

    private const string DefaultDatabase = "dispatch";
    private const int PortAttempts = 5;
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RecoveryPatience = TimeSpan.FromMinutes(5);

    private readonly PostgresFolder folder;
    private readonly bool ephemeral;
    private readonly NpgsqlConnectionStringBuilder connection;
    private PostgresProcess? process;

    private LocalPostgres(PostgresFolder folder, bool ephemeral, PostgresProcess process, NpgsqlConnectionStringBuilder connection)
    {
        this.ephemeral = ephemeral;
        this.folder = folder;
        this.process = process;
        this.connection = connection;
        Exited = process.Exited;
    }

    /// <summary>Database <c>dispatch</c>, which exists, as <see cref="Owner"/>.</summary>
    public string ConnectionString => ConnectionStringFor(DefaultDatabase);

    /// <summary>Completes when the database server is gone, whoever ended it.</summary>
    public Task Exited { get; }

    /// <summary>What the database server has to say: the first place to look when something is odd.</summary>
    public string LogFile => folder.Log;

    internal int? PostmasterId => LeftOverPostgres.Postmaster(folder);

    public string ConnectionStringFor(string database) =>
        new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Database = database }.ConnectionString;

    /// <summary>Returns when the server answers. The first start makes the cluster (seconds), a later one opens it.</summary>
    /// <exception cref="LocalPostgresException">With what to do about it.</exception>
    public static async Task<LocalPostgres> StartAsync(LocalPostgresOptions options, IProgress<string>? progress, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new LocalPostgresException("The private database runs on Linux only. Elsewhere name a server in ConnectionStrings__Postgres.");
        }

        var folder = PostgresFolder.Open(options.Ephemeral
            ? Directory.CreateTempSubdirectory("dispatch-").FullName
            : options.DataFolder ?? throw new ArgumentException("DataFolder is not set.", nameof(options)));
        try
        {
            await PrepareAsync(folder, options, progress, cancellation);
            return await StartServerAsync(folder, options, progress, cancellation);
        }
        catch (Exception e)
        {
            folder.Dispose();
            if (options.Ephemeral)
            {
                folder.Remove();
            }

            if (e is UnauthorizedAccessException)
            {
                throw PostgresFolder.Unusable(folder.Root, e);
            }

            throw;
        }
    }

    private static async Task PrepareAsync(PostgresFolder folder, LocalPostgresOptions options, IProgress<string>? progress, CancellationToken cancellation)
    {
        await LeftOverPostgres.StopAsync(folder, progress, cancellation);
        if (options.Fresh)
        {
            folder.Erase();
        }

        var major = folder.Major();
        folder.RequireSpace(newCluster: major is null);
        if (major is null)
        {
            progress?.Report($"Making the database cluster in {folder.Root} (first start only)");
            await folder.CreateClusterAsync(await PostgresBinaries.FindAsync(null, cancellation), durable: !options.Ephemeral, cancellation);
        }
    }

    private static async Task<LocalPostgres> StartServerAsync(
        PostgresFolder folder, LocalPostgresOptions options, IProgress<string>? progress, CancellationToken cancellation)
    {
        var binaries = await PostgresBinaries.FindAsync(folder.Major(), cancellation);
        await binaries.RequirePostGisAsync(cancellation);
        var password = folder.Password();

        for (var attempt = 1; ; attempt++)
        {
            folder.TurnLog();
            var port = FreePort();
            var connection = new NpgsqlConnectionStringBuilder
            {
                Host = IPAddress.Loopback.ToString(), Port = port, Username = Owner, Password = password, Database = "postgres",
            };
            var process = PostgresProcess.Start(folder, ServerCommand(binaries, port, options), options.Ephemeral ? folder.Root : "");
            var started = new LocalPostgres(folder, options.Ephemeral, process, connection);
            try
            {
                await started.WaitUntilReadyAsync(progress, cancellation);
                return started;
            }
            catch (ServerEndedException e)
            {
                // Between our look at the port and the server's somebody else took it. Then there is another.
                process.Dispose();
                if (!e.PortTaken || attempt == PortAttempts)
                {
                    throw e.Explained(folder);
                }
            }
            catch
            {
                await started.DisposeAsync();
                throw;
            }
        }
    }

    private static IEnumerable<string> ServerCommand(PostgresBinaries binaries, int port, LocalPostgresOptions options)
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            // A socket file would need a folder that both users can enter and a path below 107 bytes: TCP needs neither.
            ["unix_socket_directories"] = "",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["max_connections"] = "200",
            ["shared_buffers"] = "256MB",
            ["synchronous_commit"] = "on",
            ["fsync"] = options.Ephemeral ? "off" : "on",
            ["full_page_writes"] = options.Ephemeral ? "off" : "on",
            // The queries here are short; compiling one costs more than it takes.
            ["jit"] = "off",
        };
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        return [binaries.Server, "-D", PostgresProcess.OpenedCluster, .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitUntilReadyAsync(IProgress<string>? progress, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        var reported = TimeSpan.Zero;
        var probe = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Pooling = false, Timeout = 5 }.ConnectionString;
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(probe);
                await connection.OpenAsync(cancellation);
                await EnsureDatabaseAsync(connection, cancellation);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
            {
                throw new LocalPostgresException(
                    $"The password in {folder.Root} does not fit the database beside it. Put the right one back, or begin anew (--fresh).", e);
            }
            catch (NpgsqlException e) when (e is not PostgresException || e.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                // Not listening yet, or still recovering.
                if (Exited.IsCompleted)
                {
                    throw new ServerEndedException(await File.ReadAllLinesAsync(folder.Log, cancellation));
                }

                if (waited.Elapsed > RecoveryPatience)
                {
                    throw new LocalPostgresException($"The database server does not get ready. It says: {folder.Log}", e);
                }
            }

            if (waited.Elapsed - reported > TimeSpan.FromSeconds(2))
            {
                reported = waited.Elapsed;
                progress?.Report($"Waiting for the database server ({reported.TotalSeconds:0} s)");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(30), cancellation);
        }
    }

    private static async Task EnsureDatabaseAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        exists.Parameters.AddWithValue(DefaultDatabase);
        if (await exists.ExecuteScalarAsync(cancellation) is not null)
        {
            return;
        }

        await using var create = new NpgsqlCommand($"CREATE DATABASE {DefaultDatabase}", connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Fast shutdown: open sessions are ended, everything committed is on the disk, the next start needs no recovery.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref process, null) is not { } owned)
        {
            return;
        }

        owned.Release();
        try
        {
            await owned.Exited.WaitAsync(ShutdownPatience);
        }
        catch (TimeoutException)
        {
            await LeftOverPostgres.StopAsync(folder, null, CancellationToken.None);
            await owned.Exited;
        }

        owned.Dispose();
        folder.Dispose();
        if (ephemeral)
        {
            folder.Remove();
        }
    }

    private sealed class ServerEndedException(string[] log) : Exception
    {
        public bool PortTaken => Says("Address already in use");

        public LocalPostgresException Explained(PostgresFolder folder)
        {
            if (Says("No space left on device"))
            {
                return PostgresFolder.NoSpace(folder.Root, "it filled up while the database server started");
            }

            var reasons = log.Where(line => line.Contains("FATAL:", StringComparison.Ordinal) || line.Contains("PANIC:", StringComparison.Ordinal))
                .DefaultIfEmpty(log.LastOrDefault() ?? "It said nothing.");
            return new LocalPostgresException(
                $"The database server did not start in {folder.Root}:\n{string.Join('\n', reasons)}\nAll of it: {folder.Log}");
        }

        private bool Says(string words) => log.Any(line => line.Contains(words, StringComparison.Ordinal));
    }
}
