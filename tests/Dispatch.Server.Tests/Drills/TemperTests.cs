using Dispatch.Drills.Phones;
using Dispatch.Geo;
using Xunit;

namespace Dispatch.Server.Tests.Drills;

/// <summary>The simulated people against the published figures they claim to follow.</summary>
public sealed class TemperTests
{
    private const int People = 4000;

    private static readonly Guid Incident = Guid.Parse("0190f2aa-0000-7000-8000-000000000001");

    [Fact]
    public void The_same_seed_gives_the_same_people()
    {
        var one = Crowd(seed: 7).Select(temper => (temper.Willingness, temper.To(Incident), temper.AnswerAfter()));
        var other = Crowd(seed: 7).Select(temper => (temper.Willingness, temper.To(Incident), temper.AnswerAfter()));
        Assert.Equal(one, other);
    }

    [Fact]
    public void Willingness_lies_within_the_studied_rates()
    {
        var all = Crowd(seed: 1).Select(temper => temper.Willingness).Order().ToArray();
        Assert.InRange(all.Average(), 0.36, 0.39);
        Assert.InRange(all[People / 20], 0.10, 0.16);
        Assert.InRange(all[People * 19 / 20], 0.62, 0.70);
    }

    [Fact]
    public void Half_of_the_answers_come_within_thirty_seconds_and_hurry_divides_them()
    {
        Assert.InRange(Median(Crowd(seed: 1).Select(temper => temper.AnswerAfter().TotalSeconds)), 28, 32);
        Assert.InRange(Median(Crowd(seed: 1, hurry: 10).Select(temper => temper.AnswerAfter().TotalSeconds)), 2.8, 3.2);
    }

    [Fact]
    public void People_do_not_decide_independently()
    {
        // Accepted out of a crowd of 100, over many incidents: independent people would give a variance of at most 100 p (1 - p), about 23.
        var crowd = Crowd(seed: 1).Take(100).ToList();
        var accepted = Enumerable.Range(0, 400)
            .Select(number => new Guid(number, 0, 0, new byte[8]))
            .Select(incident => (double)crowd.Count(temper => temper.To(incident) == Reaction.Accept)).ToArray();
        var mean = accepted.Average();
        Assert.True(accepted.Average(count => (count - mean) * (count - mean)) > 50);
    }

    [Fact]
    public void Whoever_is_called_far_away_drives_and_arrives()
    {
        var home = new Position(114.05, 22.54);
        var walk = new Walk(home, new Random(1), hurry: 1);
        var incident = new Position(114.08, 22.54);
        var metres = Distance.Metres(home, incident);
        walk.GoTo(incident);

        walk.Advance(TimeSpan.FromSeconds(60));
        Assert.InRange(metres - walk.MetresToGo, 0.95 * 60 * 6.9 / 1.3, 1.05 * 60 * 6.9 / 1.3);

        walk.Advance(TimeSpan.FromHours(1));
        Assert.True(walk.Arrived);
        Assert.Equal(incident, walk.Here);
    }

    [Fact]
    public void Strolling_stays_near_home()
    {
        var home = new Position(114.05, 22.54);
        var walk = new Walk(home, new Random(1), hurry: 1);
        for (var minute = 0; minute < 600; minute++)
        {
            walk.Stroll();
            walk.Advance(TimeSpan.FromMinutes(1));
            Assert.True(Distance.Metres(home, walk.Here) < 410);
        }
    }

    private static IEnumerable<Temper> Crowd(int seed, double hurry = 1) =>
        Enumerable.Range(0, People).Select(number => new Temper(seed, new Guid(number, 1, 2, new byte[8]), hurry));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(People / 2);
}
