using System.Globalization;
using System.Security.Cryptography;

namespace Dispatch.Server.Storage;

/// <summary>
/// The data folder of a private cluster: what lies where, whose it is, and who may use it now.
/// </summary>
internal sealed class PostgresFolder : IDisposable
{
    private const long SpaceForNewCluster = 300L << 20;
    private const long SpaceForStart = 64L << 20;

    private readonly string root;
    private readonly FileStream held;

    private PostgresFolder(string root, FileStream held)
    {
        this.root = root;
        this.held = held;
    }

    public string Cluster => Path.Combine(root, "postgres");
    public string Log => Path.Combine(root, "postgres.log");
    public string Root => root;

    private string PasswordFile => Path.Combine(root, "postgres.password");
    private string UnfinishedCluster => Cluster + ".new";

    /// <summary>
    /// Opens the folder for us alone. The kernel gives the lock back when its holder dies, so a crash never leaves one behind.
    /// </summary>
    public static PostgresFolder Open(string path)
    {
        var root = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(root);
            var file = Path.Combine(root, "postgres.lock");
            var held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new PostgresFolder(root, held);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new LocalPostgresException(
                $"The data folder {root} is in use by another running copy. Stop that one, or give this one a folder of its own: --data DIR", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(root, e);
        }
    }

    /// <summary>EWOULDBLOCK, what .NET puts into HResult when flock says that somebody else holds the lock.</summary>
    private const int WouldBlock = 11;

    public static LocalPostgresException Unusable(string path, Exception cause) =>
        new($"The data folder {path} cannot be used: {cause.Message} Run as the user who made it, or give another folder: --data DIR", cause);

    /// <summary>The PostgreSQL version that made the cluster; null when there is none yet.</summary>
    public int? Major()
    {
        if (!Directory.Exists(Cluster) || !Directory.EnumerateFileSystemEntries(Cluster).Any())
        {
            return null;
        }

        var version = Path.Combine(Cluster, "PG_VERSION");
        if (File.Exists(version) && File.Exists(Path.Combine(Cluster, "global", "pg_control"))
            && int.TryParse(File.ReadAllText(version), CultureInfo.InvariantCulture, out var major))
        {
            return major;
        }

        throw new LocalPostgresException(
            $"{Cluster} is not a PostgreSQL cluster, or is a damaged one; nothing in it was touched. "
            + "Put its content back from a backup, give another folder (--data DIR), or erase it and begin anew (--fresh).");
    }

    public string Password()
    {
        if (File.Exists(PasswordFile))
        {
            return File.ReadAllText(PasswordFile).Trim();
        }

        throw new LocalPostgresException(
            $"{PasswordFile} is missing, and without it nobody can sign in to the database beside it. "
            + "Put it back, or erase the data and begin anew (--fresh).");
    }

    public void RequireSpace(bool newCluster) => RequireSpace(newCluster ? SpaceForNewCluster : SpaceForStart);

    public void RequireSpace(long needed)
    {
        var free = new DriveInfo(root).AvailableFreeSpace;
        if (free < needed)
        {
            throw NoSpace(root, $"{free >> 20} MB are free, {needed >> 20} MB are needed");
        }
    }

    public static LocalPostgresException NoSpace(string root, string detail) =>
        new($"There is too little disk space for the database in {root}: {detail}. Make room, or give a folder on another disk: --data DIR");

    /// <summary>
    /// Makes the cluster beside its place and moves it there when it is complete: a crash or a full disk in the
    /// middle leaves nothing that could be mistaken for a cluster.
    /// </summary>
    public async Task CreateClusterAsync(PostgresBinaries binaries, bool durable, CancellationToken cancellation)
    {
        var password = RandomNumberGenerator.GetHexString(48, lowercase: true);
        await BeginClusterAsync(password, cancellation);

        // initdb opens its password file by name, which only the owner of a pipe may do: hence the second pipe.
        var made = await PostgresProcess.RunInsideAsync(
            UnfinishedCluster,
            [
                "sh", "-c", "cat | \"$@\"", "initdb", binaries.Initdb,
                "-D", PostgresProcess.OpenedCluster,
                "--username=" + LocalPostgres.Owner, "--pwfile=/dev/stdin", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale=C.UTF-8",
                durable ? "--data-checksums" : "--no-sync",
            ],
            input: password + "\n",
            cancellation);
        Check(made, "it filled up while the cluster was made");
        Directory.Move(UnfinishedCluster, Cluster);
    }

    /// <summary>The same for a cluster whose files come from a backup: <paramref name="layOut"/> puts them where it is told.</summary>
    public async Task LayOutClusterAsync(string password, Func<string, Task> layOut, CancellationToken cancellation)
    {
        await BeginClusterAsync(password.Trim(), cancellation);
        await layOut(UnfinishedCluster);
        string[] owner = Environment.IsPrivilegedProcess ? ["postgres:postgres"] : [$"{Environment.UserName}"];
        Check(await Shell.RunAsync(["chown", "-R", .. owner, UnfinishedCluster], cancellation), "it filled up while the backup was copied");
        Check(await Shell.RunAsync(["chmod", "700", UnfinishedCluster], cancellation), "");
        Directory.Move(UnfinishedCluster, Cluster);
    }

    private async Task BeginClusterAsync(string password, CancellationToken cancellation)
    {
        Erase();
        var onlyUs = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            onlyUs.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var writer = new StreamWriter(PasswordFile, onlyUs))
        {
            await writer.WriteLineAsync(password);
        }

        string[] owner = Environment.IsPrivilegedProcess ? ["-o", "postgres", "-g", "postgres"] : [];
        Check(await Shell.RunAsync(["install", "-d", "-m", "700", .. owner, UnfinishedCluster], cancellation), "");
    }

    private void Check(Shell.Outcome made, string whenFull)
    {
        if (made.ExitCode != 0)
        {
            throw made.Errors.Contains("No space left", StringComparison.Ordinal)
                ? NoSpace(root, whenFull)
                : new LocalPostgresException($"The database cluster could not be made in {root}:\n{made.Errors.Trim()}");
        }
    }

    public void Erase()
    {
        foreach (var folder in new[] { UnfinishedCluster, Cluster })
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        File.Delete(PasswordFile);
    }

    /// <summary>All of it, also what is not ours: for a folder that was made for one run.</summary>
    public void Remove()
    {
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>The log says how this start went; the one before is kept beside it.</summary>
    public void TurnLog()
    {
        if (File.Exists(Log))
        {
            File.Move(Log, Log + ".1", overwrite: true);
        }
    }

    public void Dispose() => held.Dispose();
}
