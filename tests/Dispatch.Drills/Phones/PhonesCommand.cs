using System.Collections.Concurrent;
using Dispatch.Drills.Live;

namespace Dispatch.Drills.Phones;

/// <summary>
/// Simulated volunteers on a running server, each with a phone of his own, until Ctrl-C: a newcomer raises an incident and watches people come.
/// </summary>
internal static class PhonesCommand
{
    private const int SignInsAtOnce = 8;
    private static readonly TimeSpan StatusAfter = TimeSpan.FromSeconds(5), FirstReportWithin = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        var options = new Options(words, "--server", "--count", "--seed", "--hurry", "--operator", "--password");
        var server = new Uri(options.Text("--server", "http://127.0.0.1:5080").TrimEnd('/') + "/");
        var hurry = Math.Max(options.Number("--hurry", 1), 0.1);
        var seed = options.Whole("--seed", 1);

        using var http = new HttpClient { BaseAddress = server };
        using var station = await Station.SignInAsync(
            server, options.Text("--operator", Demo.Operator), options.Text("--password", Demo.Password), cancellation);
        var me = await station.GetAsync<Me>("api/me", cancellation);
        var ground = await HomeGround.ReadAsync(station, me.Region.Code, cancellation);
        var chosen = Choose(await station.RosterAsync(cancellation), options.Whole("--count", 200), seed);
        var counts = new PhoneCounts();
        var lives = new ConcurrentBag<Task>();

        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = SignInsAtOnce, CancellationToken = cancellation }, async (line, stop) =>
        {
            var chance = new Random(Temper.Mix(seed, line.Id));
            if (ground.PlaceIn(line.HomeRegion.Code, chance) is not { } home)
            {
                throw new CommandException($"Region {line.HomeRegion.Code} and those above it have no boundary: nobody can be placed there.");
            }

            var signIn = new PhoneSignIn(http, await station.ActivateAsync(line.Id, stop), TimeProvider.System);
            var mine = await signIn.GetAsync<MyCallouts>("api/callouts/mine", stop);
            var phone = new Phone(server, signIn, mine.Cursor, counts);
            var volunteer = new Volunteer(phone, new Temper(seed, line.Id, hurry), new Walk(home, chance, hurry), counts, TimeProvider.System, hurry);
            volunteer.Begin(mine.Callouts, firstReportAfter: FirstReportWithin * chance.NextDouble());
            lives.Add(phone.StayConnectedAsync(cancellation));
            lives.Add(volunteer.LiveAsync(cancellation));
        });

        await ReportAsync(counts, cancellation);
        await Task.WhenAll(lives).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Console.WriteLine($"Phones off. {counts}");
        return 0;
    }

    private static List<RosterLine> Choose(List<RosterLine> roster, int count, int seed)
    {
        if (roster.Count == 0)
        {
            throw new CommandException("There is nobody on this operator's roster. Load the demo (--Demo:Load=true) or import a roster first.");
        }

        // Those who would be asked come first: a phone in a drawer shows a newcomer nothing. The demo's hand phones are left to people.
        var mixed = roster.Where(line => !Demo.IsHandPhone(line.ExternalId)).OrderBy(line => line.ExternalId, StringComparer.Ordinal).ToArray();
        new Random(seed).Shuffle(mixed);
        return mixed.OrderByDescending(line => line.AvailableNow).Take(count).ToList();
    }

    private static async Task ReportAsync(PhoneCounts counts, CancellationToken cancellation)
    {
        var said = "";
        while (!cancellation.IsCancellationRequested)
        {
            var now = counts.ToString();
            if (now != said)
            {
                Console.WriteLine(now);
                said = now;
            }

            await Task.Delay(StatusAfter, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
