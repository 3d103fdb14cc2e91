using System.Collections.Concurrent;
using System.Diagnostics;

namespace Dispatch.Drills.Bench;

/// <summary>Durations measured on one clock, this process's. Every sample is kept: a percentile of a sketch is no percentile.</summary>
internal sealed class Latencies
{
    private readonly ConcurrentBag<double> milliseconds = [];

    public void Add(long fromTimestamp, long toTimestamp) => milliseconds.Add(Stopwatch.GetElapsedTime(fromTimestamp, toTimestamp).TotalMilliseconds);

    public Summary Summarise()
    {
        var sorted = milliseconds.Order().ToArray();
        return sorted.Length == 0
            ? new Summary(0, 0, 0, 0, 0)
            : new Summary(sorted.Length, At(sorted, 0.50), At(sorted, 0.95), At(sorted, 0.99), sorted[^1]);
    }

    /// <summary>Nearest rank: the smallest sample that at least this share does not exceed.</summary>
    private static double At(double[] sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];

    internal sealed record Summary(int Samples, double P50Ms, double P95Ms, double P99Ms, double MaxMs);
}
