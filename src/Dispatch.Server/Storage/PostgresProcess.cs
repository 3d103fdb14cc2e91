using System.Diagnostics;

namespace Dispatch.Server.Storage;

/// <summary>
/// The running server process and the lifeline that ties it to ours.
/// </summary>
/// <remarks>
/// Three difficulties are met here, in a few lines of shell because only a process in between can meet them:
/// <list type="bullet">
/// <item>We may be killed without a word. The shell reads from a pipe whose other end only we hold; when we
/// are gone, however we went, it sees the end of the pipe and asks PostgreSQL for a fast shutdown.</item>
/// <item>PostgreSQL refuses to run as root, and user postgres may be unable to enter the folder (a clone below
/// /root). The shell opens the folder while it still may and passes it on as descriptor 9: /proc/self/fd/9
/// leads into the folder without walking its parents, for the server and for everything it forks.</item>
/// <item>Ctrl-C reaches the whole process group. <c>setsid</c> leaves it, so that the database outlives the
/// requests that are still being answered.</item>
/// </list>
/// docs/decisions/0001-private-cluster.md has the alternatives.
/// </remarks>
internal sealed class PostgresProcess : IDisposable
{
    /// <summary>The cluster folder as the database process knows it.</summary>
    public const string OpenedCluster = "/proc/self/fd/9";

    private const string EnterCluster = """
        exec 9<"$1" || exit 1
        shift
        cd /
        exec "$@"
        """;

    // INT is the fast shutdown: sessions are ended, then a checkpoint. The watcher is killed with KILL because
    // it inherits the ignored signals. A server that failed keeps its folder: the log in it says why.
    private const string Lifeline = """
        trap '' HUP INT TERM
        cluster=$1 log=$2 remove=$3
        shift 3
        exec 8<&0 9<"$cluster" </dev/null >>"$log" 2>&1 || exit 1
        cd /
        "$@" 8<&- &
        postgres=$!
        { read -r _ <&8; kill -INT "$postgres"; } &
        watcher=$!
        wait "$postgres"
        code=$?
        kill -KILL "$watcher" 2>/dev/null
        exec 9<&-
        [ "$code" -ne 0 ] || [ -z "$remove" ] || rm -rf -- "$remove"
        exit "$code"
        """;

    private readonly Process shell;

    private PostgresProcess(Process shell)
    {
        this.shell = shell;
        Exited = shell.WaitForExitAsync();
    }

    /// <summary>Completes when the server is gone, whoever ended it.</summary>
    public Task Exited { get; }

    /// <summary><paramref name="removeFolder"/> is deleted after an orderly end, also when we are gone by then; empty for none.</summary>
    public static PostgresProcess Start(PostgresFolder folder, IEnumerable<string> server, string removeFolder)
    {
        var start = Shell.StartInfo(
            ["setsid", "sh", "-c", Lifeline, "dispatch-postgres", folder.Cluster, folder.Log, removeFolder, .. AsDatabaseUser, .. server]);
        return new PostgresProcess(Process.Start(start)!);
    }

    /// <summary>Runs a command inside the cluster folder, as the user who owns it.</summary>
    public static Task<Shell.Outcome> RunInsideAsync(string cluster, IEnumerable<string> command, string input, CancellationToken cancellation) =>
        Shell.RunAsync(["sh", "-c", EnterCluster, "dispatch-postgres", cluster, .. AsDatabaseUser, .. command], cancellation, input);

    /// <summary>Prefix of a command that must not run as root. The user comes with the Debian package.</summary>
    private static string[] AsDatabaseUser =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] : [];

    /// <summary>Lets go of the lifeline: a fast shutdown. Await <see cref="Exited"/> for its end.</summary>
    public void Release() => shell.StandardInput.Close();

    public void Dispose() => shell.Dispose();
}
