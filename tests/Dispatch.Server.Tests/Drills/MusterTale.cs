using System.Text.Json;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Invariants;
using Dispatch.Drills.Live;

namespace Dispatch.Server.Tests.Drills;

/// <summary>
/// The muster of a made-up run: Anna and Ben are called in second 10 and told together; Anna says yes and signs in, Ben says no; it is stood down. The
/// console of Futian hears every fact, and its operator reads the roll call once.
/// </summary>
internal sealed class MusterTale
{
    private const string Futian = "44.4403.440304";

    private readonly List<MusterFactRow> facts = [];
    private readonly Dictionary<Guid, MusterPersonRow> people = [];
    private readonly List<MusterItemRow> items = [];

    private Guid anna, ben;
    private bool over;

    public Guid Id { get; } = Guid.NewGuid();

    public List<Attempt> Attempts { get; } = [];

    public List<RollReading> Readings { get; } = [];

    public FinalMusters State => facts.Count == 0 ? new() : new()
    {
        Musters = new Dictionary<Guid, MusterRow> { [Id] = new(Id, Futian, over ? "stoodDown" : "open", facts.Max(fact => fact.Number)) },
        People = [.. people.Values], Facts = facts, Items = items, Delivered = people.Keys.ToDictionary(one => one, _ => 1L),
    };

    public void Tell(Tale tale)
    {
        (anna, ben) = (tale.Anna, tale.Ben);
        foreach (var one in new[] { anna, ben })
        {
            people[one] = new(Id, one, 5, null, 7, Tale.At(11), Tale.At(12), Tale.At(13), null);
            items.AddRange([new(Id, one, 7, "mustered"), new(Id, one, 8, "musterStoodDown")]);
        }

        people[anna] = people[anna] with { CheckedInAt = Tale.At(15) };
        people[ben] = people[ben] with { Stage = 3, AnsweredAt = Tale.At(14) };
        Fact("MusterCalled", 10, "2/0/0/0/0/0", new { people = 2 });
        Fact("MusterNotified", 11, "2/2/0/0/0/0", new { people = new[] { anna, ben } });
        Fact("MusterDelivered", 12, "2/2/2/0/0/0", new { people = new[] { anna, ben } });
        Fact("MusterAccepted", 13, "2/2/2/1/1/0", new { volunteerId = anna }, anna);
        Fact("MusterDeclined", 14, "2/2/2/2/1/0", new { volunteerId = ben }, ben);
        Fact("MusterCheckedIn", 15, "2/2/2/2/1/1", new { volunteerId = anna }, anna);
        Fact("MusterStoodDown", 20, "2/2/2/2/1/1", new { reason = "演练" });
        Fact("MusterStandDownTold", 21, "2/2/2/2/1/1", new { people = new[] { anna, ben } });
        over = true;
        Said(Order.CallMuster, null, 10);
        Said(Order.MusterAccept, anna, 13);
        Said(Order.MusterDecline, ben, 14);
        Said(Order.MusterCheckIn, anna, 15);
        Read(4, 13.5, "2/2/2/1/1/0", (anna, "accepted"), (ben, "delivered"));
        tale.FutianConsole.MusterHeads[Id] = facts.Count;
        tale.Sockets[0].Read(System.Text.Encoding.UTF8.GetBytes($"{Id}"));
        tale.Sockets[2].Read(System.Text.Encoding.UTF8.GetBytes($"{Id}"));
    }

    /// <summary>One more fact; the console has it too.</summary>
    public void Go(Tale tale, string kind, double second, string counts, Guid person)
    {
        Fact(kind, second, counts, new { volunteerId = person }, person);
        tale.FutianConsole.MusterHeads[Id] = facts.Count;
    }

    /// <summary>As if it had never been stood down.</summary>
    public void LeaveOpen(Tale tale)
    {
        over = false;
        facts.RemoveRange(facts.Count - 2, 2);
        tale.FutianConsole.MusterHeads[Id] = facts.Count;
    }

    public void Change(Guid person, Func<MusterPersonRow, MusterPersonRow> change) => people[person] = change(people[person]);

    public void Said(Order order, Guid? person, double second, Ending ending = Ending.Ok, Guid? key = null) =>
        Attempts.Add(new($"the phone of {person}", order, Id, key ?? Guid.NewGuid(), Tale.At(second), Tale.At(second), ending, "", person));

    public void Read(long lastFact, double second, string counts, params (Guid Volunteer, string Stage)[] named) =>
        Readings.Add(new("the operator futian", Id, lastFact, Tale.At(second), Counts(counts), named.Length == 0 ? null : named));

    public void SayAgain(Guid person, string kind) => items.Add(new(Id, person, 9, kind));

    public void Lose(long number) => facts.RemoveAll(fact => fact.Number == number);

    /// <summary>Changes a fact as somebody would who does not know of the chain.</summary>
    public void Tamper(long number, Func<MusterFactRow, MusterFactRow> change)
    {
        var at = facts.FindIndex(fact => fact.Number == number);
        facts[at] = change(facts[at]);
    }

    private void Fact(string kind, double second, string counts, object data, Guid? by = null)
    {
        var whole = JsonSerializer.SerializeToNode(data)!.AsObject();
        whole["counts"] = JsonSerializer.SerializeToNode(Counts(counts), JsonSerializerOptions.Web);
        var number = facts.Count + 1;
        var fact = new MusterFactRow(Id, number, kind, Tale.At(second), by is null ? "system" : "volunteer", by, null, JsonSerializer.SerializeToElement(whole), $"{number}", "");
        facts.Add(fact with { Hash = MusterRecordAgreesWithRows.ChainedHash(facts.LastOrDefault()?.Hash ?? new('0', 64), fact) });
    }

    private static RollCall Counts(string text)
    {
        var of = text.Split('/').Select(int.Parse).ToList();
        return new(of[0], of[1], of[2], of[3], of[4], of[5]);
    }
}
