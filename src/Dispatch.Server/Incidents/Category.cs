namespace Dispatch.Server.Incidents;

/// <summary>A kind of incident and the plan that goes with it; the plan is copied onto the incident when it is raised.</summary>
internal sealed class Category
{
    public required string Key { get; init; }

    public required string Class { get; set; }

    /// <summary>Code of GB/T 35561-2017, null until read from the standard itself.</summary>
    public string? Gbt35561 { get; set; }

    public required string Name { get; set; }

    public required string NameEn { get; set; }

    public required bool Hazardous { get; set; }

    public required bool LifeCritical { get; set; }

    /// <summary>Region level of the first ring: 5 community, 4 street, 3 the whole district.</summary>
    public required short FirstRing { get; set; }

    public required TimeSpan AnswerWithin { get; set; }

    public required int RadiusMetres { get; set; }

    /// <summary>When a call-out that has not reached the phone goes out by SMS and voice; null: as the installation is configured.</summary>
    public TimeSpan? FallbackAfter { get; set; }

    /// <summary>How surely the people needed shall be there within <see cref="ArriveWithin"/>.</summary>
    public double TargetProbability { get; set; } = 0.9;

    /// <summary>Of one plan; null: what was calibrated for <see cref="TargetProbability"/>.</summary>
    public double? InnerTarget { get; set; }

    public TimeSpan ArriveWithin { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A volunteer is alerted at most so often in <see cref="AlertPeriod"/>; null: no limit.</summary>
    public short? AlertBudget { get; set; }

    public TimeSpan AlertPeriod { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Nobody is asked so soon after a call-out he went to; null: no limit.</summary>
    public TimeSpan? RestFloor { get; set; }

    public required string RiskHint { get; set; }

    /// <summary>JSON list of <c>{qualification, count}</c>.</summary>
    public required string DefaultNeeds { get; set; }

    public required short Sort { get; set; }
}

/// <summary>A node of the qualification taxonomy; who holds the child can fill a need for the parent.</summary>
internal sealed class Qualification
{
    public required short Id { get; init; }

    public required string Key { get; set; }

    public short? ParentId { get; set; }

    public required string Name { get; set; }

    public required string NameEn { get; set; }

    public required bool NeedsCertificate { get; set; }

    public required short Sort { get; set; }
}
