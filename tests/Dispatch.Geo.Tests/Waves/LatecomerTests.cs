using Dispatch.Geo.Waves;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Dispatch.Geo.Tests.Waves;

/// <summary>Somebody who said yes counts as one if he arrives in time, and as nobody if not.</summary>
public sealed class LatecomerTests
{
    private static readonly DateTimeOffset Yes = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    /// <summary>1,000 m x 1.3 by 2.3 m/s is 565.2 s; on foot 928.6, by bicycle 325, by car 188.4.</summary>
    [Theory]
    [InlineData(Means.Undeclared, 565.217)]
    [InlineData(Means.Foot, 928.571)]
    [InlineData(Means.Bicycle, 325)]
    [InlineData(Means.Car, 188.406)]
    public void He_is_expected_after_the_usual_way_from_where_he_is(Means means, double seconds)
    {
        var way = Way(metres: 1_000, fixAfter: 300, means);

        Assert.Equal(300 + seconds, (way.ExpectedAt - Yes).TotalSeconds, 1e-3);
    }

    [Fact]
    public void Before_he_can_have_set_out_the_way_begins_when_he_will_have()
    {
        Assert.Equal(72 + 565.217, (Way(1_000, fixAfter: 10).ExpectedAt - Yes).TotalSeconds, 1e-3);
        Assert.Equal(72 + 565.217, (Way(1_000, fixAfter: null).ExpectedAt - Yes).TotalSeconds, 1e-3);
    }

    /// <summary>20 minutes: at 1,000 m 565 s, slowly 904 s; so he must have been there by 634 s, and surely is with a fix up to 295 s.</summary>
    [Theory]
    [InlineData(290, false, false)]
    [InlineData(630, false, false)]
    [InlineData(640, false, true)]
    [InlineData(630, true, true)]
    [InlineData(300, true, true)]
    [InlineData(290, true, false)]
    public void He_falls_behind_by_the_usual_way_and_catches_up_by_a_slow_one(double fixAfter, bool wasLate, bool late) =>
        Assert.Equal(late, Way(1_000, fixAfter).IsLate(Yes.AddMinutes(20), wasLate));

    [Fact]
    public void Who_stands_still_falls_behind_by_his_reports_and_who_says_nothing_does_not()
    {
        var deadline = Yes.AddMinutes(20);

        Assert.True(Way(1_000, fixAfter: 900).IsLate(deadline, wasLate: false));
        Assert.False(Way(1_000, fixAfter: 100).IsLate(deadline, wasLate: false)); // whatever the time is now
        Assert.False(Way(1_000, fixAfter: null).IsLate(deadline, wasLate: false));
        Assert.True(Way(5_000, fixAfter: null).IsLate(deadline, wasLate: false)); // too far from the beginning
    }

    [Fact]
    public void Who_is_at_the_place_is_there_whenever_that_is_but_only_a_fix_says_so()
    {
        Assert.False(Way(99, fixAfter: 5_000).IsLate(Yes.AddMinutes(20), wasLate: true));
        Assert.True(Way(101, fixAfter: 5_000).IsLate(Yes.AddMinutes(20), wasLate: false));
        Assert.True(Way(99, fixAfter: null).IsLate(Yes.AddMinutes(1), wasLate: false));
    }

    /// <summary>One wanted, one on his way, ten at 30 %: seven reach 1 - 0.7^7 = 91.8 % of the 90 % wanted.</summary>
    [Fact]
    public void In_the_stead_of_one_who_is_late_as_many_are_asked_as_if_he_had_not_said_yes()
    {
        var plan = WavePlanner.Plan(Given.Request(Given.Target(1), People(10), [Given.OnTheWay(4_000)]));

        Assert.Equal(7, plan.Ask.Count);
        Assert.Equal(1 - Math.Pow(0.7, 7), plan.After, 1e-9);
        Assert.Equal(0, plan.Before);
    }

