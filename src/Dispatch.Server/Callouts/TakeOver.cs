using Dispatch.Geo.Matching;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Callouts;

/// <summary>
/// No incident starves: one that has nobody, and nobody left to ask, gets its part of the people others have asked and not heard from, as if all had
/// been raised at once. Their offers are withdrawn in the record of the incident that made them; then it asks them itself. One incident's lock at a
/// time, so nothing can wait in a circle; what changes between the steps is judged again in each.
/// </summary>
internal sealed class TakeOver(FactLog log)
{
    /// <summary>Why such an offer was withdrawn.</summary>
    public const string Reason = "leftToOther";

    private const int MostHolders = 8;

    /// <summary>An offer that another incident shall give up.</summary>
    internal sealed record Claim(Guid HolderId, Guid CalloutId);

    /// <summary>Reads only. Nobody is taken who has the offer before him on his screen: he is about to answer.</summary>
    public static async Task<List<Claim>> ClaimsAsync(
        OpenRecord record, MatchRequest request, IReadOnlyList<Need> needs, IReadOnlyCollection<Callout> callouts, CancellationToken cancellation)
    {
        var starving = needs.Where(need => need.Missing > 0 && need.Filled == 0 && need.Exhausted
            && !callouts.Any(callout => callout.NeedOrdinal == need.Ordinal && callout.State == CalloutState.Offered)).Select(need => (int)need.Ordinal).ToList();
        var engaged = request.Candidates.Where(candidate => starving.Contains(candidate.NeedOrdinal) && candidate.EngagedIn is { } other && other != request.IncidentId)
            .Select(candidate => candidate.VolunteerId).Distinct().ToList();
        if (engaged.Count == 0)
        {
            return [];
        }

        var offers = await record.Db.Callouts.AsNoTracking()
            .Where(callout => engaged.Contains(callout.VolunteerId) && callout.State == CalloutState.Offered && callout.SeenAt == null && callout.DueAt > record.Now)
            .Select(callout => new { callout.Id, callout.VolunteerId, callout.IncidentId }).ToListAsync(cancellation);
        var ids = offers.Select(offer => offer.IncidentId).Distinct().Order().Take(MostHolders).ToList();
        var incidents = await record.Db.Incidents // what is in quarantine could not withdraw them
            .FromSql($"SELECT * FROM incidents WHERE id = ANY ({ids}) AND state = 'open' AND NOT EXISTS (SELECT FROM quarantine WHERE kind = 'incident' AND subject = incidents.id)")
            .AsNoTracking().ToListAsync(cancellation);
        var holders = new List<MatchRequest>();
        foreach (var incident in incidents.Where(incident => !record.Apart.Contains(incident.Id)))
        {
            if (await Rivals.ReadAsync(record, incident, cancellation) is { } holder)
            {
                holders.Add(holder.Request);
            }
        }

        var taken = holders.Count == 0 ? [] : Sharing.TakenOver(request, starving, holders, offers.Select(offer => offer.VolunteerId).ToHashSet());
        return [.. offers.Where(offer => taken.Contains(offer.VolunteerId)).Select(offer => new Claim(offer.IncidentId, offer.Id))];
    }

    /// <summary>Withdraws them from one incident. Whoever has answered, or opened his phone, meanwhile is left alone.</summary>
    public Task<Outcome<int>> WithdrawAsync(Guid holder, IReadOnlyCollection<Guid> callouts, CancellationToken cancellation) => log.ChangeAsync<int>(
        holder,
        async record =>
        {
            var offers = await record.Db.Callouts.Where(callout => callouts.Contains(callout.Id) && callout.State == CalloutState.Offered && callout.SeenAt == null)
                .OrderBy(callout => callout.Id).ToListAsync(cancellation);
            foreach (var offer in offers)
            {
                NeedFilling.Recall(record, offer, Actor.System, Reason);
            }

            return offers.Count;
        },
        cancellation);
}
