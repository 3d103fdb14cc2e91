using System.Globalization;

namespace Dispatch.Geo.Matching;

/// <summary>
/// The sentence an explanation line stands for, without the person's own name: <c>1,830 m, 2nd behind 陈某 by 240 m</c>. Pure. The only place
/// where rules become words.
/// </summary>
public static class ExplanationText
{
    /// <summary>中文。</summary>
    /// <param name="line">The line.</param>
    /// <param name="nameOf">Name of another volunteer; null when the reader may not know it, as in a volunteer's own line.</param>
    /// <param name="qualification">Name of the need's qualification, for lines about certificates.</param>
    public static string Zh(ExplanationLine line, Func<Guid, string>? nameOf = null, string? qualification = null)
    {
        var reason = line.Rule switch
        {
            Rules.Nearest or Rules.NearerPeopleAsked => RankZh(line, nameOf) + (line.Verdict == Verdict.InReserve ? "；已有足够多更近的人被召集" : ""),
            Rules.AskedForOtherNeed => $"已为本事件的第 {line.AskedForNeed} 项需求召集",
            Rules.LeftToOther => $"留给另一起警情：那里还缺 {line.MissingThere} 人，他到场的可能性{PercentZh(line)}；几起警情一并规划，谁都不落空",
            Rules.CertificateEnded => $"{qualification}证书已于 {Day(line.Date)} 到期",
            Rules.CertificateNotYetValid => $"{qualification}证书自 {Day(line.Date)} 起才有效",
            Rules.InsuranceMissing => "没有意外伤害保险；危险任务必须先投保",
            Rules.InsuranceEnded => $"保险已于 {Day(line.Date)} 到期；危险任务必须在保",
            Rules.InsuranceNotYetValid => $"保险自 {Day(line.Date)} 起才生效；危险任务必须在保",
            Rules.NotAdult => $"未满 {Number(line.Limit)} 周岁（{Day(line.Date)} 成年）",
            Rules.Unfit => "身体状况不适合出动",
            Rules.LimitedFitness => "身体状况受限，不参加危险任务",
            Rules.AssessmentPending => "尚未通过考核评估",
            Rules.AssessmentFailed => "考核评估未通过",
            Rules.NoConsent => "未同意定位，也未同意使用登记地址",
            Rules.NoLendingConsent => "未同意跨区域增援",
            Rules.OffDuty => "处于离岗状态",
            Rules.OutsideHours => "不在其每周可用时段内",
            Rules.QuietHours => "静默时段内，只召集自己打开值班的人",
            Rules.FixTooOld => $"定位已是 {AgeZh(line.FixAgeSeconds)}前的（有效期 {AgeZh(line.Limit)}），且无可用的登记地址",
            Rules.PositionUnknown => "位置未知",
            Rules.BeyondRadius => $"距离 {Number(line.DistanceMetres)} 米，超出 {Number(line.Limit)} 米的半径",
            Rules.Engaged => "正在执行另一次召集",
            Rules.AlreadyAsked => $"本事件中已召集过：{StateZh(line.AlreadyAsked)}",
            Rules.Resting => $"休整中：距上次出动结束 {AgeZh(line.RestedSeconds)}，须满 {AgeZh(line.Limit)}",
            Rules.AlertBudgetSpent => $"近期已被召集 {line.RecentAlerts} 次，达到上限 {Number(line.Limit)} 次",
            _ => line.Rule,
        };
        var also = line.AlsoRules.Count == 0 ? "" : $"；另有 {line.AlsoRules.Count} 项不符合";
        return reason + PlaceZh(line) + also;
    }

