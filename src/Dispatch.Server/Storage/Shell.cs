using System.Diagnostics;

namespace Dispatch.Server.Storage;

/// <summary>Short external commands. Long-running ones belong to <see cref="PostgresProcess"/>.</summary>
internal static class Shell
{
    internal sealed record Outcome(int ExitCode, string Output, string Errors);

    /// <summary>Runs a command to its end; <paramref name="input"/> becomes its standard input.</summary>
    public static async Task<Outcome> RunAsync(IEnumerable<string> command, CancellationToken cancellation, string input = "")
    {
        var start = StartInfo(command);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;

        // Both pipes are read while it runs: a full one would stop the command for ever.
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading: its exit code and its words tell more than the broken pipe.
        }

        await process.WaitForExitAsync(cancellation);
        return new Outcome(process.ExitCode, await output, await errors);
    }

    public static ProcessStartInfo StartInfo(IEnumerable<string> command)
    {
        var words = command.ToList();
        var start = new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardInput = true, UseShellExecute = false };

        // PGPORT, PGDATA and their like would override what we say; messages are read by us, so in one language.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        return start;
    }
}
