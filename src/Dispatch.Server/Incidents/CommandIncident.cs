using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Live;
using Dispatch.Server.MutualAid;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Incidents;

/// <summary>
/// The orders of an operator to a running incident: escalate, recall, close, cancel. Each carries the caller's command id, which the fact keeps:
/// a repeat finds it and answers with the incident as it is.
/// </summary>
internal sealed class CommandIncident(FactLog log)
{
    internal sealed record Request(Guid? CommandId, string? Reason);

    internal sealed record NeedRequest(Guid? CommandId, int? Count, string? Reason);

    /// <summary>Opens the next ring now and asks again, also after a recall.</summary>
    public static async Task<IResult> Escalate(Guid id, Request request, Caller caller, CommandIncident command, CancellationToken cancellation) =>
        (await command.HandleAsync(
            caller, id, request, FactKind.CallingResumed, reasonRequired: false,
            async record =>
            {
                record.Incident.Calling = true;
                record.Append(FactKind.CallingResumed, Actor.Operator(caller.AccountId), null, commandId: request.CommandId);
                record.NeedsAsking |= (await CallOutNearest.AdvanceAsync(record, widen: true, cancellation)).Count > 0; // what it needs of other incidents comes after the commit
            },
            cancellation)).ToResult();

    /// <summary>Withdraws every open offer; nobody new is asked until the operator escalates.</summary>
    public static async Task<IResult> Recall(Guid id, Request request, Caller caller, CommandIncident command, CancellationToken cancellation) =>
        (await command.HandleAsync(
            caller, id, request, FactKind.CallingPaused, reasonRequired: true,
            async record =>
            {
                var by = Actor.Operator(caller.AccountId);
                record.Incident.Calling = false;
                record.Incident.LookAt = record.Incident.AidDueAt;
                record.Append(FactKind.CallingPaused, by, new { reason = request.Reason }, commandId: request.CommandId);
                foreach (var callout in await record.Db.Callouts.Where(callout => callout.IncidentId == id && callout.State == CalloutState.Offered)
                    .OrderBy(callout => callout.Id).ToListAsync(cancellation))
                {
                    NeedFilling.Recall(record, callout, by, request.Reason!);
                }
            },
            cancellation)).ToResult();

    public static async Task<IResult> Close(Guid id, Request request, Caller caller, CommandIncident command, CancellationToken cancellation) =>
        (await command.EndAsync(caller, id, request, IncidentState.Closed, cancellation)).ToResult();

    public static async Task<IResult> Cancel(Guid id, Request request, Caller caller, CommandIncident command, CancellationToken cancellation) =>
        (await command.EndAsync(caller, id, request, IncidentState.Cancelled, cancellation)).ToResult();

    private Task<Outcome<IncidentView>> EndAsync(Caller caller, Guid id, Request request, IncidentState how, CancellationToken cancellation) =>
        HandleAsync(
            caller, id, request, how == IncidentState.Closed ? FactKind.IncidentClosed : FactKind.IncidentCancelled, reasonRequired: how == IncidentState.Cancelled,
            async record =>
            {
                var by = Actor.Operator(caller.AccountId);
                var word = how == IncidentState.Closed ? "closed" : "cancelled";
                var needs = await record.Db.Needs.Where(need => need.IncidentId == id).ToDictionaryAsync(need => need.Ordinal, cancellation);
                foreach (var callout in await record.Db.Callouts
                    .Where(callout => callout.IncidentId == id
                        && (callout.State == CalloutState.Offered || callout.State == CalloutState.Standby || callout.State == CalloutState.Accepted
                            || callout.State == CalloutState.EnRoute || callout.State == CalloutState.OnScene))
                    .OrderBy(callout => callout.Id).ToListAsync(cancellation))
                {
                    if (callout.State == CalloutState.Offered)
                    {
                        NeedFilling.Recall(record, callout, by, word);
                    }
                    else
                    {
                        NeedFilling.Release(record, callout, needs[callout.NeedOrdinal], by, word);
                    }
                }

                if (record.Incident.Lent || record.Incident.AidDueAt is not null)
                {
                    await Lending.EndAsync(record, by, cancellation);
                }

                record.Incident.End(how, record.Now);
                record.Append(how == IncidentState.Closed ? FactKind.IncidentClosed : FactKind.IncidentCancelled, by, new { reason = request.Reason }, commandId: request.CommandId);
            },
            cancellation);

