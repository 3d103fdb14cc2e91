using System.Numerics;
using Dispatch.Geo.Waves;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Dispatch.Geo.Tests.Waves;

public sealed class WavePlannerTests
{
    [Theory]
    [InlineData(1, 0.90, 7)]
    [InlineData(2, 0.90, 12)]
    [InlineData(4, 0.90, 21)]
    [InlineData(1, 0.95, 9)]
    public void Of_people_who_all_say_yes_in_three_cases_of_ten_the_binomial_tail_says_how_many(int missing, double probability, int asked)
    {
        var plan = WavePlanner.Plan(Given.Request(Given.Target(missing, probability), Enumerable.Range(1, 60).Select(id => Given.Prospect(id))));

        Assert.True(plan is { Reached: true, Late: false, Before: 0 });
        Assert.Equal(asked, plan.Ask.Count);
        Assert.Equal(asked, PoissonBinomial.SmallestNumber(0.3, missing, probability));
        Assert.Equal(Enumerable.Range(1, asked).Select(Given.Id), plan.Ask.Select(one => one.VolunteerId));
        Assert.Equal(PoissonBinomial.TailOf(Enumerable.Repeat(0.3, asked), missing), plan.After, 1e-9);
    }

    [Fact]
    public void The_next_ring_is_opened_in_the_same_wave_when_the_inner_one_cannot_reach_the_target()
    {
        var inner = Enumerable.Range(1, 3).Select(id => Given.Prospect(id, ring: 1, metres: 900));
        var outer = Enumerable.Range(4, 30).Select(id => Given.Prospect(id, ring: 2, metres: 50));

        var plan = WavePlanner.Plan(Given.Request(Given.Target(1), inner.Concat(outer)));

        Assert.Equal([1, 1, 1, 2, 2, 2, 2], plan.Ask.Select(one => one.Ring));
        Assert.True(plan.Reached);
    }

    [Fact]
    public void An_order_for_more_asks_as_if_nobody_silent_had_been_asked_and_counts_on_them_all_the_same()
    {
        OpenOffer[] open = [.. Enumerable.Repeat(Given.Silent(0), 7)];
        var request = Given.Request(Given.Target(1), Enumerable.Range(1, 60).Select(id => Given.Prospect(id)), open);
        Assert.Empty(WavePlanner.Plan(request).Ask);

        var more = WavePlanner.Plan(request with { BeyondOpen = true });

        Assert.Equal(7, more.Ask.Count);
        Assert.Equal(1 - Math.Pow(0.7, 7), more.Before, 1e-9);
        Assert.Equal(1 - Math.Pow(0.7, 14), more.After, 1e-9);
        Assert.Equal(more.After, more.InTime, 1e-9);

        var nobody = WavePlanner.Plan(request with { BeyondOpen = true, Prospects = [] });
        Assert.True(nobody is { Reached: false, Ask.Count: 0 }); // nobody more to be had: the next ring, the neighbours
        Assert.Equal(1 - Math.Pow(0.7, 7), nobody.After, 1e-9); // and yet it is not nothing
        OpenOffer[] coming = [.. open, Given.OnTheWay(60)];
        Assert.Empty(WavePlanner.Plan(request with { Open = coming, BeyondOpen = true }).Ask); // who comes is no silence
    }

    [Theory]
    [InlineData(-60)] // the time set has passed
    [InlineData(300)] // 1,500 m take longer
    public void When_everybody_is_asked_and_none_can_be_there_in_time_it_says_how_sure_it_is_later_and_not_nought(double within)
    {
        var target = new WaveTarget(1, 0.9, 0.6, within, 480, 120);
        OpenOffer[] open = [.. Enumerable.Repeat(Given.Silent(5, metres: 1_500), 3)];

        var plan = WavePlanner.Plan(Given.Request(target, [], open));

        Assert.True(plan is { Reached: false, Late: true, InTime: 0, Ask.Count: 0 }); // nobody is left to ask: that stays
        Assert.InRange(plan.After, 0.6, 1 - Math.Pow(0.7, 3));
        Assert.Equal(plan.After, PoissonBinomial.TailOf(WavePlanner.Chances(Given.Request(target, [], open), plan.AimSeconds).Open, 1), 1e-12);
        Assert.Contains(plan.AimSeconds!.Value, new[] { within + 480, within + (3 * 480), within + (7 * 480) });
        Assert.Matches("^nobody left to ask: 3 open offers make 6[0-9] % of at least 1 within [0-9]+ min .*; within the time set at most 0 %, so the aim is later$", WaveText.En(plan, open: 3));
        Assert.Equal(plan.After, plan.Before);

        var alone = WavePlanner.Plan(Given.Request(target, [], open.Take(1)));
        Assert.True(alone is { AimSeconds: null }); // reaches the target at no time
        Assert.InRange(alone.After, 0.25, 0.3);
        Assert.Equal(0, WavePlanner.Plan(Given.Request(target with { People = 4 }, [], open)).After); // three are not four at any time
    }

