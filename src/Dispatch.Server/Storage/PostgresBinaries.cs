using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Dispatch.Server.Storage;

/// <summary>An installed PostgreSQL that has PostGIS, found without asking anybody to configure a path.</summary>
internal sealed record PostgresBinaries(int Major, string Folder)
{
    /// <summary>The version we test with. Newer ones are taken when they are all there is.</summary>
    private const int Tested = 15;

    private const string Extension = "postgis";

    public string Initdb => Path.Combine(Folder, "initdb");
    public string Server => Path.Combine(Folder, "postgres");

    /// <summary>A tool that comes with the server: pg_basebackup and the like.</summary>
    public string Tool(string name) => Path.Combine(Folder, name) is var tool && File.Exists(tool)
        ? tool
        : throw new LocalPostgresException($"{name} is not installed. Install it:\n  sudo apt-get install postgresql-client-{Major}");

    /// <summary>Where a tool finds the server.</summary>
    public static string[] Address(NpgsqlConnectionStringBuilder connection) =>
        ["-h", connection.Host!, "-p", connection.Port.ToString(CultureInfo.InvariantCulture), "-U", connection.Username!];

    /// <summary>Runs a tool to its end and shows what it says as it says it.</summary>
    /// <exception cref="LocalPostgresException">It failed; with its last words.</exception>
    public async Task RunToolAsync(string name, IEnumerable<string> arguments, string? password, Action<string>? show, CancellationToken cancellation)
    {
        var start = Shell.StartInfo([Tool(name), .. arguments]);
        start.RedirectStandardError = true;
        start.Environment["PGPASSWORD"] = password ?? "";
        using var process = Process.Start(start)!;
        var said = new List<string>();
        while (await process.StandardError.ReadLineAsync(cancellation) is { } line)
        {
            said.Add(line.Trim());
            show?.Invoke(line.Trim());
        }

        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
        {
            throw new LocalPostgresException($"{name} failed:\n{string.Join('\n', said.TakeLast(10))}");
        }
    }

    /// <summary>An existing cluster can be opened by the version that made it only; for a new one there is a choice.</summary>
    public static async Task<PostgresBinaries> FindAsync(int? clusterMajor, CancellationToken cancellation)
    {
        var installed = await InstalledAsync(cancellation);
        if (clusterMajor is { } major)
        {
            return installed.Find(found => found.Major == major)
                ?? throw new LocalPostgresException(
                    $"The data was made with PostgreSQL {major}, which is not installed here. Install it:\n  {AptCommand(major)}\n"
                    + "or begin with new data: ./dev up --fresh");
        }

        if (installed.Count == 0)
        {
            throw new LocalPostgresException(
                $"PostgreSQL {Tested} or newer with PostGIS is not installed. Install it:\n  {AptCommand(Tested)}\n"
                + "or name a server of your own in ConnectionStrings__Postgres.");
        }

        // Oldest first: that is the tested one wherever it exists.
        foreach (var found in installed)
        {
            if (await found.HasPostGisAsync(cancellation))
            {
                return found;
            }
        }

        throw new LocalPostgresException(
            $"PostgreSQL {installed[0].Major} is installed, its PostGIS extension is not. Install it:\n  {AptCommand(installed[0].Major)}");
    }

    public async Task RequirePostGisAsync(CancellationToken cancellation)
    {
        if (!await HasPostGisAsync(cancellation))
        {
            throw new LocalPostgresException($"PostgreSQL {Major} has no PostGIS extension. Install it:\n  {AptCommand(Major)}");
        }
    }

    private static string AptCommand(int major) =>
        $"sudo apt-get install postgresql-{major} postgresql-{major}-postgis-3";

    private static async Task<List<PostgresBinaries>> InstalledAsync(CancellationToken cancellation)
    {
        const string debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).Select(version => Path.Combine(version, "bin")).ToList()
            : [];
        folders.AddRange((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries));

        var installed = new List<PostgresBinaries>();
        foreach (var folder in folders)
        {
            var server = Path.Combine(folder, "postgres");
            if (!File.Exists(server) || !File.Exists(Path.Combine(folder, "initdb")))
            {
                continue;
            }

            // "postgres (PostgreSQL) 15.20 (Debian ...)"
            var version = (await Shell.RunAsync([server, "--version"], cancellation)).Output;
            var digits = version.Split(' ').ElementAtOrDefault(2)?.Split('.')[0];
            if (int.TryParse(digits, CultureInfo.InvariantCulture, out var major)
                && major >= Tested && installed.All(found => found.Major != major))
            {
                installed.Add(new PostgresBinaries(major, folder));
            }
        }

        installed.Sort((one, other) => one.Major.CompareTo(other.Major));
        return installed;
    }

    private async Task<bool> HasPostGisAsync(CancellationToken cancellation)
    {
        var config = Path.Combine(Folder, "pg_config");
        var share = File.Exists(config)
            ? (await Shell.RunAsync([config, "--sharedir"], cancellation)).Output.Trim()
            : Path.Combine("/usr/share/postgresql", Major.ToString(CultureInfo.InvariantCulture));
        return File.Exists(Path.Combine(share, "extension", Extension + ".control"));
    }
}
