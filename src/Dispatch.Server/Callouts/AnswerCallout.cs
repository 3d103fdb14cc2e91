using Dispatch.Server.Access;
using Dispatch.Server.Channels;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Server.Callouts;

/// <summary>
/// A volunteer says yes or no to a call-out. The first who say yes get the places; the yes that fills the need withdraws the other offers in the
/// same transaction; a late yes is standby. The usual yes, which only takes a place, is <see cref="AcceptTogether"/>'s,
/// and the usual no one statement. Repeating the same answer gives the same card. An answer that came by SMS or voice says so in its fact.
/// </summary>
internal sealed class AnswerCallout(FactLog log, AcceptTogether usual)
{
    internal sealed record Request(string? Answer, string? Reason);

    private static readonly string DeclineSql = EmbeddedSql.Read("DeclineAtOnce.sql");

    public async Task<Outcome<Card>> HandleAsync(Caller caller, Guid calloutId, Request request, CancellationToken cancellation, ChannelKind? via = null)
    {
        var faults = new List<Fault>();
        if (request.Answer is not ("accept" or "decline"))
        {
            faults.Add(new("answer", "应为 accept 或 decline", "must be accept or decline"));
        }

        Text.Check(faults, "reason", request.Reason, 200, required: false);
        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        if (via is null && await (request.Answer == "accept"
            ? usual.AcceptAsync(calloutId, caller.VolunteerId, cancellation)
            : DeclineAtOnceAsync(calloutId, caller.VolunteerId, request.Reason, cancellation)) is { } card)
        {
            return card;
        }

        return await log.ChangeByCalloutAsync<Card>(
            calloutId,
            async record =>
            {
                var (callout, need) = await ReadAsync(record.Db, calloutId, cancellation);
                if (callout.VolunteerId != caller.VolunteerId)
                {
                    return Problems.NotFound("召集", "call-out");
                }

                var refusal = request.Answer == "accept"
                    ? await AcceptAsync(record, callout, need, via, cancellation)
                    : Decline(record, callout, request.Reason, via);
                if (refusal is not null)
                {
                    return refusal with { Current = await Card.ReadAsync(record.Connection, calloutId, cancellation) };
                }

                if (via is { } channel)
                {
                    await Outbox.ConfirmAsync(record, calloutId, channel, cancellation);
                }

                return await record.CardAsync(calloutId, cancellation);
            },
            cancellation);
    }

    /// <summary>Most answers are a no to an offer that is open: one round trip, as the usual yes (docs/decisions/0024).</summary>
    private Task<Card?> DeclineAtOnceAsync(Guid callout, Guid volunteer, string? reason, CancellationToken cancellation) => log.TryAtOnceAsync(
        new(DeclineSql)
        {
            Parameters = { new() { Value = callout }, new() { Value = volunteer }, new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text } },
        },
        FactKind.CalloutDeclined, callout, wait: true, cancellation, asks: true);

    private static async Task<(Callout Callout, Need Need)> ReadAsync(DispatchDb db, Guid calloutId, CancellationToken cancellation)
    {
        var row = await db.Callouts.Where(callout => callout.Id == calloutId)
            .Join(
                db.Needs, callout => new { callout.IncidentId, Ordinal = callout.NeedOrdinal }, need => new { need.IncidentId, need.Ordinal },
                (callout, need) => new { Callout = callout, Need = need })
            .SingleAsync(cancellation);
        return (row.Callout, row.Need);
    }

    private static async Task<Problem?> AcceptAsync(OpenRecord record, Callout callout, Need need, ChannelKind? via, CancellationToken cancellation)
    {
        if (callout.SaidYes)
        {
            return null; // the same again: also when it is all over and only the first answer was lost
        }

        if (!callout.MayStillSayYes || record.Incident.State != IncidentState.Open)
        {
            return Problems.Conflict("此召集已不能接受", "This call-out can no longer be accepted");
        }

        var by = Actor.Volunteer(callout.VolunteerId);
        if (((callout.State == CalloutState.Offered && callout.DueAt > record.Now) || DrillSeam.Breaks("no-state-guard")) && need.Missing > 0)
        {
            need.Take();
            callout.Become(CalloutState.Accepted, record.Now);
            record.Append(FactKind.CalloutAccepted, by, new { needOrdinal = need.Ordinal, filled = need.Filled, via }, callout.Id);
            if (need.Missing == 0)
            {
                await NeedFilling.CloseAsync(record, need, cancellation);
            }

            return null;
        }

        callout.Become(CalloutState.Standby, record.Now);
        record.Append(FactKind.CalloutStoodBy, by, new { needOrdinal = need.Ordinal, via }, callout.Id);
        record.NeedsAsking = true; // a place may be open for him: then he is called up at once
        return null;
    }

    private static Problem? Decline(OpenRecord record, Callout callout, string? reason, ChannelKind? via)
    {
        if (callout.State == CalloutState.Declined)
        {
            return null;
        }

        if (!callout.MayBecome(CalloutState.Declined))
        {
            return Problems.Conflict("此召集已有结果，不能再婉拒", "This call-out has an outcome already and cannot be declined");
        }

        callout.Become(CalloutState.Declined, record.Now, reason);
        record.Append(FactKind.CalloutDeclined, Actor.Volunteer(callout.VolunteerId), new { needOrdinal = callout.NeedOrdinal, reason, via }, callout.Id);
        record.NeedsAsking = true;
        return null;
    }
}
