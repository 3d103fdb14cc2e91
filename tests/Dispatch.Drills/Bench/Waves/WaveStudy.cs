using Dispatch.Geo.Waves;

namespace Dispatch.Drills.Bench.Waves;

/// <summary>A place, a need and a policy, and what came of many incidents there.</summary>
internal sealed record WaveResult(
    string Policy, string Setting, int Needed, double PerSquareKilometre, double WithinSeconds,
    double Success, double Alerts, double Redundant, double FilledShare, double? FilledP50Seconds, double? FilledP90Seconds);

/// <summary>Plays many incidents of one world under one policy. The same seed gives every policy the same people in the same moods.</summary>
internal sealed class WaveStudy(int incidents, int seed, CancellationToken cancellation)
{
    public WaveResult Run(WaveWorld world, int needed, double withinSeconds, string family, string setting, Func<WavePolicy> policy)
    {
        var outcomes = new WaveOutcome[incidents];
        Parallel.For(0, incidents, new ParallelOptions { CancellationToken = cancellation }, incident =>
        {
            var people = world.People(new Random(unchecked((seed * 1_000_003) + incident)));
            outcomes[incident] = new WaveRun(people, needed, withinSeconds).Play(policy());
        });
        var filled = outcomes.Where(outcome => outcome.FilledAt is not null).Select(outcome => outcome.FilledAt!.Value).Order().ToArray();
        return new(
            family, setting, needed, world.PerSquareKilometre, withinSeconds,
            outcomes.Average(outcome => outcome.Success ? 1.0 : 0),
            outcomes.Average(outcome => outcome.Alerts),
            outcomes.Average(outcome => outcome.Redundant),
            filled.Length / (double)incidents,
            filled.Length == 0 ? null : filled[filled.Length / 2],
            filled.Length == 0 ? null : filled[(int)(filled.Length * 0.9)]);
    }
}

/// <summary>
/// Which inner target realises which target: the smallest with which the planner reaches it in every place where alerting everybody would fail in
/// at most a quarter of the failures allowed. The places are hard on purpose: five minutes, hardly time for two waves. With time for several
/// waves every inner target will do.
/// </summary>
internal static class WaveCalibration
{
    private const double WithinSeconds = 300;

    private static readonly double[] Inner = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.99];
    private static readonly double[] Densities = [30, 100, 200];
    private static readonly int[] Numbers = [1, 2, 4];
    private static readonly double[] Targets = [0.80, 0.90, 0.95, 0.99];

    public sealed record Line(double Target, double? Inner, double Realised, double Worst, int Cells);

    /// <summary>What everybody together reach in one place, and what the planner reaches there with each inner target.</summary>
    public sealed record Cell(WaveResult Everybody, IReadOnlyList<WaveResult> Planned);

    public static List<Cell> Measure(WaveStudy study, double incidentSigma, Action<string> progress)
    {
        var cells = new List<Cell>();
        foreach (var density in Densities)
        {
            var world = WaveWorld.City(density, incidentSigma) with { RadiusMetres = 900 }; // farther out nobody is there in time
            foreach (var needed in Numbers)
            {
                progress($"calibrating: {density}/km², {needed} within {WithinSeconds / 60:0} min");
                cells.Add(new(
                    study.Run(world, needed, WithinSeconds, "alert all", "", () => new AlertAll()),
                    [.. Inner.Select(inner => study.Run(world, needed, WithinSeconds, "planner", $"inner {inner}", () => new Planned(inner, inner)))]));
            }
        }

        return cells;
    }

    public static IEnumerable<Line> Lines(List<Cell> cells)
    {
        foreach (var target in Targets)
        {
            // Where even everybody would hardly do there is nothing to calibrate: the planner asks them all.
            var possible = cells.Where(cell => cell.Everybody.Success >= 1 - ((1 - target) / 4)).ToList();
            if (possible.Count == 0)
            {
                yield return new(target, null, 0, 0, 0);
                continue;
            }

            var realised = Inner.Select((inner, i) => new Line(
                target, inner, possible.Average(cell => cell.Planned[i].Success), possible.Min(cell => cell.Planned[i].Success), possible.Count)).ToList();
            yield return realised.FirstOrDefault(line => line.Worst >= target) ?? realised.MaxBy(line => line.Worst)! with { Inner = null };
        }
    }
}

/// <summary>How long a plan takes.</summary>
internal static class WaveTiming
{
    /// <summary>First plans and plans in the middle of a wave, 500 candidates, five people; microseconds.</summary>
    public static (double First50, double First99, double Again50, double Again99) Measure(int plans)
    {
        var people = (WaveWorld.City(0) with { Exactly = 500, PerSquareKilometre = 0 }).People(new Random(1));
        var first = new WaveRequest
        {
            Target = new(5, 0.99, 0.99, 600, 600, 120),
            Model = ResponseModel.Published(HourClass.Working),
            Open = [],
            Prospects = [.. people.Select((one, i) => new Prospect { VolunteerId = new Guid(i, 0, 0, new byte[8]), Ring = 1 + (i / 200), DistanceMetres = one.DistanceMetres, Means = one.Means, Record = one.Record })],
        };
        var again = first with
        {
            Open = [.. people.Take(40).Select(one => new OpenOffer { AskedSecondsAgo = 45, DistanceMetres = one.DistanceMetres, Means = one.Means, Record = one.Record, Receipt = Receipt.Delivered })],
        };
        var (first50, first99) = Time(first, plans);
        var (again50, again99) = Time(again, plans);
        return (first50, first99, again50, again99);
    }

    private static (double P50, double P99) Time(WaveRequest request, int plans)
    {
        for (var warm = 0; warm < 500; warm++)
        {
            WavePlanner.Plan(request);
        }

        var microseconds = new double[plans];
        for (var i = 0; i < plans; i++)
        {
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            WavePlanner.Plan(request);
            microseconds[i] = System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }

        Array.Sort(microseconds);
        return (microseconds[plans / 2], microseconds[(int)(plans * 0.99)]);
    }
}
