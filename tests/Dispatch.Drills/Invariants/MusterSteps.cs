using System.Text.Json;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Live;

namespace Dispatch.Drills.Invariants;

/// <summary>The record of one muster told again from its first fact: how far each person has come. Knows nothing of the product's own code.</summary>
internal sealed class MusterSteps
{
    public const int Listed = 0, Notified = 1, Delivered = 2, Responded = 3, Accepted = 4, CheckedIn = 5;

    private static readonly string[] Names = ["listed", "notified", "delivered", "responded", "accepted", "checkedIn"];

    private readonly Dictionary<Guid, int> stages;
    private readonly HashSet<Guid> toldOfTheEnd = [];
    private bool ended;

    /// <param name="called">Everybody on the list: his fact says how many they are, not who.</param>
    public MusterSteps(IEnumerable<Guid> called) => stages = called.ToDictionary(one => one, _ => Listed);

    public int this[Guid volunteer] => stages[volunteer];

    public RollCall Counts => Of(stages.Values);

    public static RollCall Of(IEnumerable<int> stages)
    {
        var all = stages.ToList();
        int From(int stage) => all.Count(one => one >= stage);
        return new(From(Listed), From(Notified), From(Delivered), From(Responded), From(Accepted), From(CheckedIn));
    }

    /// <summary>By the word of the wire.</summary>
    public static int Stage(string name) => Array.IndexOf(Names, name);

    /// <summary>Whom a fact is about.</summary>
    public static IEnumerable<Guid> People(MusterFactRow fact) => fact.Data.TryGetProperty("volunteerId", out var one) ? [one.GetGuid()]
        : fact.Data.TryGetProperty("people", out var many) && many.ValueKind == JsonValueKind.Array ? many.EnumerateArray().Select(person => person.GetGuid()) : [];

    /// <summary>Takes one fact; returns what is not a step that anybody can take.</summary>
    public List<string> Take(MusterFactRow fact)
    {
        var wrong = new List<string>();
        if (fact.Kind == "MusterStoodDown")
        {
            if (ended)
            {
                wrong.Add("is stood down twice");
            }

            ended = true;
        }

        foreach (var person in People(fact))
        {
            if (!stages.TryGetValue(person, out var stage))
            {
                wrong.Add($"speaks of {person}, who is not on the list");
            }
            else if (Next(fact.Kind, person, stage) is { } next)
            {
                stages[person] = next;
            }
            else
            {
                wrong.Add($"{fact.Kind} of {person}, who was {Names[stage]}{(ended ? " when it had been stood down" : "")}");
            }
        }

        return wrong;
    }

    /// <summary>Null: he cannot do that now.</summary>
    private int? Next(string kind, Guid person, int stage) => kind switch
    {
        "MusterNotified" => stage == Listed && !ended ? Notified : null,
        "MusterDelivered" => stage == Notified ? Delivered : null,
        "MusterAccepted" => stage < Accepted && !ended ? Accepted : null,
        "MusterDeclined" => stage is not (Responded or CheckedIn) && !ended ? Responded : null,
        "MusterCheckedIn" => stage < CheckedIn && !ended ? CheckedIn : null,
        "MusterStandDownTold" => stage > Listed && ended && toldOfTheEnd.Add(person) ? stage : null,
        _ => null,
    };
}
