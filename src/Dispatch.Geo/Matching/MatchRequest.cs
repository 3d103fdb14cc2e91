using Dispatch.Geo.Regions;

namespace Dispatch.Geo.Matching;

/// <summary>A need of the incident that lacks people. <paramref name="Wanted"/> is how many to ask now, not how many are needed on scene.</summary>
/// <param name="Ordinal">Of the need within the incident.</param>
/// <param name="QualificationId">What the database finds holders by.</param>
/// <param name="Qualification">The taxonomy's key, for people and for the record.</param>
/// <param name="Wanted">At least 1.</param>
public sealed record NeedToFill(int Ordinal, short QualificationId, string Qualification, int Wanted);

/// <summary>
/// Everything a match depends on. It is stored, and <see cref="Matcher.Match"/> of it gives the stored explanation again. The order of needs,
/// rings and candidates means nothing.
/// </summary>
public sealed record MatchRequest
{
    public required Guid IncidentId { get; init; }

    /// <summary>The database's clock when the match was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The day <see cref="At"/> falls on at the incident's place: what dates of validity and birthdays are compared with.</summary>
    public required DateOnly LocalDate { get; init; }

    public required Position Place { get; init; }

    /// <summary>Nobody farther away than this is asked.</summary>
    public required double RadiusMetres { get; init; }

    public required bool Hazardous { get; init; }

    public bool LifeCritical { get; init; }

    public required IReadOnlyList<Ring> Rings { get; init; }

    public required IReadOnlyList<NeedToFill> Needs { get; init; }

    /// <summary>At least the nearest of each need, ring by ring, until as many pass as all needs together want, or nobody is left.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }
}
