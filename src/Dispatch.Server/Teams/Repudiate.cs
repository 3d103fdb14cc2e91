using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Teams;

/// <summary>
/// A volunteer says that the answer his captain gave was not his. A place taken by it is free again and the next is asked; a no becomes a standby's yes.
/// Both words stay on record for ever. Once he has set out himself it is his own: then he turns back.
/// </summary>
internal sealed class Repudiate(FactLog log)
{
    internal sealed record Request(string? Reason);

    public Task<Outcome<Card>> HandleAsync(Caller caller, Guid calloutId, Request request, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        Text.Check(faults, "reason", request.Reason, 200, required: false);
        return faults.Count > 0
            ? Task.FromResult<Outcome<Card>>(Problems.Invalid(faults))
            : log.ChangeByCalloutAsync<Card>(
                calloutId,
                async record =>
                {
                    var callout = await record.Db.Callouts.SingleAsync(callout => callout.Id == calloutId, cancellation);
                    if (callout.VolunteerId != caller.VolunteerId)
                    {
                        return Problems.NotFound("召集", "call-out");
                    }

                    if (callout.RepudiatedAt is not null)
                    {
                        return await record.CardAsync(calloutId, cancellation); // the same again
                    }

                    if (callout.OnBehalfBy is null || callout.State is CalloutState.EnRoute or CalloutState.OnScene)
                    {
                        return Problems.Conflict(
                            callout.OnBehalfBy is null ? "这是您本人的答复" : "您已出动；不能去请按“中途返回”",
                            callout.OnBehalfBy is null ? "This answer was your own" : "You have set out: turn back instead",
                            await Card.ReadAsync(record.Connection, calloutId, cancellation));
                    }

                    var need = await record.Db.Needs.SingleAsync(need => need.IncidentId == callout.IncidentId && need.Ordinal == callout.NeedOrdinal, cancellation);
                    if (callout.State == CalloutState.Accepted)
                    {
                        need.Reopen();
                    }

                    callout.Repudiate(record.Incident.State == IncidentState.Open, record.Now, request.Reason);
                    record.Append(
                        FactKind.CalloutRepudiated, Actor.Volunteer(caller.VolunteerId),
                        new { needOrdinal = need.Ordinal, filled = need.Filled, state = callout.State, captainId = callout.OnBehalfBy, reason = request.Reason }, callout.Id);
                    record.NeedsAsking = true;
                    return await record.CardAsync(calloutId, cancellation);
                },
                cancellation);
    }
}
