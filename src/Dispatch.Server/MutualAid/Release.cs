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

/// <summary>What somebody decided about people who are still out when their release has run out.</summary>
internal enum LapseDecision
{
    /// <summary>They go on without a release until they are released from the incident.</summary>
    GoOn,

    /// <summary>Of the lender: he wants them home, and the incident's command decides. Of the command: they are released.</summary>
    CallHome,
}

/// <summary>For whom somebody speaks about a release.</summary>
internal enum ReleaseSide
{
    /// <summary>The region whose people they are: consent is its own.</summary>
    Lender,

    /// <summary>The incident's command: who is sent home from it is its word.</summary>
    Command,

    /// <summary>A common superior of both, which commands both from above: whether the question has come to it already stands in the record before its word.</summary>
    Superior,
}

/// <summary>Named people of one region, for one incident, until a time. Without one the database takes no call-out across the boundary.</summary>
internal sealed class Release
{
    /// <summary>From the moment of the decision: so far ahead a region may lend, and extend.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public required Guid Id { get; init; }

    public required Guid IncidentId { get; init; }

    /// <summary>Whose people they are.</summary>
    public required string Region { get; init; }

    public required Ground Ground { get; init; }

    public Guid? RequestId { get; init; }

    public Guid? AgreementId { get; init; }

    public Guid? UnifiedCommandId { get; init; }

    public required DateTimeOffset GivenAt { get; init; }

    public required DateTimeOffset ValidUntil { get; set; }

    public Guid? ById { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When the desks were told that it has run out.</summary>
    public DateTimeOffset? LapseToldAt { get; set; }

    /// <summary>The last word on people still out after its end; the six are set together.</summary>
    public LapseDecision? Decision { get; private set; }

    public ReleaseSide? DecidedAs { get; private set; }

    /// <summary>The region whose word it is.</summary>
    public string? DecidedFor { get; private set; }

    public DateTimeOffset? DecidedAt { get; private set; }

    public Guid? DecidedBy { get; private set; }

    public string? DecisionReason { get; private set; }

    /// <summary>The region that has to decide, or was silent, whether people who are wanted back go; null: it is the incident's command's turn, or nobody's.</summary>
    public string? AppealTo { get; private set; }

    /// <summary>Until then whoever's turn it is has to say whether they go; null: nobody is asked.</summary>
    public DateTimeOffset? AppealDueAt { get; private set; }

    public void Decide(LapseDecision decision, ReleaseSide side, string region, DateTimeOffset at, Guid by, string reason) =>
        (Decision, DecidedAs, DecidedFor, DecidedAt, DecidedBy, DecisionReason) = (decision, side, region, at, by, reason);

    /// <summary>They are wanted back: it is this region's turn to say whether they go; null: the incident's command's.</summary>
    public void Appeal(string? to, DateTimeOffset due) => (AppealTo, AppealDueAt) = (to, due);

    /// <summary>Nobody asks for them back any more, or it is decided.</summary>
    public void Settle() => (AppealTo, AppealDueAt) = (null, null);

    /// <summary>This region, above which there is nobody to ask, was silent: the last word stands, and that it was silent.</summary>
    public void LeaveUnanswered(string region) => (AppealTo, AppealDueAt) = (region, null);

    /// <summary>It holds again, until then: what was decided when it had run out is for the next time open again.</summary>
    public void Extend(DateTimeOffset until)
    {
        if (EndedAt is not null || until <= ValidUntil)
        {
            throw new InvalidOperationException($"A release until {ValidUntil}, ended at {EndedAt}, cannot be extended until {until}.");
        }

        (ValidUntil, LapseToldAt) = (until, null);
        (Decision, DecidedAs, DecidedFor, DecidedAt, DecidedBy, DecisionReason) = (null, null, null, null, null, null);
        Settle();
    }
}

internal sealed class ReleasedPerson
{
    public required Guid ReleaseId { get; init; }

    public required Guid VolunteerId { get; init; }

    /// <summary>Back in the pool of his home region; the database sets it when his call-out ends.</summary>
    public DateTimeOffset? ReturnedAt { get; set; }
}
