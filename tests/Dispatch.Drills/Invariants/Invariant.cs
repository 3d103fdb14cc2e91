using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Invariants;

/// <summary>
/// One promise of docs/reliability.md, judged after a run from the clients' own histories and the final state of the database. A violation is a
/// sentence that a person can follow: which volunteer, which call-out, when.
/// </summary>
internal abstract class Invariant
{
    public static readonly IReadOnlyList<Invariant> All =
    [
        new AcknowledgedIsKept(), new OneCallOutAtATime(), new LegalStepsOnly(), new GaplessStreams(), new NothingAcrossTheBoundary(),
        new OffersEndInTime(), new NeverOverfilled(), new RecordAgreesWithRows(), new UnknownOutcomesSettle(), new AskedWithinTheRing(), new EachCountedOnce(),
        new MusterAnswersAreKept(), new MustersReachEverybody(), new MusterRecordAgreesWithRows(), new MusterAnswersSettle(), // the same promises, of musters
    ];

    public abstract string Id { get; }

    public abstract string Says { get; }

    public abstract IEnumerable<string> Violations(Evidence evidence);

    /// <summary>Every violation of every invariant, in the order of their ids.</summary>
    public static List<(string Id, string Violation)> Judge(Evidence evidence) =>
        [.. All.OrderBy(invariant => int.Parse(invariant.Id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture))
            .SelectMany(invariant => invariant.Violations(evidence).Select(violation => (invariant.Id, violation)))];

    protected static string Clock(DateTimeOffset at) => at.ToString("HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture);

    protected static bool Covers(string path, string other) =>
        path.Length > 0 && other.StartsWith(path, StringComparison.Ordinal) && (other.Length == path.Length || other[path.Length] == '.');
}

/// <summary>What a fact makes of a call-out.</summary>
internal static class Transitions
{
    private static readonly Dictionary<string, string> After = new()
    {
        ["CalloutOffered"] = "offered",
        ["CalloutAccepted"] = "accepted",
        ["CalloutStoodBy"] = "standby",
        ["CalloutCalledUp"] = "accepted",
        ["CalloutDeclined"] = "declined",
        ["CalloutExpired"] = "expired",
        ["CalloutRecalled"] = "recalled",
        ["CalloutEnRoute"] = "enRoute",
        ["CalloutOnScene"] = "onScene",
        ["CalloutTurnedBack"] = "turnedBack",
        ["CalloutReleased"] = "released",
    };

    /// <summary>Null: the fact does not change the state of a call-out.</summary>
    public static string? Of(FactRow fact) => After.GetValueOrDefault(fact.Kind);

    public static bool IsActive(string state) => state is "offered" or "accepted" or "enRoute" or "onScene";

    public static bool HasPlace(string state) => state is "accepted" or "enRoute" or "onScene";

    /// <summary>The transitions of each call-out, in the order of its incident's record.</summary>
    public static ILookup<Guid, (FactRow Fact, string State)> ByCallout(FinalState state) => state.Facts
        .Where(fact => fact.Callout is not null && Of(fact) is not null)
        .ToLookup(fact => fact.Callout!.Value, fact => (fact, Of(fact)!));
}
