using System.Diagnostics;
using Npgsql;

namespace Dispatch.Server.Storage.Backups;

/// <summary>
/// Streams the write-ahead log of the private cluster into its backup folder, from the first ./dev backup on, as it is written. A replication slot
/// keeps what could not be streamed; so that an unreachable folder does not fill the disk, only up to a limit, and then a new base backup is needed.
/// </summary>
internal sealed class WalArchive(PostgresFolder folder, NpgsqlConnectionStringBuilder connection, IProgress<string>? progress)
{
    public const string Slot = "dispatch_archive";

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1), TryAgainAfter = TimeSpan.FromSeconds(5), LastWordsWithin = TimeSpan.FromSeconds(10);

    /// <summary>Holds the folder the log goes to; no such file, no archive.</summary>
    public static string TargetFile(string dataFolder) => Path.Combine(dataFolder, "wal-archive");

    /// <summary>Runs until told to stop, and a little longer: the server, when it stops in good order, hands over its last word.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var failed = false;
        while (!stopping.IsCancellationRequested)
        {
            if (!File.Exists(TargetFile(folder.Root)))
            {
                await Task.Delay(LookAgainAfter, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            try
            {
                await ReceiveAsync((await File.ReadAllTextAsync(TargetFile(folder.Root), CancellationToken.None)).Trim(), stopping);
                failed = false;
            }
            catch (Exception e) when (e is LocalPostgresException or IOException or UnauthorizedAccessException)
            {
                if (!failed && !stopping.IsCancellationRequested)
                {
                    progress?.Report("The write-ahead log is not being archived (it is kept here meanwhile): " + e.Message);
                }

                failed = true;
            }

            await Task.Delay(TryAgainAfter, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReceiveAsync(string target, CancellationToken stopping)
    {
        var binaries = await PostgresBinaries.FindAsync(folder.Major(), CancellationToken.None);
        var start = Shell.StartInfo([binaries.Tool("pg_receivewal"), "-D", target, "--slot", Slot, "--no-loop", "--no-password", .. PostgresBinaries.Address(connection)]);
        start.Environment["PGPASSWORD"] = connection.Password;
        start.RedirectStandardError = true;
        using var receiver = Process.Start(start)!;
        var said = receiver.StandardError.ReadToEndAsync(CancellationToken.None);
        await receiver.WaitForExitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!receiver.HasExited)
        {
            using var enough = new CancellationTokenSource(LastWordsWithin);
            await receiver.WaitForExitAsync(enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!receiver.HasExited)
            {
                receiver.Kill();
            }
        }
        else if (receiver.ExitCode != 0)
        {
            throw new LocalPostgresException((await said).Trim());
        }
    }
}
