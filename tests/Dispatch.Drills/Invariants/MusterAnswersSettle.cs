using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I9 of musters: an order that was given once is written once, however often and by however many roads it was repeated; and what the record says
/// that a person with a phone said, he said.
/// </summary>
internal sealed class MusterAnswersSettle : Invariant
{
    private static readonly Dictionary<string, Order> Ordered = new()
    {
        ["MusterAccepted"] = Order.MusterAccept, ["MusterDeclined"] = Order.MusterDecline, ["MusterCheckedIn"] = Order.MusterCheckIn,
    };

    public override string Id => "I9";

    public override string Says => "each order to a muster is written at most once";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var musters = evidence.State.Musters;
        var withPhone = evidence.Phones.Select(phone => phone.Volunteer).ToHashSet();
        var asked = evidence.Attempts.Where(attempt => attempt.Person is not null).ToLookup(attempt => (attempt.Subject, Person: attempt.Person!.Value, attempt.Order));
        foreach (var done in musters.Facts
            .Where(fact => fact is { ByKind: "volunteer", ById: not null } && withPhone.Contains(fact.ById.Value) && Ordered.ContainsKey(fact.Kind))
            .GroupBy(fact => (fact.Muster, fact.ById!.Value, Ordered[fact.Kind])))
        {
            var (muster, person, order) = done.Key;
            var given = asked[done.Key].GroupBy(attempt => attempt.Key).ToList();
            if (given.Count == 0)
            {
                yield return $"the record says that volunteer {person} gave {order} to muster {muster} at {Clock(done.First().At)}; his phone never did";
            }
            else if (given.Count(one => one.Any(attempt => attempt.Ending != Ending.Refused)) is var atMost && done.Count() > atMost)
            {
                yield return $"volunteer {person} gave {order} to muster {muster} {given.Count} times, {given.Count - atMost} of them refused; it is {done.Count()} times in the record";
            }
        }

        foreach (var command in musters.Facts.Where(fact => fact.Command is not null).GroupBy(fact => fact.Command!.Value).Where(group => group.Count() > 1))
        {
            yield return $"order {command.Key} is {command.Count()} times in the record of a muster";
        }
    }
}
