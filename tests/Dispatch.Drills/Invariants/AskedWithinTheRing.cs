using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I10: nobody at home outside the ring that was open when he was asked; and nobody of another command unless a release named him, for this incident,
/// and held when he was asked, on whatever ground it stood.
/// </summary>
internal sealed class AskedWithinTheRing : Invariant
{
    private const int LentRing = Geo.PostGis.LentCandidates.Ring;

    public override string Id => "I10";

    public override string Says => "nobody outside the incident's opened rings was asked without a release that held";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var state = evidence.State;
        foreach (var incident in state.Facts.GroupBy(fact => fact.Incident))
        {
            var rings = new Dictionary<(int Need, int Ring), string>();
            foreach (var fact in incident)
            {
                if (fact.Kind == "RingOpened")
                {
                    rings[(fact.Data.GetProperty("needOrdinal").GetInt32(), fact.Data.GetProperty("ring").GetInt32())] = fact.Data.GetProperty("regionCode").GetString()!;
                }
                else if (fact is { Kind: "CalloutOffered", Callout: { } id } && state.Callouts.TryGetValue(id, out var callout))
                {
                    var home = state.Homes.GetValueOrDefault(callout.Volunteer, "");
                    if (callout.Ring == LentRing)
                    {
                        if (!state.Releases.Any(release => release.Incident == incident.Key && release.Volunteer == callout.Volunteer && release.From <= fact.At && fact.At <= release.Until))
                        {
                            yield return $"volunteer {callout.Volunteer}, at home in {home}, was asked by fact {fact.Number} of incident {incident.Key} without a release that held at {Clock(fact.At)}";
                        }
                    }
                    else if (!rings.TryGetValue((callout.Need, callout.Ring), out var code))
                    {
                        yield return $"volunteer {callout.Volunteer} was asked by fact {fact.Number} of incident {incident.Key} in ring {callout.Ring}, which was not open";
                    }
                    else if (!Covers(state.RegionPaths.GetValueOrDefault(code, ""), home))
                    {
                        yield return $"volunteer {callout.Volunteer}, at home in {home}, was asked by fact {fact.Number} of incident {incident.Key} for ring {callout.Ring} ({code})";
                    }
                }
            }
        }
    }
}
