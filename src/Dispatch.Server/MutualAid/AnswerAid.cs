using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// The lending desk answers: these people until then, or nobody, with a reason. Under the incident's lock, so of two desks that answer at once one
/// has answered; under the region's lock, so that no two answers together break a reserve floor.
/// </summary>
internal sealed class AnswerAid(FactLog log, IDbContextFactory<DispatchDb> store)
{
    internal sealed record Request(Guid? CommandId, string? Answer, IReadOnlyList<Guid>? People, DateTimeOffset? Until, string? Reason);

    /// <summary>Who gave an answer: in which capacity, and the region whose word it is.</summary>
    internal sealed record Word(AidStage As, string ForCode, string ForName);

    private const int MostPeople = 500;

    public static async Task<IResult> Handle(Guid id, Request request, Caller caller, AnswerAid answer, CancellationToken cancellation) =>
        (await answer.HandleAsync(caller, id, request, cancellation)).ToResult();

    public async Task<Outcome<AidView>> HandleAsync(Caller caller, Guid id, Request request, CancellationToken cancellation)
    {
        var faults = Check(request);
        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        await using var reading = await store.CreateDbContextAsync(cancellation);
        var incident = await reading.AidRequests.Where(asked => asked.Id == id).Select(asked => (Guid?)asked.IncidentId).SingleOrDefaultAsync(cancellation);
        if (incident is null)
        {
            return Problems.NotFound("求援", "request");
        }

        return await log.ChangeAsync<AidView>(
            incident.Value,
            async record =>
            {
                var asked = await record.Db.AidRequests.SingleAsync(asked => asked.Id == id, cancellation);
                var lender = await record.Db.Regions.AsNoTracking().SingleAsync(region => region.Code == asked.Region, cancellation);
                var voice = await LendingVoice.OfAsync(record.Db, caller, asked, lender.Path, cancellation);
                if (voice is null)
                {
                    return Problems.NotFound("求援", "request");
                }

                if (asked.AnswerId == request.CommandId)
                {
                    return asked.State == (request.Answer == "approve" ? AidState.Approved : AidState.Refused)
                        ? await ReadAid.OneAsync(record.Db, record.Connection, record.Transaction, asked, caller, cancellation)
                        : Problems.DifferentBody(await ReadAid.OneAsync(record.Db, record.Connection, record.Transaction, asked, caller, cancellation));
                }

                if (asked.State != AidState.Open || record.Incident.State != IncidentState.Open)
                {
                    return Problems.Conflict("此求援已有答复或已不需要", "This request has been answered or is no longer wanted",
                        await ReadAid.OneAsync(record.Db, record.Connection, record.Transaction, asked, caller, cancellation));
                }

                if (!voice.MayAnswer)
                {
                    return Problems.Forbidden("现在由另一级答复此求援", "This request is for another desk to answer at present");
                }

                var spoken = new Word(voice.As, voice.For, voice.For == lender.Code ? lender.Name : await RegionNameAsync(record.Db, voice.For, cancellation));
                var refusal = request.Answer == "approve"
                    ? await ApproveAsync(record, asked, lender.Name, lender.Path, caller, spoken, request, cancellation)
                    : await RefuseAsync(record, asked, lender.Name, lender.Path, caller, spoken, request, cancellation);
                return refusal is not null ? refusal : await ReadAid.OneAsync(record.Db, record.Connection, record.Transaction, asked, caller, cancellation);
            },
            cancellation);
    }

    private static async Task<Problem?> RefuseAsync(OpenRecord record, AidRequest asked, string name, string path, Caller caller, Word spoken, Request request, CancellationToken cancellation)
    {
        asked.End(AidState.Refused, record.Now, caller.AccountId, request.CommandId, request.Reason!.Trim());
        record.Append(FactKind.AidRefused, Actor.Operator(caller.AccountId), new
        {
            requestId = asked.Id, regionCode = asked.Region, regionName = name, lenderPath = path, answeredAs = spoken.As, forCode = spoken.ForCode, forName = spoken.ForName,
            reason = request.Reason!.Trim(),
        });
        record.NeedsAsking = true;
        await AidDeadlines.SetNextAsync(record, cancellation);
        return null;
    }

