using System.Collections.Concurrent;
using System.Diagnostics;

namespace Dispatch.Drills.Bench.Bars;

/// <summary>L6: fifty consoles hear two hundred facts a second: how long a fact takes from the record to a screen, and the longest silence.</summary>
internal static class ManyConsoles
{
    private const double FactsPerIncident = 100; // four places: some twenty people asked, each call-out four or five facts; measured and reported

    public static async Task<BarResult> RunAsync(Wish wish, CancellationToken cancellation)
    {
        var (phones, seconds, factsPerSecond, consoles) = (wish.Phones ?? 1500, wish.Seconds ?? 60, wish.PerSecond ?? 200, 50);
        await using var rig = await LoadRig.OpenAsync(phones, onlyThese: true, TimeSpan.FromSeconds(20), cancellation);
        var latencies = new Samples();
        var heard = new ConcurrentQueue<long>();
        var counts = false;
        await rig.ConnectAsync(phones, answer: true, wish.Seed, cancellation);
        await rig.WatchAsync(consoles, (fact, _) =>
        {
            if (Volatile.Read(ref counts))
            {
                // Written by the database's clock and read by ours: the same machine, the same clock.
                latencies.Add((rig.History.Now - fact.At).TotalMilliseconds);
                heard.Enqueue(Stopwatch.GetTimestamp());
            }
        }, cancellation);
        Console.WriteLine($"{consoles} consoles and {phones} phones connected; {factsPerSecond} facts a second for {seconds} s");
        var chance = new Random(wish.Seed);
        var running = new List<Task>();
        var (began, perSecond) = (rig.History.Now, factsPerSecond / FactsPerIncident);
        var factsBefore = 0.0;
        for (var incident = 0; incident < (seconds + 10) * perSecond; incident++)
        {
            var due = began + TimeSpan.FromSeconds(incident / perSecond) - rig.History.Now;
            await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero, cancellation);
            running.Add(LiveAndEndAsync(rig, chance));
            if (!counts && rig.History.Now - began > TimeSpan.FromSeconds(10))
            {
                rig.Mark();
                factsBefore = await rig.ScalarAsync("SELECT count(*) FROM facts", cancellation);
                Volatile.Write(ref counts, true); // steady by now
            }
        }

        Volatile.Write(ref counts, false);
        var (busy, facts) = (rig.ProcessorsBusy(), await rig.ScalarAsync("SELECT count(*) FROM facts", cancellation) - factsBefore);
        await Task.WhenAll(running);
        var evidence = await rig.SettleAsync(null, cancellation);
        var times = heard.Order().ToArray();
        var silence = times.Zip(times.Skip(1), (one, next) => Stopwatch.GetElapsedTime(one, next).TotalSeconds).DefaultIfEmpty(double.NaN).Max();
        return BarResult.Of("L6", $"{consoles} consoles, {facts / seconds:0} facts/s for {seconds} s ({latencies.Count} heard)",
            [
                new("fact to console, p95", latencies.At(0.95), "ms", 500), new("fact to console, p50", latencies.At(0.5), "ms", null),
                new("fact to console, p99", latencies.At(0.99), "ms", null), new("longest silence", silence, "s", 1), new("processors busy", busy, "", null),
            ],
            evidence, ("consoles cut", rig.Consoles.Sum(console => console.Record.Connects - 1)));
    }

    private static async Task LiveAndEndAsync(LoadRig rig, Random chance)
    {
        var id = await rig.RaiseAsync(chance, needed: 4);
        await Task.Delay(TimeSpan.FromSeconds(8));
        await rig.CloseAsync(id);
    }
}
