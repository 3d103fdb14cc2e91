using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Dispatch.Server.Storage;

/// <summary>One run of the database server: started, waited for, and ended. Who wants it running again makes another.</summary>
internal sealed class PostgresServer
{
    private const int PortAttempts = 5;
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(60), RecoveryPatience = TimeSpan.FromMinutes(5);

    private readonly PostgresFolder folder;
    private readonly PostgresProcess process;

    private PostgresServer(PostgresFolder folder, PostgresProcess process, NpgsqlConnectionStringBuilder connection) =>
        (this.folder, this.process, Connection) = (folder, process, connection);

    public NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>Completes when the server is gone, whoever ended it.</summary>
    public Task Exited => process.Exited;

    /// <summary>Returns when the server answers. Without a <paramref name="port"/> on one that is free, otherwise on that one or not at all.</summary>
    public static async Task<PostgresServer> StartAsync(
        PostgresFolder folder, LocalPostgresOptions options, int? port, IProgress<string>? progress, CancellationToken cancellation, TimeSpan? recoversWithin = null)
    {
        var binaries = await PostgresBinaries.FindAsync(folder.Major(), cancellation);
        await binaries.RequirePostGisAsync(cancellation);
        var password = folder.Password();
        for (var attempt = 1; ; attempt++)
        {
            folder.TurnLog();
            var chosen = port ?? FreePort();
            var connection = new NpgsqlConnectionStringBuilder
            {
                Host = LocalPostgres.Address, Port = chosen, Username = LocalPostgres.Owner, Password = password, Database = "postgres",
            };
            var process = PostgresProcess.Start(folder, Command(binaries, chosen, options), options.Ephemeral ? folder.Root : "");
            var server = new PostgresServer(folder, process, connection);
            try
            {
                await server.WaitUntilReadyAsync(recoversWithin ?? RecoveryPatience, progress, cancellation);
                return server;
            }
            catch (EndedException e)
            {
                // Between our look at the port and the server's somebody else took it. Then there is another.
                process.Dispose();
                if (!e.PortTaken || port is not null || attempt == PortAttempts)
                {
                    throw e.Explained(folder);
                }
            }
            catch
            {
                await server.StopAsync();
                throw;
            }
        }
    }

    /// <summary>Fast shutdown: open sessions are ended, everything committed is on the disk, the next start needs no recovery.</summary>
    public async Task StopAsync()
    {
        process.Release();
        try
        {
            await process.Exited.WaitAsync(ShutdownPatience);
        }
        catch (TimeoutException)
        {
            await LeftOverPostgres.StopAsync(folder, null, CancellationToken.None);
            await process.Exited;
        }

        process.Dispose();
    }

    private static IEnumerable<string> Command(PostgresBinaries binaries, int port, LocalPostgresOptions options)
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            // Our own way in: a name without a file, so no folder that both users can enter, no path below 107 bytes, nothing stale (decision 0036).
            ["unix_socket_directories"] = LocalPostgres.Address,
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["max_connections"] = "200",
            ["shared_buffers"] = "256MB",
            ["synchronous_commit"] = "on",
            ["fsync"] = options.Ephemeral ? "off" : "on",
            ["full_page_writes"] = options.Ephemeral ? "off" : "on",
            // The queries here are short; compiling one costs more than it takes.
            ["jit"] = "off",
            // The first call-outs of a new installation are planned for empty tables. What corrects that must not come a minute later (decision 0031).
            ["autovacuum_naptime"] = options.Ephemeral ? "1min" : "5s",
            // What the backup folder has not taken yet is kept, up to here: beyond, the disk comes first and a new base backup is needed.
            ["max_slot_wal_keep_size"] = "2GB",
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

    private async Task WaitUntilReadyAsync(TimeSpan patience, IProgress<string>? progress, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        var reported = TimeSpan.Zero;
        var probe = new NpgsqlConnectionStringBuilder(Connection.ConnectionString) { Pooling = false, Timeout = 5 }.ConnectionString;
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
                    throw new EndedException(await File.ReadAllLinesAsync(folder.Log, cancellation));
                }

                if (waited.Elapsed > patience)
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
        exists.Parameters.AddWithValue(LocalPostgres.DefaultDatabase);
        if (await exists.ExecuteScalarAsync(cancellation) is not null)
        {
            return;
        }

        await using var create = new NpgsqlCommand($"CREATE DATABASE {LocalPostgres.DefaultDatabase}", connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    private sealed class EndedException(string[] log) : Exception
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
