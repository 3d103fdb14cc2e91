using System.Runtime.Versioning;
using Dispatch.Server.Storage;
using Dispatch.Server.Storage.Backups;
using Npgsql;

namespace Dispatch.Server.Tests.Storage;

/// <summary>Backing up and restoring a private cluster, with one table for a database. What clients see of it: <see cref="RestoredServerTests"/>.</summary>
[SupportedOSPlatform("linux")]
public sealed class BackupTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-test-").FullName;

    private string Data => Path.Combine(folder, "data");

    private string Backup => Path.Combine(folder, "backup");

    private string Restored => Path.Combine(folder, "restored");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_was_written_before_and_after_the_backup_is_restored_to_the_end_of_the_log()
    {
        await using (var postgres = await LocalPostgres.StartAsync(new() { DataFolder = Data }, null, default))
        {
            await WriteAsync(postgres, "before");
            var report = await TakeBackup.RunAsync(Data, Backup, new Quiet(), default);
            Assert.NotNull(report.ArchivedTo);
            Assert.True(report.Bytes > 10 << 20);
            await WriteAsync(postgres, "after");
        } // an orderly end hands the last word to the archive

        var restored = await RestoreBackup.RunAsync(Backup, Restored, to: null, new Quiet(), default);

        Assert.NotNull(restored.LastTransactionAt);
        Assert.Equal(["before", "after"], await WordsAsync(Restored));
        Assert.Equal(["before", "after"], await WordsAsync(Restored)); // and it starts again as any other
        Assert.Equal(["before", "after"], await WordsAsync(Data));
    }

    [Fact]
    public async Task A_moment_in_the_past_is_restored_as_it_was()
    {
        DateTimeOffset moment;
        await using (var postgres = await LocalPostgres.StartAsync(new() { DataFolder = Data }, null, default))
        {
            await WriteAsync(postgres, "before");
            await TakeBackup.RunAsync(Data, Backup, new Quiet(), default);
            await Task.Delay(1100); // a base backup is named by the second after it was complete
            await WriteAsync(postgres, "right");
            moment = await ScalarAsync<DateTime>(postgres, "SELECT clock_timestamp()");
            await WriteAsync(postgres, "wrong");
        }

        await RestoreBackup.RunAsync(Backup, Restored, moment, new Quiet(), default);

        Assert.Equal(["before", "right"], await WordsAsync(Restored));
        var early = await Assert.ThrowsAsync<LocalPostgresException>(() => RestoreBackup.RunAsync(Backup, Restored + "1", moment.AddDays(-1), new Quiet(), default));
        Assert.Contains("lies before it", early.Message);
        var late = await Assert.ThrowsAsync<LocalPostgresException>(() => RestoreBackup.RunAsync(Backup, Restored + "2", moment.AddDays(1), new Quiet(), default));
        Assert.Contains("The archived log ends before", late.Message);
        Assert.False(Directory.Exists(Path.Combine(Restored + "2", "postgres")));
    }

    [Fact]
    public async Task A_stopped_database_is_backed_up_too_and_again_into_the_same_folder()
    {
        await using (var postgres = await LocalPostgres.StartAsync(new() { DataFolder = Data }, null, default))
        {
            await WriteAsync(postgres, "kept");
        }

        await TakeBackup.RunAsync(Data, Backup, new Quiet(), default);
        await Task.Delay(1100);
        await TakeBackup.RunAsync(Data, Backup, new Quiet(), default);
        Assert.Equal(2, BackupFolder.Open(Backup).Bases.Count);

        await RestoreBackup.RunAsync(Backup, Restored, to: null, new Quiet(), default);
        Assert.Equal(["kept"], await WordsAsync(Restored));
    }

    [Fact]
    public async Task A_restore_overwrites_nothing_running_or_not_and_trusts_no_damaged_backup()
    {
        await using (var postgres = await LocalPostgres.StartAsync(new() { DataFolder = Data }, null, default))
        {
            await WriteAsync(postgres, "kept");
            await TakeBackup.RunAsync(Data, Backup, new Quiet(), default);

            Assert.Contains("in use by another running copy", (await Assert.ThrowsAsync<LocalPostgresException>(() => RestoreBackup.RunAsync(Backup, Data, null, new Quiet(), default))).Message);
            var elsewhere = await Assert.ThrowsAsync<LocalPostgresException>(() => TakeBackup.RunAsync(Data, Backup + "2", new Quiet(), default));
            Assert.Contains("goes to " + Path.Combine(Backup, "wal"), elsewhere.Message);
        }

        Assert.Contains("holds a database already", (await Assert.ThrowsAsync<LocalPostgresException>(() => RestoreBackup.RunAsync(Backup, Data, null, new Quiet(), default))).Message);
        Assert.Equal(["kept"], await WordsAsync(Data));

        var control = Path.Combine(BackupFolder.Open(Backup).Bases[0].Path, "global", "pg_control");
        await File.WriteAllBytesAsync(control, new byte[8192]);
        Assert.Contains("pg_verifybackup failed", (await Assert.ThrowsAsync<LocalPostgresException>(() => RestoreBackup.RunAsync(Backup, Restored, null, new Quiet(), default))).Message);
        Assert.False(Directory.Exists(Path.Combine(Restored, "postgres")));
        Assert.Contains("holds no backup", (await Assert.ThrowsAsync<LocalPostgresException>(() => RestoreBackup.RunAsync(folder, Restored, null, new Quiet(), default))).Message);
        Assert.Contains("There is no database in", (await Assert.ThrowsAsync<LocalPostgresException>(() => TakeBackup.RunAsync(folder, Backup, new Quiet(), default))).Message);
    }

    private static Task<int> WriteAsync(LocalPostgres postgres, string word) =>
        ScalarAsync<int>(postgres, $"CREATE TABLE IF NOT EXISTS word (n serial, word text); INSERT INTO word (word) VALUES ('{word}') RETURNING 1");

    private static async Task<T> ScalarAsync<T>(LocalPostgres postgres, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<string[]> WordsAsync(string data)
    {
        await using var postgres = await LocalPostgres.StartAsync(new() { DataFolder = data }, null, default);
        return await ScalarAsync<string[]>(postgres, "SELECT array_agg(word ORDER BY n) FROM word");
    }

    internal sealed class Quiet : IProgress<string>
    {
        public void Report(string value)
        {
        }
    }
}
