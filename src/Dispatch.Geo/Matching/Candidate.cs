using Dispatch.Geo.Waves;

namespace Dispatch.Geo.Matching;

/// <summary>What says where a person is.</summary>
public enum LocatedBy
{
    /// <summary>The phone's position, at most <see cref="Gates.FixFreshFor"/> old, with consent to be located.</summary>
    Fix,

    /// <summary>The registered address, with consent to that, because there is no fresh fix.</summary>
    Address,
}

public enum Fitness { Fit, Limited, Unfit }

public enum Assessment { Passed, Pending, Failed }

public enum Duty { On, Off, ByHours }

/// <summary>
/// One person considered for one need: the facts the gates judge, as they were at the request's instant. Distances are metres on the
/// ellipsoid. No coordinates and no names: this is stored with the incident, and who was near is enough to explain a choice.
/// </summary>
public sealed record Candidate
{
    public required Guid VolunteerId { get; init; }

    public required int NeedOrdinal { get; init; }

    /// <summary>Number of the innermost ring the person's home region lies in.</summary>
    public required int Ring { get; init; }

    /// <summary>Null: nobody may know, or nobody knows, where the person is.</summary>
    public LocatedBy? LocatedBy { get; init; }

    /// <summary>To the incident, rounded to the millimetre. Null exactly when <see cref="LocatedBy"/> is.</summary>
    public double? DistanceMetres { get; init; }

    /// <summary>Age of the latest fix, stale ones too; null without a fix or without consent to be located.</summary>
    public double? FixAgeSeconds { get; init; }

    /// <summary>How far off <see cref="DistanceMetres"/> may be: the fix's accuracy or the address's declared uncertainty.</summary>
    public double? UncertaintyMetres { get; init; }

    public required DateOnly CertificateFrom { get; init; }

    /// <summary>Inclusive. Null: no end.</summary>
    public DateOnly? CertificateUntil { get; init; }

    /// <summary>Of the insurance that covers the day, else of the one that ended last or, failing that, begins next. Null: never insured.</summary>
    public DateOnly? InsuredFrom { get; init; }

    /// <summary>Inclusive; null exactly when <see cref="InsuredFrom"/> is.</summary>
    public DateOnly? InsuredUntil { get; init; }

    public required DateOnly DateOfBirth { get; init; }

    public required Fitness Fitness { get; init; }

    public required Assessment Assessment { get; init; }

    public bool LocationConsent { get; init; }

    public bool AddressConsent { get; init; }

    public required Duty Duty { get; init; }

    /// <summary>Whether the instant lies in the weekly hours, in the person's own zone. Speaks only when <see cref="Duty"/> is by hours.</summary>
    public bool WithinHours { get; init; }

    /// <summary>The incident of the person's active call-out.</summary>
    public Guid? EngagedIn { get; init; }

    /// <summary>State of the latest earlier call-out of this person in this incident, in the words of callouts.state.</summary>
    public string? AlreadyAsked { get; init; }

    /// <summary>What became of earlier offers in this class of hours; null: none.</summary>
    public ResponseRecord? Record { get; init; }

    /// <summary>Alerts in the period of the budget; null: none.</summary>
    public int? RecentAlerts { get; init; }

    /// <summary>Since the end of the last call-out the person went to.</summary>
    public double? RestedSeconds { get; init; }

    /// <summary>Of somebody at home in another command: whether he consents to be lent. Null: he is of this command.</summary>
    public bool? LendingConsent { get; init; }

    /// <summary>Null: has not said.</summary>
    public Means? Means { get; init; }
}
