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
            .Select(callout => new { callout.Id, callout.VolunteerId, callout.IncidentId, callout.NeedOrdinal }).ToListAsync(cancellation);
        var ids = await HoldersAsync(record, [.. offers.Select(offer => (offer.IncidentId, offer.NeedOrdinal))], cancellation);
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

    /// <summary>
    /// Who is looked at: of more than can be, those first with most to spare, or eight with only one each would hide the ninth with many. Spare is what a
    /// need has beside one; where life is at stake here and not there, that one too.
    /// </summary>
    private static async Task<List<Guid>> HoldersAsync(OpenRecord record, IReadOnlyCollection<(Guid Incident, short Need)> silent, CancellationToken cancellation)
    {
        var ids = silent.Select(offer => offer.Incident).Distinct().Order().ToList();
        if (ids.Count <= MostHolders)
        {
            return ids;
        }

        var held = await record.Db.Callouts.AsNoTracking()
            .Where(callout => ids.Contains(callout.IncidentId) && (callout.State == CalloutState.Offered || callout.State == CalloutState.Accepted
                || callout.State == CalloutState.EnRoute || callout.State == CalloutState.OnScene))
            .Join(record.Db.Incidents, callout => callout.IncidentId, incident => incident.Id, (callout, incident) => new { callout.IncidentId, callout.NeedOrdinal, incident.LifeCritical })
            .GroupBy(row => new { row.IncidentId, row.NeedOrdinal, row.LifeCritical }).Select(group => new { group.Key.IncidentId, group.Key.NeedOrdinal, group.Key.LifeCritical, People = group.Count() }).ToListAsync(cancellation);
        var offers = silent.GroupBy(offer => offer).ToDictionary(group => group.Key, group => group.Count());
        var spare = held.ToLookup(need => need.IncidentId, need =>
            Math.Min(offers.GetValueOrDefault((need.IncidentId, need.NeedOrdinal)), need.People - (record.Incident.LifeCritical && !need.LifeCritical ? 0 : 1)));
        return [.. ids.OrderByDescending(id => spare[id].Sum()).ThenBy(id => id).Take(MostHolders)];
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
