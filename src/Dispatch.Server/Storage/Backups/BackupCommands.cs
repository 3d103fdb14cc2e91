using System.Globalization;

namespace Dispatch.Server.Storage.Backups;

/// <summary><c>backup DATA DIR</c> and <c>restore DIR DATA [TIME]</c> on the command line; ./dev calls them.</summary>
internal static class BackupCommands
{
    public static async Task<int> BackupAsync(string data, string to)
    {
        var report = await TakeBackup.RunAsync(data, to, new Said(), CancellationToken.None);
        Console.WriteLine($"Backed up: {report.Base} ({report.Bytes >> 20} MB, verified)");
        Console.WriteLine(report.ArchivedTo is { } lsn
            ? $"Archived: everything acknowledged up to now (log position {lsn}); what follows is archived as it is written, as long as the server runs."
            : "The log is not being archived yet: the running server is of an earlier version, or the folder cannot be written. Restart it.");
        Console.WriteLine($"Keep a copy on another machine. Restore with: ./dev restore {to} --data DIR");
        return 0;
    }

    public static async Task<int> RestoreAsync(string from, string data, string? time)
    {
        DateTimeOffset? to = null;
        if (time is not null)
        {
            if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var parsed))
            {
                throw new LocalPostgresException($"--to {time}: not a time. Like this: --to 2026-11-21T21:15:00+08:00");
            }

            to = parsed;
        }

        var report = await RestoreBackup.RunAsync(from, data, to, new Said(), CancellationToken.None);
        Console.WriteLine($"Restored to {Path.GetFullPath(data)} from {Path.GetFileName(report.Base)} and the archived log up to position {report.EndOfLog}.");
        Console.WriteLine($"The last transaction in it is of {report.LastTransactionAt?.ToString("u", CultureInfo.InvariantCulture) ?? "the base backup"}.");
        Console.WriteLine(report.Epoch is { } epoch ? $"A new epoch ({epoch}) begins: consoles and phones take the picture anew." : "It held nothing yet.");
        Console.WriteLine($"Start it with: ./dev up --data {data}");
        return 0;
    }

    /// <summary>In order, which Progress does not promise.</summary>
    private sealed class Said : IProgress<string>
    {
        public void Report(string value) => Console.WriteLine(value);
    }
}
