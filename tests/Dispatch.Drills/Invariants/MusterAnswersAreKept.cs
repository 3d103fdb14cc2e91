using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I1 of musters: what an operator or a person called was told is done is in the record, and the last thing that a person was told is done is where he
/// stands. Repeating what has been said already adds no fact: a yes is kept by being there, too.
/// </summary>
internal sealed class MusterAnswersAreKept : Invariant
{
    public override string Id => "I1";

    public override string Says => "every acknowledged muster, answer and sign-in is in the database";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var musters = evidence.State.Musters;
        var commands = musters.Facts.Where(fact => fact.Command is not null).Select(fact => fact.Command!.Value).ToHashSet();
        var said = musters.Facts.SelectMany(fact => MusterSteps.People(fact).Select(person => (fact.Muster, person, fact.Kind))).ToHashSet();
        foreach (var attempt in evidence.Attempts.Where(attempt => attempt is { Ending: Ending.Ok, Order: >= Order.CallMuster }))
        {
            bool Has(string kind) => said.Contains((attempt.Subject, attempt.Person!.Value, kind));
            var kept = attempt.Order switch
            {
                Order.CallMuster => musters.Musters.ContainsKey(attempt.Subject),
                Order.StandDown => commands.Contains(attempt.Key),
                Order.MusterAccept => Has("MusterAccepted") || Has("MusterCheckedIn"),
                Order.MusterDecline => Has("MusterDeclined"),
                _ => Has("MusterCheckedIn"),
            };
            if (!kept)
            {
                yield return $"{attempt.Client} was told at {Clock(attempt.To)} that {attempt.Order} of muster {attempt.Subject} is done; its record does not hold it";
            }
        }

        foreach (var lost in LastWords(evidence))
        {
            yield return lost;
        }
    }

    private static IEnumerable<string> LastWords(Evidence evidence)
    {
        var rows = evidence.State.Musters.People.ToDictionary(person => (person.Muster, person.Volunteer), person => person.Stage);
        foreach (var own in evidence.Attempts.Where(attempt => attempt is { Person: not null, Ending: not Ending.Refused }).GroupBy(attempt => (attempt.Subject, attempt.Person!.Value)))
        {
            // Whom an operator may have checked in by hand stands there, whatever he said last.
            var last = own.MaxBy(attempt => attempt.From)!;
            if (own.Any(attempt => attempt.Order == Order.CheckInByHand) || !own.Any(attempt => attempt.Key == last.Key && attempt.Ending == Ending.Ok) || !rows.TryGetValue(own.Key, out var stage))
            {
                continue;
            }

            var expected = last.Order switch { Order.MusterAccept => MusterSteps.Accepted, Order.MusterDecline => MusterSteps.Responded, _ => MusterSteps.CheckedIn };
            if (stage != expected)
            {
                yield return $"the last that {last.Client} was told is done in muster {last.Subject} was {last.Order}, at {Clock(last.To)}; he stands at stage {stage}";
            }
        }
    }
}
