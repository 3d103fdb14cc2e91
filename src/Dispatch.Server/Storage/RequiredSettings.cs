using System.Globalization;
using Npgsql;

namespace Dispatch.Server.Storage;

/// <summary>The database is not one we can keep our promises on. The message names every fault and what to do, for the person who starts the server.</summary>
public sealed class UnfitDatabaseException(IReadOnlyList<string> faults)
    : Exception("The database is not fit for Dispatch, and the server does not start:\n" + string.Join('\n', faults.Select(fault => "  - " + fault)))
{
    public IReadOnlyList<string> Faults => faults;
}

/// <summary>
/// The exact settings of docs/operations.md, asserted at every start: first what the server must be before anything is written to it, then what our
/// own sessions see. What would only be slow is documented there and not asserted here.
/// </summary>
internal static class RequiredSettings
{
    /// <summary>What each node may take: its pool, Quartz, and a few for the moment of a restart.</summary>
    public const int ConnectionsPerNode = Database.PoolSize + DispatchLane.Width + Database.QuartzPoolSize;

    /// <summary>Left for people, backups and the replica.</summary>
    public const int ConnectionsToSpare = 10;

    private const int LeastVersion = 15;

    private static readonly TimeSpan UntilDeadNodesAreForgotten = TimeSpan.FromSeconds(7), LookAgainAfter = TimeSpan.FromSeconds(1);

    private static readonly (string Name, Version Least, string Package)[] Extensions =
        [("postgis", new(3, 3), "postgresql-15-postgis-3"), ("btree_gist", new(1, 0), "postgresql-contrib"), ("ltree", new(1, 0), "postgresql-contrib")];

    /// <summary>What was read of the server; <see cref="Faults"/> judges it. Settings by their PostgreSQL names, as our own session sees them.</summary>
    internal sealed record Seen(
        int VersionNumber, string Encoding, bool IsReplica, IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, string> Extensions, int OtherNodes);

    /// <exception cref="UnfitDatabaseException">With every fault at once.</exception>
    public static async Task RequireAsync(NpgsqlDataSource source, bool allowVolatile, bool requireArchive, CancellationToken cancellation)
    {
        var faults = Faults(await ReadAsync(source, cancellation), allowVolatile, requireArchive);
        for (var waited = TimeSpan.Zero; faults is [{ } one] && one.StartsWith("max_connections", StringComparison.Ordinal) && waited < UntilDeadNodesAreForgotten; waited += LookAgainAfter)
        {
            // Perhaps we are the next run of a node that was killed a moment ago and still counts.
            await Task.Delay(LookAgainAfter, cancellation);
            faults = Faults(await ReadAsync(source, cancellation), allowVolatile, requireArchive);
        }

        if (faults.Count > 0)
        {
            throw new UnfitDatabaseException(faults);
        }
    }

