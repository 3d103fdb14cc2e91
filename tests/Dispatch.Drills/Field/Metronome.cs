using System.Runtime.InteropServices;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Field;

/// <summary>
/// Measures how much of a processor this machine gives us: four times a second a thread works until the kernel says that it had five milliseconds of
/// processor time, and looks how long that took. A thread that mostly sleeps is served first, so how many others want a processor counts as well; and
/// so do slow answers of the server to "are you ready": they measure its database.
/// </summary>
internal sealed partial class Metronome(History history, Func<TimeSpan> lastProbe)
{
    private const long Quantum = 5_000_000;
    private const int ThreadProcessorTime = 3;

    // A ready server on an idle machine answers in a few milliseconds, and asks its database on the way.
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250), PromptProbe = TimeSpan.FromMilliseconds(250);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var starved = await Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            history.Pace.Note(history.Now, Math.Max(Math.Max(starved, Crowding()), lastProbe() / PromptProbe));
            await Task.Delay(Every, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static double Work()
    {
        var (from, began) = (ProcessorTime(), System.Diagnostics.Stopwatch.GetTimestamp());
        while (ProcessorTime() - from < Quantum)
        {
            Thread.SpinWait(200);
        }

        return System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalNanoseconds / Quantum;
    }

    /// <summary>Threads that want a processor now, for each two that can have one: the drill's own work alone does not reach that on a free machine.</summary>
    private static double Crowding()
    {
        var runnable = File.ReadAllText("/proc/loadavg").Split(' ')[3].Split('/')[0];
        return double.Parse(runnable, System.Globalization.CultureInfo.InvariantCulture) / (2 * Environment.ProcessorCount);
    }

    private static long ProcessorTime()
    {
        _ = GetTime(ThreadProcessorTime, out var time);
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
