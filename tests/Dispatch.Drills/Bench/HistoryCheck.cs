using Dispatch.Drills.Live;

namespace Dispatch.Drills.Bench;

/// <summary>
/// Compares what the clients saw with what the server recorded (reliability.md, invariants I4 and I7; I2 is judged by the order of commits, <see cref="Invariants.OneCallOutAtATime"/>). Any number but zero is a fault of the
/// server, or of the checker: both are looked at.
/// </summary>
internal sealed class HistoryCheck
{
    public int Incidents { get; private set; }

    public int Offered { get; private set; }

    public int Accepted { get; private set; }

    /// <summary>Offers on record to somebody whose phone was on, and that the phone did not see.</summary>
    public int Lost { get; private set; }

    /// <summary>Facts of an incident that are not numbered 1..n.</summary>
    public int RecordGaps { get; private set; }

    /// <summary>Incidents of which the console did not hear the last fact.</summary>
    public int ConsoleBehind { get; private set; }

    /// <summary>Incidents with more people accepted than needed.</summary>
    public int Overfilled { get; private set; }

    public void Add(IReadOnlyList<Fact> facts, int needed, int consoleHead, IReadOnlySet<Guid> withPhone, Func<Guid, bool> sawOffer)
    {
        Incidents++;
        RecordGaps += facts.Where((fact, at) => fact.Number != at + 1).Count();
        if (facts.Count > 0 && consoleHead < facts[^1].Number)
        {
            ConsoleBehind++;
        }

        var accepted = facts.Count(fact => fact.Kind == "CalloutAccepted");
        Accepted += accepted;
        Overfilled += accepted > needed ? 1 : 0;
        foreach (var offer in facts.Where(fact => fact.Kind == "CalloutOffered"))
        {
            Offered++;
            var volunteer = offer.Data.GetProperty("callout").GetProperty("volunteer").GetProperty("id").GetGuid();
            Lost += withPhone.Contains(volunteer) && !sawOffer(offer.CalloutId!.Value) ? 1 : 0;
        }
    }
}
