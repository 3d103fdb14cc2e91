using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Dispatch.Drills.Field;

/// <summary>Signals to processes that the drill itself started, by their ids.</summary>
internal static partial class Signals
{
    private const int Kill = 9, Continue = 18, Stop = 19, Terminate = 15;
    private const int OpenFiles = 7;

    /// <summary>Without a word: nothing is flushed, nobody is told.</summary>
    public static void KillNow(int process) => Send(process, Kill);

    /// <summary>Not dead: deaf. Its connections stay open and nobody answers.</summary>
    public static void Freeze(int process) => Send(process, Stop);

    public static void Thaw(int process) => Send(process, Continue);

    public static void AskToEnd(int process) => Send(process, Terminate);

    /// <summary>Ten thousand sockets want as many descriptors, here and in the servers we start: they inherit this limit.</summary>
    public static void RaiseFileLimit(ulong wanted)
    {
        if (GetLimit(OpenFiles, out var limit) == 0 && limit.Now < wanted)
        {
            limit.Now = Math.Min(wanted, limit.Most);
            SetLimit(OpenFiles, ref limit);
        }

        if (GetLimit(OpenFiles, out var reached) == 0 && reached.Now < wanted)
        {
            // As root the hard limit can be raised too.
            var more = new Limit { Now = wanted, Most = Math.Max(wanted, reached.Most) };
            if (SetLimit(OpenFiles, ref more) != 0)
            {
                throw new CommandException($"This needs {wanted} open files and the limit is {reached.Now}: raise it (ulimit -Hn {wanted}) and start again.");
            }
        }
    }

    private static void Send(int process, int signal)
    {
        if (SendSignal(process, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Signal {signal} to process {process}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ref Limit limit);

    private struct Limit
    {
        public ulong Now;
        public ulong Most;
    }
}
