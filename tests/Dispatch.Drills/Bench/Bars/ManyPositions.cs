using System.Diagnostics;

namespace Dispatch.Drills.Bench.Bars;

/// <summary>L7: five thousand positions a second: how old a stored place is, and whether matching still takes what it takes on an idle server.</summary>
internal static class ManyPositions
{
    // Until everybody has reported once, there is nothing stored that could be old.
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(10);

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
        var began = rig.History.Now;
        long sent = 0;
        var sites = rig.Crowd.Sites["440304"];
        var walking = Enumerable.Range(0, phones).Select(async at =>
        {
            var own = new Random(HashCode.Combine(wish.Seed, at));
            var home = sites[at % sites.Count];
            await Task.Delay(TimeSpan.FromSeconds(own.NextDouble()), over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var setOut = rig.History.Now;
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

                var due = setOut + TimeSpan.FromSeconds(step) - rig.History.Now;
                await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }).ToList();
        await Task.Delay(StartsWithin, cancellation);
        var ages = AgesAsync(rig, over.Token);
        var loaded = await MatchAsync(rig, chance, seconds - (int)StartsWithin.TotalSeconds, cancellation);
        var (perSecond, busy) = (sent / (rig.History.Now - began).TotalSeconds, rig.ProcessorsBusy());
        await over.CancelAsync();
        await Task.WhenAll(walking);
        var age = await ages;
        var drops = rig.Phones.Sum(phone => phone.Joins - 1);
        return BarResult.Of("L7", $"{perSecond:0} positions/s for {seconds} s from {phones} phones",
            [
                new("age of a stored place, p99", age.At(0.99), "s", 2), new("age of a stored place, p50", age.At(0.5), "s", null),
                new("raise with its first wave under load, p99", loaded.At(0.99), "ms", 2 * idle.At(0.99)), new("raise with its first wave under load, p50", loaded.At(0.5), "ms", null),
                new("raise with its first wave, idle, p99", idle.At(0.99), "ms", null), new("raise with its first wave, idle, p50", idle.At(0.5), "ms", null), new("processors busy", busy, "", null),
            ],
            await rig.SettleAsync(null, cancellation), ("drops", drops));
    }

    /// <summary>One incident a second, each ended three seconds later: how long the desk waits until its first wave is on record, in milliseconds.</summary>
    private static async Task<Samples> MatchAsync(LoadRig rig, Random chance, int seconds, CancellationToken cancellation)
    {
        var samples = new Samples();
        var ending = new List<Task>();
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var second = 0; second < seconds; second++)
        {
            var pressed = Stopwatch.GetTimestamp();
            var id = await rig.RaiseAsync(chance, needed: 4);
            samples.Add(Stopwatch.GetElapsedTime(pressed).TotalMilliseconds);
            ending.Add(EndAsync(rig, id));
            if (second % 30 == 29)
            {
                Console.WriteLine($"{second + 1} s");
            }

            await beat.WaitForNextTickAsync(cancellation);
        }

        await Task.WhenAll(ending);
        return samples;
    }

    private static async Task EndAsync(LoadRig rig, Guid incident)
    {
        await Task.Delay(TimeSpan.FromSeconds(3));
        await rig.CloseAsync(incident);
    }

    /// <summary>Twice a second, all who may be located now: how long ago the phone took the place that is stored. A phone reports once a second.</summary>
    private static async Task<Samples> AgesAsync(LoadRig rig, CancellationToken over)
    {
        var ages = new Samples();
        var phones = rig.Phones.Select(phone => phone.Record.Volunteer).ToArray();
        await using var connection = new Npgsql.NpgsqlConnection(rig.Field.Database);
        await connection.OpenAsync(over);
        while (!over.IsCancellationRequested)
        {
            await using var command = new Npgsql.NpgsqlCommand(
                """
                SELECT extract(epoch FROM clock_timestamp() - p.taken_at)::float8 FROM positions p JOIN volunteers v ON v.id = p.volunteer_id
                WHERE p.volunteer_id = ANY ($1) AND v.duty <> 'off' AND EXISTS (SELECT FROM consents c WHERE c.volunteer_id = v.id AND c.kind = 'location' AND c.withdrawn_at IS NULL)
                """, connection);
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
