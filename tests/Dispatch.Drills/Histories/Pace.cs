namespace Dispatch.Drills.Histories;

/// <summary>
/// How fast time passed for the server: on a machine that gives it its processors, one second a second; on one that is busy with other things, less.
/// Bounds of a few seconds are counted in this time, so that they are neither blind on an idle machine nor a lottery on a loaded one.
/// </summary>
internal sealed class Pace
{
    // A machine that is slower than this by a factor is taken as this slow: nobody gets for ever.
    public const double SlowestFactor = 30;

    private readonly Lock gate = new();
    private readonly List<(DateTimeOffset Until, double Factor)> spans = [];

    /// <summary>Until then, since the last note, everything took so many times longer than it should; 1 is an idle machine.</summary>
    public void Note(DateTimeOffset until, double factor)
    {
        lock (gate)
        {
            spans.Add((until, Math.Clamp(factor, 1, SlowestFactor)));
        }
    }

    /// <summary>The worst that was noted, for the report.</summary>
    public double Worst
    {
        get
        {
            lock (gate)
            {
                return spans.Select(span => span.Factor).DefaultIfEmpty(1).Max();
            }
        }
    }

    /// <summary>When so much of the server's time has passed since <paramref name="from"/>. Where nothing was noted, time is time.</summary>
    public DateTimeOffset After(DateTimeOffset from, TimeSpan time)
    {
        lock (gate)
        {
            var (at, left) = (from, time);
            foreach (var (until, factor) in spans)
            {
                if (until <= at)
                {
                    continue;
                }

                var passed = (until - at) / factor;
                if (passed >= left)
                {
                    return at + (left * factor);
                }

                (at, left) = (until, left - passed);
            }

            return at + left;
        }
    }
}
