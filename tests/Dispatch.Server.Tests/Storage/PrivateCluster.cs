using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Dispatch.Server.Storage;
using Npgsql;
using Xunit;
using static Dispatch.Server.Tests.Storage.PrivateCluster;

namespace Dispatch.Server.Tests.Storage;

/// <summary>A cluster that was made, holds the word "kept", and was stopped. Copying it is ten times quicker than making one.</summary>
[SupportedOSPlatform("linux")]
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

/// <summary>What the tests of private clusters do with them, and with the processes behind them.</summary>
[SupportedOSPlatform("linux")]
internal static class PrivateCluster
{
    public static async Task CopyAsync(string from, string to)
    {
        Directory.CreateDirectory(to);
        using var copy = Process.Start("cp", ["-a", from + "/.", to]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }

    public static Task<LocalPostgres> StartAsync(string folder) =>
        LocalPostgres.StartAsync(new() { DataFolder = folder }, null, default);

    public static async Task WriteAsync(LocalPostgres postgres, string word) =>
        await ScalarAsync(postgres, "CREATE TABLE word (word text); INSERT INTO word VALUES ($word$" + word + "$word$)");

    public static async Task<object?> ReadAsync(LocalPostgres postgres) =>
        await ScalarAsync(postgres, "SELECT to_regclass('word')::text") is null or DBNull ? null : await ScalarAsync(postgres, "SELECT word FROM word");

    public static async Task<object?> ScalarAsync(LocalPostgres postgres, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Repeats a question to a server that is on its way up, and in the end says what it was told last.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask)
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

    public static void KillLifelineOf(int postmaster)
    {
        var lifeline = StatusOf(postmaster, "PPid:");
        foreach (var half in ChildrenOf(lifeline).Where(child => child != postmaster).Prepend(lifeline).ToList())
        {
            Kill(half);
        }
    }

    public static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    public static IEnumerable<int> ChildrenOf(int parent) =>
        Directory.GetDirectories("/proc").Select(Path.GetFileName)
            .Select(name => int.TryParse(name, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && StatusOf(id, "PPid:") == parent);

    /// <summary>A process that has ended may wait for its parent to take note: it runs no more.</summary>
    public static bool IsRunning(int processId) =>
        File.Exists($"/proc/{processId}/status") && !File.ReadAllText($"/proc/{processId}/status").Contains("State:\tZ", StringComparison.Ordinal);

    public static int StatusOf(int processId, string field)
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
