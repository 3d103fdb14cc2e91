using System.Text.Json;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Invariants;

namespace Dispatch.Server.Tests.Drills;

/// <summary>
/// A made-up run. The clean one: an incident in Futian; Anna says yes, goes and is released in second 5 of it; Ben declines in second 5; consoles of
/// Futian and Luohu, and Anna's phone, listen. Then a muster of both: <see cref="MusterTale"/>.
/// </summary>
internal sealed class Tale
{
    private const string Futian = "44.4403.440304", Home = "44.4403.440304.440304001";

    private static readonly DateTimeOffset Midnight = DateTimeOffset.UnixEpoch;

    private readonly Dictionary<Guid, IncidentRow> incidents = [];
    private readonly List<NeedRow> needs = [];
    private readonly Dictionary<Guid, CalloutRow> callouts = [];
    private readonly List<FactRow> facts = [];
    private readonly List<InboxRow> inbox = [];
    private readonly Pace pace = new();

    public Guid Anna { get; } = Guid.NewGuid();

    public Guid Ben { get; } = Guid.NewGuid();

    public Guid First { get; private set; }

    public Guid AnnasCallout { get; } = Guid.NewGuid();

    public Guid BensCallout { get; } = Guid.NewGuid();

    public List<Attempt> Attempts { get; } = [];

    public List<Outage> Outages { get; } = [];

    public Dictionary<Guid, PhoneRecord> Phones { get; } = [];

    public ConsoleRecord FutianConsole { get; } = new("futian", Futian);

    public List<SocketRecord> Sockets { get; } = [];

    public Dictionary<Guid, string> Homes { get; } = [];

    public List<ReleaseRow> Releases { get; } = [];

    public MusterTale Muster { get; } = new();

    public Tale Clean()
    {
        First = Incident();
        Attempt(Order.Raise, First, Ending.Ok);
        Offer(First, AnnasCallout, Anna, second: 1);
        Offer(First, BensCallout, Ben, second: 1);
        Fact(First, "CalloutAccepted", AnnasCallout, second: 2, by: "volunteer", byId: Anna);
        Attempt(Order.Accept, AnnasCallout, Ending.Unknown, second: 1.5);
        Attempt(Order.Accept, AnnasCallout, Ending.Ok, second: 2);
        Fact(First, "CalloutEnRoute", AnnasCallout, second: 3, by: "volunteer", byId: Anna);
        Attempt(Order.EnRoute, AnnasCallout, Ending.Ok, second: 3);
        Fact(First, "CalloutReleased", AnnasCallout, second: 5);
        Fact(First, "CalloutDeclined", BensCallout, second: 5, by: "volunteer", byId: Ben);
        Attempt(Order.Decline, BensCallout, Ending.Ok, second: 5);
        foreach (var volunteer in new[] { Anna, Ben })
        {
            Phones[volunteer] = new PhoneRecord(volunteer);
            Phones[volunteer].Apply(new(1, "offered", volunteer == Anna ? AnnasCallout : BensCallout, At(1)));
        }

        Sockets.Add(new SocketRecord("console futian", null, Futian, () => At(1)));
        Sockets.Add(new SocketRecord("console luohu", null, "44.4403.440303", () => At(1)));
        Sockets.Add(new SocketRecord($"the phone of volunteer {Anna}", Anna, "", () => At(1)));
        Sockets[0].Read(System.Text.Encoding.UTF8.GetBytes($"{First} {AnnasCallout}"));
        Sockets[2].Read(System.Text.Encoding.UTF8.GetBytes($"{First} {AnnasCallout}"));
        FutianConsole.Heads[First] = facts.Count(fact => fact.Incident == First);
        Muster.Tell(this);
        return this;
    }

    public Guid Incident(short needed = 4)
    {
        var id = Guid.NewGuid();
        incidents[id] = new(id, Home, "open", 0);
        needs.Add(new(id, 1, needed, 0));
        Fact(id, "IncidentRaised", null, second: 0);
        Fact(id, "RingOpened", null, second: 0, data: new { needOrdinal = 1, ring = 1, regionCode = "440304" });
        return id;
    }

