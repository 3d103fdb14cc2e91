using Dispatch.Geo.Matching;
using NetTopologySuite.Geometries;

namespace Dispatch.Server.Volunteers;

/// <summary>A person on the roster of his home region. Whether he may be called is decided by the gates at the instant, not stored here.</summary>
internal sealed class Volunteer
{
    public required Guid Id { get; init; }

    /// <summary>The station's own number: the key of imports.</summary>
    public required string ExternalId { get; init; }

    public required string Name { get; set; }

    public required string HomeRegion { get; set; }

    public required DateOnly DateOfBirth { get; set; }

    public required Fitness Fitness { get; set; }

    public required Assessment Assessment { get; set; }

    public Duty Duty { get; set; } = Duty.ByHours;

    public required DateTimeOffset DutyChangedAt { get; set; }

    public string? RegisteredAddress { get; set; }

    public Point? RegisteredLocation { get; set; }

    public int? RegisteredUncertaintyMetres { get; set; }

    public required string TimeZone { get; set; }

    /// <summary>演练: a twin that only drills can call.</summary>
    public bool Drill { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A span of a local week in which he is available; <c>ToTime</c> is exclusive.</summary>
internal sealed class WeeklyHours
{
    public required Guid VolunteerId { get; init; }

    /// <summary>0 Sunday ... 6 Saturday.</summary>
    public required short Weekday { get; init; }

    public required TimeOnly FromTime { get; init; }

    public required TimeOnly ToTime { get; init; }
}

internal enum ConsentKind
{
    Location,
    RegisteredAddress,
    CrossRegion,
}

/// <summary>A consent given, and withdrawn: a record, never overwritten.</summary>
internal sealed class Consent
{
    public required Guid Id { get; init; }

    public required Guid VolunteerId { get; init; }

    public required ConsentKind Kind { get; init; }

    public required DateTimeOffset GivenAt { get; init; }

    public DateTimeOffset? WithdrawnAt { get; set; }
}

/// <summary>A period of accident insurance; both dates inclusive, local to the home region.</summary>
internal sealed class Insurance
{
    public required Guid Id { get; init; }

    public required Guid VolunteerId { get; init; }

    public required string PolicyNumber { get; init; }

    public required string Insurer { get; set; }

    public required DateOnly ValidFrom { get; set; }

    public required DateOnly ValidUntil { get; set; }
}

/// <summary>A certificate for one qualification; dates inclusive, local; no end when <c>ValidUntil</c> is null.</summary>
internal sealed class Certificate
{
    public required Guid Id { get; init; }

    public required Guid VolunteerId { get; init; }

    public required short QualificationId { get; init; }

    public required string Number { get; init; }

    public required string Issuer { get; set; }

    public string? Grade { get; set; }

    public required DateOnly ValidFrom { get; set; }

    public DateOnly? ValidUntil { get; set; }
}

/// <summary>The latest fix of a volunteer; earlier ones are not kept.</summary>
internal sealed class LastPosition
{
    public required Guid VolunteerId { get; init; }

    public required Point Location { get; set; }

    public required float AccuracyMetres { get; set; }

    public required DateTimeOffset TakenAt { get; set; }

    public required DateTimeOffset ReceivedAt { get; set; }
}
