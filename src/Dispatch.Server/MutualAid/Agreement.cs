using Dispatch.Server.Policies;
using NetTopologySuite.Geometries;

namespace Dispatch.Server.MutualAid;

/// <summary>Consent given in advance: the lender's people are released at once for the borrower's incidents of a category and mode.</summary>
internal sealed class Agreement
{
    public required Guid Id { get; init; }

    public required string Lender { get; init; }

    public required string Borrower { get; init; }

    public required bool BothWays { get; init; }

    /// <summary>Null: every category.</summary>
    public string? Category { get; init; }

    /// <summary>Null: every mode.</summary>
    public Mode? Mode { get; init; }

    public required DateTimeOffset ValidFrom { get; init; }

    public required DateTimeOffset ValidUntil { get; init; }

    public required Guid ProposedBy { get; init; }

    /// <summary>Whose word is still missing; null: in force.</summary>
    public string? ProposedFor { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>What a region keeps for itself whatever is asked of it.</summary>
internal sealed class ReserveFloor
{
    public required Guid Id { get; init; }

    public required string Region { get; init; }

    public required short QualificationId { get; init; }

    public required short Count { get; init; }

    /// <summary>From here is measured; null: anywhere in the region.</summary>
    public Point? Location { get; init; }

    public string? Place { get; init; }

    public int? WithinMetres { get; init; }

    public short? WithinMinutes { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>A superior calls the people of all regions below it as one command, for a time.</summary>
internal sealed class UnifiedCommand
{
    public required Guid Id { get; init; }

    public required string Region { get; init; }

    public required Guid ById { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset Until { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>Who may answer for a region's desk once it was silent.</summary>
internal sealed class RegionLiaison
{
    public required string Region { get; init; }

    public required Guid AccountId { get; init; }
}
