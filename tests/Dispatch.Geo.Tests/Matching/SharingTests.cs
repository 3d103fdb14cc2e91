using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Xunit;

namespace Dispatch.Geo.Tests.Matching;

/// <summary>Incidents over the same people: each plans all of them and takes its own part.</summary>
public sealed class SharingTests
{
    private static readonly WaveTarget OneInAnHour = new(1, 0.9, 0.9, 3600, 3600, 120);

    [Fact]
    public void Two_that_see_each_other_come_to_one_division_and_ask_nobody_twice()
    {
        var random = new Random(22);
        for (var trial = 0; trial < 100; trial++)
        {
            var people = random.Next(1, 20);
            var (first, second) = (Incident(1, people, random.Next(1, 4), random), Incident(2, people, random.Next(1, 4), random));
            var here = Matcher.Match(first with { Rivals = Sharing.NeedsOf(second) });
            var there = Matcher.Match(second with { Rivals = Sharing.NeedsOf(first) });

            Assert.Empty(here.Chosen.Select(one => one.VolunteerId).Intersect(there.Chosen.Select(one => one.VolunteerId)));
            Assert.Equal(people > 1, here.Chosen.Count > 0 && there.Chosen.Count > 0); // none goes without while there are two
            Assert.All(here.Lines.Where(line => line.Rule == Rules.LeftToOther), line => Assert.Equal(second.IncidentId, line.LeftTo));
        }
    }

    [Fact]
    public void The_explanation_says_to_whom_somebody_was_left_and_why_and_can_be_replayed()
    {
        var (first, second) = (Incident(1, 4, 1), Incident(2, 4, 1));
        var request = first with { Rivals = Sharing.NeedsOf(second) };

        var result = Matcher.Match(request);

        Assert.Equal(2, result.Needs.Single().LeftToOthers);
        var left = result.Lines.First(line => line.Rule == Rules.LeftToOther);
        Assert.Equal((Verdict.InReserve, second.IncidentId, 1), (left.Verdict, left.LeftTo, left.MissingThere));
        Assert.Equal("left to another incident, which lacks 1: 30 % there, 30 % here, to be there in time; they are planned together, so that none goes without", ExplanationText.En(left));
        Assert.Equal("留给另一起警情：那里还缺 1 人，他到场的可能性那里 30 %、此处 30 %；几起警情一并规划，谁都不落空", ExplanationText.Zh(left));
        Assert.EndsWith("; planned together with other incidents, 2 left to them", WaveText.En(result.Needs[0].Plan!, 0, 2), StringComparison.Ordinal);
        Assert.Equal(Explanation.Write(result), Explanation.Write(Matcher.Match(Explanation.ReadInputs(Explanation.WriteInputs(request)))));
    }

    [Fact]
    public void Those_who_are_left_are_replaced_by_the_next_nearest()
    {
        var result = Matcher.Match(Incident(1, 20, 1) with { Rivals = Sharing.NeedsOf(Incident(2, 20, 1)) });

        Assert.Equal(7, result.Chosen.Count); // as many as alone
        Assert.True(result.Needs.Single() is { Plan.Reached: true, LeftToOthers: >= 7 });
    }

    [Fact]
    public void Among_equally_likely_people_each_goes_where_he_is_nearer()
    {
        Candidate[] west = [Given.Volunteer(1, 100), Given.Volunteer(2, 200), Given.Volunteer(3, 2100), Given.Volunteer(4, 2200)];
        Candidate[] east = [Given.Volunteer(1, 2200), Given.Volunteer(2, 2100), Given.Volunteer(3, 200), Given.Volunteer(4, 100)];

        var here = Matcher.Match(Incident(1, west, 1) with { Rivals = Sharing.NeedsOf(Incident(2, east, 1)) });

        Assert.Equal([Given.Id(1), Given.Id(2)], here.Chosen.Select(one => one.VolunteerId).Order());
    }

    [Fact]
    public void Plans_that_would_ask_nobody_in_common_do_not_meet()
    {
        var own = Sharing.NeedsOf(Incident(1, 30, 1));
        Candidate[] farther = [.. Enumerable.Range(20, 20).Select(n => Given.Volunteer(n, n))];
        Assert.False(Sharing.Meet(own, Sharing.NeedsOf(Incident(2, farther, 1)).Single()));
        Assert.True(Sharing.Meet(own, Sharing.NeedsOf(Incident(2, 30, 1)).Single()));
    }

