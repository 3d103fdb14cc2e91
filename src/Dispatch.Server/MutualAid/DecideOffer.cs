using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;
using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// The operator takes up a self-offer, or not. Taken up, the volunteer is called out by name, past the rings but past no gate and no reserve floor of
/// his home: the decision stands on record as an override, and he still answers himself.
/// </summary>
internal sealed class DecideOffer(FactLog log)
{
    internal sealed record Request(Guid? CommandId, string? Answer, short? NeedOrdinal, string? Reason);

    public static async Task<IResult> Handle(Guid id, Guid offerId, Request request, Caller caller, DecideOffer decide, CancellationToken cancellation) =>
        (await decide.HandleAsync(caller, id, offerId, request, cancellation)).ToResult();

    public Task<Outcome<IncidentView>> HandleAsync(Caller caller, Guid id, Guid offerId, Request request, CancellationToken cancellation)
    {
        var faults = CommandIncident.CheckCommand(new(request.CommandId, request.Reason), reasonRequired: true);
        if (request.Answer is not ("accept" or "decline"))
        {
            faults.Add(new("answer", "应为 accept 或 decline", "must be accept or decline"));
        }

        if (request.Answer == "accept" && request.NeedOrdinal is null)
        {
            faults.Add(new("needOrdinal", "请指明用于哪一项需求", "say for which need he is taken"));
        }

        return faults.Count > 0 ? Task.FromResult<Outcome<IncidentView>>(Problems.Invalid(faults)) : log.ChangeAsync<IncidentView>(
            id,
            async record =>
            {
                if (!caller.Commands(record.Incident.RegionPath))
                {
                    return Problems.NotFound("警情", "incident");
                }

                var view = (Func<Task<IncidentView>>)(async () =>
                {
                    await record.Db.SaveChangesAsync(cancellation);
                    return await IncidentView.ReadAsync(record.Db, id, cancellation);
                });
                if (await record.FindOrderAsync(request.CommandId!.Value, cancellation) is { } earlier)
                {
                    return earlier.Kind == nameof(FactKind.SelfOfferDecided) ? await view() : Problems.DifferentBody(await view());
                }

                if (await record.Db.SelfOffers.SingleOrDefaultAsync(offer => offer.Id == offerId && offer.IncidentId == id, cancellation) is not { } offer)
                {
                    return Problems.NotFound("自荐", "offer");
                }

                if (offer.State != SelfOfferState.Open || record.Incident.State != IncidentState.Open)
                {
                    return Problems.Conflict("此自荐已有决定或警情已结束", "This offer was decided, or the incident has ended", await view());
                }

                var accepts = request.Answer == "accept";
                offer.Decide(accepts ? SelfOfferState.Accepted : SelfOfferState.Declined, record.Now, caller.AccountId);
                record.Append(
                    FactKind.SelfOfferDecided, Actor.Operator(caller.AccountId),
                    new { offerId, volunteerId = offer.VolunteerId, answer = request.Answer, needOrdinal = request.NeedOrdinal, reason = request.Reason!.Trim() }, commandId: request.CommandId);
                return accepts && await CallOutAsync(record, offer, caller, request, cancellation) is { } refusal ? refusal : await view();
            },
            cancellation);
    }

