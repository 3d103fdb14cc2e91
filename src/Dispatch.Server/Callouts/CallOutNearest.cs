using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.MutualAid;
using Dispatch.Server.Storage;
using Dispatch.Server.Telemetry;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Callouts;

/// <summary>
/// Brings an open incident to where it should be: expired offers are closed, standbys are called up, and where offers are too few the nearest are
/// asked, ring by ring. It looks at the rows alone, so it may be run at any time, by any node, any number of times: after a raise, an answer, a
/// turn back, an order of the operator, or because a due time passed.
/// </summary>
internal static class CallOutNearest
{
    /// <summary>When everybody has been asked and places are open, somebody may still come on duty: look again this often.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(15);

    private static readonly string OfferSql = EmbeddedSql.Read("OfferCallouts.sql");

    /// <summary>Within an open record. <paramref name="widen"/>: the operator's order to open the next ring and ask more at once.</summary>
    /// <returns>Offers of other incidents that this one needs, because it has nobody.</returns>
    public static async Task<List<TakeOver.Claim>> AdvanceAsync(OpenRecord record, bool widen, CancellationToken cancellation)
    {
        var incident = record.Incident;
        if (incident.State != IncidentState.Open)
        {
            incident.LookAt = null;
            return [];
        }

        var keyed = await record.Db.Needs.Where(need => need.IncidentId == incident.Id)
            .Join(record.Db.Qualifications, need => need.QualificationId, held => held.Id, (need, held) => new { Need = need, held.Key })
            .OrderBy(row => row.Need.Ordinal)
            .Select(row => new
            {
                row.Need, row.Key,
                // In the same round trip: does anybody else want people at this moment? (Rivals.sql says who.)
                Others = record.Db.Incidents.Any(other => other.LookAt != null && other.Id != incident.Id && other.Calling && other.Drill == incident.Drill
                    && (other.District == incident.District || other.Touched != null || incident.Touched != null || other.Lent || incident.Lent)
                    && (other.LastWave == 0 || record.Db.Needs.Any(lacking => lacking.IncidentId == other.Id && (lacking.Exhausted || lacking.NoStandIns)))),
            }).ToListAsync(cancellation);
        var needs = keyed.ConvertAll(row => row.Need);
        List<Callout> callouts = incident.LastWave == 0 ? [] : await record.Db.Callouts.Where(callout => callout.IncidentId == incident.Id
            && (callout.State == CalloutState.Offered || callout.State == CalloutState.Standby)).ToListAsync(cancellation);
        Expire(record, callouts);
        if (incident.AidDueAt <= record.Now)
        {
            await AidDeadlines.MoveOnAsync(record, cancellation);
        }

        foreach (var need in needs)
        {
            await CallUpStandbysAsync(record, need, callouts, cancellation);
        }

        var late = incident.LastWave == 0 ? Latecomers.None : await Latecomers.LookAsync(record, cancellation);
        foreach (var surplus in callouts.Where(callout => callout.State == CalloutState.Offered && needs.Exists(need => need.Ordinal == callout.NeedOrdinal && need.Missing == 0 && late.Of(need) == 0)))
        {
            NeedFilling.Recall(record, surplus, Actor.System, Callout.RecalledBecauseFilled); // was kept while somebody was late, who is there or in time now
        }

        foreach (var need in needs)
        {
            need.NoStandIns &= late.Of(need) > 0;
            NeedFilling.TellWhatAYesIs(record, need, callouts);
        }

        double? reviewAfter = null;
        List<TakeOver.Claim> claims = [];
        if (incident.Calling)
        {
            (reviewAfter, claims) = await AskAsync(record, needs, late, keyed.ToDictionary(row => row.Need.Ordinal, row => row.Key), callouts, widen, keyed.Exists(row => row.Others), cancellation);
        }

        incident.LookAt = NextLook(record, needs, late, callouts, reviewAfter);
        return claims;
    }

    private static void Expire(OpenRecord record, List<Callout> callouts)
    {
        foreach (var callout in callouts.Where(callout => callout.State == CalloutState.Offered && callout.DueAt <= record.Now))
        {
            callout.Become(CalloutState.Expired, record.Now);
            record.Append(FactKind.CalloutExpired, Actor.System, new { needOrdinal = callout.NeedOrdinal }, callout.Id);
            record.Notify(callout.VolunteerId, Inbox.Expired, callout.Id);
        }
    }

