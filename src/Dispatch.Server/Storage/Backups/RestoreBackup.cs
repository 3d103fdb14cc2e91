using System.Globalization;
using Npgsql;

namespace Dispatch.Server.Storage.Backups;

/// <summary>
/// Makes a new data folder from a backup: the base, brought forward by the archived log to its end or to a moment, and then a new epoch, so that
/// clients that know more than the restored database begin again instead of waiting for numbers that will be given a second time.
/// It never touches a folder that holds a database.
/// </summary>
internal static class RestoreBackup
{
    // Inside the cluster folder, so that the server, which may be unable to enter the backup folder, reads it by a relative name.
    private const string WalToReplay = "dispatch_wal";

    private static readonly TimeSpan RecoveryWithin = TimeSpan.FromHours(12);

    /// <summary><see cref="LastTransactionAt"/>: what was acknowledged up to then is there, by the database's own log.</summary>
    internal sealed record Report(string Base, string EndOfLog, DateTimeOffset? LastTransactionAt, Guid? Epoch);

    public static async Task<Report> RunAsync(string backupFolder, string dataFolder, DateTimeOffset? to, IProgress<string> progress, CancellationToken cancellation)
    {
        var backup = BackupFolder.Open(backupFolder);
        var (from, _) = backup.BaseBefore(to);
        using var folder = PostgresFolder.Open(dataFolder);
        if (folder.Major() is not null)
        {
            throw new LocalPostgresException($"{folder.Root} holds a database already, and a restore never overwrites one. Give a folder of its own: ./dev restore {backupFolder} --data DIR");
        }

        var binaries = await PostgresBinaries.FindAsync(int.Parse(await File.ReadAllTextAsync(Path.Combine(from, "PG_VERSION"), cancellation), CultureInfo.InvariantCulture), cancellation);
        progress.Report($"Verifying {Path.GetFileName(from)} against its manifest");
        await binaries.RunToolAsync("pg_verifybackup", ["--quiet", from], null, null, cancellation);
        try
        {
            await LayOutAsync(backup, from, folder, to, progress, cancellation);
            return await RecoverAsync(folder, from, to, progress, cancellation);
        }
        catch
        {
            folder.Erase(); // what did not become a database must not be taken for one
            throw;
        }
    }

    private static async Task LayOutAsync(BackupFolder backup, string from, PostgresFolder folder, DateTimeOffset? to, IProgress<string> progress, CancellationToken cancellation)
    {
        var segments = Segments(backup, from);
        folder.RequireSpace(Bytes(Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)) + Bytes(segments.Select(each => each.File)));
        progress.Report($"Copying {Path.GetFileName(from)} and {segments.Count} files of write-ahead log");
        await folder.LayOutClusterAsync(await File.ReadAllTextAsync(backup.PasswordFile, cancellation), async cluster =>
        {
            var copied = await Shell.RunAsync(["cp", "-a", from + "/.", cluster], cancellation);
            if (copied.ExitCode != 0)
            {
                throw new LocalPostgresException($"The backup could not be copied to {folder.Root}:\n{copied.Errors.Trim()}");
            }

            var wal = Directory.CreateDirectory(Path.Combine(cluster, WalToReplay)).FullName;
            foreach (var (file, name) in segments)
            {
                File.Copy(file, Path.Combine(wal, name));
            }

            await File.AppendAllTextAsync(
                Path.Combine(cluster, "postgresql.auto.conf"),
                $"restore_command = 'cp \"{WalToReplay}/%f\" \"%p\"'\nrecovery_target_timeline = 'latest'\nrecovery_target_action = 'promote'\n"
                + (to is { } moment ? $"recovery_target_time = '{moment.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}+00'\n" : ""),
                cancellation);
            await File.WriteAllTextAsync(Path.Combine(cluster, "recovery.signal"), "", cancellation);
        }, cancellation);
    }

    /// <summary>From where the base begins; the last segment, which was still being written, under the name it would have got.</summary>
    private static List<(string File, string Name)> Segments(BackupFolder backup, string from)
    {
        // "START WAL LOCATION: 0/4000028 (file 000000010000000000000004)"
        var label = File.ReadLines(Path.Combine(from, "backup_label")).First();
        var first = label[(label.IndexOf("(file ", StringComparison.Ordinal) + 6)..].TrimEnd(')');
        var complete = Directory.GetFiles(backup.Wal).ToDictionary(file => Path.GetFileName(file));
        return [.. complete
            .Where(each => each.Key.EndsWith(".history", StringComparison.Ordinal) || string.CompareOrdinal(each.Key[8..], first[8..]) >= 0)
            .Where(each => !each.Key.EndsWith(".partial", StringComparison.Ordinal) || !complete.ContainsKey(Path.GetFileNameWithoutExtension(each.Key)))
            .Select(each => (each.Value, each.Key.Replace(".partial", "", StringComparison.Ordinal)))];
    }

    private static async Task<Report> RecoverAsync(PostgresFolder folder, string from, DateTimeOffset? to, IProgress<string> progress, CancellationToken cancellation)
    {
        // Not open to anybody before it is whole: without hot_standby the first connection is the sign that recovery has ended.
        var options = new LocalPostgresOptions { DataFolder = folder.Root, Settings = new Dictionary<string, string> { ["hot_standby"] = "off" } };
        PostgresServer server;
        try
        {
            progress.Report("Replaying the write-ahead log");
            server = await PostgresServer.StartAsync(folder, options, port: null, progress, cancellation, RecoveryWithin);
        }
        catch (LocalPostgresException e) when (e.Message.Contains("before configured recovery target was reached", StringComparison.Ordinal))
        {
            throw new LocalPostgresException($"The archived log ends before {to:u}. Leave --to away to restore all there is.", e);
        }

        try
        {
            await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.Connection.ConnectionString) { Database = LocalPostgres.DefaultDatabase, Pooling = false });
            var report = new Report(
                from,
                (string)(await ScalarAsync(source, "SELECT coalesce(pg_last_wal_replay_lsn(), pg_current_wal_lsn())::text", cancellation))!,
                await ScalarAsync(source, "SELECT pg_last_xact_replay_timestamp()", cancellation) is DateTime at ? at : null,
                await BeginEpochAsync(source, cancellation));
            foreach (var name in new[] { "restore_command", "recovery_target_timeline", "recovery_target_action", "recovery_target_time" })
            {
                await ScalarAsync(source, $"ALTER SYSTEM RESET {name}", cancellation);
            }

            await ScalarAsync(source, "CHECKPOINT", cancellation);
            return report;
        }
        finally
        {
            await server.StopAsync();
            Directory.Delete(Path.Combine(folder.Cluster, WalToReplay), recursive: true);
        }
    }

    /// <summary>Also forgets the nodes of the time before. Null for a database that was backed up before it held anything.</summary>
    private static async Task<Guid?> BeginEpochAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (await ScalarAsync(source, "SELECT to_regprocedure('begin_epoch()')::text", cancellation) is null or DBNull)
        {
            return null;
        }

        await ScalarAsync(source, "UPDATE nodes SET state = 'stopped'", cancellation);
        return (Guid)(await ScalarAsync(source, "SELECT begin_epoch()", cancellation))!;
    }

    private static long Bytes(IEnumerable<string> files) => files.Sum(file => new FileInfo(file).Length);

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        return await command.ExecuteScalarAsync(cancellation);
    }
}
