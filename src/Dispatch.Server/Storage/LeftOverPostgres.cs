using System.Diagnostics;
using System.Globalization;

namespace Dispatch.Server.Storage;

/// <summary>
/// Ends what an earlier owner of a cluster folder left running. Normally nothing: the lifeline ends the server
/// with its owner. This is for the case that the lifeline was killed too, or has not finished yet.
/// </summary>
internal static class LeftOverPostgres
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(50);

    // Every process of a PostgreSQL server stands in its cluster folder. That names our processes for certain,
    // which the number in postmaster.pid alone does not: numbers are used again.
    private const string ProcessesInFolder = """
        for process in /proc/[0-9]*; do
          [ "$process/cwd" -ef "$1" ] || continue
          read -r name <"$process/comm" && [ "$name" = postgres ] && echo "${process#/proc/}"
        done 2>/dev/null
        exit 0
        """;

    /// <returns>Whether there was anything to end.</returns>
    public static async Task<bool> StopAsync(PostgresFolder folder, IProgress<string>? progress, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder.Cluster))
        {
            return false;
        }

        // Without its postmaster the others only need to be told to go; they never get a new session.
        (string Signal, TimeSpan Patience)[] steps =
            [("INT", TimeSpan.FromSeconds(60)), ("QUIT", TimeSpan.FromSeconds(10)), ("KILL", TimeSpan.FromSeconds(10))];
        var found = false;
        foreach (var (signal, patience) in steps)
        {
            var running = await ListAsync(folder, cancellation);
            if (running.Count == 0)
            {
                break;
            }

            if (!found)
            {
                progress?.Report("Stopping a database server that an earlier run left behind");
            }

            found = true;

            var postmaster = running.Where(id => id == Postmaster(folder)).ToList();
            if (postmaster.Count > 0)
            {
                await SignalAsync(signal, postmaster, cancellation);
            }
            else
            {
                await SignalAsync(signal == "INT" ? "TERM" : signal, running, cancellation);
            }

            var waited = Stopwatch.StartNew();
            while (waited.Elapsed < patience && (await ListAsync(folder, cancellation)).Count > 0)
            {
                await Task.Delay(LookAgainAfter, cancellation);
            }
        }

        var remaining = await ListAsync(folder, cancellation);
        if (remaining.Count > 0)
        {
            throw new LocalPostgresException(
                $"A database server that an earlier run left in {folder.Cluster} does not end (processes {string.Join(", ", remaining)}). "
                + "End it by hand, or give another folder: --data DIR");
        }

        // PostgreSQL would refuse to start if the number in it belongs to some other program by now. Nobody
        // stands in the folder and the folder's lock is ours, so the file is certainly stale.
        File.Delete(PidFile(folder));
        return found;
    }

    /// <summary>The server's main process by its own account; null when it left none.</summary>
    public static int? Postmaster(PostgresFolder folder)
    {
        try
        {
            return int.TryParse(File.ReadLines(PidFile(folder)).FirstOrDefault(), CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string PidFile(PostgresFolder folder) => Path.Combine(folder.Cluster, "postmaster.pid");

    private static async Task<List<int>> ListAsync(PostgresFolder folder, CancellationToken cancellation)
    {
        var listed = await Shell.RunAsync(["sh", "-c", ProcessesInFolder, "dispatch-postgres", folder.Cluster], cancellation);
        return listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToList();
    }

    private static Task<Shell.Outcome> SignalAsync(string signal, IEnumerable<int> processes, CancellationToken cancellation) =>
        Shell.RunAsync(
            ["sh", "-c", "kill -s \"$@\"", "dispatch-postgres", signal, .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))],
            cancellation);
}