    private Task<Outcome<IncidentView>> HandleAsync(
        Caller caller, Guid id, Request request, FactKind fact, bool reasonRequired, Func<OpenRecord, Task> change, CancellationToken cancellation) =>
        HandleAsync(
            caller, id, request, fact, reasonRequired,
            async record =>
            {
                await change(record);
                return null;
            },
            [], cancellation);

    private Task<Outcome<IncidentView>> HandleAsync(
        Caller caller, Guid id, Request request, FactKind fact, bool reasonRequired, Func<OpenRecord, Task<Problem?>> change, IReadOnlyList<Fault> also, CancellationToken cancellation)
    {
        var faults = CheckCommand(request, reasonRequired);
        faults.AddRange(also);
        if (faults.Count > 0)
        {
            return Task.FromResult<Outcome<IncidentView>>(Problems.Invalid(faults));
        }

        return log.ChangeAsync<IncidentView>(
            id,
            async record =>
            {
                if (!caller.Commands(record.Incident.RegionPath))
                {
                    return Problems.NotFound("警情", "incident");
                }

                if (await record.FindOrderAsync(request.CommandId!.Value, cancellation) is { } earlier)
                {
                    if (earlier.Kind != fact.ToString())
                    {
                        return Problems.DifferentBody(await IncidentView.ReadAsync(record.Db, id, cancellation));
                    }
                }
                else
                {
                    if (record.Incident.State != IncidentState.Open)
                    {
                        return Problems.Conflict("警情已结束", "The incident has ended", await IncidentView.ReadAsync(record.Db, id, cancellation));
                    }

                    if (await change(record) is { } refusal)
                    {
                        return refusal;
                    }
                }

                await record.Db.SaveChangesAsync(cancellation);
                return await IncidentView.ReadAsync(record.Db, id, cancellation);
            },
            cancellation);
    }

    /// <summary>
    /// The need is greater or smaller than it seemed: more people are asked, or offers withdrawn, in the same transaction. Not below the places
    /// already taken: who is on his way is released by name, not by arithmetic.
    /// </summary>
    public static async Task<IResult> ChangeNeed(Guid id, short ordinal, NeedRequest request, Caller caller, CommandIncident command, CancellationToken cancellation) =>
        (await command.HandleAsync(
            caller, id, new(request.CommandId, request.Reason), FactKind.NeedChanged, reasonRequired: true,
            async record =>
            {
                var need = await record.Db.Needs.SingleOrDefaultAsync(need => need.IncidentId == id && need.Ordinal == ordinal, cancellation);
                if (need is null)
                {
                    return Problems.NotFound("需求", "need");
                }

                if (request.Count < need.Filled)
                {
                    return Problems.Conflict($"已有 {need.Filled} 人应召，不能少于此数；请先让多余的人撤离", $"{need.Filled} places are taken: release people first",
                        await IncidentView.ReadAsync(record.Db, id, cancellation));
                }

                var (before, wasMissing) = (need.Count, need.Missing);
                need.Count = (short)request.Count!.Value;
                record.Append(FactKind.NeedChanged, Actor.Operator(caller.AccountId), new { needOrdinal = ordinal, count = need.Count, before, reason = request.Reason }, commandId: request.CommandId);
                if (need.Missing == 0 && wasMissing > 0)
                {
                    await NeedFilling.CloseAsync(record, need, cancellation);
                }

                record.NeedsAsking = true;
                return null;
            },
            request.Count is not (>= 1 and <= RaiseIncident.MostPeoplePerNeed)
                ? [new("count", $"人数应为 1 至 {RaiseIncident.MostPeoplePerNeed}", $"must be 1 to {RaiseIncident.MostPeoplePerNeed}")]
                : [],
            cancellation)).ToResult();

    public static List<Fault> CheckCommand(Request request, bool reasonRequired)
    {
        var faults = new List<Fault>();
        if (request.CommandId is null || request.CommandId == Guid.Empty)
        {
            faults.Add(new("commandId", "缺少由客户端生成的命令编号（UUID）", "a UUID made by the client is needed, so that a repeat is harmless"));
        }

        Text.Check(faults, "reason", request.Reason, 200, reasonRequired);
        return faults;
    }
}
