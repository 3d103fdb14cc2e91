namespace Dispatch.Drills.Bench.Bars;

/// <summary>L5: ten thousand lines are cut in one moment, with news waiting: until all are live and current again.</summary>
internal static class AllCutAtOnce
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    public static async Task<BarResult> RunAsync(Wish wish, CancellationToken cancellation)
    {
        var phones = wish.Phones ?? 10_000;
        await using var rig = await LoadRig.OpenAsync(phones, onlyThese: false, null, cancellation);
        await rig.ConnectAsync(phones, answer: false, wish.Seed, cancellation);
        var chance = new Random(wish.Seed);
        var incidents = new List<Guid>();
        for (var incident = 0; incident < 10; incident++)
        {
            incidents.Add(await rig.RaiseAsync(chance, needed: 4));
        }

        Console.WriteLine("Cutting every line");
        var cut = rig.History.Now;
        Parallel.ForEach(rig.Phones, phone => phone.Cut());
        var raising = RaiseMeanwhileAsync(rig, chance, incidents, cancellation);
        var (half, shown) = (TimeSpan.Zero, cut);
        int back;
        while ((back = rig.Phones.Count(phone => phone.IsConnected && phone.JoinedAt > cut)) < phones && rig.History.Now - cut < Patience)
        {
            half = half == TimeSpan.Zero && back >= phones / 2 ? rig.History.Now - cut : half;
            if (rig.History.Now - shown > TimeSpan.FromSeconds(2))
            {
                shown = rig.History.Now;
                Console.WriteLine($"{back} are back after {(shown - cut).TotalSeconds:0} s");
            }

            await Task.Delay(100, cancellation);
        }

        await raising;

        // Current: what the inbox holds has been applied.
        while (await BehindAsync(rig, cancellation) is > 0 and var behind && rig.History.Now - cut < Patience)
        {
            Console.WriteLine($"{behind} are not current yet");
            await Task.Delay(200, cancellation);
        }

        var took = rig.History.Now - cut;
        await Task.WhenAll(incidents.Select(rig.CloseAsync));
        return BarResult.Of("L5", $"{phones} clients cut at once, {incidents.Count} incidents before and meanwhile",
            [new("all live and current after", took.TotalSeconds, "s", 30), new("half of them live after", half.TotalSeconds, "s", null), new("server memory", rig.Node.MegabytesResident(), "MB", null)],
            await rig.SettleAsync(null, cancellation), ("not back", phones - back));
    }

    private static async Task RaiseMeanwhileAsync(LoadRig rig, Random chance, List<Guid> incidents, CancellationToken cancellation)
    {
        for (var incident = 0; incident < 5; incident++)
        {
            incidents.Add(await rig.RaiseAsync(chance, needed: 4));
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }

    private static async Task<int> BehindAsync(LoadRig rig, CancellationToken cancellation)
    {
        await using var connection = new Npgsql.NpgsqlConnection(rig.Field.Database);
        await connection.OpenAsync(cancellation);
        await using var command = new Npgsql.NpgsqlCommand("SELECT volunteer_id, last_number FROM inbox_heads", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var heads = new Dictionary<Guid, long>();
        while (await reader.ReadAsync(cancellation))
        {
            heads[reader.GetGuid(0)] = reader.GetInt64(1);
        }

        return rig.Phones.Count(phone => phone.Record.Cursor < heads.GetValueOrDefault(phone.Record.Volunteer));
    }
}
