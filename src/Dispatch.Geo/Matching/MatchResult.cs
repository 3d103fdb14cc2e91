using Dispatch.Geo.Waves;

namespace Dispatch.Geo.Matching;

public enum Verdict
{
    /// <summary>Chosen: a call-out is to be made.</summary>
    Asked,

    /// <summary>Passes every gate, but enough nearer people are asked, or he is asked for another need.</summary>
    InReserve,

    /// <summary>A gate says no.</summary>
    Out,
}

/// <summary>One person to be asked now. <paramref name="Rank"/> is 1 for the nearest of those asked in this ring for this need.</summary>
public sealed record Chosen(int NeedOrdinal, Guid VolunteerId, int Ring, int Rank, double DistanceMetres, LocatedBy LocatedBy);

/// <summary>
/// What became of one need. <paramref name="Passing"/> counts who passes every gate, at most as many as all needs together want.
/// <paramref name="RingReached"/> is the outermost ring that had to be opened. <paramref name="Exhausted"/>: every ring given is open and fewer
/// than wanted could be asked.
/// </summary>
public sealed record NeedOutcome(int NeedOrdinal, int Wanted, int Passing, int Asked, int RingReached, bool Exhausted)
{
    /// <summary>How many were asked, and why; null when the request said how many.</summary>
    public WavePlan? Plan { get; init; }

    /// <summary>How many offers the plan found open.</summary>
    public int? OpenBefore { get; init; }

    /// <summary>So many who said yes are expected too late, so that the plan wants others; null: nobody.</summary>
    public int? ExpectedLate { get; init; }

    /// <summary>So many who may be asked are left to other incidents; null: nobody.</summary>
    public int? LeftToOthers { get; init; }

    /// <summary>More candidates than were gathered could make a better plan: gather more, match again. Null: no.</summary>
    public bool? TooFewGathered { get; init; }
}

/// <summary>
/// Why one person was asked for one need, or not: keys and numbers, from which <see cref="ExplanationText"/> makes sentences. Only the numbers
/// that the rule needs are set; <see cref="DistanceMetres"/>, <see cref="LocatedBy"/> and <see cref="FixAgeSeconds"/> whenever known.
/// </summary>
public sealed record ExplanationLine
{
    public required int NeedOrdinal { get; init; }

    public required Guid VolunteerId { get; init; }

    public required int Ring { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>One of <see cref="Rules"/>.</summary>
    public required string Rule { get; init; }

    /// <summary>Further rules that say no, when more than one does.</summary>
    public IReadOnlyList<string> AlsoRules { get; init; } = [];

    public double? DistanceMetres { get; init; }

    public LocatedBy? LocatedBy { get; init; }

    public double? FixAgeSeconds { get; init; }

    public double? UncertaintyMetres { get; init; }

    /// <summary>1 for the nearest who passes, within the ring, less those asked for another need.</summary>
    public int? Rank { get; init; }

    /// <summary>Who is one rank nearer, and by how many metres.</summary>
    public Guid? Behind { get; init; }

    public double? BehindMetres { get; init; }

    /// <summary>The day a certificate, an insurance or childhood ended, or a certificate or insurance begins.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>The incident the person is engaged in.</summary>
    public Guid? EngagedIn { get; init; }

    /// <summary>State of the earlier call-out.</summary>
    public string? AlreadyAsked { get; init; }

    public int? RecentAlerts { get; init; }

    public double? RestedSeconds { get; init; }

    /// <summary>Of one who is asked, or left to another incident: the chance to say yes and be there by the plan's aim.</summary>
    public double? Chance { get; init; }

    /// <summary>The incident he is left to, how many it lacks, and his chance there.</summary>
    public Guid? LeftTo { get; init; }

    public int? MissingThere { get; init; }

    public double? ChanceThere { get; init; }

    /// <summary>The need of this incident the person is asked for instead.</summary>
    public int? AskedForNeed { get; init; }

    /// <summary>The bound the rule compares with: metres of the radius, seconds a fix stays fresh, years of age.</summary>
    public double? Limit { get; init; }
}

/// <summary>The decision with its reasons. Lines are ordered by need, ring, verdict, rank, distance, volunteer.</summary>
public sealed record MatchResult(IReadOnlyList<Chosen> Chosen, IReadOnlyList<NeedOutcome> Needs, IReadOnlyList<ExplanationLine> Lines);
