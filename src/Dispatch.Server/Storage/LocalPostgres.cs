using Dispatch.Server.Storage.Backups;
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
/// <item>It listens on this machine only, at <see cref="Address"/> and at 127.0.0.1, on a port that was free, and asks for a random password (SCRAM) on both.</item>
/// <item>It ends with the process that started it, however that process ends (<see cref="PostgresProcess"/>).</item>
/// <item>While that process lives it runs: a database server that died is started again on the same port, and recovers.</item>
/// <item>An acknowledged commit is on the disk: fsync and synchronous_commit are on, except fsync in <see cref="LocalPostgresOptions.Ephemeral"/>.</item>
/// </list>
/// </remarks>
public sealed class LocalPostgres : IAsyncDisposable
{
    /// <summary>The cluster's superuser. Migrations need it (CREATE EXTENSION postgis); row-level security does not bind it.</summary>
    public const string Owner = "dispatch";

    internal const string DefaultDatabase = "dispatch";

    /// <summary>
    /// Where we talk to it, together with its port: a Unix socket in Linux's abstract namespace (hence the @), which has a name and no file.
    /// A question there and back takes less than half of what it takes through 127.0.0.1 (decision 0036).
    /// </summary>
    internal const string Address = "@dispatch";

    private static readonly TimeSpan StartAgainAfter = TimeSpan.FromMilliseconds(200), StartAgainAtMostAfter = TimeSpan.FromSeconds(10);

    private readonly PostgresFolder folder;
    private readonly LocalPostgresOptions options;
    private readonly IProgress<string>? progress;
    private readonly NpgsqlConnectionStringBuilder connection;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running, archiving;
    private int stopped;

    private LocalPostgres(PostgresFolder folder, LocalPostgresOptions options, IProgress<string>? progress, PostgresServer server)
    {
        this.folder = folder;
        this.options = options;
        this.progress = progress;
        connection = server.Connection;
        running = KeepRunningAsync(server);
        archiving = options.Ephemeral ? Task.CompletedTask : new WalArchive(folder, connection, progress).RunAsync(stopping.Token);
    }

    /// <summary>Database <c>dispatch</c>, which exists, as <see cref="Owner"/>.</summary>
    public string ConnectionString => ConnectionStringFor(DefaultDatabase);

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
            var server = await PostgresServer.StartAsync(folder, options, port: null, progress, cancellation);
            return new LocalPostgres(folder, options, progress, server);
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

    /// <summary>Ends the server in good order; the data stays, unless it is <see cref="LocalPostgresOptions.Ephemeral"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref stopped, 1) == 1)
        {
            return;
        }

        await stopping.CancelAsync();
        await running;
        await archiving;
        stopping.Dispose();
        folder.Dispose();
        if (options.Ephemeral)
        {
            folder.Remove();
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

    private async Task KeepRunningAsync(PostgresServer? server)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (server is not null)
            {
                await server.Exited.WaitAsync(stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!stopping.IsCancellationRequested)
            {
                progress?.Report($"The database server died; starting it again. Its last words: {folder.Log}.1");
                server = await StartAgainAsync();
            }
        }

        await (server?.StopAsync() ?? Task.CompletedTask);
    }

    /// <summary>Tries for as long as we run: what is in the way (a full disk, say) may be cleared. Null when we are told to stop before.</summary>
    private async Task<PostgresServer?> StartAgainAsync()
    {
        for (var pause = StartAgainAfter; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, StartAgainAtMostAfter.Ticks)))
        {
            try
            {
                await LeftOverPostgres.StopAsync(folder, null, stopping.Token); // others of its processes may still be on their way out
                return await PostgresServer.StartAsync(folder, options, connection.Port, progress, stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception e) when (e is LocalPostgresException or NpgsqlException or IOException)
            {
                progress?.Report(e.Message);
            }

            await Task.Delay(pause, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
