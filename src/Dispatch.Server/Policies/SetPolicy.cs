using System.Globalization;
using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Policies;

/// <summary>
/// An operator sets a line of his region's policy, for a category or all of them, in a mode. What is left null is inherited; a line that says
/// nothing is removed. Running incidents keep the plan they were raised with.
/// </summary>
internal static class SetPolicy
{
    internal sealed record Request(
        Guid? CommandId, string? Region, string? Category, string? Mode, int? Version, string? Reason,
        int? FirstRing, int? LastRing, int? RadiusMetres, double? AnswerWithinSeconds, double? ArriveWithinSeconds, double? TargetProbability, double? InnerTarget,
        int? AlertBudget, double? AlertPeriodSeconds, double? RestFloorSeconds, string? QuietFrom, string? QuietTo,
        string? Aid, double? AidAnswerWithinSeconds, double? LendForSeconds, string? Approver);

    public static async Task<IResult> Handle(Request request, Caller caller, IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        var faults = Check(request, out var mode);
        await using var db = await store.CreateDbContextAsync(cancellation);
        var key = request.Category?.Contains('\0') == true ? "" : request.Category;
        var category = key is null ? null : await db.Categories.AsNoTracking().SingleOrDefaultAsync(row => row.Key == key, cancellation);
        if (key is not null && category is null)
        {
            faults.Add(new("category", "没有这个类别，见 GET /api/categories；留空表示所有类别", "no such category, see GET /api/categories; null stands for all of them"));
        }

        if (category is { LifeCritical: true } && request.FirstRing > 3)
        {
            faults.Add(new("firstRing", "生命攸关的类别首圈为全区（3）", "where life is at stake the first ring is the whole district (3)"));
        }

        if (category is { LifeCritical: true } && request.QuietFrom is not null && request.QuietFrom != request.QuietTo)
        {
            faults.Add(new("quietFrom", "生命攸关的类别没有静默时段", "where life is at stake there are no quiet hours"));
        }

        if (await CommandedRegion.FindAsync(db, request.Region, caller, faults, cancellation) is not { } path || faults.Count > 0)
        {
            return faults.Count > 0 ? Problems.Invalid(faults) : Problems.NotFound("属地", "region");
        }

        var refusal = await RegionOrder.CarryOutAsync(
            store, request.CommandId!.Value, request.Region!, "policySet", caller.AccountId, request.Reason!,
            async (writing, _) => await WriteAsync(writing, request, mode, key, cancellation), cancellation);
        return refusal ?? await ReadPolicies.PageAsync(store, request.Region!, path, cancellation);
    }

    private static async Task<(Problem? Refusal, object? Before, object? After)> WriteAsync(
        DispatchDb db, Request request, Mode mode, string? category, CancellationToken cancellation)
    {
        var line = await db.Policies.SingleOrDefaultAsync(row => row.Region == request.Region && row.Category == category && row.Mode == mode, cancellation);
        if ((line?.Version ?? 0) != (request.Version ?? 0))
        {
            return (Problems.Conflict("此策略已被他人修改，请核对后再改", "This policy was changed meanwhile: look at it again", line is null ? null : LineView.Of(line)), null, null);
        }

        var before = line is null ? null : LineView.Of(line);
        if (line is null)
        {
            line = new PolicyLine { Id = Guid.CreateVersion7(), Region = request.Region!, Category = category, Mode = mode };
            db.Policies.Add(line);
        }

        line.FirstRing = (short?)request.FirstRing;
        line.LastRing = (short?)request.LastRing;
        line.RadiusMetres = request.RadiusMetres;
        line.AnswerWithin = Seconds(request.AnswerWithinSeconds);
        line.ArriveWithin = Seconds(request.ArriveWithinSeconds);
        line.TargetProbability = request.TargetProbability;
        line.InnerTarget = request.InnerTarget;
        line.AlertBudget = (short?)request.AlertBudget;
        line.AlertPeriod = Seconds(request.AlertPeriodSeconds);
        line.RestFloor = Seconds(request.RestFloorSeconds);
        line.QuietFrom = Time(request.QuietFrom);
        line.QuietTo = Time(request.QuietTo);
        line.Aid = request.Aid is null ? null : Enum.Parse<AidAsked>(request.Aid, ignoreCase: true);
        line.AidAnswerWithin = Seconds(request.AidAnswerWithinSeconds);
        line.LendFor = Seconds(request.LendForSeconds);
        line.Approver = request.Approver is null ? null : Enum.Parse<Approver>(request.Approver, ignoreCase: true);
        line.Version++;
        if (LineView.Of(line).SaysNothing)
        {
            db.Policies.Remove(line); // added or not: a line that was only just added is simply not written
            return (null, before, null);
        }

        return (null, before, LineView.Of(line));
    }

