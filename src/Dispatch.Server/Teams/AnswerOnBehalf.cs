using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Teams;

/// <summary>
/// A captain passes on what a member of his team told him by telephone, in person or by radio, and why the member could not press himself. It is
/// marked as the captain's word for ever. The member hears of it on his phone and may repudiate it (<see cref="Repudiate"/>).
/// </summary>
internal sealed class AnswerOnBehalf(FactLog log)
{
    internal sealed record Request(string? Answer, string? Channel, string? Reason);

    /// <summary>What the captain gets back: never the member's card, which is the member's.</summary>
    internal sealed record View(Guid CalloutId, CalloutState State, OnBehalfChannel Channel, string Reason);

    public Task<Outcome<View>> HandleAsync(Caller captain, Guid calloutId, Request request, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        if (request.Answer is not ("accept" or "decline"))
        {
            faults.Add(new("answer", "应为 accept 或 decline", "must be accept or decline"));
        }

        OnBehalfChannel? channel = request.Channel switch { "phoneCall" => OnBehalfChannel.PhoneCall, "inPerson" => OnBehalfChannel.InPerson, "radio" => OnBehalfChannel.Radio, _ => null };
        if (channel is null)
        {
            faults.Add(new("channel", "应为 phoneCall、inPerson 或 radio", "must be phoneCall, inPerson or radio"));
        }

        Text.Check(faults, "reason", request.Reason, 200);
        return faults.Count > 0
            ? Task.FromResult<Outcome<View>>(Problems.Invalid(faults))
            : log.ChangeByCalloutAsync<View>(
                calloutId,
                async record =>
                {
                    var callout = await record.Db.Callouts.SingleAsync(callout => callout.Id == calloutId, cancellation);
                    return await IsCaptainOfAsync(record, captain.VolunteerId, callout.VolunteerId, cancellation)
                        ? await AnswerAsync(record, callout, captain.VolunteerId, request.Answer == "accept", channel!.Value, request.Reason!.Trim(), cancellation)
                        : Problems.NotFound("召集", "call-out");
                },
                cancellation);
    }

    private static async Task<Outcome<View>> AnswerAsync(
        OpenRecord record, Callout callout, Guid captain, bool yes, OnBehalfChannel channel, string reason, CancellationToken cancellation)
    {
        if (callout.OnBehalfBy == captain && callout.RepudiatedAt is null && (yes ? callout.SaidYes : callout.State == CalloutState.Declined))
        {
            return Now(callout); // the same again
        }

        if (callout.OnBehalfBy is not null)
        {
            return Problems.Conflict("已有人代为答复过，不能再代答复", "It was answered on behalf before and cannot be again", new { callout.State, callout.RepudiatedAt });
        }

        var may = yes ? callout.MayStillSayYes && record.Incident.State == IncidentState.Open : callout.MayBecome(CalloutState.Declined);
        if (!may)
        {
            return Problems.Conflict("本人已答复，或召集已有结果", "He has answered himself, or the call-out has an outcome", new { callout.State });
        }

        callout.AnsweredBy(captain, channel, reason);
        var (by, onBehalf) = (Actor.Volunteer(captain), new { channel, reason });
        var need = await record.Db.Needs.SingleAsync(need => need.IncidentId == callout.IncidentId && need.Ordinal == callout.NeedOrdinal, cancellation);
        if (!yes)
        {
            callout.Become(CalloutState.Declined, record.Now, reason);
            record.Append(FactKind.CalloutDeclined, by, new { needOrdinal = callout.NeedOrdinal, reason, onBehalf }, callout.Id);
            record.NeedsAsking = true;
        }
        else if (callout.State == CalloutState.Offered && callout.DueAt > record.Now && need.Missing > 0)
        {
            need.Take();
            callout.Become(CalloutState.Accepted, record.Now);
            record.Append(FactKind.CalloutAccepted, by, new { needOrdinal = need.Ordinal, filled = need.Filled, onBehalf }, callout.Id);
            if (need.Missing == 0)
            {
                await NeedFilling.CloseAsync(record, need, cancellation);
            }
        }
        else
        {
            callout.Become(CalloutState.Standby, record.Now);
            record.Append(FactKind.CalloutStoodBy, by, new { needOrdinal = need.Ordinal, onBehalf }, callout.Id);
            record.NeedsAsking = true;
        }

        record.Notify(callout.VolunteerId, Inbox.AnsweredForYou, callout.Id);
        return Now(callout);
    }

    private static View Now(Callout callout) => new(callout.Id, callout.State, callout.OnBehalfChannel!.Value, callout.OnBehalfReason!);

    /// <summary>Of one of the member's teams, or of the team above it. Index team_members_by_volunteer.</summary>
    private static async Task<bool> IsCaptainOfAsync(OpenRecord record, Guid captain, Guid member, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT FROM team_members m JOIN teams t ON t.id = m.team_id LEFT JOIN teams up ON up.id = t.parent_id
                           WHERE m.volunteer_id = $1 AND $2 IN (t.captain_id, up.captain_id)) AND $1 <> $2
            """,
            record.Connection, record.Transaction);
        command.Parameters.Add(new() { Value = member });
        command.Parameters.Add(new() { Value = captain });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
