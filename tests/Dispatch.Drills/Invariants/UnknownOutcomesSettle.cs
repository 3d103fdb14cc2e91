using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I9: an unknown outcome is settled by a repeat under the same key: done once, or not at all, and the repeat says which. What the record holds was
/// asked for by somebody, and nothing that was only ever refused is in it.
/// </summary>
internal sealed class UnknownOutcomesSettle : Invariant
{
    private static readonly Dictionary<string, Order> Ordered = new()
    {
        ["CalloutAccepted"] = Order.Accept, ["CalloutStoodBy"] = Order.Accept, ["CalloutDeclined"] = Order.Decline, ["CalloutEnRoute"] = Order.EnRoute,
        ["CalloutOnScene"] = Order.OnScene, ["CalloutTurnedBack"] = Order.TurnedBack, ["CalloutReleased"] = Order.Released,
    };

    public override string Id => "I9";

    public override string Says => "unknown outcomes are consistent with a retry under the same key";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var withPhone = evidence.Phones.Select(phone => phone.Volunteer).ToHashSet();
        var asked = evidence.Attempts.ToLookup(attempt => (attempt.Subject, attempt.Order));
        foreach (var done in evidence.State.Facts
            .Where(fact => fact is { ByKind: "volunteer", ById: not null, Callout: not null } && withPhone.Contains(fact.ById.Value) && Ordered.ContainsKey(fact.Kind))
            .GroupBy(fact => (fact.Callout!.Value, Order: Ordered[fact.Kind])))
        {
            var attempts = asked[done.Key].ToList();
            if (attempts.Count == 0)
            {
                yield return $"the record says that volunteer {done.First().ById} gave {done.Key.Order} to call-out {done.Key.Value} at {Clock(done.First().At)}; his phone never did";
            }
            else if (attempts.All(attempt => attempt.Ending == Ending.Refused))
            {
                yield return $"{attempts[0].Client} was refused {done.Key.Order} of call-out {done.Key.Value} ({attempts[0].Answer}), and the record holds it";
            }

            if (done.Count() > 1)
            {
                yield return $"{done.Key.Order} of call-out {done.Key.Value} is {done.Count()} times in the record";
            }
        }

        foreach (var command in evidence.State.Facts.Where(fact => fact.Command is not null).GroupBy(fact => fact.Command!.Value).Where(group => group.Count() > 1))
        {
            yield return $"order {command.Key} is {command.Count()} times in the record";
        }

        foreach (var order in evidence.Attempts.Where(attempt => attempt.Ending != Ending.Refused).GroupBy(attempt => (attempt.Client, attempt.Order, attempt.Key)))
        {
            // The last word on an order: who was told "done" cannot be refused under the same key afterwards.
            var acknowledged = order.Where(attempt => attempt.Ending == Ending.Ok).Select(attempt => (DateTimeOffset?)attempt.To).Min();
            var refused = evidence.State.Facts.Count == 0 ? null : asked[(order.First().Subject, order.Key.Order)]
                .FirstOrDefault(attempt => attempt.Key == order.Key.Key && attempt.Ending == Ending.Refused && attempt.From > acknowledged);
            if (refused is not null)
            {
                yield return $"{refused.Client} was told at {Clock(acknowledged!.Value)} that {order.Key.Order} of {refused.Subject} is done, and refused the repeat at {Clock(refused.To)}: {refused.Answer}";
            }
        }
    }
}
