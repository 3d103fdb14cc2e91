using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dispatch.Server.Live;

namespace Dispatch.Server.Telemetry;

/// <summary>
/// Every measure the product takes of itself: docs/telemetry.md lists the instruments, and a test compares. Tags are words of our own from short
/// lists, never an id, a name or a place. Gauges of the node's state are in <see cref="NodePulse"/>.
/// </summary>
internal sealed class Measures
{
    public const string MeterName = "Dispatch";

    private readonly Histogram<double> raiseToPhone, offerToPhone, acceptToConsole;
    private readonly Counter<long> timersMissed, clientsCut, connectionsRefused, racesRetried, sweeps, errors, notConfirmed, quarantined;
    private readonly DatabaseClock clock;
    private long cut, missed, raced, failed, unconfirmed;
    private double slowestRoundMs;
    private long lastRound = Stopwatch.GetTimestamp();

    public Measures(IMeterFactory meters, DatabaseClock clock)
    {
        this.clock = clock;
        Meter = meters.Create(MeterName);
        var bounds = new InstrumentAdvice<double> { HistogramBucketBoundaries = Tally.BoundsMs };
        raiseToPhone = Meter.CreateHistogram("dispatch.raise_to_phone", "ms", "From the raise until a phone of the first wave said it has the call-out", null, bounds);
        offerToPhone = Meter.CreateHistogram("dispatch.offer_to_phone", "ms", "From the offer until the phone said it has the call-out, any wave", null, bounds);
        acceptToConsole = Meter.CreateHistogram("dispatch.accept_to_console", "ms", "From the yes in the record until a console's connection took it", null, bounds);
        timersMissed = Meter.CreateCounter<long>("dispatch.timers.missed", "{incident}", "Due times the auditor found that the clock should have");
        clientsCut = Meter.CreateCounter<long>("dispatch.clients.cut", "{connection}", "Connections ended because the client did not keep up");
        connectionsRefused = Meter.CreateCounter<long>("dispatch.connections.refused", "{connection}", "Connections closed at once, because the limit of open files has room for no more");
        racesRetried = Meter.CreateCounter<long>("dispatch.races.retried", "{transaction}", "Transactions run again after a lost race or deadlock");
        sweeps = Meter.CreateCounter<long>("dispatch.sweeps", "{sweep}", "Rounds of the auditor");
        errors = Meter.CreateCounter<long>("dispatch.errors", "{error}", "Events logged as error or worse");
        quarantined = Meter.CreateCounter<long>("dispatch.quarantine.failures", "{failure}", "Rows and incidents that failed for a reason of their own");
        notConfirmed = Meter.CreateCounter<long>("dispatch.not_confirmed", "{answer}", "Answers that had to be \"not confirmed\"");
    }

    public Meter Meter { get; }

    /// <summary>For measuring, never for deciding.</summary>
    public DateTimeOffset DatabaseNow => clock.Now;

    public Tally RaiseToPhone { get; } = new();

    public Tally AcceptToConsole { get; } = new();

    /// <summary>How far this node's pump is behind the record: the slowest fact of the last rounds, or the time since a round when there is none.</summary>
    public double LagMs
    {
        get
        {
            var silent = Stopwatch.GetElapsedTime(Volatile.Read(ref lastRound)).TotalMilliseconds - Hints.PollTold.TotalMilliseconds;
            return Math.Max(Volatile.Read(ref slowestRoundMs), Math.Max(0, silent));
        }
    }

    /// <summary>A phone's receipt, by the database's clock; <paramref name="waited"/> is how long the receipt lay here before it was written.</summary>
    public void ReachedPhone(DateTimeOffset raisedAt, DateTimeOffset offeredAt, int wave, DateTimeOffset written, TimeSpan waited)
    {
        var at = written - waited;
        offerToPhone.Record(Math.Max(0, (at - offeredAt).TotalMilliseconds));
        if (wave == 1)
        {
            var ms = Math.Max(0, (at - raisedAt).TotalMilliseconds);
            raiseToPhone.Record(ms);
            RaiseToPhone.Add(ms);
        }
    }

    /// <summary>A yes was written to a console's connection.</summary>
    public void ReachedConsole(DateTimeOffset acceptedAt)
    {
        var ms = Math.Max(0, (clock.Now - acceptedAt).TotalMilliseconds);
        acceptToConsole.Record(ms);
        AcceptToConsole.Add(ms);
    }

    /// <summary>One round of the fact pump.</summary>
    public void Pumped(IReadOnlyCollection<FactView> facts)
    {
        Volatile.Write(ref lastRound, Stopwatch.GetTimestamp());
        var now = clock.Now;
        var slowest = facts.Count == 0 ? 0 : facts.Max(fact => (now - fact.At).TotalMilliseconds);
        Volatile.Write(ref slowestRoundMs, Math.Max(slowest, slowestRoundMs * 0.5)); // one slow round is seen for a few seconds
    }

    public void TimersMissed(int howMany, string what)
    {
        timersMissed.Add(howMany, new KeyValuePair<string, object?>("what", what));
        Interlocked.Add(ref missed, howMany);
    }

    public void ClientCut(string reason)
    {
        clientsCut.Add(1, new KeyValuePair<string, object?>("reason", reason));
        Interlocked.Increment(ref cut);
    }

    /// <summary>For want of open files.</summary>
    public void ConnectionRefused() => connectionsRefused.Add(1);

    public void RaceRetried()
    {
        racesRetried.Add(1);
        Interlocked.Increment(ref raced);
    }

    public void Swept() => sweeps.Add(1);

    public void Failed(string source)
    {
        errors.Add(1, new KeyValuePair<string, object?>("source", source));
        Interlocked.Increment(ref failed);
    }

    public void Quarantined(string kind) => quarantined.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void NotConfirmed(string line)
    {
        notConfirmed.Add(1, new KeyValuePair<string, object?>("line", line));
        Interlocked.Increment(ref unconfirmed);
    }

    /// <summary>The counts since the last taking, for the node's row.</summary>
    public (int Cut, int Missed, int Failed, int NotConfirmed, int Raced) Take() => (
        (int)Interlocked.Exchange(ref cut, 0), (int)Interlocked.Exchange(ref missed, 0), (int)Interlocked.Exchange(ref failed, 0),
        (int)Interlocked.Exchange(ref unconfirmed, 0), (int)Interlocked.Exchange(ref raced, 0));
}
