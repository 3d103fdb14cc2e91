using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Bench.Bars;

/// <summary>L4: fifty incidents in ten seconds over the same five hundred volunteers: nobody is taken twice, and every first wave is out soon.</summary>
internal static class SamePeople
{
    public static async Task<BarResult> RunAsync(Wish wish, CancellationToken cancellation)
    {
        var (phones, seconds, perSecond) = (wish.Phones ?? 500, wish.Seconds ?? 10, wish.PerSecond ?? 5);
        await using var rig = await LoadRig.OpenAsync(phones, onlyThese: true, TimeSpan.FromSeconds(20), cancellation);
        await rig.ConnectAsync(phones, answer: true, wish.Seed, cancellation);
        await rig.WatchAsync(1, null, cancellation);
        Console.WriteLine($"{perSecond * seconds} incidents in {seconds} s");
        rig.Mark();
        var chance = new Random(wish.Seed);
        var raising = new List<Task<Guid>>();
        var began = rig.History.Now;
        for (var incident = 0; incident < perSecond * seconds; incident++)
        {
            var due = began + TimeSpan.FromSeconds(incident / perSecond) - rig.History.Now;
            await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero, cancellation);
            raising.Add(rig.RaiseAsync(chance, needed: 4));
        }

        var incidents = await Task.WhenAll(raising);
        var busy = rig.ProcessorsBusy();
        await Task.Delay(TimeSpan.FromSeconds(10), cancellation);
        await Task.WhenAll(incidents.Select(rig.CloseAsync));
        var evidence = await rig.SettleAsync(null, cancellation);

        // Out: the first wave is in the record, or the record says that nobody is left to ask.
        var pressed = rig.History.Attempts.Where(attempt => attempt.Order == Order.Raise).GroupBy(attempt => attempt.Subject).ToDictionary(own => own.Key, own => own.Min(attempt => attempt.From));
        var (out_, never) = (new Samples(), 0);
        foreach (var incident in incidents)
        {
            var first = evidence.State.Facts.FirstOrDefault(fact => fact.Incident == incident && fact.Kind is "WaveSent" or "NeedExhausted" && fact.Incident == incident);
            if (first is null)
            {
                never++;
            }
            else
            {
                out_.Add((first.CommittedAt - pressed[incident]).TotalSeconds);
            }
        }

        return BarResult.Of("L4", $"{incidents.Length} incidents in {seconds} s over the same {phones} volunteers, {evidence.State.Callouts.Count} call-outs",
            [
                new("every first wave out within", out_.At(1), "s", 5), new("first wave, p50", out_.At(0.5), "s", null), new("first wave, p95", out_.At(0.95), "s", null),
                new("processors busy", busy, "", null),
            ],
            evidence, ("incidents without a wave", never));
    }
}
