using Dispatch.Geo.Matching;

namespace Dispatch.Server.Plans;

/// <summary>A gate in a few words, for counting people by it; the sentences about one person are in ExplanationText.</summary>
internal static class GateWords
{
    private static readonly Dictionary<string, (string Zh, string En)> Words = new()
    {
        [Rules.CertificateEnded] = ("证书已过期", "certificate ended"),
        [Rules.CertificateNotYetValid] = ("证书尚未生效", "certificate not yet valid"),
        [Rules.InsuranceMissing] = ("没有保险", "no insurance"),
        [Rules.InsuranceEnded] = ("保险已过期", "insurance ended"),
        [Rules.InsuranceNotYetValid] = ("保险尚未生效", "insurance not yet valid"),
        [Rules.NotAdult] = ("未满 18 岁", "under age"),
        [Rules.Unfit] = ("体能不合格", "unfit"),
        [Rules.LimitedFitness] = ("体能受限，不能去危险任务", "limited fitness, hazardous work"),
        [Rules.AssessmentPending] = ("待考核", "assessment pending"),
        [Rules.AssessmentFailed] = ("考核未通过", "assessment failed"),
        [Rules.NoConsent] = ("未同意使用位置", "no consent to be located"),
        [Rules.OffDuty] = ("不在值班", "off duty"),
        [Rules.OutsideHours] = ("不在值班时段", "outside their hours"),
        [Rules.QuietHours] = ("静默时段", "quiet hours"),
        [Rules.FixTooOld] = ("定位过旧", "fix too old"),
        [Rules.PositionUnknown] = ("位置不明", "position unknown"),
        [Rules.BeyondRadius] = ("超出召集半径", "beyond the radius"),
        [Rules.Engaged] = ("已在其他任务中", "engaged elsewhere"),
        [Rules.AlreadyAsked] = ("已召集过", "asked already"),
        [Rules.Resting] = ("休息期内", "resting"),
        [Rules.AlertBudgetSpent] = ("近期召集次数已满", "alert budget spent"),
    };

    public static string Zh(string rule) => Words.TryGetValue(rule, out var words) ? words.Zh : rule;

    public static string En(string rule) => Words.TryGetValue(rule, out var words) ? words.En : rule;
}
