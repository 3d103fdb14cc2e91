using System.Globalization;
using System.Text.Json;
using Dispatch.Drills.Bench.Waves;
using Dispatch.Geo.Waves;

namespace Dispatch.Drills.Bench;

/// <summary>
/// How many to ask: five policies in a simulated city at three densities, for one, two and four people within ten minutes. Also calibrates the
/// planner's inner target and times a plan. No database, no server; the same seed gives the same numbers.
/// </summary>
internal static class BenchWaves
{
    private const double WithinSeconds = 600;

    private static readonly double[] Densities = [3, 10, 30];
    private static readonly int[] Numbers = [1, 2, 4];

    public static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        var options = new Options(words, "--incidents", "--seed", "--mood", "--json", "--plot");
        var study = new WaveStudy(options.Whole("--incidents", 2_000), options.Whole("--seed", 1), cancellation);
        var mood = options.Number("--mood", 0.5);
        Console.WriteLine($"{Machine.Describe()}, {options.Whole("--incidents", 2_000)} incidents a cell, seed {options.Whole("--seed", 1)}, mood {mood.ToString(CultureInfo.InvariantCulture)}");

        var results = Compare(study, mood);
        var cells = WaveCalibration.Measure(study, mood, progress => Console.Error.WriteLine(progress));
        var lines = WaveCalibration.Lines(cells).ToList();
        Console.WriteLine("\ntarget   inner   in use   on average   where hardest");
        foreach (var line in lines)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{line.Target,6:0.00}{line.Inner?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-",8}{InnerTarget.For(line.Target),9:0.000}   {line.Realised,8:0.0 %}      {line.Worst,8:0.0 %} of {line.Cells} places"));
        }

        var timing = WaveTiming.Measure(5_000);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\na plan for 5 among 500: p50 {timing.First50:0} us, p99 {timing.First99:0} us; with 40 open offers p50 {timing.Again50:0} us, p99 {timing.Again99:0} us (target <= 1,000: {(timing is { First99: <= 1000, Again99: <= 1000 } ? "reached" : "MISSED")})"));

        var divisions = DivisionTiming.Measure(200, options.Whole("--seed", 1)).ToList();
        Console.WriteLine("\npeople divided   over incidents   p50 ms   p99 ms");
        foreach (var line in divisions)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line.People,14}{line.Incidents,17}{line.P50Ms,9:0.00}{line.P99Ms,9:0.00}"));
        }

        var json = options.Text("--json", Path.Combine(Environment.CurrentDirectory, "bench-waves.json"));
        await File.WriteAllTextAsync(json, JsonSerializer.Serialize(new
        {
            machine = Machine.Describe(), mood, results, calibration = lines, cells,
            timing = new { timing.First50, timing.First99, timing.Again50, timing.Again99 },
            divisions,
        }, JsonSerializerOptions.Web), cancellation);
        var plot = options.Text("--plot", Path.Combine(Environment.CurrentDirectory, "bench-waves.svg"));
        await File.WriteAllTextAsync(plot, WavePlot.Draw(results,
            $"在 10 分钟内到场 · on scene within 10 min; 模拟 simulated, {options.Whole("--incidents", 2_000)} incidents a point, shared mood {mood.ToString(CultureInfo.InvariantCulture)}"), cancellation);
        Console.WriteLine($"Written to {json} and {plot}");
        return 0;
    }

    private static List<WaveResult> Compare(WaveStudy study, double mood)
    {
        var results = new List<WaveResult>();
        Console.WriteLine($"\n{"people",-8}{"per km²",8}  {"policy",-24}{"success",9}{"alerts",9}{"redundant",11}{"filled p50",12}{"p90 s",8}");
        foreach (var needed in Numbers)
        {
            foreach (var density in Densities)
            {
                var world = WaveWorld.City(density, mood);
                WaveResult Run(string family, string setting, Func<WavePolicy> policy) => study.Run(world, needed, WithinSeconds, family, setting, policy);
                List<WaveResult> cell =
                [
                    Run("alert all", "", () => new AlertAll()),
                    .. new[] { 5, 10, 20, 40, 80 }.Select(k => Run("nearest k", $"{k}", () => new NearestFixed(k))),
                    .. new[] { 3, 5, 10, 20, 40 }.Select(k => Run("phases", $"{k} every 60 s", () => new FixedPhases(k, 60))),
                    .. new[] { 3, 5, 7, 10, 20, 40 }.Select(k => Run("replace", $"{k} open", () => new ReplaceOnRefusal(k))),
                    .. new[] { 0.80, 0.90, 0.95, 0.99 }.Select(target => Run("planner", $"target {target.ToString(CultureInfo.InvariantCulture)}", () => new Planned(target, InnerTarget.For(target)))),
                ];
                foreach (var told in cell.Where(result => (result.Policy, result.Setting) is ("alert all", _) or ("nearest k", "20") or ("phases", "10 every 60 s") or ("replace", "7 open") or ("replace", "10 open") or ("planner", "target 0.95")))
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{needed,-8}{density,8:0}  {$"{told.Policy} {told.Setting}",-24}{told.Success,9:0.0 %}{told.Alerts,9:0.0}{told.Redundant,11:0.00}{told.FilledP50Seconds,12:0}{told.FilledP90Seconds,8:0}"));
                }

                results.AddRange(cell);
            }
        }

        return results;
    }
}
