using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Dispatch.Server.Storage;
using Npgsql;
using Xunit;
using static Dispatch.Server.Tests.Storage.PrivateCluster;

namespace Dispatch.Server.Tests.Storage;

/// <summary>Real clusters throughout: what can go wrong here goes wrong between processes.</summary>
[SupportedOSPlatform("linux")]
public sealed class LocalPostgresTests(StoppedCluster stopped) : IClassFixture<StoppedCluster>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dispatch-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
    public async Task It_is_reached_without_a_network_and_by_127_0_0_1_and_wants_the_password_on_both_ways()
    {
        await stopped.CopyToAsync(_folder);
        await using var postgres = await StartAsync(_folder);
        Assert.Equal("t", await ScalarAsync(postgres, "SELECT (inet_server_addr() IS NULL)::text::char(1)"));

        foreach (var way in new[] { LocalPostgres.Address, "127.0.0.1" })
        {
            var settings = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Host = way, Pooling = false };
            await using (var open = new NpgsqlConnection(settings.ConnectionString)) await open.OpenAsync();

            settings.Password = "guessed";
            await using var stranger = new NpgsqlConnection(settings.ConnectionString);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => stranger.OpenAsync());
            Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
        }
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
}
