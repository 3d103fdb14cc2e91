using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Callouts;

/// <summary>
/// What happens in the moment a need is full: the record says so, and the offers still open are withdrawn; but while one who said yes is expected too
/// late, not those to people who could be there in time.
/// </summary>
internal static class NeedFilling
{
    public static async Task CloseAsync(OpenRecord record, Need need, CancellationToken cancellation)
    {
        need.Exhausted = false;
        record.Append(FactKind.NeedFilled, Actor.System, new { needOrdinal = need.Ordinal, filled = need.Filled });
        var surplus = await record.Db.Callouts
            .Where(callout => callout.IncidentId == need.IncidentId && callout.NeedOrdinal == need.Ordinal && callout.State == CalloutState.Offered)
            .OrderBy(callout => callout.Id).ToListAsync(cancellation);
        surplus.RemoveAll(callout => callout.State != CalloutState.Offered); // the one that was just accepted is tracked as such
        var late = surplus.Count == 0 ? Latecomers.None : await Latecomers.LookAsync(record, cancellation);
        record.NeedsAsking |= late.Of(need) > 0;
        foreach (var callout in surplus.Where(callout => !late.StillWants(need, callout.Id)))
        {
            Recall(record, callout, Actor.System, Callout.RecalledBecauseFilled);
        }

        TellWhatAYesIs(record, need, surplus);
    }

    /// <summary>
    /// Whoever has an open offer hears at once when his yes would no longer be what he was told: a place, or standby. After a place was given up this is
    /// asked only when the standbys have been called up, so that nobody is offered a place that is gone the next moment.
    /// </summary>
    public static void TellWhatAYesIs(OpenRecord record, Need need, IEnumerable<Callout> offers)
    {
        foreach (var callout in offers.Where(callout => callout.NeedOrdinal == need.Ordinal && callout.TellStandby(need.Missing == 0)))
        {
            record.Notify(callout.VolunteerId, Inbox.YesTurned, callout.Id);
        }
    }

    public static void Recall(OpenRecord record, Callout callout, Actor by, string reason, Guid? commandId = null)
    {
        callout.Become(CalloutState.Recalled, record.Now, reason);
        record.Append(FactKind.CalloutRecalled, by, new { needOrdinal = callout.NeedOrdinal, reason }, callout.Id, commandId);
        record.Notify(callout.VolunteerId, Inbox.Recalled, callout.Id);
    }

    /// <summary>Ends a responder's or standby's part. A place that was served stays taken; one given up before arrival opens again.</summary>
    public static void Release(OpenRecord record, Callout callout, Need need, Actor by, string? reason, Guid? commandId = null)
    {
        if (callout.State is CalloutState.Accepted or CalloutState.EnRoute)
        {
            need.Reopen();
        }

        callout.Become(CalloutState.Released, record.Now, reason);
        record.Append(FactKind.CalloutReleased, by, new { needOrdinal = callout.NeedOrdinal, reason, filled = need.Filled }, callout.Id, commandId);
        record.Notify(callout.VolunteerId, Inbox.Released, callout.Id);
    }
}
