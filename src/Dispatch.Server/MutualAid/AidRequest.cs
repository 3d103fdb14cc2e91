namespace Dispatch.Server.MutualAid;

internal enum AidState
{
    Open,
    Approved,
    Refused,

    /// <summary>Every stage was silent.</summary>
    Unanswered,

    /// <summary>No longer wanted: the incident has ended.</summary>
    Withdrawn,
}

/// <summary>Who is asked at the moment. Silence moves a request on; each stage has its deadline.</summary>
internal enum AidStage
{
    Desk,
    Liaison,
    Superior,
}

/// <summary>
/// One open question of an incident to one region: lend us people. Changed under the incident's lock only. Invariants: at most one open per incident
/// and region; what is open has a due time; whoever answers first has answered.
/// </summary>
internal sealed class AidRequest
{
    public required Guid Id { get; init; }

    public required Guid IncidentId { get; init; }

    /// <summary>Asked to lend.</summary>
    public required string Region { get; init; }

    /// <summary>The common superior through which it was chosen.</summary>
    public required string Through { get; init; }

    public AidState State { get; private set; }

    public AidStage Stage { get; private set; }

    public required TimeSpan StageWithin { get; init; }

    public DateTimeOffset? DueAt { get; private set; }

    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Null: by policy.</summary>
    public Guid? AskedBy { get; init; }

    public required TimeSpan LendFor { get; init; }

    public DateTimeOffset? AnsweredAt { get; private set; }

    public Guid? AnsweredBy { get; private set; }

    /// <summary>The command that answered: its repeat is recognised by it.</summary>
    public Guid? AnswerId { get; private set; }

    public string? Reason { get; private set; }

    public void Begin(AidStage stage, DateTimeOffset at) => (Stage, DueAt) = (stage, at + StageWithin);

    public void End(AidState how, DateTimeOffset at, Guid? by = null, Guid? answerId = null, string? reason = null)
    {
        if (State != AidState.Open || how == AidState.Open)
        {
            throw new InvalidOperationException($"A request that is {State} cannot become {how}.");
        }

        (State, DueAt, AnsweredAt, AnsweredBy, AnswerId, Reason) = (how, null, at, by, answerId, reason);
    }
}
