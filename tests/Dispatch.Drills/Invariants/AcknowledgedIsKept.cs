using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>I1: what a client was told is done is in the database, whatever died afterwards. Of musters: <see cref="MusterAnswersAreKept"/>.</summary>
internal sealed class AcknowledgedIsKept : Invariant
{
    public override string Id => "I1";

    public override string Says => "every acknowledged raise, answer, report and order is in the database";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var kinds = evidence.State.Facts.Where(fact => fact.Callout is not null).Select(fact => (fact.Callout!.Value, fact.Kind)).ToHashSet();
        var commands = evidence.State.Facts.Where(fact => fact.Command is not null).Select(fact => fact.Command!.Value).ToHashSet();
        foreach (var attempt in evidence.Attempts.Where(attempt => attempt.Ending == Ending.Ok && attempt.Order < Order.CallMuster))
        {
            var kept = attempt.Order switch
            {
                Order.Raise => evidence.State.Incidents.ContainsKey(attempt.Subject),
                Order.Escalate or Order.Recall or Order.Close or Order.Cancel => commands.Contains(attempt.Key),
                Order.Accept => kinds.Contains((attempt.Subject, "CalloutAccepted")) || kinds.Contains((attempt.Subject, "CalloutStoodBy")),
                Order.Decline => kinds.Contains((attempt.Subject, "CalloutDeclined")),
                Order.EnRoute => kinds.Contains((attempt.Subject, "CalloutEnRoute")),
                Order.OnScene => kinds.Contains((attempt.Subject, "CalloutOnScene")),
                Order.TurnedBack => kinds.Contains((attempt.Subject, "CalloutTurnedBack")),
                _ => kinds.Contains((attempt.Subject, "CalloutReleased")),
            };
            if (!kept)
            {
                yield return $"{attempt.Client} was told at {Clock(attempt.To)} that {attempt.Order} of {attempt.Subject} is done; the record does not hold it";
            }
        }
    }
}