    /// <summary>Those who said yes too late come before anybody new: their yes stands, and they are told that they are needed after all.</summary>
    private static async Task CallUpStandbysAsync(OpenRecord record, Need need, List<Callout> callouts, CancellationToken cancellation)
    {
        foreach (var standby in callouts.Where(callout => callout.NeedOrdinal == need.Ordinal && callout.State == CalloutState.Standby).OrderBy(callout => callout.AnsweredAt))
        {
            if (need.Missing == 0)
            {
                return;
            }

            // He may have been asked by another incident meanwhile; the unique index would refuse, so look first. A race ends in a retry.
            var engaged = await record.Db.Callouts.AnyAsync(
                other => other.VolunteerId == standby.VolunteerId && other.Id != standby.Id
                    && (other.State == CalloutState.Offered || other.State == CalloutState.Accepted || other.State == CalloutState.EnRoute || other.State == CalloutState.OnScene),
                cancellation);
            if (engaged || (standby.Ring == LentCandidates.Ring && !await record.Db.Database.SqlQuery<bool>($"SELECT is_released({standby.VolunteerId}, {standby.IncidentId}) AS \"Value\"").SingleAsync(cancellation)))
            {
                continue; // a lent standby is called up only while his home lends him
            }

            need.Take();
            standby.Become(CalloutState.Accepted, record.Now);
            record.Append(FactKind.CalloutCalledUp, Actor.System, new { needOrdinal = need.Ordinal, filled = need.Filled }, standby.Id);
            record.Notify(standby.VolunteerId, Inbox.CalledUp, standby.Id);
            if (need.Missing == 0)
            {
                await NeedFilling.CloseAsync(record, need, cancellation);
            }
        }
    }

    /// <summary>Asks as many as the plan says. Returns after how many seconds silence alone would make it ask more.</summary>
    private static async Task<(double? ReviewAfter, List<TakeOver.Claim> Claims)> AskAsync(
        OpenRecord record, List<Need> needs, Latecomers late, Dictionary<short, string> qualifications, List<Callout> callouts, bool widen, bool others, CancellationToken cancellation)
    {
        var open = needs.Where(need => need.Missing > 0 || late.Of(need) > 0).ToList();
        if (open.Count == 0)
        {
            return (null, []);
        }

        await record.Db.SaveChangesAsync(cancellation); // the query must see who has just been freed
        var rings = await IncidentRings.OfAsync(record, cancellation);
        if (widen)
        {
            // The next ring holds the people of the inner ones too: asked by distance alone, as the operator wishes.
            rings = [.. rings.Skip(Math.Min(open.Min(need => (int)need.Ring), rings.Count - 1))];
        }

        var (lacking, asksNeighbours) = (open.FindAll(need => need.Missing > 0), false);
        for (var again = 0; ; again++)
        {
            var matching = Spans.Step("match");
            var (request, result) = await PlanWave.MatchAsync(record, open, late, qualifications, rings, beyondOpen: widen && again == 0, others, cancellation);
            matching?.Dispose();
            if (!asksNeighbours && !record.Incident.Drill && lacking.Exists(need => result.Needs.Any(outcome => outcome.NeedOrdinal == need.Ordinal && outcome.Exhausted))) // a drill borrows nobody
            {
                // Nobody is left at home: an incident that fills its needs there pays nothing for this.
                asksNeighbours = true;
                if (await Lending.AdvanceAsync(record, lacking.ConvertAll(need => (need, qualifications[need.Ordinal])), cancellation))
                {
                    (request, result) = await PlanWave.MatchAsync(record, open, late, qualifications, rings, beyondOpen: widen && again == 0, others, cancellation);
                }
            }

            var offers = await OfferAsync(record, request, result, needs, cancellation);
            callouts.AddRange(offers);
            if (result.Chosen.Count == offers.Count || again == 2)
            {
                // Whoever another incident took in the same instant is replaced by the next, at the latest with the next look.
                return (result.Needs.Min(outcome => outcome.Plan?.ReviewAfterSeconds), await TakeOver.ClaimsAsync(record, request, open, callouts, cancellation));
            }
        }
    }

