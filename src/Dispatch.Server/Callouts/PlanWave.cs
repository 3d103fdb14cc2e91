using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;
using Dispatch.Geo.Waves;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Policies;
using Npgsql;

namespace Dispatch.Server.Callouts;

/// <summary>
/// Who is to be asked now, and how many: the match with the planner's word, from the plan the incident was raised with. A page of candidates is
/// gathered that will nearly always do; where it did not, because few of the nearest could be there in time, a larger one.
/// </summary>
internal static class PlanWave
{
    /// <summary>So few of those asked may say yes and come before a page of candidates is too short: it only costs a second one.</summary>
    private const double CautiousRate = 0.25;

    private const int MostPages = 64;

    /// <summary>Of an incident that shares people with others, and of those others: enough to see who could stand in for whom.</summary>
    internal const int PagesWhenShared = 4;

    /// <summary>An incident as it is looked at, in whose transaction and when.</summary>
    /// <param name="Connection">Open.</param>
    /// <param name="Transaction">Of who looks.</param>
    /// <param name="Incident">Which.</param>
    /// <param name="Now">When.</param>
    /// <param name="FromOutside">From another incident, which wants to know whom this one would ask and not why nobody else.</param>
    internal sealed record Looking(NpgsqlConnection Connection, NpgsqlTransaction Transaction, Incident Incident, DateTimeOffset Now, bool FromOutside = false);

    /// <param name="record">The incident.</param>
    /// <param name="needs">Those that lack people.</param>
    /// <param name="late">Those on their way who are not counted on.</param>
    /// <param name="qualifications">Keys by ordinal.</param>
    /// <param name="rings">As far as is permitted.</param>
    /// <param name="beyondOpen">The operator wants more asked now than the offers that are open would have it.</param>
    /// <param name="others">Other incidents want people at this moment: if they are the same people, all are planned together.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<(MatchRequest Request, MatchResult Result)> MatchAsync(
        OpenRecord record, List<Need> needs, Latecomers late, Dictionary<short, string> qualifications, IReadOnlyList<Ring> rings, bool beyondOpen, bool others, CancellationToken cancellation)
    {
        var looking = new Looking(record.Connection, record.Transaction, record.Incident, record.Now);
        IReadOnlyList<Rival>? rivals = null;
        for (var pages = 1; ; pages *= 4)
        {
            var request = await GatherAsync(looking, needs, late, qualifications, rings, pages, beyondOpen, cancellation);
            if (others && rivals is null)
            {
                rivals = await Rivals.FindAsync(record, request, cancellation);
                if (rivals.Count > 0 && pages < PagesWhenShared && !IsEverybody(request))
                {
                    continue; // the same pages for all of them, so that each comes to the same division
                }
            }

            if (rivals is { Count: > 0 })
            {
                request = request with { Rivals = rivals };
            }

            var result = Matcher.Match(request);
            if (pages >= MostPages || !result.Needs.Any(outcome => outcome.TooFewGathered == true))
            {
                return (request, result);
            }
        }
    }

    /// <summary>Fewer pass than were looked for: there is nobody else, and more pages would bring the same people.</summary>
    private static bool IsEverybody(MatchRequest request)
    {
        var enough = request.Needs.Sum(need => need.Wanted);
        return request.Needs.All(need => request.Candidates.Count(candidate => candidate.NeedOrdinal == need.Ordinal && Gates.Pass(candidate, request)) < enough);
    }

    /// <summary>Whoever may be considered for an incident, so many pages of them, and the offers it has out.</summary>
    internal static async Task<MatchRequest> GatherAsync(
        Looking looking, List<Need> needs, Latecomers late, Dictionary<short, string> qualifications, IReadOnlyList<Ring> rings, int pages, bool beyondOpen, CancellationToken cancellation)
    {
        var (incident, now) = (looking.Incident, looking.Now);
        var within = (incident.RaisedAt + incident.ArriveWithin - now).TotalSeconds;
        var wanted = needs.ConvertAll(need => new NeedToFill(
            need.Ordinal,
            incident.Drill ? (short)-need.QualificationId : need.QualificationId, // drill twins stand under the negative (0015_drills.sql)
            qualifications[need.Ordinal],
            pages * PoissonBinomial.SmallestNumber(CautiousRate, need.Missing + late.Of(need), incident.InnerTarget),
            new NeedPlan(
                new(need.Missing + late.Of(need), incident.TargetProbability, incident.InnerTarget, Math.Round(within, 3), incident.ArriveWithin.TotalSeconds, incident.AnswerWithin.TotalSeconds),
                late.ForPlan(need)) { ExpectedLate = late.Of(need) is > 0 and var people ? people : null, BeyondOpen = beyondOpen ? true : null }));
        var question = Question(incident, now, rings, wanted) with { OnlyWhoMayCome = looking.FromOutside };
        var request = await GatherAsync(looking, question, cancellation);
        return !incident.Lent ? request : await LentCandidates.AddAsync(
            looking.Connection, looking.Transaction, question, request, new(0, incident.District, rings[^1].Path, RegionLevel.City, "跨区增援"), now + incident.AnswerWithin, cancellation);
    }

    /// <summary>An incident that reaches into several commands has the people of each of them, and of no other, in its first ring.</summary>
    private static async Task<MatchRequest> GatherAsync(Looking looking, MatchQuestion question, CancellationToken cancellation)
    {
        if (looking.Incident.Touched is not { } touched)
        {
            return await NearestCandidates.Gather(looking.Connection, looking.Transaction, question, cancellation);
        }

        MatchRequest? whole = null;
        foreach (var path in touched)
        {
            var part = await NearestCandidates.Gather(
                looking.Connection, looking.Transaction, question with { Rings = [new(1, path.Split('.')[^1], path, RegionLevel.County, "")] }, cancellation);
            whole = whole is null ? part with { Rings = [question.Rings[0] with { Number = 1 }] } : whole with { Candidates = [.. whole.Candidates, .. part.Candidates] };
        }

        return whole!;
    }

    internal static MatchQuestion Question(Incident incident, DateTimeOffset now, IReadOnlyList<Ring> rings, IReadOnlyList<NeedToFill> needs)
    {
        var local = TimeZoneInfo.ConvertTime(now, TimeZoneInfo.FindSystemTimeZoneById(incident.RegionZone)).DateTime;
        return new()
        {
            IncidentId = incident.Id,
            At = now,
            LocalDate = DateOnly.FromDateTime(local),
            Place = Position.Of(incident.Location),
            RadiusMetres = incident.RadiusMetres,
            Hazardous = incident.Hazardous,
            LifeCritical = incident.LifeCritical,
            FirstWave = incident.LastWave == 0,
            Hours = ResponseModel.HoursOf(local),
            AlertBudget = incident.AlertBudget,
            AlertPeriod = incident.AlertPeriod,
            RestFloor = incident.RestFloor,
            Quiet = Plan.IsQuiet(incident.QuietFrom, incident.QuietTo, TimeOnly.FromDateTime(local)),
            Rings = rings,
            Needs = needs,
        };
    }
}
