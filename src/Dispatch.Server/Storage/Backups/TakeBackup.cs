using System.Globalization;
using Npgsql;

namespace Dispatch.Server.Storage.Backups;

/// <summary>
/// Backs up a private cluster while it runs, or as it lies: a verified base backup, and from then on its write-ahead log as it is written. Taken again,
/// it adds a newer base to the same folder.
/// </summary>
internal static class TakeBackup
{
    private static readonly TimeSpan ArchivedWithin = TimeSpan.FromSeconds(30), LookAgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary><see cref="ArchivedTo"/>: everything acknowledged before it is in the folder; null when nobody archives yet.</summary>
    internal sealed record Report(string Base, long Bytes, string? ArchivedTo);

    public static async Task<Report> RunAsync(string dataFolder, string backupFolder, IProgress<string> progress, CancellationToken cancellation)
    {
        dataFolder = Path.GetFullPath(dataFolder);
        if (!File.Exists(Path.Combine(dataFolder, "postgres", "PG_VERSION")))
        {
            throw new LocalPostgresException($"There is no database in {dataFolder}. Name its folder: ./dev backup DIR --data DATA");
        }

        var backup = BackupFolder.Make(backupFolder);
        var target = WalArchive.TargetFile(dataFolder);
        if (File.Exists(target) && (await File.ReadAllTextAsync(target, cancellation)).Trim() is var other && other != backup.Wal)
        {
            throw new LocalPostgresException($"The write-ahead log of this database goes to {other} already. Back up to the same folder, or remove {target} to begin elsewhere.");
        }

        var (connection, own) = await ConnectAsync(dataFolder, progress, cancellation);
        await using (own)
        {
            return await RunAsync(dataFolder, backup, connection, progress, cancellation);
        }
    }

    private static async Task<Report> RunAsync(
        string dataFolder, BackupFolder backup, NpgsqlConnectionStringBuilder connection, IProgress<string> progress, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(connection.ConnectionString);

        // The log is kept from here on, so that none is missing between the base and its archive. A slot that fell too far behind is of no use.
        await ExecuteAsync(source, $"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{WalArchive.Slot}' AND wal_status = 'lost'", cancellation);
        await ExecuteAsync(source, $"SELECT pg_create_physical_replication_slot('{WalArchive.Slot}', true) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{WalArchive.Slot}')", cancellation);

        var binaries = await PostgresBinaries.FindAsync(int.Parse(await File.ReadAllTextAsync(Path.Combine(dataFolder, "postgres", "PG_VERSION"), cancellation), CultureInfo.InvariantCulture), cancellation);
        if (Directory.Exists(backup.Unfinished))
        {
            Directory.Delete(backup.Unfinished, recursive: true); // of a backup that was interrupted
        }

        await binaries.RunToolAsync(
            "pg_basebackup",
            ["-D", backup.Unfinished, "--format=plain", "--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256", "--progress", "--no-password", .. PostgresBinaries.Address(connection)],
            connection.Password, line => progress.Report("Base backup: " + line), cancellation);
        progress.Report("Verifying it against its manifest");
        await binaries.RunToolAsync("pg_verifybackup", ["--quiet", backup.Unfinished], null, null, cancellation);
        File.Copy(Path.Combine(dataFolder, "postgres.password"), backup.PasswordFile, overwrite: true);
        var complete = backup.BaseOf(await ScalarAsync<DateTime>(source, "SELECT date_trunc('second', clock_timestamp()) + interval '1 second'", cancellation));
        Directory.Move(backup.Unfinished, complete);

        await File.WriteAllTextAsync(WalArchive.TargetFile(dataFolder), backup.Wal + "\n", cancellation);
        progress.Report($"Archiving the write-ahead log to {backup.Wal}");
        var archived = await ArchivedAsync(source, cancellation);
        return new(complete, Directory.EnumerateFiles(complete, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), archived);
    }

    /// <summary>Waits until what was written so far is in the archive, and says up to where that is.</summary>
    private static async Task<string?> ArchivedAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        var written = await ScalarAsync<string>(source, "SELECT pg_switch_wal()::text", cancellation);
        for (var waited = TimeSpan.Zero; waited < ArchivedWithin; waited += LookAgainAfter)
        {
            if (await ScalarAsync<bool>(source, $"""
                SELECT EXISTS (SELECT FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid
                    WHERE s.slot_name = '{WalArchive.Slot}' AND r.flush_lsn >= '{written}')
                """, cancellation))
            {
                return written;
            }

            await Task.Delay(LookAgainAfter, cancellation);
        }

        return null;
    }

    /// <summary>The running server of this folder, or one of our own for as long as it takes.</summary>
    public static async Task<(NpgsqlConnectionStringBuilder Connection, LocalPostgres? Own)> ConnectAsync(string dataFolder, IProgress<string> progress, CancellationToken cancellation)
    {
        if (await RunningAsync(dataFolder, cancellation) is { } running)
        {
            return (running, null);
        }

        progress.Report("The database does not run: starting it for as long as it takes");
        var own = await LocalPostgres.StartAsync(new() { DataFolder = dataFolder }, progress, cancellation);
        return (new(own.ConnectionString), own);
    }

    private static async Task<NpgsqlConnectionStringBuilder?> RunningAsync(string dataFolder, CancellationToken cancellation)
    {
        try
        {
            var pidFile = await File.ReadAllLinesAsync(Path.Combine(dataFolder, "postgres", "postmaster.pid"), cancellation);
            var connection = new NpgsqlConnectionStringBuilder
            {
                Host = LocalPostgres.Address, Port = int.Parse(pidFile[3], CultureInfo.InvariantCulture), Username = LocalPostgres.Owner, Database = LocalPostgres.DefaultDatabase,
                Password = (await File.ReadAllTextAsync(Path.Combine(dataFolder, "postgres.password"), cancellation)).Trim(), Pooling = false, CommandTimeout = 60,
            };
            await using var there = new NpgsqlConnection(connection.ConnectionString);
            await there.OpenAsync(cancellation);
            return connection;
        }
        catch (Exception e) when (e is IOException or FormatException or IndexOutOfRangeException or NpgsqlException)
        {
            return null; // nobody runs it, or a crash left the file behind: then it is started, which finds out
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
