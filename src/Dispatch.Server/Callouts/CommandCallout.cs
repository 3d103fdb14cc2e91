using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Callouts;

/// <summary>The operator withdraws one open offer, or releases one responder. Repeatable under the command id.</summary>
internal sealed class CommandCallout(FactLog log)
{
    public static async Task<IResult> Recall(Guid id, CommandIncident.Request request, Caller caller, CommandCallout command, CancellationToken cancellation) =>
        (await command.HandleAsync(
            caller, id, request, CalloutState.Recalled, FactKind.CalloutRecalled,
            (record, callout, _) => NeedFilling.Recall(record, callout, Actor.Operator(caller.AccountId), request.Reason ?? "recalled", request.CommandId),
            cancellation)).ToResult();

    public static async Task<IResult> Release(Guid id, CommandIncident.Request request, Caller caller, CommandCallout command, CancellationToken cancellation) =>
        (await command.HandleAsync(
            caller, id, request, CalloutState.Released, FactKind.CalloutReleased,
            (record, callout, need) => NeedFilling.Release(record, callout, need, Actor.Operator(caller.AccountId), request.Reason, request.CommandId),
            cancellation)).ToResult();

    private Task<Outcome<IncidentView>> HandleAsync(
        Caller caller, Guid calloutId, CommandIncident.Request request, CalloutState next, FactKind fact, Action<OpenRecord, Callout, Need> change, CancellationToken cancellation)
    {
        var faults = CommandIncident.CheckCommand(request, reasonRequired: false);
        if (faults.Count > 0)
        {
            return Task.FromResult<Outcome<IncidentView>>(Problems.Invalid(faults));
        }

        return log.ChangeByCalloutAsync<IncidentView>(
            calloutId,
            async record =>
            {
                if (!caller.Commands(record.Incident.RegionPath))
                {
                    return Problems.NotFound("召集", "call-out");
                }

                if (await record.FindOrderAsync(request.CommandId!.Value, cancellation) is { } earlier)
                {
                    if (earlier.Kind != fact.ToString() || earlier.CalloutId != calloutId)
                    {
                        return Problems.DifferentBody(await IncidentView.ReadAsync(record.Db, record.Incident.Id, cancellation));
                    }
                }
                else
                {
                    var callout = await record.Db.Callouts.SingleAsync(callout => callout.Id == calloutId, cancellation);
                    if (!callout.MayBecome(next))
                    {
                        return Problems.Conflict("当前状态下不能进行此操作", "Not possible in the state the call-out is in now",
                            await IncidentView.ReadAsync(record.Db, record.Incident.Id, cancellation));
                    }

                    var need = await record.Db.Needs.SingleAsync(need => need.IncidentId == callout.IncidentId && need.Ordinal == callout.NeedOrdinal, cancellation);
                    change(record, callout, need);
                    record.NeedsAsking = true;
                }

                await record.Db.SaveChangesAsync(cancellation);
                return await IncidentView.ReadAsync(record.Db, record.Incident.Id, cancellation);
            },
            cancellation);
    }
}