    /// <summary>English; parameters as in <see cref="Zh"/>.</summary>
    public static string En(ExplanationLine line, Func<Guid, string>? nameOf = null, string? qualification = null)
    {
        var certificate = qualification is null ? "certificate" : $"{qualification} certificate";
        var reason = line.Rule switch
        {
            Rules.Nearest or Rules.NearerPeopleAsked => RankEn(line, nameOf) + (line.Verdict == Verdict.InReserve ? "; enough nearer people are asked" : ""),
            Rules.AskedForOtherNeed => $"asked for need {line.AskedForNeed} of this incident",
            Rules.LeftToOther => $"left to another incident, which lacks {line.MissingThere}: {PercentEn(line)} to be there in time; they are planned together, so that none goes without",
            Rules.CertificateEnded => $"{certificate} ended {Day(line.Date)}",
            Rules.CertificateNotYetValid => $"{certificate} is valid only from {Day(line.Date)}",
            Rules.InsuranceMissing => "no accident insurance, which hazardous work requires",
            Rules.InsuranceEnded => $"insurance ended {Day(line.Date)}; hazardous work requires it",
            Rules.InsuranceNotYetValid => $"insurance is valid only from {Day(line.Date)}; hazardous work requires it",
            Rules.NotAdult => $"under {Number(line.Limit)} until {Day(line.Date)}",
            Rules.Unfit => "not fit for service",
            Rules.LimitedFitness => "limited fitness: not for hazardous work",
            Rules.AssessmentPending => "assessment not passed yet",
            Rules.AssessmentFailed => "assessment failed",
            Rules.NoConsent => "has consented neither to be located nor to use of the registered address",
            Rules.NoLendingConsent => "has not consented to be lent to another region",
            Rules.OffDuty => "off duty",
            Rules.OutsideHours => "outside the weekly hours",
            Rules.QuietHours => "quiet hours: only those who switched themselves on duty are asked",
            Rules.FixTooOld => $"last position is {AgeEn(line.FixAgeSeconds)} old (good for {AgeEn(line.Limit)}) and there is no address to use",
            Rules.PositionUnknown => "position unknown",
            Rules.BeyondRadius => $"{Number(line.DistanceMetres)} m, beyond the radius of {Number(line.Limit)} m",
            Rules.Engaged => "engaged in another call-out",
            Rules.AlreadyAsked => $"already asked in this incident: {StateEn(line.AlreadyAsked)}",
            Rules.Resting => $"resting: the last call-out ended {AgeEn(line.RestedSeconds)} ago, {AgeEn(line.Limit)} are due",
            Rules.AlertBudgetSpent => $"alerted {line.RecentAlerts} times lately, {Number(line.Limit)} are the limit",
            _ => line.Rule,
        };
        var also = line.AlsoRules.Count == 0 ? "" : $"; and {line.AlsoRules.Count} more {(line.AlsoRules.Count == 1 ? "reason" : "reasons")}";
        return reason + PlaceEn(line) + also;
    }

    private static string RankZh(ExplanationLine line, Func<Guid, string>? nameOf) => line.Rank is null or 1
        ? $"{Number(line.DistanceMetres)} 米，最近"
        : $"{Number(line.DistanceMetres)} 米，第 {line.Rank} 近，比{(line.Behind is { } ahead ? nameOf?.Invoke(ahead) : null) ?? "前一名"}远 {Number(line.BehindMetres)} 米";

    private static string RankEn(ExplanationLine line, Func<Guid, string>? nameOf) => line.Rank is null or 1
        ? $"{Number(line.DistanceMetres)} m, nearest"
        : $"{Number(line.DistanceMetres)} m, {Ordinal(line.Rank.Value)} behind {(line.Behind is { } ahead ? nameOf?.Invoke(ahead) : null) ?? "the one before"} by {Number(line.BehindMetres)} m";

    private static string PercentZh(ExplanationLine line) => $"那里 {Percent(line.ChanceThere)}、此处 {Percent(line.Chance)}";

    private static string PercentEn(ExplanationLine line) => $"{Percent(line.ChanceThere)} there, {Percent(line.Chance)} here,";

    // A distance from an address says so: the person may be elsewhere.
    private static string PlaceZh(ExplanationLine line) => line.LocatedBy == LocatedBy.Address && line.Verdict != Verdict.Out
        ? $"（按登记地址，误差约 {Number(line.UncertaintyMetres)} 米）"
        : "";

    private static string PlaceEn(ExplanationLine line) => line.LocatedBy == LocatedBy.Address && line.Verdict != Verdict.Out
        ? $" (by registered address, give or take {Number(line.UncertaintyMetres)} m)"
        : "";

    private static string StateZh(string? state) => state switch
    {
        "declined" => "已婉拒",
        "expired" => "逾期未答复",
        "turnedBack" => "中途返回",
        "released" => "已撤离",
        "standby" => "候补中",
        _ => state ?? "",
    };

    private static string StateEn(string? state) => state switch
    {
        "declined" => "declined",
        "expired" => "did not answer in time",
        "turnedBack" => "turned back",
        "released" => "already released",
        "standby" => "on standby",
        _ => state ?? "",
    };

    private static string Percent(double? chance) => $"{Math.Round((chance ?? 0) * 100).ToString("0", CultureInfo.InvariantCulture)} %";

    private static string Number(double? value) => value?.ToString("#,0", CultureInfo.InvariantCulture) ?? "?";

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "?";

    private static string AgeZh(double? seconds) => seconds >= 7200 ? $"{Number(seconds / 3600)} 小时" : $"{Number(seconds / 60)} 分钟";

    private static string AgeEn(double? seconds) => seconds >= 7200 ? $"{Number(seconds / 3600)} h" : $"{Number(seconds / 60)} min";

    private static string Ordinal(int number) => (number % 100) is 11 or 12 or 13 ? $"{number}th" : (number % 10) switch
    {
        1 => $"{number}st",
        2 => $"{number}nd",
        3 => $"{number}rd",
        _ => $"{number}th",
    };
}