    private static async Task<Problem?> CallOutAsync(OpenRecord record, SelfOffer offer, Caller caller, Request request, CancellationToken cancellation)
    {
        var incident = record.Incident;
        var needs = await ReadAid.NeedsAsync(record.Db, incident.Id, cancellation);
        var (need, key) = needs.Find(one => one.Need.Ordinal == request.NeedOrdinal);
        if (need is null)
        {
            return Problems.NotFound("需求", "need");
        }

        if (need.Missing == 0)
        {
            return Problems.Conflict("此需求已到齐", "This need is filled", await IncidentView.ReadAsync(record.Db, incident.Id, cancellation));
        }

        var home = await record.Db.Volunteers.Where(volunteer => volunteer.Id == offer.VolunteerId)
            .Join(record.Db.Regions, volunteer => volunteer.HomeRegion, region => region.Code, (_, region) => region).AsNoTracking().SingleAsync(cancellation);
        var codes = home.Path.Split('.');
        var above = await record.Db.Regions.AsNoTracking().Where(region => codes.Contains(region.Code)).ToListAsync(cancellation);
        var tree = new RegionTree(above.Select(row => new Region(row.Code, row.Name, row.ParentCode, (RegionLevel)row.Level, row.LevelName, row.Path, row.HasAuthority)));
        var command = tree.DistrictOf(tree.Get(home.Code));
        var isLent = command.Code != incident.District && !Caller.Covers(await record.Db.Regions.Where(region => region.Code == incident.District).Select(region => region.Path).SingleAsync(cancellation), home.Path);
        if (isLent && incident.Drill)
        {
            return Problems.Conflict("演练不借用其他辖区的人", "A drill borrows nobody of another region", await IncidentView.ReadAsync(record.Db, incident.Id, cancellation));
        }

        var ring = new Ring(LentCandidates.Ring, command.Code, home.Path, (RegionLevel)home.Level, "自荐");

        // The whole of his home region is looked at, so that he is found; and he alone is matched. No ring is opened by that.
        await Lenders.LockAsync(record.Db, command.Code, cancellation);
        var question = PlanWave.Question(incident, record.Now, [ring], [new(need.Ordinal, incident.Drill ? (short)-need.QualificationId : need.QualificationId, key, 5_000)]) with { FirstWave = false };
        var gathered = await NearestCandidates.Gather(record.Connection, record.Transaction, question, cancellation);
        var self = gathered.Candidates.FirstOrDefault(candidate => candidate.VolunteerId == offer.VolunteerId);
        if (self is null)
        {
            return Problems.Conflict("此人没有所需资质，或不在召集半径内", "He does not hold the qualification, or is beyond the radius", await IncidentView.ReadAsync(record.Db, incident.Id, cancellation));
        }

        var consents = !isLent || await record.Db.Consents.AnyAsync(
            consent => consent.VolunteerId == offer.VolunteerId && consent.Kind == Volunteers.ConsentKind.CrossRegion && consent.WithdrawnAt == null, cancellation);
        var alone = gathered with { Needs = [new(need.Ordinal, need.QualificationId, key, 1)], Candidates = [self with { LendingConsent = isLent ? consents : null, AlreadyAsked = null }] };
        if (Matcher.Match(alone) is { Chosen.Count: 0 } refused)
        {
            var line = refused.Lines[0];
            return Problems.Conflict($"不能召集：{ExplanationText.Zh(line)}", $"Cannot be called out: {ExplanationText.En(line)}", await IncidentView.ReadAsync(record.Db, incident.Id, cancellation));
        }

        if (isLent)
        {
            var floors = await Lenders.FloorsAsync(record.Db, command.Code, cancellation);
            var holders = await Lenders.HoldersAsync(record.Connection, record.Transaction, command.Path, floors.Select(floor => floor.QualificationId), cancellation);
            var broken = Cover.After(floors, holders, [offer.VolunteerId]).Where(remaining => remaining.Breaks).ToList();
            if (broken.Count > 0)
            {
                return Problems.ReserveFloor(string.Join("；", broken.Select(one => one.Floor.Zh)), string.Join("; ", broken.Select(one => one.Floor.En)), new { floors = broken.Select(one => one.Floor.Id) });
            }
        }

        Lending.Write(
            record,
            new()
            {
                Id = Guid.CreateVersion7(record.Now),
                IncidentId = incident.Id,
                Region = command.Code,
                Ground = Ground.Override,
                GivenAt = record.Now,
                ValidUntil = record.Now + incident.LendFor,
                ById = caller.AccountId,
                Reason = request.Reason!.Trim(),
            },
            [offer.VolunteerId], command.Name, command.Path, Actor.Operator(caller.AccountId), [(need, key)]);
        await record.Db.SaveChangesAsync(cancellation);
        var named = alone with { Rings = [] };
        await CallOutNearest.OfferAsync(record, named, Matcher.Match(named), [need], cancellation);
        await AidDeadlines.SetNextAsync(record, cancellation);
        return null;
    }
}