    private static List<Fault> Check(Request request, out Mode mode)
    {
        var faults = RegionCommands.Check(request.CommandId, request.Reason);
        if (!Modes.Read(request.Mode, out mode))
        {
            faults.Add(new("mode", Modes.OneOf, Modes.OneOfEn));
        }

        Between(faults, "firstRing", request.FirstRing, 3, 5, "（3 区县、4 街道、5 社区）", " (3 district, 4 street, 5 community)");
        Between(faults, "lastRing", request.LastRing, 1, 3, "（3 区县、2 市、1 省）", " (3 district, 2 city, 1 province)");
        Between(faults, "radiusMetres", request.RadiusMetres, 100, 500_000);
        Between(faults, "answerWithinSeconds", request.AnswerWithinSeconds, 15, 86_400);
        Between(faults, "arriveWithinSeconds", request.ArriveWithinSeconds, 60, 172_800);
        Between(faults, "targetProbability", request.TargetProbability, 0.5, 0.995);
        Between(faults, "innerTarget", request.InnerTarget, 0.3, 0.999);
        Between(faults, "alertBudget", request.AlertBudget, 0, 100, "（0 表示不限）", " (0: no limit)");
        Between(faults, "alertPeriodSeconds", request.AlertPeriodSeconds, 3_600, 2_592_000);
        Between(faults, "restFloorSeconds", request.RestFloorSeconds, 0, 604_800, "（0 表示不设）", " (0: none)");
        Between(faults, "aidAnswerWithinSeconds", request.AidAnswerWithinSeconds, 30, 86_400);
        Between(faults, "lendForSeconds", request.LendForSeconds, 1_800, 604_800);
        foreach (var (field, value) in new[] { ("quietFrom", request.QuietFrom), ("quietTo", request.QuietTo) })
        {
            if (value is not null && Time(value) is null)
            {
                faults.Add(new(field, "应为 24 小时制的 HH:mm，例如 22:00", "must be a time of day HH:mm, such as 22:00"));
            }
        }

        if ((request.QuietFrom is null) != (request.QuietTo is null))
        {
            faults.Add(new(request.QuietFrom is null ? "quietFrom" : "quietTo", "静默时段须同时给出起止时间（相同表示不设）", "quiet hours have a beginning and an end (equal: none)"));
        }

        Word(faults, "aid", request.Aid, "automatic", "operator");
        Word(faults, "approver", request.Approver, "desk", "superior");
        return faults;
    }

    private static void Between(List<Fault> faults, string field, double? value, double least, double most, string hint = "", string hintEn = "")
    {
        if (value is { } given && !(given >= least && given <= most)) // NaN too
        {
            faults.Add(new(field, string.Create(CultureInfo.InvariantCulture, $"应为 {least} 至 {most}{hint}，或留空以继承"),
                string.Create(CultureInfo.InvariantCulture, $"must be {least} to {most}{hintEn}, or null to inherit")));
        }
    }

    private static void Word(List<Fault> faults, string field, string? value, string one, string other)
    {
        if (value is not null && value != one && value != other)
        {
            faults.Add(new(field, $"应为 {one} 或 {other}，或留空以继承", $"must be {one} or {other}, or null to inherit"));
        }
    }

    private static TimeSpan? Seconds(double? value) => value is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static TimeOnly? Time(string? value) =>
        TimeOnly.TryParseExact(value, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
