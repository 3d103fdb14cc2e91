using System.Numerics;
using Dispatch.Geo.Waves;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Dispatch.Geo.Tests.Waves;

public sealed class PoissonBinomialTests
{
    private static readonly Gen<double[]> Chances = Gen.Choose(0, 1000).Select(n => n / 1000.0).ArrayOf();

    [Theory]
    [InlineData(1, 1, 4, 11)]
    [InlineData(3, 3, 10, 61)]
    [InlineData(5, 1, 14, 100)]
    [InlineData(5, 9, 10, 40)]
    [InlineData(20, 1, 2, 60)]
    [InlineData(7, 1, 100, 200)]
    public void With_equal_chances_it_is_the_binomial_tail_to_1e_minus_12(int atLeast, int numerator, int denominator, int events)
    {
        var p = numerator / (double)denominator;

        Assert.Equal(Binomial(atLeast, numerator, denominator, events), PoissonBinomial.TailOf(Enumerable.Repeat(p, events), atLeast), 1e-12);
    }

    /// <summary>HartslagNu: five responders on scene need about 70 alerted.</summary>
    [Theory]
    [InlineData(70, 0.566)]
    [InlineData(100, 0.850)]
    public void Of_70_alerted_at_one_in_fourteen_five_come_in_little_more_than_half_the_cases(int alerted, double published) =>
        Assert.Equal(published, PoissonBinomial.TailOf(Enumerable.Repeat(5.0 / 70, alerted), 5), 5e-4);

    [Theory]
    [InlineData(.10, 1, 22, 29, 44)]
    [InlineData(.10, 2, 38, 46, 64)]
    [InlineData(.10, 3, 52, 61, 81)]
    [InlineData(.25, 1, 9, 11, 17)]
    [InlineData(.25, 2, 15, 18, 24)]
    [InlineData(.25, 3, 20, 23, 31)]
    public void The_smallest_number_is_that_of_the_exact_table(double p, int atLeast, int at90, int at95, int at99) =>
        Assert.Equal((at90, at95, at99), (
            PoissonBinomial.SmallestNumber(p, atLeast, .90), PoissonBinomial.SmallestNumber(p, atLeast, .95), PoissonBinomial.SmallestNumber(p, atLeast, .99)));

    [Fact]
    public void It_is_the_sum_over_all_outcomes() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        Chances.Select(chances => chances.Take(10).ToArray()).ToArbitrary(),
        Gen.Choose(0, 6).ToArbitrary(),
        (chances, atLeast) =>
        {
            var sum = 0.0;
            for (var outcome = 0; outcome < 1 << chances.Length; outcome++)
            {
                if (BitOperations.PopCount((uint)outcome) >= atLeast)
                {
                    sum += chances.Select((q, i) => (outcome >> i & 1) == 1 ? q : 1 - q).Aggregate(1.0, (a, b) => a * b);
                }
            }

            return Math.Abs(sum - PoissonBinomial.TailOf(chances, atLeast)) < 1e-12;
        }));

    [Fact]
    public void The_tail_rises_with_every_event_and_every_chance_and_falls_with_the_number_wanted() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        Chances.ToArbitrary(),
        Gen.Choose(1, 8).ToArbitrary(),
        Gen.Choose(0, 1000).Select(n => n / 1000.0).ToArbitrary(),
        (chances, atLeast, more) =>
        {
            var tail = PoissonBinomial.TailOf(chances, atLeast);
            return PoissonBinomial.TailOf([.. chances, more], atLeast) >= tail - 1e-12
                && PoissonBinomial.TailOf(chances.Select(q => Math.Max(q, more)), atLeast) >= tail - 1e-12
                && PoissonBinomial.TailOf(chances, atLeast + 1) <= tail + 1e-12;
        }));

    [Fact]
    public void What_is_no_probability_is_refused()
    {
        var happened = new PoissonBinomial(2);

        Assert.Throws<ArgumentOutOfRangeException>(() => happened.Add(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => happened.Add(1.0000001));
        Assert.Throws<ArgumentOutOfRangeException>(() => happened.Add(-1e-9));
        Assert.Equal(0.0, happened.Tail);
        Assert.Equal(1.0, new PoissonBinomial(0).Tail);
    }

    /// <summary>In whole numbers, rounded once at the end.</summary>
    private static double Binomial(int atLeast, int numerator, int denominator, int events)
    {
        BigInteger tail = 0, choose = 1;
        for (var yes = 0; yes <= events; yes++)
        {
            if (yes >= atLeast)
            {
                tail += choose * BigInteger.Pow(numerator, yes) * BigInteger.Pow(denominator - numerator, events - yes);
            }

            choose = choose * (events - yes) / (yes + 1);
        }

        return (double)(tail * BigInteger.Pow(10, 18) / BigInteger.Pow(denominator, events)) / 1e18;
    }
}
