using Dispatch.Server.Telemetry;

namespace Dispatch.Server.Tests.Telemetry;

/// <summary>Percentiles from counts per bucket.</summary>
public sealed class TallyTests
{
    [Fact]
    public void Nothing_counted_has_no_percentile() => Assert.Null(Tally.Percentile(new long[Tally.BoundsMs.Count + 1], 0.5));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    [InlineData(0.99)]
    public void A_percentile_is_right_to_its_bucket(double share)
    {
        var random = new Random(7);
        var durations = Enumerable.Range(0, 20_000).Select(_ => Math.Exp((random.NextDouble() * 7) + 0.5)).Order().ToList();
        var tally = new Tally();
        foreach (var duration in durations)
        {
            tally.Add(duration);
        }

        var exact = durations[(int)(share * durations.Count) - 1];
        var bucket = Tally.BoundsMs.TakeWhile(bound => bound < exact).Count();
        var told = Tally.Percentile(Sample.Add([tally.Take()]), share);
        Assert.InRange(told!.Value, bucket == 0 ? 0 : Tally.BoundsMs[bucket - 1], Tally.BoundsMs[bucket]);
    }

    [Fact]
    public void What_was_taken_is_not_counted_again_and_nodes_add_up()
    {
        var tally = new Tally();
        tally.Add(1);
        var first = tally.Take();
        tally.Add(1_000_000);
        var second = tally.Take();
        var sum = Sample.Add([first, second, [1, 2, 3]]); // the last comes from a version with other buckets

        Assert.Equal((1L, 1L, 2L), (sum[0], sum[^1], sum.Sum()));
        Assert.Equal(Tally.BoundsMs[^1], Tally.Percentile(sum, 1));
    }
}
