using System.Diagnostics;
using Dispatch.Geo.Waves;

namespace Dispatch.Drills.Bench.Waves;

/// <summary>How long it takes to divide people over incidents that all want them.</summary>
internal static class DivisionTiming
{
    public sealed record Line(int People, int Incidents, double P50Ms, double P99Ms);

    /// <summary>Incidents one to three people of which each is short of, people who may be asked by two in three of them; a new draw each time.</summary>
    public static IEnumerable<Line> Measure(int divisions, int seed)
    {
        foreach (var (people, incidents) in new[] { (24, 3), (64, 3), (128, 4), (256, 6), (400, 9) })
        {
            var random = new Random(seed);
            var took = new double[divisions];
            for (var i = -10; i < divisions; i++)
            {
                List<Contender> contenders = [.. Enumerable.Range(0, incidents).Select(_ => new Contender(random.Next(0, 4) == 0 ? 4 : 1, random.Next(1, 4), 0.925, []))];
                List<Contested> contested = [.. Enumerable.Range(0, people).Select(n => new Contested(
                    new Guid(n, 0, 0, new byte[8]), [.. contenders.Select(_ => random.Next(0, 3) == 0 ? 0.0 : 0.25 * random.NextDouble() * incidents * 24 / people)]))];
                var began = Stopwatch.GetTimestamp();
                CompetingPlanner.Allot(contenders, contested);
                if (i >= 0)
                {
                    took[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                }
            }

            Array.Sort(took);
            yield return new(people, incidents, took[divisions / 2], took[(int)(divisions * 0.99)]);
        }
    }
}
