using System.Text.Json;
using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Policies;

/// <summary>A line as it travels; times of day as HH:mm, durations in seconds.</summary>
internal sealed record LineView(
    string Region, string? Category, Mode Mode, int Version, short? FirstRing, short? LastRing, int? RadiusMetres, double? AnswerWithinSeconds, double? ArriveWithinSeconds,
    double? TargetProbability, double? InnerTarget, short? AlertBudget, double? AlertPeriodSeconds, double? RestFloorSeconds, string? QuietFrom, string? QuietTo,
    AidAsked? Aid, double? AidAnswerWithinSeconds, double? LendForSeconds, Approver? Approver)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public bool SaysNothing => this with { Version = 0 } == new LineView(
        Region, Category, Mode, 0, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    public static LineView Of(PolicyLine line) => new(
        line.Region, line.Category, line.Mode, line.Version, line.FirstRing, line.LastRing, line.RadiusMetres, line.AnswerWithin?.TotalSeconds, line.ArriveWithin?.TotalSeconds,
        line.TargetProbability, line.InnerTarget, line.AlertBudget, line.AlertPeriod?.TotalSeconds, line.RestFloor?.TotalSeconds, Clock(line.QuietFrom), Clock(line.QuietTo),
        line.Aid, line.AidAnswerWithin?.TotalSeconds, line.LendFor?.TotalSeconds, line.Approver);

    public static string? Clock(TimeOnly? time) => time?.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What is in force in a region in a mode, category by category, and where each value comes from.</summary>
internal sealed record PlanView(
    string Category, Mode Mode, short FirstRing, short LastRing, int RadiusMetres, double AnswerWithinSeconds, double ArriveWithinSeconds, double TargetProbability, double InnerTarget,
    short? AlertBudget, double AlertPeriodSeconds, double? RestFloorSeconds, string? QuietFrom, string? QuietTo, AidAsked Aid, double AidAnswerWithinSeconds, double LendForSeconds,
    Approver Approver, IReadOnlyDictionary<string, string> From)
{
    public static PlanView Of(string category, Plan plan) => new(
        category, plan.Mode, plan.FirstRing, plan.LastRing, plan.RadiusMetres, plan.AnswerWithin.TotalSeconds, plan.ArriveWithin.TotalSeconds, plan.TargetProbability,
        Math.Round(plan.InnerTarget, 4), plan.AlertBudget, plan.AlertPeriod.TotalSeconds, plan.RestFloor?.TotalSeconds, LineView.Clock(plan.QuietFrom), LineView.Clock(plan.QuietTo),
        plan.Aid, plan.AidAnswerWithin.TotalSeconds, plan.LendFor.TotalSeconds, plan.Approver, plan.From);
}

/// <summary>Modes and policies of a region as its desk reads them: what it set itself, what is in force in each mode and why, and who ordered what.</summary>
internal static class ReadPolicies
{
    private const int MostOrders = 100;

    internal sealed record Page(
        string Region, Mode OwnMode, Mode Mode, IReadOnlyList<ModeView> Modes, IReadOnlyList<LineView> Lines, IReadOnlyList<PlanView> Plans, IReadOnlyDictionary<string, string> Names,
        IReadOnlyList<OrderView> Orders);

    /// <summary>The mode of the region or of one above, and since when.</summary>
    internal sealed record ModeView(string Region, Mode Mode, DateTimeOffset Since);

    internal sealed record OrderView(Guid Id, string Region, string Kind, DateTimeOffset At, Person By, JsonElement? Before, JsonElement? After, string Reason);

    internal sealed record Person(Guid Id, string? Name);

    public static async Task<IResult> Handle(string? region, Caller caller, IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        var code = region ?? caller.RegionPath.Split('.')[^1];
        await using var db = await store.CreateDbContextAsync(cancellation);
        return await CommandedRegion.FindAsync(db, code, caller, [], cancellation) is { } path
            ? await PageAsync(store, code, path, cancellation)
            : Problems.NotFound("属地", "region");
    }

    public static async Task<IResult> PageAsync(IDbContextFactory<DispatchDb> store, string code, string path, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var codes = path.Split('.');
        var lines = await PolicyLines.ReadAsync(db, path, cancellation);
        var modes = await db.RegionModes.AsNoTracking().Where(row => codes.Contains(row.Region)).ToListAsync(cancellation);
        var categories = await db.Categories.AsNoTracking().OrderBy(category => category.Sort).ToListAsync(cancellation);
        var names = await db.Regions.Where(row => codes.Contains(row.Code)).ToDictionaryAsync(row => row.Code, row => row.Name, cancellation);
        var orders = await db.RegionOrders.AsNoTracking().Where(order => codes.Contains(order.Region)).OrderByDescending(order => order.At).Take(MostOrders)
            .GroupJoin(db.Accounts, order => order.ById, account => account.Id, (order, accounts) => new { order, accounts })
            .SelectMany(pair => pair.accounts.DefaultIfEmpty(), (pair, account) => new { pair.order, account!.Name }).ToListAsync(cancellation);
        return TypedResults.Json(
            new Page(
                code,
                modes.Find(mode => mode.Region == code)?.Mode ?? Mode.Peacetime,
                modes.Select(mode => mode.Mode).DefaultIfEmpty(Mode.Peacetime).Max(),
                [.. modes.OrderBy(mode => Array.IndexOf(codes, mode.Region)).Select(mode => new ModeView(mode.Region, mode.Mode, mode.Since))],
                [.. lines.OrderBy(line => Array.IndexOf(codes, line.Region)).ThenBy(line => line.Mode).ThenBy(line => line.Category, StringComparer.Ordinal).Select(LineView.Of)],
                [.. Enum.GetValues<Mode>().SelectMany(mode => categories.Select(category => PlanView.Of(category.Key, Plan.Of(category, mode, lines, path))))],
                names,
                orders.OrderByDescending(row => row.order.At).Select(row => new OrderView(
                    row.order.Id, row.order.Region, row.order.Kind, row.order.At, new(row.order.ById, row.Name), Read(row.order.Before), Read(row.order.After), row.order.Reason)).ToList()),
            Json.Options);
    }

    private static JsonElement? Read(string? json) => json is null ? null : JsonSerializer.Deserialize<JsonElement>(json);
}