    [Fact]
    public void No_outer_ring_is_opened_while_the_inner_one_can_fill_in_time()
    {
        var people = Enumerable.Range(1, 8).Select(id => Given.Prospect(id, ring: 1, metres: 900)).Append(Given.Prospect(99, rate: 0.99, ring: 2, metres: 1));

        Assert.All(WavePlanner.Plan(Given.Request(Given.Target(1), people)).Ask, one => Assert.Equal(1, one.Ring));
    }

    [Fact]
    public void Who_cannot_be_there_in_time_is_passed_over_and_asked_only_when_the_aim_has_to_move_out()
    {
        // Eight minutes: 72 s to set out, then at 2.3 m/s and a detour of 1.3, with allowance, some 400 m; five kilometres take 75 minutes.
        var near = Enumerable.Range(1, 20).Select(id => Given.Prospect(id, metres: 200));
        var far = Enumerable.Range(21, 20).Select(id => Given.Prospect(id, metres: 5_000));
        var target = Given.Target(2, 0.95, withinSeconds: 480) with { PeriodSeconds = 480 };

        var enough = WavePlanner.Plan(Given.Request(target, near.Concat(far)));
        Assert.True(enough is { Reached: true, Late: false, AimSeconds: 480 });
        Assert.All(enough.Ask, one => Assert.InRange(one.Chance, 0.2, 0.3));

        var tooFew = WavePlanner.Plan(Given.Request(target, near.Take(2).Concat(far)));
        Assert.True(tooFew is { Reached: true, Late: true, AimSeconds: 480 * 16 }); // 8, 16, 32, 64, 128 minutes
        Assert.Equal(PoissonBinomial.TailOf([0.3, 0.3], 2), tooFew.InTime, 1e-9);
        Assert.Equal([Given.Id(1), Given.Id(2), Given.Id(21)], tooFew.Ask.Take(3).Select(one => one.VolunteerId));
    }

    [Fact]
    public void When_everybody_together_cannot_reach_the_target_everybody_is_asked_and_the_plan_says_so()
    {
        var plan = WavePlanner.Plan(Given.Request(Given.Target(3), Enumerable.Range(1, 4).Select(id => Given.Prospect(id, metres: 300_000))));

        Assert.False(plan.Reached);
        Assert.Equal(4, plan.Ask.Count);
        Assert.True(plan.After < 0.9);
        Assert.Null(plan.ReviewAfterSeconds);
    }

    [Fact]
    public void Nobody_at_all_is_an_answer_too()
    {
        var plan = WavePlanner.Plan(Given.Request(Given.Target(1), []));

        Assert.True(plan is { Reached: false, After: 0, Ask.Count: 0 });
    }

    [Fact]
    public void Nobody_is_asked_when_those_asked_before_reach_the_target()
    {
        var people = Enumerable.Range(1, 10).Select(id => Given.Prospect(id)).ToList();

        Assert.Empty(WavePlanner.Plan(Given.Request(Given.Target(1), people, Enumerable.Repeat(Given.Silent(0), 7))).Ask);
        Assert.Single(WavePlanner.Plan(Given.Request(Given.Target(1), people, Enumerable.Repeat(Given.Silent(0), 6))).Ask);
        Assert.Empty(WavePlanner.Plan(Given.Request(Given.Target(2), people, [Given.OnTheWay(60), Given.OnTheWay(60)])).Ask);
    }

    [Fact]
    public void A_yes_counts_only_as_long_as_he_arrives_in_time()
    {
        var people = Enumerable.Range(1, 10).Select(id => Given.Prospect(id)).ToList();

        Assert.Empty(WavePlanner.Plan(Given.Request(Given.Target(1), people, [Given.OnTheWay(3_599)])).Ask);
        Assert.Equal(7, WavePlanner.Plan(Given.Request(Given.Target(1), people, [Given.OnTheWay(3_601)])).Ask.Count); // his position says that he will be late
    }

