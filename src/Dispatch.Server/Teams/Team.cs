namespace Dispatch.Server.Teams;

/// <summary>The four standard kinds of the "4+N" scheme, and the open N.</summary>
internal enum TeamKind
{
    RedLecture,
    Rescue,
    Legal,
    PublicHealth,
    Other,
}

internal sealed class Team
{
    public required Guid Id { get; init; }

    public required string ExternalId { get; init; }

    public required string Name { get; set; }

    public required TeamKind Kind { get; set; }

    /// <summary>The local word; says which N when the kind is other.</summary>
    public required string KindName { get; set; }

    public required string HomeRegion { get; set; }

    /// <summary>The team of which this is a sub-team 分队.</summary>
    public Guid? ParentId { get; set; }

    public Guid? CaptainId { get; set; }

    public Guid? LiaisonId { get; set; }
}

internal sealed class TeamMember
{
    public required Guid TeamId { get; init; }

    public required Guid VolunteerId { get; init; }

    public required DateOnly Since { get; init; }
}
