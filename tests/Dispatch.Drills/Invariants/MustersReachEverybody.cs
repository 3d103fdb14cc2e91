using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I4 of musters: facts are 1..n; everybody on a list has been told, once, and of the end too; what a phone has said that it has counts as delivered;
/// every console whose command covers a muster knows its last fact.
/// </summary>
internal sealed class MustersReachEverybody : Invariant
{
    public override string Id => "I4";

    public override string Says => "facts of musters are numbered 1..n; everybody called is told once and counted when it reached him; every console ended at the head";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var state = evidence.State.Musters;
        var numbers = state.Facts.ToLookup(fact => fact.Muster, fact => fact.Number);
        foreach (var muster in state.Musters.Values)
        {
            if (!numbers[muster.Id].SequenceEqual(Enumerable.Range(1, (int)muster.LastFact).Select(number => (long)number)))
            {
                yield return $"muster {muster.Id} should hold facts 1..{muster.LastFact} and holds {string.Join(' ', numbers[muster.Id].Take(40))}";
            }

            foreach (var console in evidence.Consoles.Where(console => Covers(console.RegionPath, muster.RegionPath) && console.MusterHeads.GetValueOrDefault(muster.Id) != muster.LastFact))
            {
                yield return $"console {console.Name} ended at fact {console.MusterHeads.GetValueOrDefault(muster.Id)} of muster {muster.Id}, which has {muster.LastFact}";
            }
        }

        var items = state.Items.ToLookup(item => (item.Muster, item.Volunteer, item.Kind), item => item.Number);
        foreach (var person in state.People)
        {
            if (person.ToTell is { } what)
            {
                yield return $"volunteer {person.Volunteer} has still to be told {what} of muster {person.Muster}";
            }

            var told = items[(person.Muster, person.Volunteer, "mustered")].ToList();
            if (told.Count > 1 || told.SingleOrDefault() != (person.ToldNumber ?? 0))
            {
                yield return $"the inbox of volunteer {person.Volunteer} holds the call to muster {person.Muster} as {string.Join(' ', told)}; it was written down as {person.ToldNumber ?? 0}";
            }

            if (items[(person.Muster, person.Volunteer, "musterStoodDown")].Count() is var ends && ends > 1)
            {
                yield return $"volunteer {person.Volunteer} was told {ends} times that muster {person.Muster} is over";
            }

            if (person.Stage == MusterSteps.Notified && state.Musters[person.Muster].State == "open" && state.Delivered.GetValueOrDefault(person.Volunteer) >= person.ToldNumber)
            {
                yield return $"the phone of volunteer {person.Volunteer} has the call to muster {person.Muster}, and he does not count as reached";
            }
        }
    }
}
