namespace Dispatch.Server.Policies;

/// <summary>What a region sets for a category (null: for all of them) in a mode. What is null is inherited (<see cref="Plan"/>).</summary>
internal sealed class PolicyLine
{
    public required Guid Id { get; init; }

    public required string Region { get; init; }

    public string? Category { get; init; }

    public required Mode Mode { get; init; }

    /// <summary>Region level of the first ring: 5 community, 4 street, 3 the whole district.</summary>
    public short? FirstRing { get; set; }

    /// <summary>Region level of the last ring: 3 the district; 2 the city, 1 the province, while their unified command is on.</summary>
    public short? LastRing { get; set; }

    public int? RadiusMetres { get; set; }

    public TimeSpan? AnswerWithin { get; set; }

    public TimeSpan? ArriveWithin { get; set; }

    public double? TargetProbability { get; set; }

    public double? InnerTarget { get; set; }

    /// <summary>0: no limit.</summary>
    public short? AlertBudget { get; set; }

    public TimeSpan? AlertPeriod { get; set; }

    /// <summary>0: none.</summary>
    public TimeSpan? RestFloor { get; set; }

    /// <summary>Local time; equal to <see cref="QuietTo"/>: no quiet hours.</summary>
    public TimeOnly? QuietFrom { get; set; }

    public TimeOnly? QuietTo { get; set; }

    public AidAsked? Aid { get; set; }

    /// <summary>For each stage of a request to a neighbour: desk, liaison, superior.</summary>
    public TimeSpan? AidAnswerWithin { get; set; }

    /// <summary>For how long people are lent unless the lender says otherwise.</summary>
    public TimeSpan? LendFor { get; set; }

    public Approver? Approver { get; set; }

    /// <summary>Counts the changes of this line: who edits an older one is refused.</summary>
    public int Version { get; set; }
}
