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

    [Fact]
    public void It_says_when_the_aim_had_to_move_out_and_when_everybody_is_asked()
    {
        var late = WavePlanner.Plan(Given.Request(Target, Enumerable.Range(1, 30).Select(id => Given.Prospect(id, metres: 800)), [Given.Silent(10)]));
        Assert.Contains("with 1 open before", WaveText.En(late, open: 1), StringComparison.Ordinal);
        Assert.Contains("within 16 min", WaveText.En(late, open: 1), StringComparison.Ordinal);
        Assert.Contains("规定时间内最多", WaveText.Zh(late, open: 1), StringComparison.Ordinal);

        var few = WavePlanner.Plan(Given.Request(Target, [Given.Prospect(1)]));
        Assert.EndsWith("everybody there is has been asked", WaveText.En(few, open: 0), StringComparison.Ordinal);

        Assert.StartsWith("nobody left to ask: 0 % of at least 2", WaveText.En(WavePlanner.Plan(Given.Request(Target, [])), open: 0), StringComparison.Ordinal);
    }
}
