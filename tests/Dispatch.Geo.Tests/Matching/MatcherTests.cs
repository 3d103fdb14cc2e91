using Dispatch.Geo.Matching;
using Xunit;

namespace Dispatch.Geo.Tests.Matching;

public sealed class MatcherTests
{
    private static int[] Asked(MatchResult result, int need = 1) =>
        [.. result.Chosen.Where(c => c.NeedOrdinal == need).Select(c => BitConverter.ToInt32(c.VolunteerId.ToByteArray()))];

    private static ExplanationLine Line(MatchResult result, int id, int need = 1) =>
        result.Lines.Single(line => line.VolunteerId == Given.Id(id) && line.NeedOrdinal == need);

    [Fact]
    public void The_nearest_are_asked_and_the_next_stay_in_reserve()
    {
        var result = Matcher.Match(Given.Request(2, Given.Volunteer(1, 900), Given.Volunteer(2, 300), Given.Volunteer(3, 540)));
        Assert.Equal([2, 3], Asked(result));
        var second = Line(result, 3);
        Assert.Equal((Verdict.Asked, Rules.Nearest, 2, (Guid?)Given.Id(2), 240.0), (second.Verdict, second.Rule, second.Rank, second.Behind, second.BehindMetres));
        var third = Line(result, 1);
        Assert.Equal((Verdict.InReserve, Rules.NearerPeopleAsked, 3), (third.Verdict, third.Rule, third.Rank));
        Assert.Equal(new NeedOutcome(1, 2, 2, 2, 1, false), result.Needs.Single());
    }

    [Fact]
    public void Equal_distances_are_decided_by_the_volunteers_id()
    {
        var result = Matcher.Match(Given.Request(2, Given.Volunteer(9), Given.Volunteer(4), Given.Volunteer(7)));
        Assert.Equal([4, 7], Asked(result));
    }

    [Fact]
    public void Of_those_who_stand_at_one_place_the_less_asked_come_first()
    {
        var result = Matcher.Match(Given.Request(3, Given.Volunteer(1) with { RecentAlerts = 2 }, Given.Volunteer(2) with { RecentAlerts = 1 }, Given.Volunteer(3), Given.Volunteer(4, 499) with { RecentAlerts = 2 }));
        Assert.Equal([4, 3, 2], Asked(result)); // a metre nearer still comes first: the law asks for the nearest
    }

    [Fact]
    public void An_inner_ring_comes_before_any_nearer_outer_one_and_fills_what_it_can()
    {
        var result = Matcher.Match(Given.Request(2, Given.Volunteer(1, 4_000, ring: 1), Given.Volunteer(2, 10, ring: 3), Given.Volunteer(3, 2_000, ring: 2)));
        Assert.Equal([1, 3], Asked(result));
        Assert.DoesNotContain(result.Lines, line => line.Ring == 3); // a ring that was not opened is nobody's business
        Assert.Equal(2, result.Needs.Single().RingReached);
        Assert.Equal([1, 1], result.Chosen.Select(c => c.Rank));
    }

    [Fact]
    public void Fewer_than_wanted_means_exhausted_with_every_ring_open()
    {
        var result = Matcher.Match(Given.Request(5, Given.Volunteer(1), Given.Volunteer(2, ring: 2) with { Duty = Duty.Off }));
        Assert.Equal(new NeedOutcome(1, 5, 1, 1, 3, true), result.Needs.Single());
        Assert.Equal((Verdict.Out, Rules.OffDuty), (Line(result, 2).Verdict, Line(result, 2).Rule));
        Assert.True(Matcher.Match(Given.Request(1)).Needs.Single().Exhausted);
    }

    [Fact]
    public void The_scarcer_need_chooses_first_and_one_person_fills_one_slot()
    {
        // Need 1 could be filled by three people, need 2 by the nearest of them only.
        var result = Matcher.Match(Given.Request(
            [Given.Need(1, 1), Given.Need(2, 1)],
            [Given.Volunteer(1, 100), Given.Volunteer(2, 200), Given.Volunteer(3, 300), Given.Volunteer(1, 100, need: 2)]));
        Assert.Equal([2], Asked(result));
        Assert.Equal([1], Asked(result, need: 2));
        var other = Line(result, 1);
        Assert.Equal((Verdict.InReserve, Rules.AskedForOtherNeed, 2), (other.Verdict, other.Rule, other.AskedForNeed));
        Assert.Equal(1, Line(result, 2).Rank);
    }

    [Fact]
    public void Scarcity_is_people_per_place_and_ties_go_to_the_first_need()
    {
        // 3 for 3 places is scarcer than 2 for 1 place.
        var scarce = Matcher.Match(Given.Request(
            [Given.Need(1, 1), Given.Need(2, 3)],
            [Given.Volunteer(1), Given.Volunteer(2), Given.Volunteer(1, need: 2), Given.Volunteer(2, need: 2), Given.Volunteer(3, need: 2)]));
        Assert.Equal([1, 2, 3], Asked(scarce, need: 2));
        Assert.Empty(Asked(scarce));

        var tie = Matcher.Match(Given.Request([Given.Need(2, 1), Given.Need(1, 1)], [Given.Volunteer(1), Given.Volunteer(1, need: 2)]));
        Assert.Equal([1], Asked(tie));
    }

    [Fact]
    public void A_certificate_that_ended_is_told_with_its_day()
    {
        var line = Line(Matcher.Match(Given.Request(1, Given.Volunteer(1) with { CertificateUntil = new DateOnly(2026, 4, 30), Duty = Duty.Off })), 1);
        Assert.Equal((Verdict.Out, Rules.CertificateEnded, (DateOnly?)new DateOnly(2026, 4, 30)), (line.Verdict, line.Rule, line.Date));
        Assert.Equal([Rules.OffDuty], line.AlsoRules);
        Assert.Null(line.Rank);
    }

    [Fact]
    public void A_request_that_contradicts_itself_is_a_bug_and_says_so()
    {
        Assert.Throws<ArgumentException>(() => Matcher.Match(Given.Request([Given.Need(1, 1), Given.Need(1, 2)], [])));
        Assert.Throws<ArgumentException>(() => Matcher.Match(Given.Request([Given.Need(1, 0)], [])));
        Assert.Throws<ArgumentException>(() => Matcher.Match(Given.Request([Given.Need(1, 1)], [Given.Volunteer(1, need: 4)])));
    }

    [Fact]
    public void A_person_found_in_two_nested_rings_counts_once_in_the_inner_one()
    {
        var result = Matcher.Match(Given.Request(2, Given.Volunteer(1, ring: 2), Given.Volunteer(1, ring: 1)));
        Assert.Equal((1, 1), (result.Chosen.Count, result.Chosen[0].Ring));
    }
}