    /// <summary>r = p (F(T-a-tau) - F(e)) / [p (1-F(e)) + c (1-G(e)) + (1-p-c)], with F and G the same here: p (1-F) / [1 - (p+c) F].</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(30)]
    [InlineData(90)]
    public void The_hope_in_the_silent_is_the_posterior(double silentFor)
    {
        var request = Given.Request(Given.Target(1), []);
        double p = 0.3, c = 0.28, came = silentFor * silentFor / (silentFor * silentFor + 900) * (120 * 120 + 900) / (120.0 * 120);

        Assert.Equal(p * (1 - came) / (1 - (p + c) * came), WavePlanner.Chance(Given.Silent(silentFor), request, 3600, 0), 1e-12);
        Assert.Equal(WavePlanner.Chance(Given.Silent(silentFor), request, 3600, 10), WavePlanner.Chance(Given.Silent(silentFor + 10), request, 3590, 0), 1e-12);
    }

    [Fact]
    public void With_the_end_of_the_offer_the_hope_ends_and_so_it_does_when_he_could_no_longer_be_there()
    {
        Assert.Equal(0, WavePlanner.Chance(Given.Silent(120), Given.Request(Given.Target(1), []), 3600, 0));
        Assert.Equal(0, WavePlanner.Chance(Given.Silent(10, metres: 5_000), Given.Request(Given.Target(1, withinSeconds: 480), []), 480, 0));
    }

    [Fact]
    public void A_receipt_raises_the_hope_and_its_absence_lowers_it_by_the_second()
    {
        var request = Given.Request(Given.Target(1), []);
        double Hope(double seconds, Receipt receipt) => WavePlanner.Chance(Given.Silent(seconds, receipt), request, 3600, 0);

        Assert.Equal(0.3, Hope(0, Receipt.NotDelivered), 1e-12); // at the moment of asking nothing is known yet
        Assert.Equal(0.3 / 0.9, Hope(0, Receipt.Delivered), 1e-12);
        Assert.True(Hope(10, Receipt.NotDelivered) < Hope(10, Receipt.Delivered));
        Assert.InRange(Hope(20, Receipt.NotDelivered), 0.03, 0.06); // one in seven of a third
    }

    [Fact]
    public void The_plan_says_when_silence_will_have_broken_it()
    {
        var request = Given.Request(Given.Target(1), Enumerable.Range(1, 30).Select(id => Given.Prospect(id)), [Given.Silent(0)]) with { FreshReceipt = Receipt.Unknown };
        var plan = WavePlanner.Plan(request);
        double Tail(double after) => PoissonBinomial.TailOf(Enumerable.Repeat(WavePlanner.Chance(Given.Silent(after), request, 3600 - after, 0), 7), 1);

        Assert.Equal(6, plan.Ask.Count);
        Assert.True(Tail(plan.ReviewAfterSeconds!.Value) < 0.9);
        Assert.True(Tail(plan.ReviewAfterSeconds.Value - 2) >= 0.9);
    }

    [Fact]
    public void Among_equals_the_less_asked_come_first()
    {
        var people = Enumerable.Range(1, 20).Select(id => Given.Prospect(id, alerts: id % 3));

        Assert.Equal([3, 6, 9, 12, 15, 18, 1], WavePlanner.Plan(Given.Request(Given.Target(1), people, order: WaveOrder.Likeliest)).Ask.Select(one => new List<Guid>(Enumerable.Range(0, 21).Select(Given.Id)).IndexOf(one.VolunteerId)));
    }

