using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I8, as far as it exists: one fact per transition, and rows and record say the same. There is no hash-chained audit yet; when there is one, its
/// verifier belongs here.
/// </summary>
internal sealed class RecordAgreesWithRows : Invariant
{
    public override string Id => "I8";

    public override string Says => "one fact per transition; rows and record agree (no hash chain yet)";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var transitions = Transitions.ByCallout(evidence.State);
        foreach (var callout in evidence.State.Callouts.Values)
        {
            if (transitions[callout.Id].LastOrDefault() is not ({ } last, { } state))
            {
                yield return $"call-out {callout.Id} of volunteer {callout.Volunteer} has no fact at all";
            }
            else if (state != callout.State)
            {
                yield return $"call-out {callout.Id} is {callout.State} and its last fact ({last.Number}, {last.Kind}) says {state}";
            }
            else if ((last.At - callout.ChangedAt).Duration() > TimeSpan.FromMilliseconds(1))
            {
                yield return $"call-out {callout.Id} changed at {Clock(callout.ChangedAt)} and the fact of that is of {Clock(last.At)}: a transition without a fact";
            }
        }

        foreach (var orphan in transitions.Where(one => !evidence.State.Callouts.ContainsKey(one.Key)))
        {
            yield return $"the record speaks of call-out {orphan.Key}, which does not exist";
        }
    }
}
