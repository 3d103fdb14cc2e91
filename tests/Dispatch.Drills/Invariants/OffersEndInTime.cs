using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I6: no offer stays open longer than five seconds beyond its due time, or beyond the end of an outage that fell into those seconds. Outages are
/// measured, not declared: the faults' own times and every second in which no node said it was ready. The five seconds are seconds of the server: on
/// a machine busy with other things they last longer (<see cref="Pace"/>).
/// </summary>
internal sealed class OffersEndInTime : Invariant
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public override string Id => "I6";

    public override string Says => "every offered call-out leaves that state by its due time + 5 s (outages: recovery + 5 s)";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var outages = evidence.Outages.OrderBy(outage => outage.From).ToList();
        var transitions = Transitions.ByCallout(evidence.State);
        foreach (var callout in evidence.State.Callouts.Values)
        {
            var bound = Bound(callout.DueAt, outages.Where(outage => outage.Incident is null || outage.Incident == callout.Incident), evidence.Pace);
            var left = transitions[callout.Id].Where(step => step.State != "offered").Select(step => (DateTimeOffset?)step.Fact.At).FirstOrDefault();
            if (left is { } at ? at > bound : evidence.State.At > bound)
            {
                yield return $"call-out {callout.Id} of volunteer {callout.Volunteer} was due at {Clock(callout.DueAt)} and had to be settled by {Clock(bound)}; "
                    + (left is { } late ? $"it was at {Clock(late)}" : $"it is still {callout.State} at {Clock(evidence.State.At)}");
            }
        }
    }

    /// <summary>How long after its due time each offer expired that nobody answered, shortest first. For the report.</summary>
    public static IReadOnlyList<TimeSpan> Lateness(FinalState state) =>
    [
        .. Transitions.ByCallout(state)
            .SelectMany(callout => callout.Where(step => step.State == "expired").Take(1).Select(step => step.Fact.At - state.Callouts[callout.Key].DueAt))
            .Order(),
    ];

    private static DateTimeOffset Bound(DateTimeOffset due, IEnumerable<Outage> outagesInOrder, Pace pace)
    {
        var bound = pace.After(due, Grace);
        foreach (var outage in outagesInOrder)
        {
            if (outage.From <= bound && outage.To > due && pace.After(outage.To, Grace) is var later && later > bound)
            {
                bound = later;
            }
        }

        return bound;
    }
}
