using System.Text.Json;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>I7: never more people have a place than are needed; who says yes beyond that stands by.</summary>
internal sealed class NeverOverfilled : Invariant
{
    public override string Id => "I7";

    public override string Says => "accepted <= needed at every moment, the rest stand by";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var state = evidence.State;
        var needOf = state.Callouts.Values.ToDictionary(callout => callout.Id, callout => (callout.Incident, callout.Need));
        var counts = state.Needs.ToDictionary(need => (need.Incident, need.Ordinal), need => need.Count);
        foreach (var incident in state.Facts.GroupBy(fact => fact.Incident))
        {
            var states = new Dictionary<Guid, string>();
            var served = new HashSet<Guid>();
            foreach (var fact in incident)
            {
                if (fact.Callout is not { } callout || Transitions.Of(fact) is not { } next || !needOf.TryGetValue(callout, out var need))
                {
                    continue;
                }

                if (next == "released" && states.GetValueOrDefault(callout) == "onScene")
                {
                    served.Add(callout); // a place that was served does not open again
                }

                states[callout] = next;
                var taken = states.Count(one => needOf[one.Key] == need && (Transitions.HasPlace(one.Value) || served.Contains(one.Key)));
                if (counts.TryGetValue(need, out var count) && taken > count)
                {
                    yield return $"incident {fact.Incident}, need {need.Need}: {taken} people have a place and {count} are needed since fact {fact.Number} ({fact.Kind}) at {Clock(fact.At)}";
                }
                else if (fact.Kind is "CalloutAccepted" or "CalloutCalledUp" && fact.Data.ValueKind == JsonValueKind.Object
                    && fact.Data.TryGetProperty("filled", out var filled) && filled.GetInt32() != taken)
                {
                    yield return $"incident {fact.Incident}, fact {fact.Number} at {Clock(fact.At)} says {filled.GetInt32()} places are taken; by the record there are {taken}";
                }
            }
        }
    }
}
