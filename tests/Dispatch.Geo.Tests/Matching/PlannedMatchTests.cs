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

    [Fact]
    public void One_who_is_late_is_told_of_beside_the_offers_and_replays_to_the_same_bytes()
    {
        var request = Request(new WaveTarget(1, 0.9, 0.9, 600, 3600, 120), 20);
        var late = new OpenOffer { VolunteerId = Given.Id(99), AskedSecondsAgo = 300, DistanceMetres = 4_000, Record = ResponseRecord.None, ArrivesInSeconds = 2_260.87 };
        var silent = new OpenOffer { AskedSecondsAgo = 0, DistanceMetres = 100, Record = ResponseRecord.None };
        request = request with { Needs = [request.Needs[0] with { Plan = request.Needs[0].Plan! with { Open = [late, silent], ExpectedLate = 1 } }] };

        var result = Matcher.Match(request);

        Assert.True(result.Needs.Single() is { Asked: 6, OpenBefore: 1, ExpectedLate: 1, Exhausted: false });
        Assert.Equal("1 who said yes is expected too late and not counted on in time; asked 6: 6 at 30 % (30 %–30 %) with 1 open before reach 92 % of at least 1 within 10 min (target 90 %, of one plan 90 %); the places stay taken, a yes now is standby",
            WaveText.En(result.Needs[0].Plan!, open: 1, late: 1));
        Assert.Equal("已应召的 1 人预计晚到，不计入按时到场；召集 6 人：人均可能性 30 %（30 %–30 %），连同已发出的 1 份邀请，10 分钟内至少 1 人到场的把握为 92 %（目标 90 %，单次规划按 90 %）；名额未空出，此时答应者为候补",
            WaveText.Zh(result.Needs[0].Plan!, open: 1, late: 1));
        Assert.Equal(Explanation.Write(result), Explanation.Write(Matcher.Match(Explanation.ReadInputs(Explanation.WriteInputs(request)))));
    }

    /// <summary>As version 2 wrote them before anybody's lateness was kept: nothing of it may appear.</summary>
    [Fact]
    public void What_was_stored_before_gives_the_same_bytes_without_a_word_of_lateness()
    {
        const string Stored = """{"kind":"inputs","version":2,"content":{"incidentId":"00000007-0000-0000-0000-000000000000","at":"2026-11-21T10:00:00.0000000Z","localDate":"2026-11-21","place":{"longitude":114.05,"latitude":22.54},"radiusMetres":5000,"hazardous":false,"lifeCritical":false,"model":{"hours":"leisure","everybody":{"asked":0,"accepted":0,"declined":0},"acceptMedianSeconds":30,"declineMedianSeconds":30,"setOutSeconds":72,"groupAcceptRate":0.3,"groupDeclineRate":0.28},"rings":[{"number":1,"regionCode":"440304","path":"44.440304","level":"county","name":"福田区"}],"needs":[{"ordinal":1,"qualificationId":3,"qualification":"rescue.water","wanted":12,"plan":{"target":{"people":1,"probability":0.9,"innerProbability":0.6,"withinSeconds":3570,"periodSeconds":3600,"answerWithinSeconds":120},"open":[{"volunteerId":"00000001-0000-0000-0000-000000000000","askedSecondsAgo":30,"distanceMetres":100,"means":"undeclared","record":{"asked":0,"accepted":0,"declined":0},"receipt":"unknown"}]}}],"candidates":[]}}""";
        var inputs = System.Text.Encoding.UTF8.GetBytes(Stored);

        var request = Explanation.ReadInputs(inputs);

        Assert.Equal(Stored.Replace("\"version\":2", "\"version\":5", StringComparison.Ordinal), System.Text.Encoding.UTF8.GetString(Explanation.WriteInputs(request)));
        var explanation = System.Text.Encoding.UTF8.GetString(Explanation.Write(Matcher.Match(request)));
        Assert.Contains("\"openBefore\":1", explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("expectedLate", explanation, StringComparison.Ordinal);
    }

    private static MatchRequest Request(WaveTarget target, int people)
    {
        var request = Given.Request(40, [.. Enumerable.Range(1, people).Select(id => Given.Volunteer(id, metres: 10 * id))]);
        return request with { Needs = [request.Needs[0] with { Plan = new(target, []) }], Model = ResponseModel.Published(HourClass.Working) };
    }
}
