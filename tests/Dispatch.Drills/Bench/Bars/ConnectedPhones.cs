namespace Dispatch.Drills.Bench.Bars;

/// <summary>L1: ten thousand phones hold their lines, and those who are called answer: how much memory the server takes, and how many lines drop.</summary>
internal static class ConnectedPhones
{
    public static async Task<BarResult> RunAsync(Wish wish, CancellationToken cancellation)
    {
        var (phones, seconds) = (wish.Phones ?? 10_000, wish.Seconds ?? 60);
        await using var rig = await LoadRig.OpenAsync(phones, onlyThese: false, null, cancellation);
        var before = rig.Node.MegabytesResident();
        var from = rig.History.Now;
        await rig.ConnectAsync(phones, answer: true, wish.Seed, cancellation);
        var connected = rig.History.Now - from;
        var joins = rig.Phones.Sum(phone => phone.Joins);
        rig.Mark();
        var held = rig.Node.MegabytesResident();
        var (most, last) = (0.0, rig.History.Now + TimeSpan.FromSeconds(seconds));
        Console.WriteLine($"{rig.Phones.Count(phone => phone.IsConnected)} phones connected; holding for {seconds} s, one incident every 5 s");
        var (chance, incidents) = (new Random(wish.Seed), new List<Guid>());
        for (var second = 0; rig.History.Now < last; second++)
        {
            if (second % 5 == 0)
            {
                incidents.Add(await rig.RaiseAsync(chance, needed: 4));
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            most = Math.Max(most, rig.Node.MegabytesResident());
        }

        var busy = rig.ProcessorsBusy();
        var drops = rig.Phones.Sum(phone => phone.Joins) - joins + rig.Phones.Count(phone => !phone.IsConnected);
        await Task.WhenAll(incidents.Select(rig.CloseAsync));
        return BarResult.Of("L1", $"{phones} phones connected for {seconds} s, {incidents.Count} incidents meanwhile",
            [
                new("server memory at most", most, "MB", 600), new("server memory before the first phone", before, "MB", null),
                new("server memory when all were connected", held, "MB", null),
                new("server memory per phone", (held - before) * 1024 / phones, "KB", null), new("processors busy while holding", busy, "", null),
                new("all connected within", connected.TotalSeconds, "s", null),
            ],
            await rig.SettleAsync(null, cancellation), ("drops", drops));
    }
}
