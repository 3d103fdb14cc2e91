using System.Collections.Concurrent;

namespace Dispatch.Drills.Histories;

/// <summary>An inbox item as the phone applied it.</summary>
internal sealed record AppliedItem(long Number, string Kind, Guid? Callout, DateTimeOffset At);

/// <summary>What one volunteer's phone applied. It lives as long as the volunteer, whatever becomes of its connections.</summary>
internal sealed class PhoneRecord(Guid volunteer)
{
    private readonly ConcurrentQueue<AppliedItem> applied = [];
    private readonly ConcurrentQueue<string> breaks = [];
    private long cursor;
    private int duplicates;

    public Guid Volunteer => volunteer;

    public long Cursor
    {
        get => Interlocked.Read(ref cursor);
        set => Interlocked.Exchange(ref cursor, value);
    }

    /// <summary>Where this run begins to look: what lay in the inbox before.</summary>
    public long StartedAt { get; private set; }

    public IReadOnlyCollection<AppliedItem> Applied => applied;

    /// <summary>Where the line of one unbroken connection was not ascending by one.</summary>
    public IReadOnlyCollection<string> Breaks => breaks;

    public int Duplicates => duplicates;

    /// <summary>From here on the line counts: where this run begins, or where a restored server begins again.</summary>
    public void BeginAt(long number)
    {
        applied.Clear();
        (StartedAt, Cursor) = (number, number);
    }

    public void Apply(AppliedItem item)
    {
        applied.Enqueue(item);
        Cursor = item.Number;
    }

    public void Broke(string how) => breaks.Enqueue(how);

    public void Duplicate() => Interlocked.Increment(ref duplicates);
}

/// <summary>What one console applied: how far it came in each incident, and where its line broke.</summary>
internal sealed class ConsoleRecord(string name, string regionPath)
{
    private readonly ConcurrentQueue<string> breaks = [];
    private int connects, fetched;

    public string Name => name;

    public string RegionPath => regionPath;

    public ConcurrentDictionary<Guid, long> Heads { get; } = new();

    /// <summary>The same of musters: by the picture it read or the facts it heard, whichever is later.</summary>
    public ConcurrentDictionary<Guid, long> MusterHeads { get; } = new();

    public IReadOnlyCollection<string> Breaks => breaks;

    public int Connects => connects;

    public int Fetched => fetched;

    public void Broke(string how) => breaks.Enqueue(how);

    public void Connected() => Interlocked.Increment(ref connects);

    public void Fetch() => Interlocked.Increment(ref fetched);
}