    [Fact]
    public void Who_has_nobody_takes_over_its_part_of_those_another_has_asked_and_not_heard_from()
    {
        var people = Enumerable.Range(1, 6).ToList();
        var holder = Incident(1, [], 1);
        holder = holder with
        {
            Needs = [holder.Needs[0] with
            {
                Plan = holder.Needs[0].Plan! with { Open = [.. people.Select(n => new OpenOffer { VolunteerId = Given.Id(n), AskedSecondsAgo = 1, DistanceMetres = 100, Record = ResponseRecord.None })] },
            }],
        };
        var starving = Incident(2, [.. people.Select(n => Given.Volunteer(n, 300) with { EngagedIn = holder.IncidentId })], 1);
        HashSet<Guid> silent = [.. people.Take(5).Select(Given.Id)]; // the sixth has it on his screen

        var taken = Sharing.TakenOver(starving, [1], [holder], silent);

        Assert.Equal(3, taken.Count);
        Assert.DoesNotContain(Given.Id(6), taken);
        var unfit = starving with { Candidates = [.. starving.Candidates.Select(one => one with { Fitness = Fitness.Unfit })] };
        Assert.Empty(Sharing.TakenOver(unfit, [1], [holder], silent));
        Assert.Empty(Sharing.TakenOver(starving, [1], [holder with { Needs = [holder.Needs[0] with { Plan = holder.Needs[0].Plan! with { Open = [.. holder.Needs[0].Plan!.Open.Take(1)] } }] }], silent)); // his only one
    }

    [Theory]
    [InlineData(false, false, 0)]
    [InlineData(false, true, 1)] // where life is at stake
    [InlineData(true, true, 0)]
    public void An_only_one_is_given_up_where_life_is_at_stake_and_nowhere_else(bool holderCritical, bool starvingCritical, int taken)
    {
        var holder = Incident(1, [], 1) with { LifeCritical = holderCritical };
        var open = new OpenOffer { VolunteerId = Given.Id(1), AskedSecondsAgo = 1, DistanceMetres = 100, Record = ResponseRecord.None };
        holder = holder with { Needs = [holder.Needs[0] with { Plan = holder.Needs[0].Plan! with { Open = [open] } }] };
        var starving = Incident(2, [Given.Volunteer(1, 300) with { EngagedIn = holder.IncidentId }], 1) with { LifeCritical = starvingCritical };

        Assert.Equal(taken, Sharing.TakenOver(starving, [1], [holder], new HashSet<Guid> { Given.Id(1) }).Count);
    }

    [Fact]
    public void An_offer_in_the_stead_of_one_who_is_late_is_given_up_to_who_has_nobody_although_it_is_the_only_one()
    {
        var holder = Incident(1, [], 1);
        OpenOffer[] open =
        [
            new() { VolunteerId = Given.Id(9), AskedSecondsAgo = 600, DistanceMetres = 9_000, Record = ResponseRecord.None, ArrivesInSeconds = 5_000 }, // holds the place
            new() { VolunteerId = Given.Id(1), AskedSecondsAgo = 1, DistanceMetres = 100, Record = ResponseRecord.None },
        ];
        var plan = holder.Needs[0].Plan! with { Open = open };
        var late = holder with { Needs = [holder.Needs[0] with { Plan = plan with { ExpectedLate = 1 } }] };
        var starving = Incident(2, [Given.Volunteer(1, 300) with { EngagedIn = holder.IncidentId }], 1);
        var silent = new HashSet<Guid> { Given.Id(1) };

        Assert.Equal([Given.Id(1)], Sharing.TakenOver(starving, [1], [late], silent));
        Assert.Empty(Sharing.TakenOver(starving, [1], [holder with { Needs = [holder.Needs[0] with { Plan = plan with { Open = open[1..] } }] }], silent)); // nobody comes there
    }

    private static MatchRequest Incident(int id, int people, int wanted, Random? random = null) => Incident(
        id, [.. Enumerable.Range(1, people).Select(n => Given.Volunteer(n, random is null ? 100 * n : random.Next(50, 4000)))], wanted);

    private static MatchRequest Incident(int id, Candidate[] candidates, int wanted) =>
        Given.Request([Given.Need(1, 60) with { Plan = new NeedPlan(OneInAnHour with { People = wanted }, []) }], candidates) with
        {
            IncidentId = Given.Id(1000 + id),
            Model = ResponseModel.Published(HourClass.Working),
        };
}
