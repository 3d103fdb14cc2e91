using System.Collections.Concurrent;
using System.Diagnostics;
using Dispatch.Drills.Live;
using Dispatch.Drills.Phones;
using Dispatch.Geo;

namespace Dispatch.Drills.Bench;

/// <summary>
/// How long from an operator's raise to the phones, and from a volunteer's yes to the console, with phones connected and incidents coming in
/// steadily. Everything runs on this machine: the server in a process of its own, phones and console in this one, on one clock.
/// </summary>
internal static class BenchRaise
{
    // Four places make the server ask some 20 people: what the load tests call "an incident with 20 call-outs".
    private const int Needed = 4;
    private const int SignInsAtOnce = 8, ConnectsAtOnce = 50;
    private static readonly TimeSpan EndedAfter = TimeSpan.FromSeconds(15), SettlesWithin = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        var options = new Options(words, "--phones", "--seconds", "--per-second", "--seed", "--json");
        var load = new Load(options.Whole("--phones", 2000), options.Whole("--seconds", 60), options.Number("--per-second", 1), options.Whole("--seed", 1));
        var progress = new Progress<string>(Console.WriteLine);

        await using var server = await ServerUnderTest.StartAsync(progress, cancellation);
        using var station = await Station.SignInAsync(server.Address, Demo.CityOperator, Demo.Password, cancellation);
        var me = await station.GetAsync<Me>("api/me", cancellation);
        var ground = await HomeGround.ReadAsync(station, me.Region.Code, cancellation);
        var roster = (await station.RosterAsync(cancellation)).Take(load.Phones).ToList();
        var skill = roster.SelectMany(line => line.Qualifications).Where(held => !held.Expired).CountBy(held => held.Key).MaxBy(pair => pair.Value).Key;
        var category = (await station.GetAsync<List<Category>>("api/categories", cancellation)).Where(one => !one.Hazardous).MaxBy(one => (one.LifeCritical, one.RadiusMetres))!;

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var history = new PhoneHistory();
        var counts = new PhoneCounts();
        var phones = await SwitchOnAsync(server.Address, station, roster, ground, load.Seed, history, counts, over.Token);
        await using var console = await BenchConsole.OpenAsync(server.Address, station.AccessToken, cancellation);

