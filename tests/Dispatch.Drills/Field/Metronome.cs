using System.Runtime.InteropServices;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Field;

/// <summary>
/// Measures how much of a processor this machine gives us: four times a second a thread works until the kernel says that it had five milliseconds of
/// processor time, and looks how long that took. The slower answers of the server to "are you ready" count too: they measure its database.
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
            history.Pace.Note(history.Now, Math.Max(starved, lastProbe() / PromptProbe));
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
