using Dispatch.Geo.Waves;
using Xunit;

namespace Dispatch.Geo.Tests.Waves;

public sealed class WaveTextTests
{
    private static readonly WaveTarget Target = new(2, 0.95, 0.94, 480, 480, 120);

    [Fact]
    public void It_says_how_many_at_what_chance_reach_what_within_which_time()
    {
        var plan = WavePlanner.Plan(Given.Request(Target, Enumerable.Range(1, 30).Select(id => Given.Prospect(id, rate: 0.31))));

        Assert.Equal("asked 13: 13 at 31 % (31 %–31 %) reach 95 % of at least 2 within 8 min (target 95 %, of one plan 94 %)", WaveText.En(plan, open: 0));
        Assert.Equal("召集 13 人：人均可能性 31 %（31 %–31 %），8 分钟内至少 2 人到场的把握为 95 %（目标 95 %，单次规划按 94 %）", WaveText.Zh(plan, open: 0));
    }

    /// <summary>The worked example of docs/planner.md, number by number.</summary>
    [Fact]
    public void The_worked_example_of_the_documentation_is_so()
    {
        Prospect[] people = [.. new[] { 120.0, 200, 260, 350, 400, 500, 600, 700, 800, 900 }.Select((metres, i) => Given.Prospect(i + 1, metres: metres))];
        var target = new WaveTarget(1, 0.95, InnerTarget.For(0.95), 480, 480, 45);

        var plan = WavePlanner.Plan(Given.Request(target, people));

        Assert.Equal("asked 8: 8 at 30 % (30 %–30 %) reach 94 % of at least 1 within 16 min (target 95 %, of one plan 92.5 %); within the time set at most 83 %, so the aim is later", WaveText.En(plan, open: 0));

        OpenOffer[] silent = [.. people.Skip(1).Take(7).Select(one => Given.Silent(10, metres: one.DistanceMetres))];
        var after = WavePlanner.Plan(Given.Request(target with { WithinSeconds = 470 }, people.Skip(8), silent));
        Assert.Equal(0.90, after.Before, 0.005);
        Assert.Equal(Given.Id(9), after.Ask.Single().VolunteerId);
    }

    [Fact]
    public void It_says_when_the_aim_had_to_move_out_and_when_everybody_is_asked()
    {
        var late = WavePlanner.Plan(Given.Request(Target, Enumerable.Range(1, 30).Select(id => Given.Prospect(id, metres: 800)), [Given.Silent(10)]));
        Assert.Contains("with 1 open before", WaveText.En(late, open: 1), StringComparison.Ordinal);
        Assert.Contains("within 16 min", WaveText.En(late, open: 1), StringComparison.Ordinal);
        Assert.Contains("规定时间内最多", WaveText.Zh(late, open: 1), StringComparison.Ordinal);

        var few = WavePlanner.Plan(Given.Request(Target, [Given.Prospect(1)]));
        Assert.EndsWith("everybody there is has been asked; even if all say yes they are only 1", WaveText.En(few, open: 0), StringComparison.Ordinal);

        Assert.StartsWith("nobody left to ask: 0 % of at least 2", WaveText.En(WavePlanner.Plan(Given.Request(Target, [])), open: 0), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.31)]
    [InlineData(0.7)]
    public void Two_cannot_be_three_whatever_the_last_digit_of_a_sum_says(double rate)
    {
        var plan = WavePlanner.Plan(Given.Request(Target with { People = 3 }, [Given.Prospect(1, rate: rate), Given.Prospect(2, rate: rate)]));

        Assert.Equal(0, plan.After);
        Assert.EndsWith("even if all say yes they are only 2", WaveText.En(plan, open: 0), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_too_few_are_asked_for_any_of_them_to_be_enough_it_says_so()
    {
        var one = WavePlanner.Plan(Given.Request(Target, [], [Given.Silent(10)]));
        Assert.Equal(0, one.After); // one cannot be two
        Assert.Equal("nobody left to ask: 1 open offer makes 0 % of at least 2 within 8 min (target 95 %, of one plan 94 %); even if all say yes they are only 1", WaveText.En(one, open: 1));
        Assert.Equal("无人可再召集：连同已发出的 1 份邀请，8 分钟内至少 2 人到场的把握为 0 %（目标 95 %，单次规划按 94 %）；即使全部答应也只有 1 人", WaveText.Zh(one, open: 1));

        var two = WavePlanner.Plan(Given.Request(Target, [], [Given.Silent(10), Given.Silent(10)]));
        Assert.InRange(two.After, 0.05, 0.1);
        Assert.DoesNotContain("even if", WaveText.En(two, open: 2), StringComparison.Ordinal);
        Assert.Contains("<1 %", WaveText.En(two with { After = 0.004 }, open: 2), StringComparison.Ordinal);
    }
}
