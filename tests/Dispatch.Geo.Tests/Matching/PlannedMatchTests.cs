using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Xunit;

namespace Dispatch.Geo.Tests.Matching;

/// <summary>The matcher says who and in what order, the planner how many: together, and stored.</summary>
public sealed class PlannedMatchTests
{
    [Fact]
    public void As_many_are_asked_as_the_plan_says_and_the_others_are_in_reserve()
    {
        var result = Matcher.Match(Request(new WaveTarget(1, 0.9, 0.9, 3600, 3600, 120), 20));

        Assert.Equal(Enumerable.Range(1, 7).Select(Given.Id), result.Chosen.Select(chosen => chosen.VolunteerId));
        var need = result.Needs.Single();
        Assert.True(need is { Asked: 7, Exhausted: false, RingReached: 1, TooFewGathered: null, OpenBefore: 0 });
        Assert.Equal(1 - Math.Pow(0.7, 7), need.Plan!.After, 1e-9);
        Assert.All(result.Lines.Where(line => line.Verdict == Verdict.Asked), line => Assert.Equal(0.3, line.Chance!.Value, 1e-9));
        Assert.All(result.Lines.Where(line => line.Verdict == Verdict.InReserve), line => Assert.Null(line.Chance));
    }

    [Fact]
    public void Open_offers_count_and_a_plan_that_holds_asks_nobody()
    {
        var request = Request(new WaveTarget(1, 0.9, 0.9, 3600, 3600, 120), 20);
        var open = new OpenOffer { AskedSecondsAgo = 0, DistanceMetres = 100, Record = ResponseRecord.None };

        var result = Matcher.Match(request with { Needs = [request.Needs[0] with { Plan = request.Needs[0].Plan! with { Open = [.. Enumerable.Repeat(open, 7)] } }] });

        Assert.Empty(result.Chosen);
        Assert.True(result.Needs.Single() is { Asked: 0, RingReached: 0, Exhausted: false, OpenBefore: 7 });
    }

    [Fact]
    public void When_all_who_may_be_asked_do_not_reach_the_target_the_need_is_exhausted()
    {
        var result = Matcher.Match(Request(new WaveTarget(2, 0.9, 0.9, 3600, 3600, 120), 3));

        Assert.Equal(3, result.Chosen.Count);
        Assert.True(result.Needs.Single() is { Exhausted: true, TooFewGathered: null, Plan.Reached: false });
    }

    [Fact]
    public void When_more_could_help_than_were_gathered_it_says_so()
    {
        var request = Request(new WaveTarget(1, 0.9, 0.9, 3600, 3600, 120), 5);

        Assert.True(Matcher.Match(request with { Needs = [request.Needs[0] with { Wanted = 5 }] }).Needs.Single().TooFewGathered);
    }

    [Fact]
    public void What_is_stored_gives_the_same_bytes_again()
    {
        var request = Request(new WaveTarget(2, 0.95, InnerTarget.For(0.95), 417.5, 480, 45), 30);
        request = request with
        {
            AlertBudget = 3,
            AlertPeriodSeconds = 604_800,
            RestFloorSeconds = 28_800,
            Candidates = [.. request.Candidates.Select((c, i) => c with
            {
                Record = new(i * 0.37, i * 0.11, i * 0.05), RecentAlerts = i % 5 == 0 ? null : i % 5, Means = i % 2 == 0 ? Means.Car : null, RestedSeconds = i % 3 == 0 ? 7_200.125 : null,
            })],
            Needs = [request.Needs[0] with { Plan = request.Needs[0].Plan! with { Open = [new() { AskedSecondsAgo = 12.345, DistanceMetres = 321.987, Record = new(3, 1, 1), Receipt = Receipt.Delivered, Means = Means.Foot }] } }],
        };

        var inputs = Explanation.WriteInputs(request);

        Assert.Equal(inputs, Explanation.WriteInputs(Explanation.ReadInputs(inputs)));
        Assert.Equal(Explanation.Write(Matcher.Match(request)), Explanation.Write(Matcher.Match(Explanation.ReadInputs(inputs))));
        Assert.Equal(Explanation.Write(Matcher.Match(request)), Explanation.Write(Explanation.Read(Explanation.Write(Matcher.Match(request)))));
    }

    private static MatchRequest Request(WaveTarget target, int people)
    {
        var request = Given.Request(40, [.. Enumerable.Range(1, people).Select(id => Given.Volunteer(id, metres: 10 * id))]);
        return request with { Needs = [request.Needs[0] with { Plan = new(target, []) }], Model = ResponseModel.Published(HourClass.Working) };
    }
}