    /// <summary>Two wanted, one of them late, and two who stand by or are missing: 12 reach 91.5 % of at least two, as if nobody had been asked.</summary>
    [Fact]
    public void A_standby_who_can_be_there_in_time_takes_his_place_in_the_plan()
    {
        Assert.Equal(12, WavePlanner.Plan(Given.Request(Given.Target(2), People(20), [Given.OnTheWay(4_000)])).Ask.Count);
        Assert.Equal(7, WavePlanner.Plan(Given.Request(Given.Target(2), People(20), [Given.OnTheWay(4_000), Given.OnTheWay(900)])).Ask.Count);
        Assert.Empty(WavePlanner.Plan(Given.Request(Given.Target(1), People(20), [Given.OnTheWay(4_000), Given.OnTheWay(900)])).Ask);
    }

    /// <summary>Ten minutes are left; whoever is asked at 5 km needs 75 minutes, the one who is late 20: nobody would be there before him.</summary>
    [Fact]
    public void Nobody_is_asked_who_would_come_later_still()
    {
        var request = Given.Request(Given.Target(1, withinSeconds: 600) with { PeriodSeconds = 1_200 }, People(20, metres: 5_000), [Given.OnTheWay(1_200)]);

        Assert.Empty(WavePlanner.Plan(request).Ask);
        Assert.Equal(7, WavePlanner.Plan(request with { Prospects = [.. People(20)] }).Ask.Count);
    }

    [Fact]
    public void After_the_deadline_one_who_is_nearly_there_is_not_replaced()
    {
        var request = Given.Request(Given.Target(1, withinSeconds: -30) with { PeriodSeconds = 1_200 }, People(20), [Given.OnTheWay(60)]);

        Assert.Empty(WavePlanner.Plan(request).Ask);
    }

    [Fact]
    public void Never_fewer_are_asked_than_if_all_on_their_way_were_in_time() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        Situations.ToArbitrary(),
        situation =>
        {
            var (missing, within, late, standbys, silent, people) = situation;
            var target = Given.Target(missing, 0.9, within) with { PeriodSeconds = 1_200 };
            var offers = silent.Select(seconds => Given.Silent(seconds)).ToList();
            var without = missing == 0 ? [] : WavePlanner.Plan(Given.Request(target, people, offers)).Ask; // a need that is filled is not planned
            var with = WavePlanner.Plan(Given.Request(
                target with { People = missing + late.Length }, people,
                [.. late.Select(seconds => Given.OnTheWay(within + seconds)), .. missing > 0 ? [] : standbys.Take(late.Length).Select(Given.OnTheWay), .. offers])).Ask;
            return without.All(one => with.Any(other => other.VolunteerId == one.VolunteerId));
        }));

    /// <summary>Nobody or up to three missing, up to three late by up to an hour, some standing by (where a place is free they would have been called up), some silent, fourteen to ask.</summary>
    private static Gen<(int Missing, double Within, double[] Late, double[] Standbys, double[] Silent, Prospect[] People)> Situations =>
        from missing in Gen.Choose(0, 3)
        from within in Gen.Choose(60, 1_800)
        from late in Gen.Choose(1, 3).SelectMany(count => Gen.Choose(1, 3_600).ArrayOf(count))
        from standbys in Gen.Choose(0, 3).SelectMany(count => Gen.Choose(72, 3_600).ArrayOf(count))
        from silent in Gen.Choose(0, 4).SelectMany(count => Gen.Choose(0, 100).ArrayOf(count))
        from count in Gen.Choose(0, 14)
        from metres in Gen.Choose(0, 3_000).ArrayOf(count)
        select (missing, (double)within, Doubles(late), Doubles(standbys), Doubles(silent), metres.Order().Select((far, i) => Given.Prospect(i + 1, metres: far)).ToArray());

    private static double[] Doubles(int[] whole) => [.. whole.Select(number => (double)number)];

    private static IEnumerable<Prospect> People(int count, double metres = 100) => Enumerable.Range(1, count).Select(id => Given.Prospect(id, metres: metres));

    private static Underway Way(double metres, double? fixAfter, Means means = Means.Undeclared) => new()
    {
        SetsOutAt = Yes.AddSeconds(72), FixAt = fixAfter is { } seconds ? Yes.AddSeconds(seconds) : null, DistanceMetres = metres, Means = means,
    };
}
