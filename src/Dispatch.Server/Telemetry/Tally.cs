namespace Dispatch.Server.Telemetry;

/// <summary>
/// Counts durations in buckets, so that the rows of all nodes add up and a percentile can be read from the sum. Thread-safe; a count costs one
/// interlocked increment.
/// </summary>
internal sealed class Tally
{
    /// <summary>Upper bounds in milliseconds; what is longer goes into one bucket more. Also the bounds of the exported histograms.</summary>
    public static readonly IReadOnlyList<double> BoundsMs =
        [1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 60_000, 300_000];

    private int[] counts = new int[BoundsMs.Count + 1];

    public void Add(double milliseconds)
    {
        var bucket = 0;
        while (bucket < BoundsMs.Count && milliseconds > BoundsMs[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref counts[bucket]);
    }

    /// <summary>What was counted since the last taking.</summary>
    public int[] Take() => Interlocked.Exchange(ref counts, new int[BoundsMs.Count + 1]);

    /// <summary>
    /// The duration that this share of all counted ones does not exceed, interpolated within its bucket: right to the width of the bucket. Null when
    /// nothing was counted; the last bound when it lies beyond all bounds.
    /// </summary>
    public static double? Percentile(IReadOnlyList<long> counts, double share)
    {
        var wanted = share * counts.Sum();
        if (wanted <= 0)
        {
            return null;
        }

        double passed = 0;
        for (var bucket = 0; bucket < BoundsMs.Count; bucket++)
        {
            if (passed + counts[bucket] >= wanted)
            {
                var from = bucket == 0 ? 0 : BoundsMs[bucket - 1];
                return from + ((BoundsMs[bucket] - from) * (wanted - passed) / counts[bucket]);
            }

            passed += counts[bucket];
        }

        return BoundsMs[^1];
    }
}
