using Dispatch.Drills.Bench.Waves;
using Dispatch.Geo.Waves;

namespace Dispatch.Server.Tests.Drills;

/// <summary>The simulator of ./dev bench waves against closed forms and published facts. Seeds are fixed; tolerances are about four standard errors.</summary>
public sealed class WaveSimulationTests
{
    private const int NobodyStops = 1_000_000; // a need that is never filled: everybody who accepts arrives

    /// <summary>Replace every refusal at once, answers in no time: E[alerts] = n / p.</summary>
    [Theory]
    [InlineData(1, 0.25)]
    [InlineData(4, 0.25)]
    [InlineData(2, 0.1)]
    public void Replacing_every_refusal_takes_n_over_p_alerts(int needed, double p)
    {
        var world = Plain(p, radius: 1) with { Exactly = 400, DeclinesAloud = 1, AnswerSeconds = _ => 0 };
        var alerts = Runs(4_000, seed => new WaveRun(world.People(new(seed)), needed, 600).Play(new ReplaceOnRefusal("missing", run => run.Needed)).Alerts);

        // Negative binomial: variance n (1-p) / p².
        Assert.Equal(needed / p, alerts.Average(), 4 * Math.Sqrt(needed * (1 - p)) / p / Math.Sqrt(alerts.Count));
    }

    /// <summary>m in a disk, all alerted, delay D ~ Exp(mu), speed v: arrivals by t ~ Bin(m, q), q = p E[min(1, (v (t-D)+ / R)²)].</summary>
    [Fact]
    public void Arrivals_from_a_disk_are_binomial_with_the_closed_form_q()
    {
        const double p = 0.4, radius = 600, meanDelay = 60, speed = 2.3, t = 200;
        const int m = 50;
        var world = Plain(p, radius) with { Exactly = m, AnswerSeconds = random => Chance.Exponential(random, meanDelay) };
        var arrived = Runs(4_000, seed => new WaveRun(world.People(new(seed)), NobodyStops, 1e9, 1e9).Play(new AlertAll()).Arrivals.Count(arrival => arrival <= t));

        var q = p * Integral(0, t, delay => Math.Exp(-delay / meanDelay) / meanDelay * Math.Min(1, Math.Pow(speed * (t - delay) / radius, 2)));
        Assert.Equal(m * q, arrived.Average(), 4 * Math.Sqrt(m * q * (1 - q) / arrived.Count));
        var variance = arrived.Average(n => Math.Pow(n - (m * q), 2));
        Assert.Equal(m * q * (1 - q), variance, 0.1 * m * q * (1 - q));
        Assert.Equal(1 - Math.Pow(1 - q, m), arrived.Average(n => n > 0 ? 1.0 : 0), 0.02);
    }

    /// <summary>lambda = 10/km², p = .2, mean delay 60 s, v = 2.3 m/s, t = 300 s: mean 2.0326, P(at least one) = 0.8690.</summary>
    [Fact]
    public void Arrivals_from_a_field_are_poisson_with_the_closed_form_mean()
    {
        const double mu = 1 / 60.0, t = 300;
        var closed = 10e-6 * 0.2 * Math.PI * 2.3 * 2.3 * ((t * t) - (2 * t / mu) + (2 / (mu * mu) * (1 - Math.Exp(-mu * t))));
        Assert.Equal(2.0326, closed, 5e-5);

        var world = Plain(0.2, radius: 2.3 * t) with { PerSquareKilometre = 10, AnswerSeconds = random => Chance.Exponential(random, 60) }; // farther out nobody comes in time
        var arrived = Runs(10_000, seed => new WaveRun(world.People(new(seed)), NobodyStops, 1e9, 1e9).Play(new AlertAll()).Arrivals.Count(arrival => arrival <= t));

        Assert.Equal(2.0326, arrived.Average(), 0.06);
        Assert.Equal(0.8690, arrived.Average(n => n > 0 ? 1.0 : 0), 0.014);
    }

    /// <summary>
    /// New Zealand, 30 volunteers within a kilometre: some policy of replacing every refusal reaches more than fixed delays with no more alerts;
    /// alerting everybody covers most and is the most redundant.
    /// </summary>
    [Fact]
    public void With_thirty_around_replacing_refusals_beats_fixed_phases_and_alerting_all_is_the_most_redundant()
    {
        var world = WaveWorld.City(0) with { RadiusMetres = 1_000, Exactly = 30, DeclinesAloud = 1 };
        (double Success, double Alerts, double Redundant) Play(Func<WavePolicy> policy)
        {
            var outcomes = Runs(1_500, seed => new WaveRun(world.People(new(seed)), 1, 600).Play(policy()));
            return (outcomes.Average(one => one.Success ? 1.0 : 0), outcomes.Average(one => one.Alerts), outcomes.Average(one => one.Redundant));
        }

        var all = Play(() => new AlertAll());
        var replaced = Play(() => new ReplaceOnRefusal(3));
        var phases = new[] { (4, 120.0), (5, 120), (5, 180), (7, 120), (7, 180) }.Select(one => Play(() => new FixedPhases(one.Item1, one.Item2))).ToList();

        Assert.All(phases, fixedDelay => Assert.True(replaced.Success > fixedDelay.Success && replaced.Alerts <= fixedDelay.Alerts, $"{replaced} against {fixedDelay}"));
        Assert.All(phases.Append(replaced), other => Assert.True(all.Success >= other.Success - 0.01 && all.Redundant > other.Redundant));
    }

