using Dispatch.Geo.Waves;
using Xunit;

namespace Dispatch.Geo.Tests.Waves;

public sealed class ExpectedArrivalTests
{
    private static readonly Expected Sure = new(100, Means.Foot, Given.Says(1));

    [Fact]
    public void Of_one_who_surely_says_yes_it_is_the_median_answer_the_setting_out_and_the_way()
    {
        var way = Given.Model.SetOutSeconds + Travel.Seconds(100, Means.Foot);
        var delay = new AnswerDelay(Given.Model.AcceptMedianSeconds, 120);
        var expected = ExpectedArrival.MedianSeconds(Given.Model, 120, 1, [Sure])!.Value;
        Assert.InRange(delay.CameWithin(expected - way), 0.5, 0.52);
        Assert.True(delay.CameWithin(expected - way - 1.5) < 0.5);
    }

    [Fact]
    public void When_too_few_would_come_even_in_the_end_there_is_no_time_to_expect()
    {
        Assert.Null(ExpectedArrival.MedianSeconds(Given.Model, 120, 1, []));
        Assert.Null(ExpectedArrival.MedianSeconds(Given.Model, 120, 2, [Sure]));
        Assert.Null(ExpectedArrival.MedianSeconds(Given.Model, 120, 1, [Sure with { Record = Given.Says(0.4) }]));
    }

    [Fact]
    public void More_people_asked_never_make_it_later_and_more_people_wanted_never_sooner()
    {
        var random = new Random(7);
        var asked = new List<Expected>();
        double? before = null;
        for (var n = 0; n < 40; n++)
        {
            asked.Add(new(random.Next(50, 5000), (Means)random.Next(0, 4), Given.Says(random.NextDouble())));
            var now = ExpectedArrival.MedianSeconds(Given.Model, 120, 3, asked);
            Assert.True(before is null || now <= before, $"{n}: {before} then {now}");
            Assert.True(now is null || ExpectedArrival.MedianSeconds(Given.Model, 120, 2, asked) <= now);
            before = now ?? before;
        }
    }
}