        Console.WriteLine($"{counts.Connected} phones connected. {load.PerSecond} incidents a second for {load.Seconds} s, {category.Key}, {Needed} x {skill}");
        server.Mark();
        var chance = new Random(load.Seed);
        var raisedAt = new ConcurrentDictionary<Guid, long>();
        var started = Stopwatch.GetTimestamp();
        var running = new List<Task>();
        var incidents = (int)(load.Seconds * load.PerSecond);
        for (var number = 0; number < incidents; number++)
        {
            // By the clock, not by the last answer: a slow server must not get a smaller load.
            var due = TimeSpan.FromSeconds(number / load.PerSecond) - Stopwatch.GetElapsedTime(started);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, cancellation);
            }

            var place = ground.PlaceIn(roster[chance.Next(roster.Count)].HomeRegion.Code, chance)!.Value;
            running.Add(RaiseAndEndAsync(station, category.Key, skill, place, raisedAt, cancellation));
            server.SampleMemory();
        }

        await Task.WhenAll(running);
        var (processors, megabytes) = server.Used();
        var check = await CheckAsync(station, raisedAt.Keys, console, history, roster.Select(line => line.Id).ToHashSet(), cancellation);
        var reconnects = counts.Connects - counts.Connected + console.Cuts;
        await over.CancelAsync();
        await Task.WhenAll(phones).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var state = await Histories.FinalState.ReadAsync(server.Database, [.. raisedAt.Keys], [], cancellation);
        var twice = new Invariants.OneCallOutAtATime().Violations(new() { State = state }).Count();
        var result = Summarise(load, category.Key, raisedAt, console, history, counts, check, twice, reconnects, processors, megabytes);
        Console.WriteLine(result.ToTable());
        var file = options.Text("--json", Path.Combine(Environment.CurrentDirectory, "bench-raise.json"));
        await File.WriteAllTextAsync(file, result.ToJson(), cancellation);
        Console.WriteLine($"Written to {file}");
        return result.Faults == 0 ? 0 : 1;
    }

    private static async Task<List<Task>> SwitchOnAsync(
        Uri server, Station station, List<RosterLine> roster, HomeGround ground, int seed, PhoneHistory history, PhoneCounts counts, CancellationToken cancellation)
    {
        var http = new HttpClient { BaseAddress = server };
        var phones = new ConcurrentBag<(Phone Phone, RosterLine Line)>();
        await Parallel.ForEachAsync(roster, new ParallelOptions { MaxDegreeOfParallelism = SignInsAtOnce, CancellationToken = cancellation }, async (line, stop) =>
            phones.Add((new Phone(server, new PhoneSignIn(http, await station.ActivateAsync(line.Id, stop), TimeProvider.System), 0, counts), line)));

        var lives = new ConcurrentBag<Task>();
        await Parallel.ForEachAsync(phones, new ParallelOptions { MaxDegreeOfParallelism = ConnectsAtOnce, CancellationToken = cancellation }, async (one, stop) =>
        {
            lives.Add(one.Phone.StayConnectedAsync(cancellation));
            var chance = new Random(Temper.Mix(seed, one.Line.Id));
            var place = ground.PlaceIn(one.Line.HomeRegion.Code, chance)!.Value;
            await InsistAsync(one.Phone, "Duty", new { duty = "on" }, stop);
            await InsistAsync(one.Phone, "Position", new { place.Longitude, place.Latitude, datum = "wgs84", accuracyMetres = 15, takenAt = TimeProvider.System.GetUtcNow() }, stop);
            lives.Add(new BenchPhone(one.Phone, chance, history).AnswerAsync(cancellation));
        });
        return [.. lives];
    }

    private static async Task InsistAsync(Phone phone, string method, object order, CancellationToken cancellation)
    {
        while (await phone.OrderAsync(method, cancellation, order) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
        }
    }

    private static async Task RaiseAndEndAsync(
        Station station, string category, string skill, Position place, ConcurrentDictionary<Guid, long> raisedAt, CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7();
        raisedAt[id] = Stopwatch.GetTimestamp();
        await station.SendAsync<System.Text.Json.JsonElement>(HttpMethod.Put, $"api/incidents/{id}", new
        {
            category, risk = "演练", address = "演练", position = new { place.Longitude, place.Latitude, datum = "wgs84" },
            needs = new[] { new { qualification = skill, count = Needed } },
        }, cancellation);

        // Ended so that its people are free for the next.
        await Task.Delay(EndedAfter, cancellation);
        await station.SendAsync<System.Text.Json.JsonElement>(HttpMethod.Post, $"api/incidents/{id}/close", new { commandId = Guid.CreateVersion7(), reason = "演练" }, cancellation);
    }

    private static async Task<HistoryCheck> CheckAsync(
        Station station, IEnumerable<Guid> incidents, BenchConsole console, PhoneHistory history, HashSet<Guid> withPhone, CancellationToken cancellation)
    {
        // The last messages may be on their way; after that time they count as lost.
        var records = new Dictionary<Guid, List<Fact>>();
        foreach (var id in incidents)
        {
            records[id] = await station.FactsAsync(id, cancellation);
        }

        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < SettlesWithin && records.Any(record => console.Heads.GetValueOrDefault(record.Key) < record.Value.Count))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }

        var check = new HistoryCheck();
        foreach (var (id, facts) in records)
        {
            check.Add(facts, Needed, console.Heads.GetValueOrDefault(id), withPhone, history.OfferedAt.ContainsKey);
        }

        return check;
    }

    private static BenchRaiseResult Summarise(
        Load load, string category, ConcurrentDictionary<Guid, long> raisedAt, BenchConsole console, PhoneHistory history, PhoneCounts counts, HistoryCheck check,
        int twice, int reconnects, double processors, double megabytes)
    {
        var raiseToPhone = new Latencies();
        foreach (var (callout, at) in history.OfferedAt)
        {
            // Later waves are waited for, not raised: only the first one says how quick the raise was.
            if (console.Offered.TryGetValue(callout, out var offer) && offer.Wave == 1 && raisedAt.TryGetValue(offer.Incident, out var raised))
            {
                raiseToPhone.Add(raised, at);
            }
        }

        var acceptToConsole = new Latencies();
        foreach (var (callout, at) in console.AcceptedAt)
        {
            if (history.AcceptPressedAt.TryGetValue(callout, out var pressed))
            {
                acceptToConsole.Add(pressed, at);
            }
        }

        return new BenchRaiseResult(
            Machine.Describe(), load, category, raiseToPhone.Summarise(), acceptToConsole.Summarise(), processors, megabytes,
            check.Incidents, check.Offered, check.Accepted, reconnects,
            new()
            {
                ["lost offers"] = check.Lost,
                ["offers doubled on a phone"] = history.OfferedTwice,
                ["gaps on phones"] = counts.Gaps,
                ["gaps on the console"] = console.Gaps,
                ["incidents the console is behind on"] = check.ConsoleBehind,
                ["gaps in the record"] = check.RecordGaps,
                ["people dispatched twice at once"] = twice,
                ["incidents overfilled"] = check.Overfilled,
            });
    }
}

internal sealed record Load(int Phones, int Seconds, double PerSecond, int Seed);
