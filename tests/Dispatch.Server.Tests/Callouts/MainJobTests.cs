using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>Raise, match, call out, answer: the job the product exists for, over the routes.</summary>
public sealed class MainJobTests
{
    [Fact]
    public async Task The_nearest_who_say_yes_get_the_places_and_the_others_are_withdrawn()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteersAsync(14);
        using var console = await node.SignInAsync("futian");
        var id = await console.RaiseAsync(ApiClient.Flood(count: 2));

        var incident = await console.WhenAsync(id, "offered", 12);
        Assert.Equal(12, incident["callouts"]!.AsArray().Count);
        Assert.Equal(Enumerable.Range(1, 12), incident["callouts"]!.AsArray().Select(callout => (int)callout!["rank"]!));

        foreach (var name in new[] { "v0003", "v0007" })
        {
            using var phone = await node.SignInAsync(name);
            var (status, card) = await phone.PutAsync($"/api/callouts/{await phone.MyCalloutAsync()}/answer", new { answer = "accept" });
            Assert.Equal(200, status);
            Assert.Equal("accepted", (string?)card!["state"]);
        }

        incident = await console.IncidentAsync(id);
        Assert.Equal(2, (int)incident["needs"]![0]!["filled"]!);
        Assert.Equal(10, incident["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "recalled" && (string?)callout["reason"] == "filled"));

        var (_, record) = await console.GetAsync($"/api/incidents/{id}/facts");
        var numbers = record!["facts"]!.AsArray().Select(fact => (int)fact!["number"]!).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        Assert.Equal((int)record["lastFact"]!, numbers.Count);
    }
}