    public void Offer(Guid incident, Guid callout, Guid volunteer, double second, double? committedAt = null)
    {
        callouts[callout] = new(callout, incident, 1, volunteer, "offered", 1, At(second + 10), At(second));
        Homes.TryAdd(volunteer, Home);
        Fact(incident, "CalloutOffered", callout, second, committedAt: committedAt);
        inbox.Add(new(volunteer, inbox.Count(item => item.Volunteer == volunteer) + 1, "offered", callout));
        if (Phones.TryGetValue(volunteer, out var phone))
        {
            phone.Apply(new(phone.Cursor + 1, "offered", callout, At(second)));
        }
    }

    public void Fact(
        Guid incident, string kind, Guid? callout, double second, string by = "system", Guid? byId = null, Guid? command = null, object? data = null, double? committedAt = null)
    {
        var number = incidents[incident].LastFact + 1;
        incidents[incident] = incidents[incident] with { LastFact = number };
        var fact = new FactRow(incident, number, kind, At(second), by, byId, callout, command, JsonSerializer.SerializeToElement(data ?? new { }), At(committedAt ?? second), "");
        facts.Add(fact with { Hash = RecordAgreesWithRows.ChainedHash(facts.FindLast(one => one.Incident == incident)?.Hash ?? new('0', 64), fact) });
        if (callout is { } id && Transitions.Of(facts[^1]) is { } state && state != "offered")
        {
            callouts[id] = callouts[id] with { State = state, ChangedAt = At(second) };
        }

        if (FutianConsole.Heads.ContainsKey(First))
        {
            FutianConsole.Heads[incident] = number;
        }
    }

    public void Commit(Guid incident, string kind, Guid callout, double at)
    {
        var index = facts.FindIndex(fact => fact.Incident == incident && fact.Kind == kind && fact.Callout == callout);
        facts[index] = facts[index] with { CommittedAt = At(at) };
    }

    /// <summary>Changes a fact as somebody would who does not know of the chain.</summary>
    public void Tamper(string kind, Func<FactRow, FactRow> change)
    {
        var index = facts.FindIndex(fact => fact.Kind == kind);
        facts[index] = change(facts[index]);
    }

    public Tale Attempt(Order order, Guid subject, Ending ending, double second = 1)
    {
        Attempts.Add(new("somebody", order, subject, subject, At(second), At(second), ending, ""));
        return this;
    }

    public void Change(Guid callout, Func<CalloutRow, CalloutRow> change) => callouts[callout] = change(callouts[callout]);

    public void LoseFact(long number) => facts.RemoveAll(fact => fact.Incident == First && fact.Number == number);

    public void Outage(double from, double to) => Outages.Add(new(At(from), At(to), "a tale"));

    /// <summary>From the beginning until then everything took so many times longer.</summary>
    public void Slow(double until, double factor) => pace.Note(At(until), factor);

    public Evidence Evidence() => new()
    {
        Pace = pace,
        Attempts = [.. Attempts, .. Muster.Attempts], Readings = Muster.Readings, Phones = Phones.Values, Consoles = [FutianConsole], Sockets = Sockets, Outages = Outages,
        State = new FinalState
        {
            At = At(60), Incidents = incidents, Needs = needs, Callouts = callouts, Facts = [.. facts.OrderBy(fact => fact.Incident).ThenBy(fact => fact.Number)],
            Inbox = [.. inbox.Where(item => Phones.ContainsKey(item.Volunteer)).OrderBy(item => item.Volunteer).ThenBy(item => item.Number)],
            InboxHeads = inbox.Where(item => Phones.ContainsKey(item.Volunteer)).CountBy(item => item.Volunteer).ToDictionary(pair => pair.Key, pair => (long)pair.Value),
            Musters = Muster.State, Homes = Homes, Releases = Releases, RegionPaths = new Dictionary<string, string> { ["440304"] = Futian },
        },
    };

    public static DateTimeOffset At(double second) => Midnight.AddSeconds(second);
}