    public static IReadOnlyList<string> Faults(Seen seen, bool allowVolatile, bool requireArchive)
    {
        var faults = new List<string>();
        string Setting(string name) => seen.Settings.GetValueOrDefault(name, "");
        void Must(bool met, string otherwise)
        {
            if (!met)
            {
                faults.Add(otherwise);
            }
        }

        Must(seen.VersionNumber >= LeastVersion * 10_000,
            $"PostgreSQL {seen.VersionNumber / 10_000} is too old: {LeastVersion} or later is needed.");
        Must(!seen.IsReplica, "It is a replica (pg_is_in_recovery): decisions are made on the primary only. Name the primary in ConnectionStrings__Postgres, or add Target Session Attributes=primary.");
        Must(seen.Encoding == "UTF8", $"The database's encoding is {seen.Encoding}: names need UTF8. CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.");
        Must(Setting("TimeZone") is "UTC" or "Etc/UTC", $"timezone = {Setting("TimeZone")} in our sessions although we ask for UTC: something between us and PostgreSQL drops session settings (pool in session mode, please).");

        Must(Setting("synchronous_commit") is "on" or "remote_apply",
            $"synchronous_commit = {Setting("synchronous_commit")}: an acknowledged answer could be lost in a crash. Set it to on (ALTER SYSTEM, ALTER DATABASE and ALTER ROLE are looked at alike).");
        foreach (var name in new[] { "fsync", "full_page_writes" })
        {
            Must(allowVolatile || Setting(name) == "on", $"{name} = {Setting(name)}: what is acknowledged would not survive a power cut. Set it to on.");
        }

        var archives = Setting("archive_mode") is "on" or "always";
        Must(!archives || Setting("wal_level") is "replica" or "logical", $"wal_level = {Setting("wal_level")} with archive_mode on: the archive could not be restored from. Set wal_level = replica.");
        Must(!archives || Setting("archive_command") is not ("" or "(disabled)") || Setting("archive_library").Length > 0,
            "archive_mode is on and archive_command is empty: write-ahead log piles up until the disk is full. Set archive_command, or archive_mode = off.");
        Must(!requireArchive || archives, "archive_mode = off, and Database__RequireArchive asks for an archive: without one there is no restore to a point in time.");

        foreach (var (name, wanted) in Database.SessionSettings)
        {
            Must(Setting(name) == wanted, $"{name} = {Setting(name)} ms in our sessions although we ask for {wanted} ms: something between us and PostgreSQL drops session settings (pool in session mode, please).");
        }

        foreach (var (name, least, package) in Extensions)
        {
            Must(seen.Extensions.TryGetValue(name, out var version), $"The extension {name} is not installed on the database server: apt-get install {package}");
            Must(version is null || !Version.TryParse(version, out var found) || found >= least, $"The extension {name} is {version}: {least} or later is needed.");
        }

        if (int.TryParse(Setting("max_connections"), CultureInfo.InvariantCulture, out var most))
        {
            var needed = ((seen.OtherNodes + 1) * ConnectionsPerNode) + ConnectionsToSpare;
            Must(most >= needed, $"max_connections = {most}: {seen.OtherNodes + 1} node(s) of up to {ConnectionsPerNode} connections and {ConnectionsToSpare} to spare need {needed}.");
        }

        return faults;
    }

    private static async Task<Seen> ReadAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var settings = await PairsAsync(connection, """
            SELECT name, setting FROM pg_settings WHERE name IN ('TimeZone', 'synchronous_commit', 'fsync', 'full_page_writes', 'wal_level', 'archive_mode',
                'archive_command', 'archive_library', 'idle_in_transaction_session_timeout', 'lock_timeout', 'statement_timeout', 'max_connections')
            """, cancellation);
        var extensions = await PairsAsync(connection, """
            SELECT a.name, coalesce(e.extversion, a.default_version) FROM pg_available_extensions a LEFT JOIN pg_extension e ON e.extname = a.name
            WHERE a.name IN ('postgis', 'btree_gist', 'ltree')
            """, cancellation);
        var known = await ScalarAsync<bool>(connection, "SELECT to_regclass('nodes') IS NOT NULL", cancellation);
        return new(
            await ScalarAsync<int>(connection, "SELECT current_setting('server_version_num')::integer", cancellation),
            await ScalarAsync<string>(connection, "SELECT pg_encoding_to_char(encoding)::text FROM pg_database WHERE datname = current_database()", cancellation),
            await ScalarAsync<bool>(connection, "SELECT pg_is_in_recovery()", cancellation),
            settings, extensions,
            known ? (int)await ScalarAsync<long>(connection, "SELECT count(*) FROM nodes WHERE state <> 'stopped' AND seen_at > now() - interval '5 seconds'", cancellation) : 0);
    }

    private static async Task<Dictionary<string, string>> PairsAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var pairs = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancellation))
        {
            pairs[reader.GetString(0)] = reader.GetString(1);
        }

        return pairs;
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
