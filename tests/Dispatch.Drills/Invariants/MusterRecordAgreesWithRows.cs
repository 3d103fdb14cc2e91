using System.Globalization;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// I8 of musters: each row of a person is where the record leaves him, at the time of the fact that brought him there, and the record's chain of
/// hashes verifies, computed from docs/audit.md.
/// </summary>
internal sealed class MusterRecordAgreesWithRows : Invariant
{
    public override string Id => "I8";

    public override string Says => "rows and record of a muster agree; the record's chain verifies";

    public override IEnumerable<string> Violations(Evidence evidence)
    {
        var state = evidence.State.Musters;
        var people = state.People.ToLookup(person => person.Muster);
        var records = state.Facts.ToLookup(fact => fact.Muster);
        foreach (var muster in state.Musters.Values)
        {
            var steps = new MusterSteps(people[muster.Id].Select(person => person.Volunteer));
            var times = new Dictionary<(Guid Volunteer, string Kind), DateTimeOffset>();
            foreach (var fact in records[muster.Id])
            {
                steps.Take(fact); // what is no step is a violation of I11
                foreach (var person in MusterSteps.People(fact))
                {
                    times[(person, fact.Kind is "MusterDeclined" ? "MusterAccepted" : fact.Kind)] = fact.At;
                }
            }

            foreach (var person in people[muster.Id])
            {
                if (person.Stage != steps[person.Volunteer])
                {
                    yield return $"volunteer {person.Volunteer} stands at stage {person.Stage} of muster {muster.Id}, and its record leaves him at {steps[person.Volunteer]}";
                }

                foreach (var (kind, at) in new[]
                {
                    ("MusterNotified", person.NotifiedAt), ("MusterDelivered", person.DeliveredAt), ("MusterAccepted", person.AnsweredAt), ("MusterCheckedIn", person.CheckedInAt),
                })
                {
                    DateTimeOffset? recorded = times.TryGetValue((person.Volunteer, kind), out var time) ? time : null;
                    if (at != recorded)
                    {
                        yield return $"the row of volunteer {person.Volunteer} in muster {muster.Id} says {Say(at)} where the record says {Say(recorded)} ({kind})";
                    }
                }
            }

            if ((muster.State == "stoodDown") != records[muster.Id].Any(fact => fact.Kind == "MusterStoodDown"))
            {
                yield return $"muster {muster.Id} is {muster.State}, and its record says otherwise";
            }

            var previous = new string('0', 64);
            foreach (var fact in records[muster.Id])
            {
                if (fact.Hash != ChainedHash(previous, fact))
                {
                    yield return $"the record of muster {muster.Id} does not verify: fact {fact.Number} ({fact.Kind} of {Clock(fact.At)}) or the one before it was changed";
                    break;
                }

                previous = fact.Hash;
            }
        }

        static string Say(DateTimeOffset? at) => at is { } time ? Clock(time) : "nothing";
    }

    internal static string ChainedHash(string previous, MusterFactRow fact) =>
        RecordAgreesWithRows.Sha256(string.Create(CultureInfo.InvariantCulture,
            $"dispatch muster fact 1\n{previous}\n{fact.Muster}\n{fact.Number}\n{fact.Kind}\n{fact.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\n{fact.ByKind}\n{RecordAgreesWithRows.OrDash(fact.ById)}\n-\n{RecordAgreesWithRows.OrDash(fact.Command)}\n{RecordAgreesWithRows.Sha256(fact.Data.GetRawText())}"));
}
