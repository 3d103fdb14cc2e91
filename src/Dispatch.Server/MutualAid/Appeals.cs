using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// A home wants people back whose loan has run out. The incident's command has its time to answer; when it refuses, or is silent, the question goes by
/// itself to the common superior of both, which has the same time; when that is silent too, the last word stands and its silence is on record. Nobody is
/// recalled by a clock: every way home is somebody's word.
/// </summary>
internal static class Appeals
{
    /// <summary>What a decision that was just written means for the question; <paramref name="before"/>: the word it replaced.</summary>
    public static async Task FollowAsync(OpenRecord record, Release release, (LapseDecision? Decision, ReleaseSide? As) before, string lenderName, string lenderPath, List<Callout> stillOut, CancellationToken cancellation)
    {
        switch (release.Decision, release.DecidedAs)
        {
            case (LapseDecision.CallHome, ReleaseSide.Lender):
                if (release.AppealDueAt is null)
                {
                    release.Appeal(null, record.Now + record.Incident.AidAnswerWithin);
                }

                break;
            case (LapseDecision.GoOn, ReleaseSide.Command) when release.AppealTo is not null && release.AppealDueAt is not null:
                break; // the time had run out a moment before: it is with the superior
            case (LapseDecision.GoOn, ReleaseSide.Command) when before is (LapseDecision.CallHome, ReleaseSide.Lender) && release.AppealTo is null: // one superior, once
                if (!await EscalateAsync(record, release, "refused", lenderName, lenderPath, stillOut, cancellation))
                {
                    release.Settle(); // it refuses, and there is nobody above both
                }

                break;
            default:
                release.Settle();
                break;
        }

        await AidDeadlines.SetNextAsync(record, cancellation);
    }

    /// <summary>Somebody's time is over.</summary>
    public static async Task SilentAsync(OpenRecord record, Release release, CancellationToken cancellation)
    {
        var region = await record.Db.Regions.AsNoTracking().SingleAsync(region => region.Code == release.Region, cancellation);
        var stillOut = await Releases.StillOutAsync(record.Db, release, record.Now, cancellation);
        if (stillOut.Count == 0)
        {
            release.Settle(); // they are home
        }
        else if (release.AppealTo is not null || !await EscalateAsync(record, release, "silence", region.Name, region.Path, stillOut, cancellation))
        {
            var superior = await record.Db.Regions.AsNoTracking().SingleAsync(one => one.Code == (release.AppealTo ?? record.Incident.District), cancellation);
            release.LeaveUnanswered(superior.Code);
            record.Append(FactKind.AidAppealUnanswered, Actor.System, new
            {
                releaseId = release.Id, regionCode = region.Code, regionName = region.Name, lenderPath = region.Path, superiorCode = superior.Code, superiorName = superior.Name,
            });
        }
    }

    /// <summary>False: the incident's command is itself above the home, so there is nobody to ask.</summary>
    private static async Task<bool> EscalateAsync(
        OpenRecord record, Release release, string because, string lenderName, string lenderPath, List<Callout> stillOut, CancellationToken cancellation)
    {
        if (await SuperiorAsync(record, lenderPath, cancellation) is not { } superior)
        {
            return false;
        }

        release.Appeal(superior.Code, record.Now + record.Incident.AidAnswerWithin);
        record.Append(FactKind.AidAppealed, Actor.System, new
        {
            releaseId = release.Id, regionCode = release.Region, regionName = lenderName, lenderPath, superiorCode = superior.Code, superiorName = superior.Name, because,
            dueAt = release.AppealDueAt, stillOut = stillOut.Select(callout => callout.Id),
        });
        return true;
    }

    /// <summary>The lowest region above both with a command of its own; null: the incident's is above the home itself.</summary>
    private static async Task<Regions.RegionRow?> SuperiorAsync(OpenRecord record, string lenderPath, CancellationToken cancellation)
    {
        var district = await record.Db.Regions.AsNoTracking().SingleAsync(region => region.Code == record.Incident.District, cancellation);
        if (Caller.Covers(district.Path, lenderPath))
        {
            return null;
        }

        var above = lenderPath.Split('.').Zip(district.Path.Split('.')).TakeWhile(pair => pair.First == pair.Second).Select(pair => pair.First).ToList();
        return (await record.Db.Regions.AsNoTracking().Where(region => above.Contains(region.Code) && region.HasAuthority).ToListAsync(cancellation)).MaxBy(region => region.Path.Length);
    }
}
