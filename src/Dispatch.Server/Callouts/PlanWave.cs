using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;
using Dispatch.Geo.Waves;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Policies;

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

    public static async Task<(MatchRequest Request, MatchResult Result)> MatchAsync(
        OpenRecord record, List<Need> needs, Dictionary<short, string> qualifications, IReadOnlyList<Ring> rings, bool ignoreOpenOffers, CancellationToken cancellation)
    {
        var incident = record.Incident;
        var within = (incident.RaisedAt + incident.ArriveWithin - record.Now).TotalSeconds;
        for (var pages = 1; ; pages *= 4)
        {
            var wanted = needs.ConvertAll(need => new NeedToFill(
                need.Ordinal,
                incident.Drill ? (short)-need.QualificationId : need.QualificationId, // drill twins stand under the negative (0015_drills.sql)
                qualifications[need.Ordinal],
                pages * PoissonBinomial.SmallestNumber(CautiousRate, need.Missing, incident.InnerTarget),
                new NeedPlan(
                    new(need.Missing, incident.TargetProbability, incident.InnerTarget, Math.Round(within, 3), incident.ArriveWithin.TotalSeconds, incident.AnswerWithin.TotalSeconds),
                    [])));
            var question = Question(incident, record.Now, rings, wanted) with { IgnoreOpenOffers = ignoreOpenOffers };
            var request = await GatherAsync(record, question, cancellation);
            if (incident.Lent)
            {
                request = await LentCandidates.AddAsync(
                    record.Connection, record.Transaction, question, request, new(0, incident.District, rings[^1].Path, RegionLevel.City, "跨区增援"), record.Now + incident.AnswerWithin, cancellation);
            }

            var result = Matcher.Match(request);
            if (pages == MostPages || !result.Needs.Any(outcome => outcome.TooFewGathered == true))
            {
                return (request, result);
            }
        }
    }

    /// <summary>An incident that reaches into several commands has the people of each of them, and of no other, in its first ring.</summary>
    private static async Task<MatchRequest> GatherAsync(OpenRecord record, MatchQuestion question, CancellationToken cancellation)
    {
        if (record.Incident.Touched is not { } touched)
        {
            return await NearestCandidates.Gather(record.Connection, record.Transaction, question, cancellation);
        }

        MatchRequest? whole = null;
        foreach (var path in touched)
        {
            var part = await NearestCandidates.Gather(
                record.Connection, record.Transaction, question with { Rings = [new(1, path.Split('.')[^1], path, RegionLevel.County, "")] }, cancellation);
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
