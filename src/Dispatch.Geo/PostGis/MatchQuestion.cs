using Dispatch.Geo.Matching;
using Dispatch.Geo.Regions;

namespace Dispatch.Geo.PostGis;

/// <summary>What a match asks of the database: a <see cref="MatchRequest"/> without its candidates.</summary>
public sealed record MatchQuestion
{
    public required Guid IncidentId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The day <see cref="At"/> falls on at the incident's place.</summary>
    public required DateOnly LocalDate { get; init; }

    public required Position Place { get; init; }

    public required double RadiusMetres { get; init; }

    public required bool Hazardous { get; init; }

    public bool LifeCritical { get; init; }

    /// <summary>Nobody has been asked for this incident yet: its earlier call-outs need not be read.</summary>
    public bool FirstWave { get; init; }

    /// <summary>Innermost first; each holds the people of those before.</summary>
    public required IReadOnlyList<Ring> Rings { get; init; }

    public required IReadOnlyList<NeedToFill> Needs { get; init; }
}
