using System.Collections.Concurrent;
using System.Diagnostics;
using Dispatch.Drills.Live;

namespace Dispatch.Drills.Histories;

/// <summary>How an attempt ended for the client: done, definitely not done, or nobody knows (a time-out, a lost answer, "not confirmed").</summary>
internal enum Ending
{
    Ok,
    Refused,
    Unknown,
}

/// <summary>What clients ask for. The words are those of the wire.</summary>
internal enum Order
{
    Raise,
    Escalate,
    Recall,
    Close,
    Cancel,
    Accept,
    Decline,
    EnRoute,
    OnScene,
    Released,
    TurnedBack,
    CallMuster,
    StandDown,
    CheckInByHand,
    MusterAccept,
    MusterDecline,
    MusterCheckIn,
}

/// <summary>
/// One attempt of one client. <paramref name="Subject"/> is the incident, the call-out or the muster; <paramref name="Key"/> is what all repeats of one
/// order have in common: the caller's command id, or the subject where that is the key. <paramref name="Person"/>: of a muster, whom it is about.
/// </summary>
internal sealed record Attempt(
    string Client, Order Order, Guid Subject, Guid Key, DateTimeOffset From, DateTimeOffset To, Ending Ending, string Answer, Guid? Person = null);

/// <summary>
/// The roll call of a muster as somebody read it, as a picture or with a fact: the state after fact <paramref name="LastFact"/>.
/// <paramref name="People"/>: who had come how far, where the reading named them.
/// </summary>
internal sealed record RollReading(string Reader, Guid Muster, long LastFact, DateTimeOffset At, RollCall Counts, IReadOnlyList<(Guid Volunteer, string Stage)>? People);

/// <summary>
/// A time in which the field was not healthy: a fault was at work, or no node said it was ready. With an <paramref name="Incident"/>, for that one only.
/// </summary>
internal sealed record Outage(DateTimeOffset From, DateTimeOffset To, string Why, Guid? Incident = null);

/// <summary>
/// A backup was put back: what was done between the moment it was put back to and this, never was. <paramref name="Called"/>: who had been called to
/// which incident or muster until then, and so rightly heard of it.
/// </summary>
internal sealed record Forgotten(DateTimeOffset From, DateTimeOffset To, IReadOnlySet<(Guid Incident, Guid Volunteer)> Called);

/// <summary>What all clients of one run did and saw, on one monotonic clock.</summary>
internal sealed class History
{
    private readonly ConcurrentQueue<Attempt> attempts = [];
    private readonly ConcurrentQueue<Outage> outages = [];
    private readonly ConcurrentQueue<RollReading> readings = [];
    private readonly ConcurrentQueue<SocketRecord> sockets = [];
    private readonly ConcurrentDictionary<Guid, PhoneRecord> phones = new();
    private readonly ConcurrentQueue<ConsoleRecord> consoles = [];
    private readonly ConcurrentDictionary<string, int> oddities = new();

    // Set once by the machine's clock so that it can be laid beside the database's; from then on it only runs forward.
    private readonly DateTimeOffset began = TimeProvider.System.GetUtcNow();
    private readonly long mark = Stopwatch.GetTimestamp();

    public DateTimeOffset Now => began + Stopwatch.GetElapsedTime(mark);

    public DateTimeOffset Began => began;

    public Pace Pace { get; } = new();

    public IReadOnlyCollection<Attempt> Attempts => attempts;

    public IReadOnlyCollection<Outage> Outages => outages;

    public IReadOnlyCollection<RollReading> Readings => readings;

    public IReadOnlyCollection<SocketRecord> Sockets => sockets;

    public IReadOnlyCollection<PhoneRecord> Phones => [.. phones.Values];

    public IReadOnlyCollection<ConsoleRecord> Consoles => consoles;

    /// <summary>What is no violation and yet nobody expects, by its words: an answer 500, for one.</summary>
    public IReadOnlyDictionary<string, int> Oddities => oddities;

    /// <summary>Null: everything that was acknowledged must be there.</summary>
    public Forgotten? Forgotten { get; set; }

    public void Add(Attempt attempt) => attempts.Enqueue(attempt);

    public void Add(Outage outage) => outages.Enqueue(outage);

    public void Add(RollReading reading) => readings.Enqueue(reading);

    public PhoneRecord Phone(Guid volunteer) => phones.GetOrAdd(volunteer, id => new PhoneRecord(id));

    public ConsoleRecord Console(string name, string regionPath)
    {
        var record = new ConsoleRecord(name, regionPath);
        consoles.Enqueue(record);
        return record;
    }

    public SocketRecord Socket(string owner, Guid? volunteer, string regionPath)
    {
        var record = new SocketRecord(owner, volunteer, regionPath, () => Now);
        sockets.Enqueue(record);
        return record;
    }

    public void Odd(string what) => oddities.AddOrUpdate(what, 1, (_, count) => count + 1);
}