    private static async Task<Problem?> ApproveAsync(OpenRecord record, AidRequest asked, string name, string path, Caller caller, Word spoken, Request request, CancellationToken cancellation)
    {
        var until = request.Until?.ToUniversalTime() ?? record.Now + asked.LendFor;
        if (until <= record.Now || until > record.Now + Release.Longest)
        {
            return Problems.Invalid(new Fault("until", "借调须在将来结束，且不超过 7 天", "must be in the future and within 7 days"));
        }

        await Lenders.LockAsync(record.Db, asked.Region, cancellation);
        var needs = await ReadAid.NeedsAsync(record.Db, record.Incident.Id, cancellation);
        var lendable = await Lenders.LendableAsync(record.Connection, record.Transaction, record.Incident, record.Now, needs, (asked.Region, name, path), cancellation);
        var faults = new List<Fault>();
        foreach (var (person, index) in request.People!.Select((person, index) => (person, index)))
        {
            if (!lendable.Exists(one => one.VolunteerId == person))
            {
                faults.Add(new($"people[{index}]", "现在不能借出：不合条件、不在本区或正在执行任务", "cannot be lent now: a gate is closed, not of this region, or engaged"));
            }
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        var floors = await Lenders.FloorsAsync(record.Db, asked.Region, cancellation);
        var holders = floors.Count == 0 ? [] : await Lenders.HoldersAsync(record.Connection, record.Transaction, path, floors.Select(floor => floor.QualificationId), cancellation);
        var broken = Cover.After(floors, holders, request.People!.ToHashSet()).Where(remaining => remaining.Breaks).ToList();
        if (broken.Count > 0)
        {
            return Problems.ReserveFloor(
                string.Join("；", broken.Select(one => $"{one.Floor.Zh}，借出后只剩 {one.After} 名")), string.Join("; ", broken.Select(one => $"{one.Floor.En}: {one.After} would be left")),
                new { floors = broken.Select(one => new { one.Floor.Id, text = one.Floor.Zh, textEn = one.Floor.En, one.Floor.Count, one.Now, one.After }) });
        }

        asked.End(AidState.Approved, record.Now, caller.AccountId, request.CommandId, request.Reason?.Trim());
        await record.Db.SaveChangesAsync(cancellation); // a release stands on an approved request
        Lending.Write(
            record,
            new()
            {
                Id = Guid.CreateVersion7(record.Now),
                IncidentId = record.Incident.Id,
                Region = asked.Region,
                Ground = Ground.Approval,
                RequestId = asked.Id,
                GivenAt = record.Now,
                ValidUntil = until,
                ById = caller.AccountId,
                Reason = request.Reason?.Trim(),
            },
            [.. request.People!.Distinct()], name, path, Actor.Operator(caller.AccountId), needs, spoken);
        await AidDeadlines.SetNextAsync(record, cancellation);
        return null;
    }

    private static Task<string> RegionNameAsync(DispatchDb db, string code, CancellationToken cancellation) =>
        db.Regions.Where(region => region.Code == code).Select(region => region.Name).SingleAsync(cancellation);

    private static List<Fault> Check(Request request)
    {
        var faults = CommandIncident.CheckCommand(new(request.CommandId, request.Reason), reasonRequired: request.Answer == "refuse");
        if (request.Answer is not ("approve" or "refuse"))
        {
            faults.Add(new("answer", "应为 approve 或 refuse", "must be approve or refuse"));
        }

        if (request.Answer == "approve" && request.People is not { Count: >= 1 and <= MostPeople })
        {
            faults.Add(new("people", $"应指明 1 至 {MostPeople} 人；一个也不借请用 refuse", $"must name 1 to {MostPeople} people; to lend nobody, refuse"));
        }

        return faults;
    }
}
