using System.Numerics;
using Dispatch.Server.Callouts;

namespace Dispatch.Server.Tests.Callouts;

public sealed class AskingRuleTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(1, 7)]
    [InlineData(2, 12)]
    [InlineData(4, 21)]
    public void So_many_offers_are_open_for_so_many_places(int missing, int offers) => Assert.Equal(offers, AskingRule.OpenOffers(missing));

    [Fact]
    public void It_is_the_smallest_number_whose_binomial_tail_reaches_the_certainty()
    {
        Assert.Equal((0.3, 0.9), (AskingRule.AcceptanceRate, AskingRule.Certainty));
        for (var missing = 1; missing <= 80; missing++)
        {
            var offers = AskingRule.OpenOffers(missing);

            Assert.True(Reaches(offers, missing), $"{offers} offers for {missing} places are too few");
            Assert.False(Reaches(offers - 1, missing), $"{offers} offers for {missing} places are more than needed");
        }
    }

    [Fact]
    public void The_largest_need_is_no_burden() => Assert.InRange(AskingRule.OpenOffers(500), 1667, 2000);

    /// <summary>P(X >= missing) >= 9/10 for X ~ Bin(offers, 3/10), in whole numbers: 10 * sum of C(n,k) 3^k 7^(n-k) >= 9 * 10^n.</summary>
    private static bool Reaches(int offers, int missing)
    {
        BigInteger tail = 0, choose = 1;
        for (var yes = 0; yes <= offers; yes++)
        {
            if (yes >= missing)
            {
                tail += choose * BigInteger.Pow(3, yes) * BigInteger.Pow(7, offers - yes);
            }

            choose = choose * (offers - yes) / (yes + 1);
        }

        return 10 * tail >= 9 * BigInteger.Pow(10, offers);
    }
}
