using Dispatch.Drills.Histories;
using Dispatch.Drills.Live;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I11: a roll call counts each person once, by the furthest step that the record knows of him: checked in &lt;= accepted &lt;= responded &lt;= delivered
/// &lt;= notified &lt;= called, with every fact, at every reading that anybody had, and in the rows at the end. Counted here a second time, from the facts.
/// </summary>
internal sealed class EachCountedOnce : Invariant
{
    public override string Id => "I11";

    public override string Says => "a roll call counts each person once; its numbers only fall from left to right, at every reading";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var musters = evidence.State.Musters;
        var people = musters.People.ToLookup(person => person.Muster);
        var counted = new Dictionary<(Guid Muster, long Number), RollCall>();
        foreach (var record in musters.Facts.GroupBy(fact => fact.Muster))
        {
            var steps = new MusterSteps(people[record.Key].Select(person => person.Volunteer));
            foreach (var transaction in Transactions(record))
            {
                foreach (var fact in transaction)
                {
                    foreach (var wrong in steps.Take(fact))
                    {
                        yield return $"fact {fact.Number} of muster {record.Key} at {Clock(fact.At)}: {wrong}";
                    }
                }

                foreach (var fact in transaction)
                {
                    counted[(record.Key, fact.Number)] = steps.Counts;
                    if (Counts(fact) != steps.Counts)
                    {
                        yield return $"fact {fact.Number} ({fact.Kind}) of muster {record.Key} counts {Brief(Counts(fact))}; its record comes to {Brief(steps.Counts)}";
                    }
                }
            }

            if (record.First() is { Kind: "MusterCalled" } first && first.Data.GetProperty("people").GetInt32() is var called && called != steps.Counts.People)
            {
                yield return $"muster {record.Key} called {called} people, and {steps.Counts.People} are on its list";
            }
        }

        foreach (var reading in evidence.Readings)
        {
            foreach (var wrong in Judge(reading, counted.GetValueOrDefault((reading.Muster, reading.LastFact))))
            {
                yield return $"{reading.Reader} read of muster {reading.Muster} at {Clock(reading.At)}, after fact {reading.LastFact}, {wrong}";
            }
        }
    }

    /// <summary><paramref name="counted"/>: null when the muster is not of this run.</summary>
    private static IEnumerable<string> Judge(RollReading reading, RollCall? counted)
    {
        var counts = reading.Counts;
        if (counts.CheckedIn > counts.Accepted || counts.Accepted > counts.Responded || counts.Responded > counts.Delivered || counts.Delivered > counts.Notified || counts.Notified > counts.People)
        {
            yield return $"{Brief(counts)}, which does not fall from left to right";
        }

        if (counted is not null && counts != counted)
        {
            yield return $"{Brief(counts)}; its record comes to {Brief(counted)}";
        }

        if (reading.People is { } named)
        {
            foreach (var twice in named.GroupBy(one => one.Volunteer).Where(group => group.Count() > 1))
            {
                yield return $"volunteer {twice.Key} {twice.Count()} times";
            }

            if (MusterSteps.Of(named.Select(one => MusterSteps.Stage(one.Stage))) is var own && own != counts)
            {
                yield return $"{Brief(counts)} above a list that comes to {Brief(own)}";
            }
        }
    }

    /// <summary>Facts that were written together carry the roll call as it stood when all of them were.</summary>
    private static IEnumerable<List<MusterFactRow>> Transactions(IEnumerable<MusterFactRow> record)
    {
        var together = new List<MusterFactRow>();
        foreach (var fact in record)
        {
            if (together.Count > 0 && together[0].Transaction != fact.Transaction)
            {
                yield return together;
                together = [];
            }

            together.Add(fact);
        }

        yield return together;
    }

    private static RollCall Counts(MusterFactRow fact)
    {
        var counts = fact.Data.GetProperty("counts");
        int Of(string name) => counts.GetProperty(name).GetInt32();
        return new(Of("people"), Of("notified"), Of("delivered"), Of("responded"), Of("accepted"), Of("checkedIn"));
    }

    private static string Brief(RollCall counts) => $"{counts.People}/{counts.Notified}/{counts.Delivered}/{counts.Responded}/{counts.Accepted}/{counts.CheckedIn}";
}
