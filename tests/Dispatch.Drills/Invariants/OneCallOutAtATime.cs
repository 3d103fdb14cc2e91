using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I2: nobody holds two active call-outs at once. Judged by the order of commits, not by the times written in the facts: a transaction may have
/// looked at the clock long before another one that it then had to wait for.
/// </summary>
internal sealed class OneCallOutAtATime : Invariant
{
    public override string Id => "I2";

    public override string Says => "no volunteer holds two overlapping active call-outs";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var transitions = Transitions.ByCallout(evidence.State);
        foreach (var volunteer in evidence.State.Callouts.Values.GroupBy(callout => callout.Volunteer))
        {
            var active = volunteer.SelectMany(callout => Active(callout, transitions[callout.Id])).OrderBy(span => span.From).ToList();
            for (var at = 1; at < active.Count; at++)
            {
                // A call-out may be active twice (expired, standby, called up): that is not an overlap with itself.
                var (earlier, later) = (active[at - 1], active[at]);
                if (earlier.Callout != later.Callout && later.From < earlier.To)
                {
                    yield return $"volunteer {volunteer.Key} was still held by call-out {earlier.Callout} (from {Clock(earlier.From)} to {Clock(earlier.To)}) "
                        + $"when call-out {later.Callout} took him at {Clock(later.From)}";
                }
            }
        }
    }

    private static IEnumerable<(Guid Callout, DateTimeOffset From, DateTimeOffset To)> Active(CalloutRow callout, IEnumerable<(FactRow Fact, string State)> transitions)
    {
        DateTimeOffset? since = null;
        foreach (var (fact, state) in transitions)
        {
            if (Transitions.IsActive(state))
            {
                since ??= fact.CommittedAt;
            }
            else if (since is { } from)
            {
                yield return (callout.Id, from, fact.CommittedAt);
                since = null;
            }
        }

        if (since is { } still)
        {
            yield return (callout.Id, still, DateTimeOffset.MaxValue);
        }
    }
}
