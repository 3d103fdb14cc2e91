using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I4: facts are 1..n in every incident, inbox items 1..n for every volunteer; every client applied a prefix without gaps and came to the end. A
/// server that knows a client's cursor sends it no gap on an unbroken line: such a break counts, although clients would mend it by fetching.
/// </summary>
internal sealed class GaplessStreams : Invariant
{
    public override string Id => "I4";

    public override string Says => "facts and inboxes are numbered 1..n; every client applied a gapless prefix and ended at the head";

    public override IEnumerable<string> Violations(Evidence evidence) =>
        Records(evidence.State).Concat(Inboxes(evidence.State)).Concat(Phones(evidence)).Concat(Consoles(evidence));

    private static IEnumerable<string> Records(FinalState state)
    {
        var numbers = state.Facts.ToLookup(fact => fact.Incident, fact => fact.Number);
        foreach (var incident in state.Incidents.Values)
        {
            if (!numbers[incident.Id].SequenceEqual(Sequence(incident.LastFact)))
            {
                yield return $"incident {incident.Id} should hold facts 1..{incident.LastFact} and holds {Brief(numbers[incident.Id])}";
            }
        }
    }

    private static IEnumerable<string> Inboxes(FinalState state)
    {
        var numbers = state.Inbox.ToLookup(item => item.Volunteer, item => item.Number);
        foreach (var (volunteer, last) in state.InboxHeads)
        {
            if (!numbers[volunteer].SequenceEqual(Sequence(last)))
            {
                yield return $"the inbox of volunteer {volunteer} should hold 1..{last} and holds {Brief(numbers[volunteer])}";
            }
        }
    }

    private static IEnumerable<string> Phones(Evidence evidence)
    {
        foreach (var phone in evidence.Phones)
        {
            foreach (var broke in phone.Breaks)
            {
                yield return $"the phone of volunteer {phone.Volunteer}: {broke}";
            }

            var expected = phone.StartedAt;
            foreach (var item in phone.Applied)
            {
                if (item.Number != ++expected)
                {
                    yield return $"the phone of volunteer {phone.Volunteer} applied {item.Kind} as number {item.Number} at {Clock(item.At)} where {expected} was next";
                    break;
                }
            }

            var head = evidence.State.InboxHeads.GetValueOrDefault(phone.Volunteer);
            if (phone.Cursor != head)
            {
                yield return $"the phone of volunteer {phone.Volunteer} ended at {phone.Cursor}; its inbox ends at {head}";
            }
        }
    }

    private static IEnumerable<string> Consoles(Evidence evidence)
    {
        foreach (var console in evidence.Consoles)
        {
            foreach (var broke in console.Breaks)
            {
                yield return $"console {console.Name}: {broke}";
            }

            foreach (var incident in evidence.State.Incidents.Values.Where(incident => Covers(console.RegionPath, incident.RegionPath)))
            {
                if (console.Heads.GetValueOrDefault(incident.Id) != incident.LastFact)
                {
                    yield return $"console {console.Name} ended at fact {console.Heads.GetValueOrDefault(incident.Id)} of incident {incident.Id}, which has {incident.LastFact}";
                }
            }
        }
    }

    private static IEnumerable<long> Sequence(long last)
    {
        for (var number = 1L; number <= last; number++)
        {
            yield return number;
        }
    }

    private static string Brief(IEnumerable<long> numbers) => string.Join(' ', numbers.Take(40)) is { Length: > 0 } some ? some : "none";
}
