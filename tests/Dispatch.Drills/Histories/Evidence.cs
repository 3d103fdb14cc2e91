namespace Dispatch.Drills.Histories;

/// <summary>Everything the invariants are judged by: what the clients did and saw, and what the database holds in the end.</summary>
internal sealed class Evidence
{
    public IReadOnlyCollection<Attempt> Attempts { get; init; } = [];

    public IReadOnlyCollection<RollReading> Readings { get; init; } = [];

    public IReadOnlyCollection<PhoneRecord> Phones { get; init; } = [];

    public IReadOnlyCollection<ConsoleRecord> Consoles { get; init; } = [];

    public IReadOnlyCollection<SocketRecord> Sockets { get; init; } = [];

    public IReadOnlyCollection<Outage> Outages { get; init; } = [];

    public Pace Pace { get; init; } = new();

    public FinalState State { get; init; } = new();

    /// <summary>Who was called to which incident or muster in a history that was put back. Empty unless a backup was.</summary>
    public IReadOnlySet<(Guid Incident, Guid Volunteer)> CalledBefore { get; init; } = new HashSet<(Guid, Guid)>();

    public static Evidence Of(History history, FinalState state) => new()
    {
        Attempts = history.Forgotten is { } forgotten ? [.. history.Attempts.Select(attempt => Forget(attempt, forgotten))] : history.Attempts,
        Readings = history.Forgotten is { } never ? [.. history.Readings.Where(reading => reading.At < never.From || reading.At > never.To)] : history.Readings,
        CalledBefore = history.Forgotten?.Called ?? new HashSet<(Guid, Guid)>(),
        Phones = history.Phones, Consoles = history.Consoles, Sockets = history.Sockets, Outages = history.Outages, Pace = history.Pace, State = state,
    };

    /// <summary>What was acknowledged in a time that never was may be there or not; everything before and after must be.</summary>
    private static Attempt Forget(Attempt attempt, Forgotten forgotten) =>
        attempt.Ending == Ending.Ok && attempt.To >= forgotten.From && attempt.To <= forgotten.To ? attempt with { Ending = Ending.Unknown } : attempt;
}
