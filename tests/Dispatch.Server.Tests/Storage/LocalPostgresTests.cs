using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Dispatch.Server.Storage;
using Npgsql;
using Xunit;

namespace Dispatch.Server.Tests.Storage;

/// <summary>Real clusters throughout: what can go wrong here goes wrong between processes.</summary>
[SupportedOSPlatform("linux")]
public sealed class LocalPostgresTests(LocalPostgresTests.StoppedCluster stopped) : IClassFixture<LocalPostgresTests.StoppedCluster>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dispatch-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A cluster that was made, holds the word "kept", and was stopped. Copying it is ten times quicker than making one.</summary>
    public sealed class StoppedCluster : IAsyncLifetime
    {
        private readonly string _original = Directory.CreateTempSubdirectory("dispatch-test-").FullName;

        public async Task InitializeAsync()
        {
            await using var made = await StartAsync(_original);
            await WriteAsync(made, "kept");
        }

        public Task CopyToAsync(string folder) => CopyAsync(_original, folder);

        public Task DisposeAsync()
        {
            Directory.Delete(_original, recursive: true);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_restart_keeps_what_was_written()
    {
        await using (var first = await StartAsync(_folder)) await WriteAsync(first, "kept");

        await using var second = await StartAsync(_folder);
        Assert.Equal("kept", await ReadAsync(second));
    }

    [Fact]
    public async Task Two_clusters_run_side_by_side()
    {
        await using var one = await StartAsync(Path.Combine(_folder, "one"));
        await using var other = await StartAsync(Path.Combine(_folder, "other"));
        await WriteAsync(one, "one");
        await WriteAsync(other, "other");

        Assert.Equal("one", await ReadAsync(one));
        Assert.Equal("other", await ReadAsync(other));
    }

    [Fact]
    public async Task A_cluster_left_by_a_crash_is_recovered()
    {
        // What a machine leaves that lost its power: the files of a running cluster, its pid file among them. The number in it belongs
        // to a database server that is not ours to end.
        var crashed = Path.Combine(_folder, "crashed");
        await using var stranger = await StartAsync(Path.Combine(_folder, "running"));
        await WriteAsync(stranger, "acknowledged");
        await CopyAsync(Path.Combine(_folder, "running"), crashed);
        Assert.True(File.Exists(Path.Combine(crashed, "postgres", "postmaster.pid")));

        await using var recovered = await StartAsync(crashed);

        Assert.Equal("acknowledged", await ReadAsync(recovered));
        Assert.Contains("was not properly shut down", await File.ReadAllTextAsync(recovered.LogFile));
        Assert.Equal("acknowledged", await ReadAsync(stranger));
    }

    [Fact]
    public async Task A_server_that_dies_under_us_is_started_again_on_the_same_port_and_loses_nothing()
    {
        await stopped.CopyToAsync(_folder);
        await using var postgres = await StartAsync(_folder);
        await ScalarAsync(postgres, "UPDATE word SET word = 'acknowledged'");
        var before = postgres.PostmasterId!.Value;

        Kill(before);

        Assert.Equal("acknowledged", await EventuallyAsync(() => ReadAsync(postgres)));
        Assert.NotEqual(before, postgres.PostmasterId);
    }

    [Fact]
    public async Task A_server_that_outlived_its_owner_is_ended_by_the_next_start()
    {
        await stopped.CopyToAsync(_folder);
        int orphan;
        using (var folder = PostgresFolder.Open(_folder))
        {
            await PostgresServer.StartAsync(folder, new() { DataFolder = _folder }, null, null, default);
            orphan = LeftOverPostgres.Postmaster(folder)!.Value;
            KillLifelineOf(orphan);
        }

        Assert.True(IsRunning(orphan), "without its lifeline the server cannot know that its owner has gone");

        await using var next = await StartAsync(_folder);

        Assert.False(IsRunning(orphan));
        Assert.Equal("kept", await ReadAsync(next));
    }

    [Fact]
    public async Task A_stale_pid_file_that_names_another_program_does_no_harm()
    {
        await stopped.CopyToAsync(_folder);
        var pidFile = Path.Combine(_folder, "postgres", "postmaster.pid");
        await File.WriteAllTextAsync(pidFile, $"{Environment.ProcessId}\n/somewhere/else\n0\n5432\n\n127.0.0.1\n1 1\nready\n");

        await using var next = await StartAsync(_folder);

        Assert.Equal("kept", await ReadAsync(next));
    }

    [Fact]
    public async Task A_folder_that_a_running_copy_uses_is_refused()
    {
        await stopped.CopyToAsync(_folder);
        await using var running = await StartAsync(_folder);

        var refusal = await Assert.ThrowsAsync<LocalPostgresException>(() => StartAsync(_folder));

        Assert.Contains("in use by another running copy", refusal.Message);
        Assert.Contains("--data DIR", refusal.Message);
        Assert.Equal("kept", await ReadAsync(running));
    }

    [Fact]
    public async Task A_folder_that_is_no_cluster_is_refused_and_left_alone()
    {
        var stranger = Path.Combine(_folder, "postgres", "holiday.jpg");
        Directory.CreateDirectory(Path.GetDirectoryName(stranger)!);
        await File.WriteAllTextAsync(stranger, "not a database");

        var refusal = await Assert.ThrowsAsync<LocalPostgresException>(() => StartAsync(_folder));

        Assert.Contains("is not a PostgreSQL cluster", refusal.Message);
        Assert.Contains("--fresh", refusal.Message);
        Assert.True(File.Exists(stranger));
    }

    [Fact]
    public async Task A_damaged_cluster_is_refused_with_the_reason_and_the_log()
    {
        await stopped.CopyToAsync(_folder);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "postgres", "global", "pg_control"), new byte[8192]);

        var refusal = await Assert.ThrowsAsync<LocalPostgresException>(() => StartAsync(_folder));

        Assert.Contains("did not start", refusal.Message);
        Assert.Contains("FATAL", refusal.Message);
        Assert.Contains(Path.Combine(_folder, "postgres.log"), refusal.Message);
    }

    [Fact]
    public async Task A_cluster_of_another_version_asks_for_that_version()
    {
        await stopped.CopyToAsync(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "postgres", "PG_VERSION"), "99\n");

        var refusal = await Assert.ThrowsAsync<LocalPostgresException>(() => StartAsync(_folder));

        Assert.Contains("apt-get install postgresql-99 postgresql-99-postgis-3", refusal.Message);
    }

    [Fact]
    public async Task A_lost_password_is_named_and_not_replaced_in_silence()
    {
        await stopped.CopyToAsync(_folder);
        File.Delete(Path.Combine(_folder, "postgres.password"));

        var refusal = await Assert.ThrowsAsync<LocalPostgresException>(() => StartAsync(_folder));

        Assert.Contains("postgres.password is missing", refusal.Message);
    }

    [Fact]
    public async Task A_wrong_password_is_named_and_the_server_does_not_stay_behind()
    {
        await stopped.CopyToAsync(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "postgres.password"), "something else\n");

        var refusal = await Assert.ThrowsAsync<LocalPostgresException>(() => StartAsync(_folder));

        Assert.Contains("does not fit the database", refusal.Message);
        Assert.False(File.Exists(Path.Combine(_folder, "postgres", "postmaster.pid")));
    }

    [Fact]
    public async Task A_cluster_that_was_never_finished_is_made_again()
    {
        var unfinished = Directory.CreateDirectory(Path.Combine(_folder, "postgres.new"));
        await File.WriteAllTextAsync(Path.Combine(unfinished.FullName, "PG_VERSION"), "15\n");

        await using var started = await StartAsync(_folder);

        await WriteAsync(started, "kept");
        Assert.False(unfinished.Exists && Directory.Exists(unfinished.FullName));
    }

    [Fact]
    public async Task Fresh_begins_with_an_empty_cluster()
    {
        await stopped.CopyToAsync(_folder);

        await using var fresh = await LocalPostgres.StartAsync(new() { DataFolder = _folder, Fresh = true }, null, default);

        Assert.Null(await ReadAsync(fresh));
    }

    [Theory]
    [InlineData("with spaces and 'quotes'")]
    [InlineData("福田区 退役军人")]
    [InlineData("a-path-longer-than-any-socket-name-may-be/1234567890123456789012345678901234567890123456789012345678901234567890")]
    public async Task Any_path_will_do(string name)
    {
        await using var started = await StartAsync(Path.Combine(_folder, name));
        await WriteAsync(started, name);
        Assert.Equal(name, await ReadAsync(started));
    }

    [Fact]
    public async Task The_data_may_lie_below_a_folder_that_user_postgres_cannot_enter()
    {
        var home = Directory.CreateDirectory(Path.Combine(_folder, "home"));
        File.SetUnixFileMode(home.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var data = Path.Combine(home.FullName, "clone", ".local");

        await using (var first = await StartAsync(data)) await WriteAsync(first, "kept");

        await using var second = await StartAsync(data);
        Assert.Equal("kept", await ReadAsync(second));
    }

    [Fact]
    public async Task The_password_and_the_data_are_for_the_owner_only()
    {
        await stopped.CopyToAsync(_folder);

        const UnixFileMode others = (UnixFileMode)0b000_111_111;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(_folder, "postgres.password")) & others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(_folder, "postgres")) & others);
    }

    [Fact]
    public async Task Kept_data_is_on_the_disk_before_a_commit_returns()
    {
        await stopped.CopyToAsync(_folder);
        await using var started = await StartAsync(_folder);
        foreach (var setting in new[] { "fsync", "synchronous_commit", "full_page_writes" })
        {
            Assert.Equal("on", await ScalarAsync(started, $"SHOW {setting}"));
        }
    }

    [Fact]
    public async Task An_ephemeral_cluster_leaves_nothing_behind()
    {
        var ephemeral = await LocalPostgres.StartAsync(new() { Ephemeral = true }, null, default);
        await WriteAsync(ephemeral, "gone soon");
        var folder = Path.GetDirectoryName(ephemeral.LogFile)!;

        await ephemeral.DisposeAsync();

        Assert.False(Directory.Exists(folder));
    }

    private static async Task CopyAsync(string from, string to)
    {
        Directory.CreateDirectory(to);
        using var copy = Process.Start("cp", ["-a", from + "/.", to]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }

    private static Task<LocalPostgres> StartAsync(string folder) =>
        LocalPostgres.StartAsync(new() { DataFolder = folder }, null, default);

    private static async Task WriteAsync(LocalPostgres postgres, string word) =>
        await ScalarAsync(postgres, "CREATE TABLE word (word text); INSERT INTO word VALUES ($word$" + word + "$word$)");

    private static async Task<object?> ReadAsync(LocalPostgres postgres) =>
        await ScalarAsync(postgres, "SELECT to_regclass('word')::text") is null or DBNull ? null : await ScalarAsync(postgres, "SELECT word FROM word");

    private static async Task<object?> ScalarAsync(LocalPostgres postgres, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Repeats a question to a server that is on its way up, and in the end says what it was told last.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (NpgsqlException) when (waited.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(50);
            }
        }
    }

    private static void KillLifelineOf(int postmaster)
    {
        var lifeline = StatusOf(postmaster, "PPid:");
        foreach (var half in ChildrenOf(lifeline).Where(child => child != postmaster).Prepend(lifeline).ToList())
        {
            Kill(half);
        }
    }

    private static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    private static IEnumerable<int> ChildrenOf(int parent) =>
        Directory.GetDirectories("/proc").Select(Path.GetFileName)
            .Select(name => int.TryParse(name, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && StatusOf(id, "PPid:") == parent);

    /// <summary>A process that has ended may wait for its parent to take note: it runs no more.</summary>
    private static bool IsRunning(int processId) =>
        File.Exists($"/proc/{processId}/status") && !File.ReadAllText($"/proc/{processId}/status").Contains("State:\tZ", StringComparison.Ordinal);

    private static int StatusOf(int processId, string field)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
            return int.Parse(line[field.Length..], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // Ended while we looked.
        }
    }
}
