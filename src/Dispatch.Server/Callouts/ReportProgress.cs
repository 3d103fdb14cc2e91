using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Callouts;

/// <summary>A responder reports: en route, on scene, released, or turned back with a reason, which opens his place again (志愿服务条例 22).</summary>
internal sealed class ReportProgress(FactLog log)
{
    internal sealed record Request(string? State, string? Reason);

    public Task<Outcome<Card>> HandleAsync(Caller caller, Guid calloutId, Request request, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        CalloutState? next = request.State switch
        {
            "enRoute" => CalloutState.EnRoute,
            "onScene" => CalloutState.OnScene,
            "released" => CalloutState.Released,
            "turnedBack" => CalloutState.TurnedBack,
            _ => null,
        };
        if (next is null)
        {
            faults.Add(new("state", "应为 enRoute、onScene、released 或 turnedBack", "must be enRoute, onScene, released or turnedBack"));
        }

        Text.Check(faults, "reason", request.Reason, 200, required: next == CalloutState.TurnedBack);
        if (faults.Count > 0)
        {
            return Task.FromResult<Outcome<Card>>(Problems.Invalid(faults));
        }

        return log.ChangeByCalloutAsync<Card>(
            calloutId,
            async record =>
            {
                var callout = await record.Db.Callouts.SingleAsync(callout => callout.Id == calloutId, cancellation);
                if (callout.VolunteerId != caller.VolunteerId)
                {
                    return Problems.NotFound("召集", "call-out");
                }

                if (callout.State != next)
                {
                    if (!callout.MayBecome(next!.Value))
                    {
                        return Problems.Conflict("当前状态下不能进行此操作", "Not possible in the state the call-out is in now",
                            await Card.ReadAsync(record.Connection, calloutId, cancellation));
                    }

                    await MoveAsync(record, callout, next.Value, request.Reason, cancellation);
                }

                return await record.CardAsync(calloutId, cancellation);
            },
            cancellation);
    }

    private static async Task MoveAsync(OpenRecord record, Callout callout, CalloutState next, string? reason, CancellationToken cancellation)
    {
        var by = Actor.Volunteer(callout.VolunteerId);
        if (next is CalloutState.EnRoute or CalloutState.OnScene)
        {
            record.NeedsAsking |= callout.LateSince is not null; // once he is there nobody is asked in his stead
            callout.Become(next, record.Now);
            record.Append(next == CalloutState.EnRoute ? FactKind.CalloutEnRoute : FactKind.CalloutOnScene, by, new { needOrdinal = callout.NeedOrdinal }, callout.Id);
            return;
        }

        var need = await record.Db.Needs.SingleAsync(need => need.IncidentId == callout.IncidentId && need.Ordinal == callout.NeedOrdinal, cancellation);
        if (next == CalloutState.Released)
        {
            NeedFilling.Release(record, callout, need, by, reason);
        }
        else
        {
            need.Reopen();
            callout.Become(CalloutState.TurnedBack, record.Now, reason);
            record.Append(FactKind.CalloutTurnedBack, by, new { needOrdinal = callout.NeedOrdinal, reason, filled = need.Filled }, callout.Id);
        }

        record.NeedsAsking = true;
    }
}