    /// <summary>
    /// With 2.42 responders a call, deciding each for himself, the median first arrival is 220 s; published are 245. A mood that all of an incident share
    /// explains it, with the same number saying yes on average. The radius is fitted to the first figure, the mood to the second.
    /// </summary>
    [Theory]
    [InlineData(0.0, 220)]
    [InlineData(1.1, 245)]
    public void A_mood_that_all_share_makes_the_first_arrival_as_late_as_published(double mood, double seconds)
    {
        const double saysYes = 0.2, radius = 665, responders = 2.42;
        var rate = RateFor(saysYes, mood);
        var world = WaveWorld.City(responders / saysYes / (Math.PI * radius * radius / 1e6), mood) with { RadiusMetres = radius, Rate = _ => rate, PhonesReached = 1 };
        var calls = Runs(8_000, seed => new WaveRun(world.People(new(seed)), NobodyStops, 1e9).Play(new AlertAll()).Arrivals);

        Assert.Equal(responders, calls.Average(arrivals => arrivals.Count), 0.15); // a few answer after their offer has ended
        Assert.Equal(seconds, Median(calls.Select(arrivals => arrivals.DefaultIfEmpty(double.PositiveInfinity).Min())), 5.0);
    }

    /// <summary>Of 17 to 47 % in recent studies; turnout 1:45 at the median.</summary>
    [Fact]
    public void The_city_says_yes_as_often_and_sets_out_as_quickly_as_published()
    {
        var world = WaveWorld.City(10);
        var incidents = Runs(1_000, seed => new WaveRun(world.People(new(seed)), NobodyStops, 1e9).Play(new AlertAll()));
        Assert.InRange(incidents.Sum(one => one.Arrivals.Count) / (double)incidents.Sum(one => one.Alerts), 0.17, 0.47);

        var random = new Random(1);
        Assert.Equal(105, Median(Runs(20_000, _ => world.AnswerSeconds(random) + world.SetOutSeconds(random))), 4.0);
    }

    /// <summary>London 1.3 %, East Midlands 5.4 % of alerts accepted: so many alerts a yes, and so many for 95 % of one in the first wave of a planner that has learned it.</summary>
    [Theory]
    [InlineData(0.013, 229)]
    [InlineData(0.054, 54)]
    public void Where_hardly_anybody_says_yes_many_are_alerted_and_the_planner_knows_how_many(double p, int exact)
    {
        var world = Plain(p, radius: 200) with { Exactly = 1_500, DeclinesAloud = 1 };
        var incidents = Runs(2_000, seed => new WaveRun(world.People(new(seed)), 1, 600).Play(new ReplaceOnRefusal("missing", run => run.Needed)));
        Assert.Equal(1 / p, incidents.Average(one => one.Alerts), 4 * Math.Sqrt(1 - p) / p / Math.Sqrt(incidents.Count));

        Assert.Equal(exact, PoissonBinomial.SmallestNumber(p, 1, 0.95));
        var plan = WavePlanner.Plan(new()
        {
            Target = new(1, 0.95, 0.95, 3_600, 3_600, 3_000), // time enough for everybody's answer and way
            Model = ResponseModel.Published(HourClass.Working) with { Everybody = new(1e6, 1e6 * p, 0) },
            Open = [],
            Prospects = [.. Enumerable.Range(1, 400).Select(n => new Prospect { VolunteerId = new Guid(n, 0, 0, new byte[8]), Ring = 1, DistanceMetres = 100, Record = ResponseRecord.None })],
        });
        Assert.InRange(plan.Ask.Count, exact, exact * 1.05);
    }

    /// <summary>At two and more the planner needs no tuning per density: no fixed wave of one size does as well everywhere for as few alerts.</summary>
    [Fact]
    public void For_four_people_no_one_size_of_a_fixed_wave_does_as_well_as_the_planner_at_both_densities()
    {
        List<(double Success, double Alerts)> Play(Func<WavePolicy> policy) => [.. new[] { 10.0, 30 }.Select(density =>
        {
            var outcomes = Runs(250, seed => new WaveRun(WaveWorld.City(density).People(new(seed)), 4, 600).Play(policy()));
            return (outcomes.Average(one => one.Success ? 1.0 : 0), outcomes.Average(one => (double)one.Alerts));
        })];

        var planned = Play(() => new Planned(0.95, 0.9));

        Assert.All(planned, place => Assert.True(place.Success > 0.9, $"{place}"));
        Assert.All(new[] { 20, 30, 40, 60 }, k => Assert.Contains(
            Play(() => new NearestFixed(k)).Zip(planned), place => place.First.Success < place.Second.Success - 0.01 || place.First.Alerts > place.Second.Alerts * 1.1));
    }

    private static WaveWorld Plain(double p, double radius) => new()
    {
        RadiusMetres = radius, Rate = _ => p, AnswerSeconds = _ => 0, Detour = 1, DeclinesAloud = 0,
    };

    /// <summary>The rate of a person for whom, over all moods of incidents, the average is this.</summary>
    private static double RateFor(double average, double mood)
    {
        var (low, high) = (0.0, 1.0);
        for (var halving = 0; halving < 50; halving++)
        {
            var rate = (low + high) / 2;
            var reached = Integral(-8, 8, z => Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) / (1 + ((1 - rate) / rate * Math.Exp(-mood * z))));
            (low, high) = reached < average ? (rate, high) : (low, rate);
        }

        return low;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static List<T> Runs<T>(int count, Func<int, T> run) => [.. Enumerable.Range(1, count).Select(run)];

    private static double Integral(double from, double to, Func<double, double> f) => // Simpson
        Enumerable.Range(0, 2001).Sum(i => f(from + ((to - from) * i / 2000)) * (i is 0 or 2000 ? 1 : i % 2 == 1 ? 4 : 2)) * (to - from) / 6000;
}
