using System.Runtime.Versioning;
using Dispatch.Server.Storage;
using Npgsql;
using Xunit;
using static Dispatch.Server.Tests.Storage.PrivateCluster;

namespace Dispatch.Server.Tests.Storage;

/// <summary>A folder that must not be used, or cannot: refused with the reason and what to do, and left as it was.</summary>
[SupportedOSPlatform("linux")]
public sealed class LocalPostgresRefusalTests(StoppedCluster stopped) : IClassFixture<StoppedCluster>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dispatch-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
}
