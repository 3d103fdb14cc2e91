using System.Text.Json.Nodes;

namespace Dispatch.Server.Tests.Support;

/// <summary>
/// Judges the record of an incident by the rules alone: numbers 1..n, no step a call-out may not take, never more people than places, and an end
/// that agrees with the rows.
/// </summary>
internal static class History
{
    private static readonly Dictionary<string, string> StateAfter = new()
    {
        ["CalloutOffered"] = "offered",
        ["CalloutAccepted"] = "accepted",
        ["CalloutStoodBy"] = "standby",
        ["CalloutCalledUp"] = "accepted",
        ["CalloutDeclined"] = "declined",
        ["CalloutExpired"] = "expired",
        ["CalloutRecalled"] = "recalled",
        ["CalloutEnRoute"] = "enRoute",
        ["CalloutOnScene"] = "onScene",
        ["CalloutTurnedBack"] = "turnedBack",
        ["CalloutReleased"] = "released",
    };

    private static readonly HashSet<string> Steps =
    [
        "none>offered", "offered>accepted", "offered>declined", "offered>expired", "offered>recalled", "offered>standby", "expired>standby", "recalled>standby",
        "standby>accepted", "standby>released", "accepted>enRoute", "accepted>onScene", "accepted>turnedBack", "accepted>released", "enRoute>onScene",
        "enRoute>turnedBack", "enRoute>released", "onScene>turnedBack", "onScene>released",
    ];

    public static async Task HoldsAsync(ApiClient console, Guid id)
    {
        // The record first: what happens in between is in the rows and not yet in the record, so read until both agree.
        var (incident, facts) = await Eventually.Gives(
            async () => (await console.IncidentAsync(id), await console.FactsAsync(id)),
            read => (long)read.Item1["lastFact"]! == read.Item2.All.Count,
            "the incident and its record to be of one moment");
        Assert.Equal(Enumerable.Range(1, facts.All.Count).Select(number => (long)number), facts.Numbers());

        var states = new Dictionary<Guid, string>();
        var volunteers = new Dictionary<Guid, Guid>();
        foreach (var fact in facts.All)
        {
            if (!StateAfter.TryGetValue((string)fact["kind"]!, out var next))
            {
                continue;
            }

            var callout = (Guid)fact["calloutId"]!;
            var step = $"{states.GetValueOrDefault(callout, "none")}>{next}";
            Assert.True(Steps.Contains(step), $"Fact {fact["number"]}: {step} of call-out {callout}");
            Assert.True(next is not ("accepted" or "declined") || (string?)fact["by"]!["kind"] == "volunteer" || (string?)fact["kind"] == "CalloutCalledUp", $"Fact {fact["number"]}: answered by {fact["by"]}");
            states[callout] = next;
            if (next == "offered")
            {
                var volunteer = (Guid)fact["data"]!["callout"]!["volunteer"]!["id"]!;
                Assert.DoesNotContain(volunteers, earlier => earlier.Value == volunteer && states[earlier.Key] is ("offered" or "accepted" or "enRoute" or "onScene"));
                volunteers[callout] = volunteer;
            }
        }

        Assert.Equal(
            incident["callouts"]!.AsArray().ToDictionary(callout => (Guid)callout!["id"]!, callout => (string)callout!["state"]!).OrderBy(pair => pair.Key),
            states.OrderBy(pair => pair.Key));
        foreach (var need in incident["needs"]!.AsArray())
        {
            var taken = incident["callouts"]!.AsArray().Count(callout => (int)callout!["needOrdinal"]! == (int)need!["ordinal"]! && HoldsAPlace(facts, callout));
            Assert.Equal(taken, (int)need!["filled"]!);
            Assert.InRange(taken, 0, (int)need["count"]!);
        }
    }

    /// <summary>Accepted, en route, on scene, or released after having been on scene.</summary>
    private static bool HoldsAPlace(Facts facts, JsonNode? callout) => (string)callout!["state"]! switch
    {
        "accepted" or "enRoute" or "onScene" => true,
        "released" => facts.Of("CalloutOnScene").Any(fact => (Guid)fact["calloutId"]! == (Guid)callout["id"]!),
        _ => false,
    };
}
