using Dispatch.Geo.Matching;
using Dispatch.Geo.Regions;
using Dispatch.Geo.Waves;

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

    /// <summary>The class of hours of <see cref="At"/> at the incident's place.</summary>
    public HourClass Hours { get; init; }

    /// <summary>A volunteer is alerted at most so often in <see cref="AlertPeriod"/>; null: no limit.</summary>
    public int? AlertBudget { get; init; }

    public TimeSpan AlertPeriod { get; init; } = TimeSpan.FromDays(7);

    /// <summary>So long after a call-out he went to nobody is asked; null: no limit.</summary>
    public TimeSpan? RestFloor { get; init; }

    /// <summary>Quiet hours: only who has switched himself on duty is asked.</summary>
    public bool Quiet { get; init; }

    /// <summary>
    /// Leaves out who is off duty or engaged: enough to know whom another incident would ask, and a fraction of the rows where people are scarce. An
    /// explanation has to name everybody.
    /// </summary>
    public bool OnlyWhoMayCome { get; init; }

    /// <summary>Innermost first; each holds the people of those before.</summary>
    public required IReadOnlyList<Ring> Rings { get; init; }

    public required IReadOnlyList<NeedToFill> Needs { get; init; }
}