    /// <summary>Writes the offers the matcher chose, and the wave with its reasons. Returns those who were really asked.</summary>
    internal static async Task<List<Callout>> OfferAsync(OpenRecord record, MatchRequest request, MatchResult result, List<Need> needs, CancellationToken cancellation)
    {
        var incident = record.Incident;
        var news = result.Needs.Any(outcome =>
        {
            var need = needs.Single(need => need.Ordinal == outcome.NeedOrdinal);
            return outcome.Asked > 0 || outcome.RingReached > need.Ring || (need.Exhausted && !outcome.Exhausted); // or a receipt gave the plan its hope back
        });
        var wave = news ? incident.NextWave() : incident.LastWave;
        if (news)
        {
            record.Db.Waves.Add(new Wave
            {
                IncidentId = incident.Id,
                Number = wave,
                At = record.Now,
                Inputs = Explanation.WriteInputs(request),
                Explanation = Explanation.Write(result),
            });
            if (request.Rivals is { Count: > 0 })
            {
                await record.Db.SaveChangesAsync(cancellation); // hundreds of kilobytes: from the first offer to the commit whoever wants the same people waits
            }
        }

        var offers = await InsertAsync(record, result.Chosen, wave, cancellation);

        foreach (var outcome in result.Needs)
        {
            var need = needs.Single(need => need.Ordinal == outcome.NeedOrdinal);
            foreach (var ring in request.Rings.Where(ring => ring.Number > need.Ring && ring.Number <= outcome.RingReached).OrderBy(ring => ring.Number))
            {
                record.Append(FactKind.RingOpened, Actor.System, new { needOrdinal = need.Ordinal, ring = ring.Number, regionCode = ring.RegionCode, regionName = ring.Name, level = (int)ring.Level });
                need.Ring = (short)ring.Number;
            }

            var exhausted = outcome.Exhausted && need.Missing > 0;
            if (exhausted && !need.Exhausted)
            {
                record.Append(FactKind.NeedExhausted, Actor.System, new { needOrdinal = need.Ordinal, filled = need.Filled, count = need.Count });
            }

            (need.Exhausted, need.NoStandIns) = (exhausted, outcome.Exhausted && need.Missing == 0);
        }

        if (!news)
        {
            return offers;
        }

        record.OthersToAsk.UnionWith(result.Lines.Where(line => line.LeftTo is not null).Select(line => line.LeftTo!.Value)); // only with a wave: two that look in vain do not wake each other
        record.Append(FactKind.WaveSent, Actor.System, new
        {
            wave,
            considered = request.Candidates.Count,
            needs = result.Needs.Select(outcome => new
            {
                needOrdinal = outcome.NeedOrdinal,
                asked = offers.Count(offer => offer.NeedOrdinal == outcome.NeedOrdinal),
                late = outcome.ExpectedLate ?? 0,
                exhausted = needs.Single(need => need.Ordinal == outcome.NeedOrdinal).Exhausted, // also when it no longer is: a console that follows the facts alone takes its flag down
            }),
        });
        foreach (var offer in offers.OrderBy(offer => offer.NeedOrdinal).ThenBy(offer => offer.Ring).ThenBy(offer => offer.Rank))
        {
            record.Append(FactKind.CalloutOffered, Actor.System, new { callout = CalloutView.Of(offer, null) }, offer.Id);
            offer.TellStandby(needs.Single(need => need.Ordinal == offer.NeedOrdinal).Missing == 0); // the offer itself says so
            record.Notify(offer.VolunteerId, Inbox.Offered, offer.Id);
        }

        return offers;
    }

    /// <summary>Rows are inserted in the order of volunteer id; one whom another incident holds is left out by the unique index.</summary>
    private static async Task<List<Callout>> InsertAsync(OpenRecord record, IReadOnlyList<Chosen> chosen, int wave, CancellationToken cancellation)
    {
        if (chosen.Count == 0)
        {
            return [];
        }

        var offers = chosen.OrderBy(one => one.VolunteerId).Select(one => Callout.Offer(record.Incident, wave, one, record.Now)).ToDictionary(offer => offer.Id);
        await using var command = new NpgsqlCommand(OfferSql, record.Connection, record.Transaction);
        command.Parameters.Add(new() { Value = offers.Keys.ToArray() });
        command.Parameters.Add(new() { Value = record.Incident.Id });
        command.Parameters.Add(new() { Value = offers.Values.Select(offer => offer.NeedOrdinal).ToArray() });
        command.Parameters.Add(new() { Value = wave });
        command.Parameters.Add(new() { Value = offers.Values.Select(offer => offer.VolunteerId).ToArray() });
        command.Parameters.Add(new() { Value = offers.Values.Select(offer => offer.Ring).ToArray() });
        command.Parameters.Add(new() { Value = offers.Values.Select(offer => offer.Rank).ToArray() });
        command.Parameters.Add(new() { Value = offers.Values.Select(offer => offer.DistanceMetres).ToArray() });
        command.Parameters.Add(new() { Value = offers.Values.Select(offer => offer.LocatedBy).ToArray() });
        command.Parameters.Add(new() { Value = record.Now.UtcDateTime });
        command.Parameters.Add(new() { Value = (record.Now + record.Incident.AnswerWithin).UtcDateTime });
        var inserted = new List<Callout>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            inserted.Add(offers[reader.GetGuid(0)]);
        }

        record.Db.Callouts.AttachRange(inserted); // as they now are in the database
        return inserted;
    }

    /// <summary>The earliest of: an offer ends, silence breaks the plan, a receipt is overdue, or it is time to see who has come on duty.</summary>
    private static DateTimeOffset? NextLook(OpenRecord record, List<Need> needs, Latecomers late, List<Callout> callouts, double? reviewAfterSeconds)
    {
        var offered = callouts.Where(callout => callout.State == CalloutState.Offered).ToList();
        var earliestDue = offered.Min(callout => (DateTimeOffset?)callout.DueAt);
        var lacking = record.Incident.Calling && needs.Any(need => need.Missing > 0);
        var wanting = lacking || (record.Incident.Calling && late.MayBeMadeUpFor);
        DateTimeOffset? again = wanting && (earliestDue is null || needs.Any(need => need.Missing > 0 && need.Exhausted)) ? record.Now + LookAgainAfter : null;
        DateTimeOffset? review = wanting && reviewAfterSeconds is { } seconds ? record.Now.AddSeconds(seconds) : null;
        var receipt = wanting && !needs.Any(need => need.Exhausted)
            ? offered.Where(callout => callout.DeliveredAt is null && callout.OfferedAt + NearestCandidates.ReceiptDueAfter > record.Now)
                .Min(callout => (DateTimeOffset?)(callout.OfferedAt + NearestCandidates.ReceiptDueAfter))
            : null;
        return new[] { earliestDue, again, review, receipt, record.Incident.AidDueAt }.Min();
    }
}
