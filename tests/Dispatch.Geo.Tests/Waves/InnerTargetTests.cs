using Dispatch.Geo.Waves;
using Xunit;

namespace Dispatch.Geo.Tests.Waves;

public sealed class InnerTargetTests
{
    [Fact]
    public void Calibrated_targets_have_the_inner_target_that_was_measured() =>
        Assert.All(InnerTarget.Calibrated, line => Assert.Equal(line.Inner, InnerTarget.For(line.Target), 1e-12));

    [Fact]
    public void Between_and_beyond_them_it_rises_and_stays_a_probability()
    {
        var inner = Enumerable.Range(1, 999).Select(n => InnerTarget.For(n / 1000.0)).ToList();

        Assert.All(inner.Zip(inner.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        Assert.All(inner, probability => Assert.InRange(probability, 0.0, 1.0));
    }
}
