namespace Dispatch.Drills.Bench.Bars;

/// <summary>L7: five thousand positions a second: how old a stored place is, and whether matching still takes what it takes on an idle server.</summary>
internal static class ManyPositions
{
    public static async Task<BarResult> RunAsync(Wish wish, CancellationToken cancellation)
    {
        var (phones, seconds) = (wish.Phones ?? (int)(wish.PerSecond ?? 5000), wish.Seconds ?? 300);
        await using var rig = await LoadRig.OpenAsync(phones, onlyThese: false, null, cancellation);
        await rig.ConnectAsync(phones, answer: false, wish.Seed, cancellation);
        var chance = new Random(wish.Seed);
        Console.WriteLine("Matching on an idle server, 60 s");
        var idle = await MatchAsync(rig, chance, 60, cancellation);

        Console.WriteLine($"{phones} positions a second for {seconds} s");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        rig.Mark();
        long sent = 0;
        var sites = rig.Crowd.Sites["440304"];
        var walking = Enumerable.Range(0, phones).Select(async at =>
        {
            var own = new Random(HashCode.Combine(wish.Seed, at));
            var home = sites[at % sites.Count];
            await Task.Delay(TimeSpan.FromSeconds(own.NextDouble()), over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var began = rig.History.Now;
            for (var step = 1; !over.IsCancellationRequested; step++)
            {
                try
                {
                    await rig.Phones[at].SayAsync("Position", new
                    {
                        longitude = home.Longitude + (0.0005 * own.NextDouble()), latitude = home.Latitude + (0.0005 * own.NextDouble()), datum = "wgs84", accuracyMetres = 15, takenAt = rig.History.Now,
                    });
                    Interlocked.Increment(ref sent);
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    rig.History.Odd("a position could not be sent");
                }

                var due = began + TimeSpan.FromSeconds(step) - rig.History.Now;
                await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }).ToList();
        await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
        var ages = AgesAsync(rig, over.Token);
        var loaded = await MatchAsync(rig, chance, seconds - 5, cancellation);
        await over.CancelAsync();
        await Task.WhenAll(walking);
        var (busy, age) = (rig.ProcessorsBusy(), await ages);
        var drops = rig.Phones.Sum(phone => phone.Joins - 1);
        return BarResult.Of("L7", $"{sent / (double)seconds:0} positions/s for {seconds} s from {phones} phones",
            [
                new("age of a stored place, p99", age.At(0.99), "s", 2), new("age of a stored place, p50", age.At(0.5), "s", null),
                new("raise to wave under load, p99", loaded.At(0.99), "ms", 2 * idle.At(0.99)), new("raise to wave under load, p50", loaded.At(0.5), "ms", null),
                new("raise to wave idle, p99", idle.At(0.99), "ms", null), new("raise to wave idle, p50", idle.At(0.5), "ms", null), new("processors busy", busy, "", null),
            ],
            await rig.SettleAsync(null, cancellation), ("drops", drops));
    }

    /// <summary>One incident a second, each ended at once; from the raise's own fact to that of its first wave, by the commits.</summary>
    private static async Task<Samples> MatchAsync(LoadRig rig, Random chance, int seconds, CancellationToken cancellation)
    {
        var ids = new List<Guid>();
        var ending = new List<Task>();
        for (var second = 0; second < seconds; second++)
        {
            var id = await rig.RaiseAsync(chance, needed: 4);
            ids.Add(id);
            ending.Add(EndAsync(rig, id));
            if (second % 30 == 29)
            {
                Console.WriteLine($"{second + 1} s");
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }

        await Task.WhenAll(ending);
        var samples = new Samples();
        await using var connection = new Npgsql.NpgsqlConnection(rig.Field.Database);
        await connection.OpenAsync(cancellation);
        await using var command = new Npgsql.NpgsqlCommand("""
            SELECT 1000 * extract(epoch FROM pg_xact_commit_timestamp(w.xmin) - pg_xact_commit_timestamp(r.xmin))::float8
            FROM facts r JOIN LATERAL (SELECT xmin FROM facts w WHERE w.incident_id = r.incident_id AND w.kind = 'WaveSent' ORDER BY number LIMIT 1) w ON true
            WHERE r.kind = 'IncidentRaised' AND r.incident_id = ANY ($1)
            """, connection);
        command.Parameters.Add(new() { Value = ids.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            samples.Add(reader.GetDouble(0));
        }

        return samples;
    }

    private static async Task EndAsync(LoadRig rig, Guid incident)
    {
        await Task.Delay(TimeSpan.FromSeconds(3));
        await rig.CloseAsync(incident);
    }

    /// <summary>Twice a second, everybody at once: how long ago the phone took the place that is stored. A phone reports once a second.</summary>
    private static async Task<Samples> AgesAsync(LoadRig rig, CancellationToken over)
    {
        var ages = new Samples();
        var phones = rig.Phones.Select(phone => phone.Record.Volunteer).ToArray();
        await using var connection = new Npgsql.NpgsqlConnection(rig.Field.Database);
        await connection.OpenAsync(over);
        while (!over.IsCancellationRequested)
        {
            await using var command = new Npgsql.NpgsqlCommand("SELECT extract(epoch FROM clock_timestamp() - taken_at)::float8 FROM positions WHERE volunteer_id = ANY ($1)", connection);
            command.Parameters.Add(new() { Value = phones });
            await using (var reader = await command.ExecuteReaderAsync(CancellationToken.None))
            {
                while (await reader.ReadAsync(CancellationToken.None))
                {
                    ages.Add(reader.GetDouble(0));
                }
            }

            await Task.Delay(500, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return ages;
    }
}
