namespace Dispatch.Server.MutualAid;

/// <summary>What a release stands on. The database refuses one whose ground does not hold.</summary>
internal enum Ground
{
    /// <summary>The lending desk's own word.</summary>
    Approval,

    /// <summary>A standing agreement.</summary>
    Agreement,

    UnifiedCommand,

    /// <summary>An operator's recorded decision about somebody who offered himself.</summary>
    Override,
}

/// <summary>Named people of one region, for one incident, until a time. Without one the database takes no call-out across the boundary.</summary>
internal sealed class Release
{
    public required Guid Id { get; init; }

    public required Guid IncidentId { get; init; }

    /// <summary>Whose people they are.</summary>
    public required string Region { get; init; }

    public required Ground Ground { get; init; }

    public Guid? RequestId { get; init; }

    public Guid? AgreementId { get; init; }

    public Guid? UnifiedCommandId { get; init; }

    public required DateTimeOffset GivenAt { get; init; }

    public required DateTimeOffset ValidUntil { get; init; }

    public Guid? ById { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When the desks were told that it has run out.</summary>
    public DateTimeOffset? LapseToldAt { get; set; }
}

internal sealed class ReleasedPerson
{
    public required Guid ReleaseId { get; init; }

    public required Guid VolunteerId { get; init; }

    /// <summary>Back in the pool of his home region; the database sets it when his call-out ends.</summary>
    public DateTimeOffset? ReturnedAt { get; set; }
}
