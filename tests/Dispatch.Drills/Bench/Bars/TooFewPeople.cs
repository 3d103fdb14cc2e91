using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Bench.Bars;

/// <summary>
/// L8: forty incidents in one district that together want more people than there are, so that each looks for them again and again beside all the others:
/// raising stays quick, and no order of the operator has to wait for it, or comes back not confirmed.
/// </summary>
internal static class TooFewPeople
{
    private const int Incidents = 40, Wanted = 8;

    public static async Task<BarResult> RunAsync(Wish wish, CancellationToken cancellation)
    {
        var (phones, seconds, perSecond) = (wish.Phones ?? 300, wish.Seconds ?? 30, wish.PerSecond ?? 2.5);
        await using var rig = await LoadRig.OpenAsync(phones, onlyThese: true, TimeSpan.FromSeconds(60), cancellation);
        await rig.ConnectAsync(phones, answer: true, wish.Seed, cancellation);
        await rig.WatchAsync(1, null, cancellation);
        Console.WriteLine($"{Incidents} incidents that want {Incidents * Wanted} people of {phones}, then {seconds} s of looking for them");
        rig.Mark();
        var chance = new Random(wish.Seed);
        var raising = new List<Task<Guid>>();
        for (var incident = 0; incident < Incidents; incident++)
        {
            raising.Add(rig.RaiseAsync(chance, Wanted));
            await Task.Delay(TimeSpan.FromSeconds(1 / perSecond), cancellation);
        }

        var incidents = await Task.WhenAll(raising);
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        var looks = await rig.ScalarAsync("SELECT count(*) FROM facts WHERE kind = 'WaveSent'", cancellation);
        var wanting = await rig.ScalarAsync("SELECT count(DISTINCT incident_id) FROM needs WHERE filled < count", cancellation);
        foreach (var incident in incidents)
        {
            await rig.CloseAsync(incident);
        }

        var busy = rig.ProcessorsBusy();
        var evidence = await rig.SettleAsync(null, cancellation);
        var orders = rig.History.Attempts.ToList();
        var (raised, closed) = (Durations(Order.Raise), Durations(Order.Close));
        return BarResult.Of(
            "L8", $"{Incidents} incidents that want {Incidents * Wanted} people of {phones}, {wanting:0} of them still wanting after {seconds} s, {looks:0} waves, {evidence.State.Callouts.Count} call-outs",
            [
                new("raise, p50", raised.At(0.5), "s", null), new("raise, p95", raised.At(0.95), "s", 1), new("raise, longest", raised.At(1), "s", null),
                new("close, p50", closed.At(0.5), "s", null), new("close, p95", closed.At(0.95), "s", 0.5), new("close, longest", closed.At(1), "s", null),
                new("processors busy", busy, "", null),
            ],
            evidence, ("not confirmed", orders.Count(attempt => attempt.Order is Order.Raise or Order.Close && attempt.Ending == Ending.Unknown)));

        Samples Durations(Order order)
        {
            var samples = new Samples();
            foreach (var attempts in orders.Where(attempt => attempt.Order == order).GroupBy(attempt => attempt.Key))
            {
                samples.Add((attempts.Max(attempt => attempt.To) - attempts.Min(attempt => attempt.From)).TotalSeconds); // repeats included: so long the operator waits
            }

            return samples;
        }
    }
}