    [Fact]
    public void Of_up_to_14_people_no_smaller_wave_would_do() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(
        Crowds.ToArbitrary(), Gen.Choose(1, 4).ToArbitrary(), Gen.Choose(50, 99).ToArbitrary(),
        (crowd, missing, percent) =>
        {
            var request = Given.Request(Given.Target(missing, percent / 100.0, withinSeconds: 1200) with { PeriodSeconds = 1e9 }, crowd, order: WaveOrder.Likeliest);
            var plan = WavePlanner.Plan(request);
            var smallest = SmallestByTryingAll(request);
            return smallest is null ? plan.Late || !plan.Reached : plan is { Late: false, Reached: true } && plan.Ask.Count == smallest;
        }));

    [Fact]
    public void Nearest_first_no_shorter_run_of_people_would_do_and_nobody_inside_is_left_out() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        Crowds.ToArbitrary(), Gen.Choose(1, 4).ToArbitrary(), Gen.Choose(50, 99).ToArbitrary(),
        (crowd, missing, percent) =>
        {
            var request = Given.Request(Given.Target(missing, percent / 100.0, withinSeconds: 1200) with { PeriodSeconds = 1e9 }, crowd);
            var plan = WavePlanner.Plan(request);
            var useful = crowd.OrderBy(one => one.Ring).Where(one => Chance(request, one) >= WavePlanner.LeastChance).ToList();
            var asked = plan.Ask.Select(one => one.VolunteerId).ToList();
            return plan.Late || !plan.Reached
                || (useful.Take(asked.Count).Select(one => one.VolunteerId).SequenceEqual(asked)
                    && PoissonBinomial.TailOf(useful.Take(asked.Count - 1).Select(one => Chance(request, one)), missing) < percent / 100.0);
        }));

    /// <summary>Up to 14 people in up to three rings, some willing, some hardly, some too far to be there in twenty minutes.</summary>
    private static Gen<Prospect[]> Crowds =>
        from count in Gen.Choose(0, 14)
        from rates in Gen.Choose(2, 95).ArrayOf(count)
        from metres in Gen.Choose(0, 2_500).ArrayOf(count)
        from rings in Gen.Choose(1, 3).ArrayOf(count)
        select Enumerable.Range(0, count).Select(i => Given.Prospect(i + 1, rates[i] / 100.0, metres[i], rings[i])).OrderBy(one => one.DistanceMetres).ToArray();

    private static double Chance(WaveRequest request, Prospect prospect) => WavePlanner.Chance(
        new OpenOffer { AskedSecondsAgo = 0, DistanceMetres = prospect.DistanceMetres, Record = prospect.Record }, request, request.Target.WithinSeconds, 0);

    /// <summary>Every set of useful people that takes nobody of an outer ring while somebody of an inner one is left.</summary>
    private static int? SmallestByTryingAll(WaveRequest request)
    {
        var useful = request.Prospects.Select(one => (one.Ring, Chance: Chance(request, one))).Where(one => one.Chance >= WavePlanner.LeastChance).ToArray();
        int? smallest = null;
        for (var set = 0; set < 1 << useful.Length; set++)
        {
            var size = BitOperations.PopCount((uint)set);
            if (size >= (smallest ?? int.MaxValue))
            {
                continue;
            }

            var taken = useful.Where((_, i) => (set >> i & 1) == 1).ToList();
            var left = useful.Where((_, i) => (set >> i & 1) == 0);
            var outermost = taken.Select(one => one.Ring).DefaultIfEmpty(0).Max();
            if (left.All(one => one.Ring >= outermost) && PoissonBinomial.TailOf(taken.Select(one => one.Chance), request.Target.People) >= request.Target.InnerProbability)
            {
                smallest = size;
            }
        }

        return smallest;
    }

    [Fact]
    public void One_whose_phone_had_the_offer_late_is_hoped_of_as_one_just_asked_for_as_long_as_the_offer_lasts()
    {
        var request = Given.Request(Given.Target(1, answerWithinSeconds: 120), []);
        double Hope(OpenOffer offer) => WavePlanner.Chance(offer, request, aim: 3600, afterSeconds: 0);
        var late = Given.Silent(70, Receipt.Delivered) with { DeliveredAfterSeconds = 65 };

        Assert.True(Hope(late) > Hope(Given.Silent(70, Receipt.Delivered)), "five seconds of silence, not seventy");
        Assert.True(Hope(late) <= Hope(Given.Silent(5, Receipt.Delivered)), "but the offer ends sooner");
        Assert.Equal(0.0, Hope(Given.Silent(119.9, Receipt.Delivered) with { DeliveredAfterSeconds = 119.9 }), 1e-3);
        Assert.Equal(Hope(Given.Silent(30, Receipt.Delivered)), Hope(Given.Silent(30, Receipt.Delivered) with { DeliveredAfterSeconds = 0 }), 1e-12);
    }

    [Fact]
    public void Nothing_is_hoped_of_one_whom_every_channel_failed_to_reach()
    {
        var request = Given.Request(Given.Target(1), []);
        Assert.Equal(0.0, WavePlanner.Chance(Given.Silent(5, Receipt.Failed), request, aim: 3600, afterSeconds: 0));
        Assert.True(WavePlanner.Chance(Given.Silent(5, Receipt.NotDelivered), request, aim: 3600, afterSeconds: 0) > 0);
    }
}
