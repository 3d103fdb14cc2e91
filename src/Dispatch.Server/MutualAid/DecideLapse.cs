using System.Text.Json;
using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// A release has run out and people are still out: they go on without it until they are released, or they are called home. The lender's word to call
/// them home asks the incident's command for it; the command's releases them, all at once. What it refuses goes to the common superior
/// (<see cref="Appeals"/>), whose word does the same. Each names the word it replaces, so of two desks that
/// decide at once one has decided and the other is shown it.
/// </summary>
internal sealed class DecideLapse(FactLog log, IDbContextFactory<DispatchDb> store)
{
    /// <summary>Replaces: when the word was given that the caller has read and now replaces; null: there was none.</summary>
    internal sealed record Request(Guid? CommandId, string? Decision, DateTimeOffset? Replaces, string? Reason);

    public static async Task<IResult> Handle(Guid id, Request request, Caller caller, DecideLapse decide, CancellationToken cancellation) =>
        (await decide.HandleAsync(caller, id, request, cancellation)).ToResult();

    public async Task<Outcome<ReleaseView>> HandleAsync(Caller caller, Guid id, Request request, CancellationToken cancellation)
    {
        var faults = CommandIncident.CheckCommand(new(request.CommandId, request.Reason), reasonRequired: true);
        if (request.Decision is not ("goOn" or "callHome"))
        {
            faults.Add(new("decision", "应为 goOn（继续执行）或 callHome（归队）", "must be goOn or callHome"));
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        var decision = request.Decision == "goOn" ? LapseDecision.GoOn : LapseDecision.CallHome;
        await using var reading = await store.CreateDbContextAsync(cancellation);
        var incident = await reading.Releases.Where(release => release.Id == id).Select(release => (Guid?)release.IncidentId).SingleOrDefaultAsync(cancellation);
        if (incident is null)
        {
            return Problems.NotFound("借调", "loan");
        }

        return await log.ChangeAsync<ReleaseView>(
            incident.Value,
            async record =>
            {
                var release = await record.Db.Releases.SingleAsync(release => release.Id == id, cancellation);
                var lender = await record.Db.Regions.AsNoTracking().SingleAsync(region => region.Code == release.Region, cancellation);
                if (await ReleaseVoice.OfAsync(record.Db, caller, release, lender.Path, record.Incident, cancellation) is not { Side: var side, For: var speaksFor })
                {
                    return Problems.NotFound("借调", "loan");
                }

                if (await record.FindOrderAsync(request.CommandId!.Value, cancellation) is { } earlier)
                {
                    return IsRepeat(earlier, id, request.Decision!)
                        ? await Releases.OneAsync(record.Db, caller, id, cancellation)
                        : Problems.DifferentBody(await Releases.OneAsync(record.Db, caller, id, cancellation));
                }

                if (await RefusalAsync(record, release, side, decision, request, caller, cancellation) is { } refusal)
                {
                    return refusal;
                }

                await AidDeadlines.MoveOnAsync(record, cancellation); // that it has run out is told before what was decided about it
                var stillOut = await Releases.StillOutAsync(record.Db, release, record.Now, cancellation);
                if (stillOut.Count == 0)
                {
                    return Problems.Conflict("已没有人在外，无须决定", "Nobody is out any more: there is nothing to decide", await Releases.OneAsync(record.Db, caller, id, cancellation));
                }

                var before = (release.Decision, release.DecidedAs);
                release.Decide(decision, side, speaksFor, record.Now, caller.AccountId, request.Reason!.Trim());
                record.Append(
                    FactKind.AidLapseDecided, Actor.Operator(caller.AccountId),
                    new
                    {
                        releaseId = release.Id, regionCode = release.Region, regionName = lender.Name, lenderPath = lender.Path, decision, decidedAs = side,
                        forCode = speaksFor, forName = await Releases.NameAsync(record.Db, speaksFor, cancellation),
                        stillOut = stillOut.Select(callout => callout.Id), reason = request.Reason!.Trim(),
                    },
                    commandId: request.CommandId);
                if (decision == LapseDecision.CallHome && side is ReleaseSide.Command or ReleaseSide.Superior)
                {
                    await SendHomeAsync(record, stillOut, caller, request.Reason!.Trim(), cancellation);
                }

                await Appeals.FollowAsync(record, release, before, lender.Name, lender.Path, stillOut, cancellation);

                return await Releases.OneAsync(record.Db, caller, id, cancellation);
            },
            cancellation);
    }

    private static async Task<Problem?> RefusalAsync(OpenRecord record, Release release, ReleaseSide side, LapseDecision decision, Request request, Caller caller, CancellationToken cancellation)
    {
        var (title, titleEn) = release switch
        {
            _ when release.EndedAt is not null || record.Incident.State != IncidentState.Open => ("这项借调已结束", "This loan has ended"),
            _ when release.ValidUntil > record.Now => ("这项借调尚未到期", "This loan has not run out"),
            { AppealTo: not null, AppealDueAt: not null } when (side, decision) is (ReleaseSide.Command, LapseDecision.GoOn) or (ReleaseSide.Lender, LapseDecision.CallHome)
                => ("已报共同上级，由其决定", "It is with the common superior, which decides"), // either may still give way
            _ when release.DecidedAt != request.Replaces => ("刚刚有人作了决定，请先看清", "Somebody has just decided: look at it first"),
            _ => (null, ""),
        };
        return title is null ? null : Problems.Conflict(title, titleEn, await Releases.OneAsync(record.Db, caller, release.Id, cancellation));
    }

    private static async Task SendHomeAsync(OpenRecord record, List<Callout> stillOut, Caller caller, string reason, CancellationToken cancellation)
    {
        var needs = await record.Db.Needs.Where(need => need.IncidentId == record.Incident.Id).ToDictionaryAsync(need => need.Ordinal, cancellation);
        foreach (var callout in stillOut)
        {
            NeedFilling.Release(record, callout, needs[callout.NeedOrdinal], Actor.Operator(caller.AccountId), reason);
        }

        record.NeedsAsking = true; // the places are open again
    }

    private static bool IsRepeat(Fact earlier, Guid id, string decision)
    {
        if (earlier.Kind != nameof(FactKind.AidLapseDecided))
        {
            return false;
        }

        using var data = JsonDocument.Parse(earlier.Data);
        return data.RootElement.GetProperty("releaseId").GetGuid() == id && data.RootElement.GetProperty("decision").GetString() == decision;
    }
}
