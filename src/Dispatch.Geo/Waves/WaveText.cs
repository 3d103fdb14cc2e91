using System.Globalization;

namespace Dispatch.Geo.Waves;

/// <summary>The sentence a plan stands for: <c>asked 9: 9 at 31 % reach 95 % of at least 2 within 8 min</c>. Pure.</summary>
public static class WaveText
{
    /// <summary>中文。</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="open">How many offers were open before.</param>
    /// <param name="left">How many who may be asked are left to other incidents.</param>
    /// <param name="late">How many who said yes are expected too late.</param>
    public static string Zh(WavePlan plan, int open, int left = 0, int late = 0) => LateZh(plan, late, PlanZh(plan, open)) + (left == 0 ? "" : $"；与其他警情一并规划，为它们留出 {left} 人");

    /// <summary>English; parameters as in <see cref="Zh"/>.</summary>
    public static string En(WavePlan plan, int open, int left = 0, int late = 0) => LateEn(plan, late, PlanEn(plan, open)) + (left == 0 ? "" : $"; planned together with other incidents, {left} left to them");

    // Where nobody else is missing every place is taken: whoever says yes now stands by until the one who is late turns back or is released.
    private static string LateZh(WavePlan plan, int late, string sentence) => late == 0 ? sentence
        : $"已应召的 {late} 人预计晚到，不计入按时到场；{sentence}" + (plan.People <= late ? "；名额未空出，此时答应者为候补" : "");

    private static string LateEn(WavePlan plan, int late, string sentence) => late == 0 ? sentence
        : $"{late} who said yes {(late == 1 ? "is" : "are")} expected too late and not counted on in time; {sentence}" + (plan.People <= late ? "; the places stay taken, a yes now is standby" : "");

    private static string PlanZh(WavePlan plan, int open)
    {
        var target = $"（目标 {Wanted(plan.Target)}，单次规划按 {Wanted(plan.InnerTarget)}）";
        var aim = $"{DurationZh(plan.AimSeconds)}至少 {plan.People} 人到场的把握";
        var late = plan.Late ? $"；规定时间内最多 {Percent(plan.InTime)}，故放宽时间" : "";
        if (plan.Ask.Count == 0)
        {
            return plan.Reached
                ? $"未增加召集：已发出的 {open} 份邀请使{aim}为 {Percent(plan.After)}{target}"
                : $"无人可再召集：{(open > 0 ? $"连同已发出的 {open} 份邀请，" : "")}{aim}为 {Percent(plan.After)}{target}{late}{TooFewZh(plan, open)}";
        }

        var before = open > 0 ? $"，连同已发出的 {open} 份邀请" : "";
        var all = plan.Reached ? "" : "；可召集的人已全部召集" + TooFewZh(plan, open);
        return $"召集 {plan.Ask.Count} 人：人均可能性 {Percent(Mean(plan))}（{Spread(plan)}）{before}，{aim}为 {Percent(plan.After)}{target}{late}{all}";
    }

    private static string PlanEn(WavePlan plan, int open)
    {
        var target = $"(target {Wanted(plan.Target)}, of one plan {Wanted(plan.InnerTarget)})";
        var aim = $"{Percent(plan.After)} of at least {plan.People} {DurationEn(plan.AimSeconds)} {target}";
        var late = plan.Late ? $"; within the time set at most {Percent(plan.InTime)}, so the aim is later" : "";
        if (plan.Ask.Count == 0)
        {
            return plan.Reached ? $"asked nobody more: {open} open {(open == 1 ? "offer reaches" : "offers reach")} {aim}" : $"nobody left to ask: {(open > 0 ? $"{open} open {(open == 1 ? "offer makes" : "offers make")} " : "")}{aim}{late}{TooFewEn(plan, open)}";
        }

        var before = open > 0 ? $" with {open} open before" : "";
        var all = plan.Reached ? "" : "; everybody there is has been asked" + TooFewEn(plan, open);
        return $"asked {plan.Ask.Count}: {plan.Ask.Count} at {Percent(Mean(plan))} ({Spread(plan)}){before} reach {aim}{late}{all}";
    }

    // A bare 0 % beside open offers reads as a fault: it is the number of people that falls short.
    private static string TooFewZh(WavePlan plan, int open) => IsTooFew(plan, open) ? $"；即使全部答应也只有 {open + plan.Ask.Count} 人" : "";

    private static string TooFewEn(WavePlan plan, int open) => IsTooFew(plan, open) ? $"; even if all say yes they are only {open + plan.Ask.Count}" : "";

    private static bool IsTooFew(WavePlan plan, int open) => plan.After == 0 && open + plan.Ask.Count is > 0 and var people && people < plan.People;

    private static double Mean(WavePlan plan) => plan.Ask.Average(one => one.Chance);

    private static string Spread(WavePlan plan) => $"{Percent(plan.Ask.Min(one => one.Chance))}–{Percent(plan.Ask.Max(one => one.Chance))}";

    // As it is set: 92.5 % is neither 92 nor 93.
    private static string Wanted(double probability) => (probability * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    // Rounded down near the top: 99.96 % is not certainty, and 0.3 % is not nothing.
    private static string Percent(double probability) => probability is > 0.995 and < 1
        ? (Math.Floor(probability * 1000) / 10).ToString("0.0", CultureInfo.InvariantCulture) + " %"
        : probability is > 0 and < 0.005 ? "<1 %"
        : Math.Round(probability * 100).ToString("0", CultureInfo.InvariantCulture) + " %";

    private static string DurationZh(double? seconds) => seconds switch
    {
        null => "迟早",
        < 120 => $"{Number(seconds.Value)} 秒内",
        < 7200 => $"{Number(seconds.Value / 60)} 分钟内",
        _ => $"{Number(seconds.Value / 3600)} 小时内",
    };

    private static string DurationEn(double? seconds) => seconds switch
    {
        null => "at some time",
        < 120 => $"within {Number(seconds.Value)} s",
        < 7200 => $"within {Number(seconds.Value / 60)} min",
        _ => $"within {Number(seconds.Value / 3600)} h",
    };

    private static string Number(double value) => Math.Round(value).ToString("0", CultureInfo.InvariantCulture);
}
