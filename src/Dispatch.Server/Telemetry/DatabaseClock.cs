namespace Dispatch.Server.Telemetry;

/// <summary>
/// The database's clock as this node knows it, for measuring only: facts carry the database's time, and two machines' clocks differ. Nothing is
/// ever decided by it. Right to half the round trip in which it was learned.
/// </summary>
internal sealed class DatabaseClock(TimeProvider time)
{
    private long aheadTicks;

    public DateTimeOffset Now => time.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref aheadTicks));

    /// <summary>The database said <paramref name="told"/> between these two moments of ours.</summary>
    public void Learn(DateTimeOffset asked, DateTimeOffset told, DateTimeOffset answered) =>
        Volatile.Write(ref aheadTicks, (told - (asked + ((answered - asked) / 2))).Ticks);
}
