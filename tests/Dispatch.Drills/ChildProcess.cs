using System.Diagnostics;
using System.Globalization;

namespace Dispatch.Drills;

/// <summary>
/// Another program that runs for us and ends with us, also when we are killed: a shell between us reads from a pipe whose other end only we
/// hold, and sends the signal when that end closes.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const string EndsWithUs = """
        signal=$1 log=$2
        shift 2
        exec 8<&0 </dev/null
        "$@" 8<&- >>"$log" 2>&1 &
        child=$!
        echo "$child"
        exec >/dev/null 2>&1
        { read -r _ <&8; kill -s "$signal" "$child"; } &
        watcher=$!
        wait "$child"
        code=$?
        kill -KILL "$watcher" 2>/dev/null
        exit "$code"
        """;

    private readonly Process shell;

    private ChildProcess(Process shell, int id)
    {
        this.shell = shell;
        Id = id;
    }

    /// <summary>Of the program itself, not of the shell.</summary>
    public int Id { get; }

    public bool HasExited => shell.HasExited;

    /// <summary>Its exit code once it has ended; 128 and the number of the signal that ended it.</summary>
    public Task<int> Exited => ExitedAsync();

    /// <summary><paramref name="signal"/> is what ends it: TERM asks, KILL does not. What it says is appended to <paramref name="log"/>.</summary>
    public static async Task<ChildProcess> StartAsync(
        string signal, string log, IEnumerable<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("setsid", ["sh", "-c", EndsWithUs, "dispatch-child", signal, log, .. command])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value; // what nobody should read in the list of processes
        }

        var shell = Process.Start(start)!;
        var id = await shell.StandardOutput.ReadLineAsync();
        return new ChildProcess(shell, int.Parse(id!, CultureInfo.InvariantCulture));
    }

    private async Task<int> ExitedAsync()
    {
        await shell.WaitForExitAsync();
        return shell.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }
}
