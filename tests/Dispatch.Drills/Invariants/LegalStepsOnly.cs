using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>I3: a call-out goes only the steps of docs/dictionary.md, ends once, and is never accepted by anybody but its volunteer.</summary>
internal sealed class LegalStepsOnly : Invariant
{
    private static readonly HashSet<string> Steps =
    [
        "none>offered", "offered>accepted", "offered>declined", "offered>expired", "offered>recalled", "offered>standby", "expired>standby", "recalled>standby",
        "standby>accepted", "standby>released", "accepted>enRoute", "accepted>onScene", "accepted>turnedBack", "accepted>released", "enRoute>onScene",
        "enRoute>turnedBack", "enRoute>released", "onScene>turnedBack", "onScene>released",
    ];

    public override string Id => "I3";

    public override string Says => "one terminal transition per call-out, and legal steps only";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        foreach (var callout in Transitions.ByCallout(evidence.State))
        {
            var state = "none";
            foreach (var (fact, next) in callout)
            {
                // A report may be repeated by an operator on behalf of nobody: only a change of state counts.
                if (!Steps.Contains($"{state}>{next}"))
                {
                    yield return $"call-out {callout.Key} was {state} and became {next} by fact {fact.Number} of incident {fact.Incident} at {Clock(fact.At)}";
                }

                if (fact.Kind is "CalloutAccepted" or "CalloutDeclined" or "CalloutStoodBy" && fact.ByKind != "volunteer")
                {
                    yield return $"call-out {callout.Key}: {fact.Kind} at {Clock(fact.At)} is the word of {fact.ByKind}, not of its volunteer";
                }

                state = next;
            }
        }
    }
}
