using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// What comes due: a silent desk's request goes to its liaison, then to the superior's desk, and at last counts as unanswered; a release that has run
/// out is told to both desks; people wanted back are a question with a time (<see cref="Appeals"/>). Nobody on his way is recalled by that: whether he goes on is an operator's word.
/// </summary>
internal static class AidDeadlines
{
    public static async Task MoveOnAsync(OpenRecord record, CancellationToken cancellation)
    {
        var incident = record.Incident;
        foreach (var request in await record.Db.AidRequests.Where(request => request.IncidentId == incident.Id && request.DueAt <= record.Now).OrderBy(request => request.Id).ToListAsync(cancellation))
        {
            await SilentAsync(record, request, cancellation);
        }

        foreach (var release in await record.Db.Releases.Where(release => release.IncidentId == incident.Id && release.ValidUntil <= record.Now && release.LapseToldAt == null && release.EndedAt == null)
            .OrderBy(release => release.Id).ToListAsync(cancellation))
        {
            await LapseAsync(record, release, cancellation);
        }

        foreach (var release in await record.Db.Releases.Where(release => release.IncidentId == incident.Id && release.AppealDueAt <= record.Now && release.EndedAt == null)
            .OrderBy(release => release.Id).ToListAsync(cancellation))
        {
            await Appeals.SilentAsync(record, release, cancellation);
        }

        await SetNextAsync(record, cancellation);
    }

    /// <summary>Copies the earliest of all due times onto the incident, where the clock and its auditor look.</summary>
    public static async Task SetNextAsync(OpenRecord record, CancellationToken cancellation)
    {
        await record.Db.SaveChangesAsync(cancellation);
        var id = record.Incident.Id;
        var request = await record.Db.AidRequests.Where(request => request.IncidentId == id).MinAsync(request => request.DueAt, cancellation);
        var release = await record.Db.Releases.Where(release => release.IncidentId == id && release.LapseToldAt == null && release.EndedAt == null).MinAsync(release => (DateTimeOffset?)release.ValidUntil, cancellation);
        var appeal = await record.Db.Releases.Where(release => release.IncidentId == id && release.EndedAt == null).MinAsync(release => release.AppealDueAt, cancellation);
        record.Incident.AidDueAt = new[] { request, release, appeal }.Min();
        if (record.Incident.AidDueAt < record.Incident.LookAt || record.Incident.LookAt is null)
        {
            record.Incident.LookAt = record.Incident.AidDueAt;
        }
    }

    private static async Task SilentAsync(OpenRecord record, AidRequest request, CancellationToken cancellation)
    {
        var region = await record.Db.Regions.AsNoTracking().SingleAsync(region => region.Code == request.Region, cancellation);
        var hasLiaison = request.Stage == AidStage.Desk && await record.Db.RegionLiaisons.AnyAsync(liaison => liaison.Region == request.Region, cancellation);
        AidStage? next = request.Stage switch
        {
            AidStage.Desk when hasLiaison => AidStage.Liaison,
            AidStage.Desk or AidStage.Liaison => AidStage.Superior,
            _ => null,
        };
        if (next is { } stage)
        {
            request.Begin(stage, record.Now);
            record.Append(FactKind.AidEscalated, Actor.System, new
            {
                requestId = request.Id, regionCode = region.Code, regionName = region.Name, lenderPath = region.Path, stage, dueAt = request.DueAt,
            });
        }
        else
        {
            request.End(AidState.Unanswered, record.Now);
            record.Append(FactKind.AidUnanswered, Actor.System, new { requestId = request.Id, regionCode = region.Code, regionName = region.Name, lenderPath = region.Path });
            record.NeedsAsking = true; // the next neighbour, if the policy says so
        }
    }

    private static async Task LapseAsync(OpenRecord record, Release release, CancellationToken cancellation)
    {
        release.LapseToldAt = record.Now;
        var region = await record.Db.Regions.AsNoTracking().SingleAsync(region => region.Code == release.Region, cancellation);
        var stillOut = (await Releases.StillOutAsync(record.Db, release, record.Now, cancellation)).ConvertAll(callout => callout.Id);
        record.Append(FactKind.AidLapsed, Actor.System, new
        {
            releaseId = release.Id, regionCode = region.Code, regionName = region.Name, lenderPath = region.Path, stillOut,
        });
    }
}
