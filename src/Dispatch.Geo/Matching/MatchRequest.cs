using Dispatch.Geo.Regions;
using Dispatch.Geo.Waves;

namespace Dispatch.Geo.Matching;

/// <summary>A need of the incident that lacks people. <paramref name="Wanted"/> is how many to ask now, not how many are needed on scene.</summary>
/// <param name="Ordinal">Of the need within the incident.</param>
/// <param name="QualificationId">What the database finds holders by.</param>
/// <param name="Qualification">The taxonomy's key, for people and for the record.</param>
/// <param name="Wanted">At least 1. With a plan: at most so many.</param>
/// <param name="Plan">Null: exactly <paramref name="Wanted"/> are asked, if there are so many.</param>
public sealed record NeedToFill(int Ordinal, short QualificationId, string Qualification, int Wanted, NeedPlan? Plan = null);

/// <summary>How many of those who may be asked are asked is decided by <see cref="WavePlanner"/>.</summary>
/// <param name="Target">Those who said yes and are expected too late are missing too: their places are taken, but nobody counts on them.</param>
/// <param name="Open">Offers not answered yet, and with a time of arrival those who are expected too late and as many who stand by for them.</param>
public sealed record NeedPlan(WaveTarget Target, IReadOnlyList<OpenOffer> Open)
{
    /// <summary>So many of the people wanted hold a place and are expected too late; null: nobody, or stored before it was kept.</summary>
    public int? ExpectedLate { get; init; }

    /// <summary>The operator wants more asked now than would be; null: no. See <see cref="WaveRequest.BeyondOpen"/>.</summary>
    public bool? BeyondOpen { get; init; }
}

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

    /// <summary>So many alerts are enough within <see cref="AlertPeriodSeconds"/>; null: no limit.</summary>
    public int? AlertBudget { get; init; }

    public double? AlertPeriodSeconds { get; init; }

    /// <summary>Nobody is asked so soon after a call-out he went to; null: no limit.</summary>
    public double? RestFloorSeconds { get; init; }

    /// <summary>Quiet hours: only who has switched himself on duty is asked. Null: no.</summary>
    public bool? Quiet { get; init; }

    /// <summary>What is known of how people answer; there when a need has a plan.</summary>
    public ResponseModel? Model { get; init; }

    public required IReadOnlyList<Ring> Rings { get; init; }

    public required IReadOnlyList<NeedToFill> Needs { get; init; }

    /// <summary>Needs of other open incidents over the same people, planned together with these; null: nobody competes.</summary>
    public IReadOnlyList<Rival>? Rivals { get; init; }

    /// <summary>At least the nearest of each need, ring by ring, until as many pass as all needs together want, or nobody is left.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }
}
