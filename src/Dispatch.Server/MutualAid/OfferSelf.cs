using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>A volunteer whom nobody asked says "I am going": it becomes an offer on the record and on the operator's screen, and nothing else.</summary>
internal sealed class OfferSelf(FactLog log)
{
    internal sealed record Request(Guid? IncidentId, string? Note);

    internal sealed record View(Guid Id, SelfOfferState State, DateTimeOffset OfferedAt);

    public static async Task<IResult> Handle(Guid id, Request request, Caller caller, OfferSelf offer, CancellationToken cancellation) =>
        (await offer.HandleAsync(caller, id, request, cancellation)).ToResult();

    public Task<Outcome<View>> HandleAsync(Caller caller, Guid id, Request request, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        if (request.IncidentId is null)
        {
            faults.Add(new("incidentId", "缺少警情编号", "the id of the incident is needed"));
        }

        Text.Check(faults, "note", request.Note, 200, required: false);
        return faults.Count > 0 ? Task.FromResult<Outcome<View>>(Problems.Invalid(faults)) : log.ChangeAsync<View>(
            request.IncidentId!.Value,
            async record =>
            {
                var earlier = await record.Db.SelfOffers.SingleOrDefaultAsync(
                    offer => offer.Id == id || (offer.IncidentId == record.Incident.Id && offer.VolunteerId == caller.VolunteerId && offer.State == SelfOfferState.Open), cancellation);
                if (earlier is not null)
                {
                    return earlier.VolunteerId == caller.VolunteerId && earlier.IncidentId == record.Incident.Id
                        ? new View(earlier.Id, earlier.State, earlier.OfferedAt)
                        : Problems.NotFound("自荐", "offer");
                }

                if (await record.Db.Volunteers.AnyAsync(volunteer => volunteer.Id == caller.VolunteerId && volunteer.Drill != record.Incident.Drill, cancellation))
                {
                    return Problems.NotFound("警情", "incident"); // a drill is for drill phones, and they for nothing else
                }

                if (record.Incident.State != IncidentState.Open)
                {
                    return Problems.Conflict("警情已结束", "The incident has ended");
                }

                if (await record.Db.Callouts.AnyAsync(callout => callout.IncidentId == record.Incident.Id && callout.VolunteerId == caller.VolunteerId
                    && (callout.State == CalloutState.Offered || callout.State == CalloutState.Accepted || callout.State == CalloutState.EnRoute || callout.State == CalloutState.OnScene || callout.State == CalloutState.Standby), cancellation))
                {
                    return Problems.Conflict("您已被召集，请在召集卡片上答复", "You have been called out: answer on your card");
                }

                var offer = new SelfOffer { Id = id, IncidentId = record.Incident.Id, VolunteerId = caller.VolunteerId, OfferedAt = record.Now, Note = request.Note?.Trim() };
                record.Db.SelfOffers.Add(offer);
                record.Append(FactKind.SelfOffered, Actor.Volunteer(caller.VolunteerId), new { offerId = id, note = offer.Note });
                return new View(offer.Id, offer.State, offer.OfferedAt);
            },
            cancellation);
    }
}
