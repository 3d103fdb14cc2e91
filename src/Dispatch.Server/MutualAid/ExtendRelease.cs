using System.Text.Json;
using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// A release is made to hold longer, before or after it has run out. Under the incident's lock, as its lapse is: whichever comes first, both are on
/// record and the later end holds. No floor is judged: of a release that has run out only those still out are kept, who are missing at home already.
/// </summary>
internal sealed class ExtendRelease(FactLog log, IDbContextFactory<DispatchDb> store)
{
    internal sealed record Request(Guid? CommandId, DateTimeOffset? Until, string? Reason);

    public static async Task<IResult> Handle(Guid id, Request request, Caller caller, ExtendRelease extend, CancellationToken cancellation) =>
        (await extend.HandleAsync(caller, id, request, cancellation)).ToResult();

    public async Task<Outcome<ReleaseView>> HandleAsync(Caller caller, Guid id, Request request, CancellationToken cancellation)
    {
        var faults = CommandIncident.CheckCommand(new(request.CommandId, request.Reason), reasonRequired: true);
        if (request.Until is null)
        {
            faults.Add(new("until", "请写明延长到何时", "say until when"));
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

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
                var voice = await ReleaseVoice.OfAsync(record.Db, caller, release, lender.Path, record.Incident, cancellation);
                if (voice is null)
                {
                    return Problems.NotFound("借调", "loan");
                }

                var until = request.Until!.Value.ToUniversalTime();
                if (await record.FindOrderAsync(request.CommandId!.Value, cancellation) is { } earlier)
                {
                    return IsRepeat(earlier, id, until)
                        ? await Releases.OneAsync(record.Db, caller, id, cancellation)
                        : Problems.DifferentBody(await Releases.OneAsync(record.Db, caller, id, cancellation));
                }

                if (!voice.MayExtend)
                {
                    return Problems.Forbidden("这项借调由作出它的一方延长", "It is extended by whoever could give it");
                }

                if (release.EndedAt is not null || record.Incident.State != IncidentState.Open)
                {
                    return Problems.Conflict("这项借调已结束", "This loan has ended", await Releases.OneAsync(record.Db, caller, id, cancellation));
                }

                if (!voice.GroundHolds)
                {
                    return Problems.Conflict("所依据的协议或统一指挥已终止，不能延长；请另行求援或决定其去留", "The agreement or unified command it stands on has ended: ask anew, or decide whether they go on",
                        await Releases.OneAsync(record.Db, caller, id, cancellation));
                }

                return CheckUntil(until, release, voice, record.Now) is { } fault
                    ? Problems.Invalid(fault)
                    : await ExtendAsync(record, release, lender.Name, lender.Path, until, caller, voice.For, request, cancellation);
            },
            cancellation);
    }

    private static async Task<Outcome<ReleaseView>> ExtendAsync(
        OpenRecord record, Release release, string lenderName, string lenderPath, DateTimeOffset until, Caller caller, string speaksFor, Request request, CancellationToken cancellation)
    {
        var people = await record.Db.ReleasedPeople.Where(person => person.ReleaseId == release.Id && person.ReturnedAt == null).ToListAsync(cancellation);
        var kept = people;
        if (release.ValidUntil <= record.Now)
        {
            var stillOut = (await Releases.StillOutAsync(record.Db, release, record.Now, cancellation)).ConvertAll(callout => callout.VolunteerId);
            kept = people.FindAll(person => stillOut.Contains(person.VolunteerId));
        }

        if (kept.Count == 0)
        {
            return Problems.Conflict("已没有人在借调中，无可延长", "Nobody is on loan under it any more", await Releases.OneAsync(record.Db, caller, release.Id, cancellation));
        }

        foreach (var person in people.Except(kept))
        {
            person.ReturnedAt = release.ValidUntil; // who was not out has been free again since then, and may be lent elsewhere by now
        }

        var before = release.ValidUntil;
        release.Extend(until);
        record.Append(
            FactKind.AidExtended, Actor.Operator(caller.AccountId),
            new
            {
                releaseId = release.Id, regionCode = release.Region, regionName = lenderName, lenderPath, ground = release.Ground, people = kept.Select(person => person.VolunteerId).Order(),
                before, validUntil = until, forCode = speaksFor, forName = await Releases.NameAsync(record.Db, speaksFor, cancellation), reason = request.Reason!.Trim(),
            },
            commandId: request.CommandId);
        record.NeedsAsking = true; // who is named and not called yet may be offered a place again
        await AidDeadlines.SetNextAsync(record, cancellation); // the database judges the ground here, by its clock
        return await Releases.OneAsync(record.Db, caller, release.Id, cancellation);
    }

    private static Fault? CheckUntil(DateTimeOffset until, Release release, ReleaseVoice voice, DateTimeOffset now) =>
        until <= now ? new("until", "须在将来", "must be in the future")
        : until <= release.ValidUntil ? new("until", "早于现在的期限：这里只能延长", "is before the present end: this only extends")
        : until > now + Release.Longest ? new("until", $"从现在起不超过 {Release.Longest.TotalDays:0} 天", $"must be within {Release.Longest.TotalDays:0} days from now")
        : until > voice.GroundEndsAt ? new("until", $"所依据的协议或统一指挥到 {voice.GroundEndsAt:yyyy-MM-dd HH:mm} UTC 为止", $"the agreement or unified command it stands on ends at {voice.GroundEndsAt:yyyy-MM-dd HH:mm} UTC")
        : null;

    private static bool IsRepeat(Fact earlier, Guid id, DateTimeOffset until)
    {
        if (earlier.Kind != nameof(FactKind.AidExtended))
        {
            return false;
        }

        using var data = JsonDocument.Parse(earlier.Data);
        return data.RootElement.GetProperty("releaseId").GetGuid() == id && data.RootElement.GetProperty("validUntil").GetDateTimeOffset() == until;
    }
}
