using Dispatch.Geo.Waves;
using Dispatch.Server.Incidents;

namespace Dispatch.Server.Policies;

/// <summary>
/// The plan in force for a category at a place: what is copied onto an incident when it is raised. Pure. Field by field the nearest word counts:
/// the region's line for the category, its line for all categories, then its superiors' in the same way, and at last the category's own.
/// Where life is at stake the first ring is the whole district and nobody's quiet hours hold.
/// </summary>
internal sealed record Plan
{
    public required Mode Mode { get; init; }

    public required short FirstRing { get; init; }

    public required short LastRing { get; init; }

    public required int RadiusMetres { get; init; }

    public required TimeSpan AnswerWithin { get; init; }

    public required TimeSpan ArriveWithin { get; init; }

    public required double TargetProbability { get; init; }

    public required double InnerTarget { get; init; }

    public required short? AlertBudget { get; init; }

    public required TimeSpan AlertPeriod { get; init; }

    public required TimeSpan? RestFloor { get; init; }

    public required TimeOnly? QuietFrom { get; init; }

    public required TimeOnly? QuietTo { get; init; }

    public required AidAsked Aid { get; init; }

    public required TimeSpan AidAnswerWithin { get; init; }

    public required TimeSpan LendFor { get; init; }

    public required Approver Approver { get; init; }

    /// <summary>Which region each field comes from; a field of the category itself is not here.</summary>
    public IReadOnlyDictionary<string, string> From { get; init; } = new Dictionary<string, string>();

    /// <param name="category">What is inherited in the end.</param>
    /// <param name="mode">The mode in force.</param>
    /// <param name="lines">Lines of that mode for this category or for all, of the place's region and those above, in any order.</param>
    /// <param name="path">Of the place's region, codes with dots between.</param>
    public static Plan Of(Category category, Mode mode, IEnumerable<PolicyLine> lines, string path)
    {
        var depth = path.Split('.').Select((code, index) => (code, index)).ToDictionary(pair => pair.code, pair => pair.index);
        var near = lines.Where(line => line.Mode == mode && depth.ContainsKey(line.Region) && (line.Category is null || line.Category == category.Key))
            .OrderByDescending(line => depth[line.Region]).ThenBy(line => line.Category is null).ToList();
        var from = new Dictionary<string, string>();

        T Set<T>(string field, Func<PolicyLine, T?> of, T otherwise)
            where T : struct
        {
            var line = near.Find(line => of(line) is not null);
            if (line is null)
            {
                return otherwise;
            }

            from[field] = line.Region;
            return of(line)!.Value;
        }

        T? Any<T>(string field, Func<PolicyLine, T?> of, T? otherwise)
            where T : struct
        {
            var line = near.Find(line => of(line) is not null);
            if (line is null)
            {
                return otherwise;
            }

            from[field] = line.Region;
            return of(line);
        }

        var target = Set("targetProbability", line => line.TargetProbability, category.TargetProbability);

        // An inner target belongs to its target: a category's own does not follow a region's other target.
        var inner = Any("innerTarget", line => line.InnerTarget, from.ContainsKey("targetProbability") ? null : category.InnerTarget);
        var budget = Any("alertBudget", line => line.AlertBudget, category.AlertBudget);
        var rest = Any("restFloor", line => line.RestFloor, category.RestFloor);
        var firstRing = Set("firstRing", line => line.FirstRing, category.FirstRing);
        var quietFrom = Any<TimeOnly>("quietFrom", line => line.QuietFrom, null);
        var quietTo = Any<TimeOnly>("quietTo", line => line.QuietTo, null);
        var quiet = !category.LifeCritical && quietFrom != quietTo;
        return new()
        {
            Mode = mode,
            FirstRing = category.LifeCritical ? Math.Min(firstRing, (short)3) : firstRing,
            LastRing = Set("lastRing", line => line.LastRing, (short)3),
            RadiusMetres = Set("radiusMetres", line => line.RadiusMetres, category.RadiusMetres),
            AnswerWithin = Set("answerWithinSeconds", line => line.AnswerWithin, category.AnswerWithin),
            ArriveWithin = Set("arriveWithinSeconds", line => line.ArriveWithin, category.ArriveWithin),
            TargetProbability = target,
            InnerTarget = inner ?? Dispatch.Geo.Waves.InnerTarget.For(target),
            AlertBudget = budget is 0 ? null : budget,
            AlertPeriod = Set("alertPeriodSeconds", line => line.AlertPeriod, category.AlertPeriod),
            RestFloor = rest == TimeSpan.Zero ? null : rest,
            QuietFrom = quiet ? quietFrom : null,
            QuietTo = quiet ? quietTo : null,
            Aid = Set("aid", line => line.Aid, AidAsked.Operator),
            AidAnswerWithin = Set("aidAnswerWithinSeconds", line => line.AidAnswerWithin, TimeSpan.FromMinutes(3)),
            LendFor = Set("lendForSeconds", line => line.LendFor, TimeSpan.FromHours(4)),
            Approver = Set("approver", line => line.Approver, Approver.Desk),
            From = from,
        };
    }

    /// <summary>Whether a local time of day lies in quiet hours, which may run over midnight.</summary>
    public static bool IsQuiet(TimeOnly? from, TimeOnly? to, TimeOnly at) =>
        from is { } begin && to is { } end && (begin <= end ? at >= begin && at < end : at >= begin || at < end);
}
