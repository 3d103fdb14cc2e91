using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Incidents;

/// <summary>A need that turns out greater or smaller takes effect at once.</summary>
public sealed class ChangeNeedTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient console = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        console = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        console.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task A_greater_need_asks_more_people()
    {
        await node.World.VolunteersAsync(25);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 7);

        Assert.Equal(200, (await ChangeAsync(id, 2)).Status);

        await console.WhenAsync(id, "offered", 12);
        var fact = (await console.FactsAsync(id, until: "NeedChanged")).Of("NeedChanged").Single();
        Assert.Equal((1, 2, "又发现两人"), ((int)fact["data"]!["before"]!, (int)fact["data"]!["count"]!, (string)fact["data"]!["reason"]!));
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task A_need_made_as_small_as_what_is_filled_withdraws_the_other_offers_in_the_same_moment()
    {
        await node.World.VolunteersAsync(15);
        var id = await console.RaiseAsync(ApiClient.Flood(count: 2));
        await console.WhenAsync(id, "offered", 12);
        using var volunteer = await node.SignInAsync("v0001");
        await volunteer.AnswerAsync(await volunteer.MyCalloutAsync(), "accept");

        var (_, incident) = await ChangeAsync(id, 1);

        Assert.Equal((1, 1), ((int)incident!["needs"]![0]!["count"]!, (int)incident["needs"]![0]!["filled"]!));
        Assert.Equal(11, incident["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "recalled"));
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task It_cannot_be_made_smaller_than_the_places_taken_and_a_bad_number_is_named()
    {
        await node.World.VolunteersAsync(15);
        var id = await console.RaiseAsync(ApiClient.Flood(count: 2));
        await console.WhenAsync(id, "offered", 12);
        foreach (var who in new[] { "v0001", "v0002" })
        {
            using var volunteer = await node.SignInAsync(who);
            await volunteer.AnswerAsync(await volunteer.MyCalloutAsync(), "accept");
        }

        Assert.Equal(409, (await ChangeAsync(id, 1)).Status);
        var (status, body) = await ChangeAsync(id, 0);
        Assert.Equal((422, "count"), (status, (string)body!["errors"]![0]!["field"]!));
        Assert.Equal(404, (await console.PostAsync($"/api/incidents/{id}/needs/7", new { commandId = Guid.NewGuid(), count = 3, reason = "x" })).Status);
        using var luohu = await node.SignInAsync("luohu");
        Assert.Equal(404, (await luohu.PostAsync($"/api/incidents/{id}/needs/1", new { commandId = Guid.NewGuid(), count = 3, reason = "x" })).Status);
    }

    [Fact]
    public async Task A_change_races_with_the_yes_that_fills_the_old_need_and_nothing_is_overfilled()
    {
        await node.World.VolunteersAsync(15);
        for (var round = 0; round < 3; round++)
        {
            var id = await console.RaiseAsync(ApiClient.Flood(count: 2));
            await console.WhenAsync(id, "offered", 5);
            var offered = (await console.IncidentAsync(id))["callouts"]!.AsArray().Take(3).Select(callout => (Id: (Guid)callout!["id"]!, Who: (Guid)callout["volunteer"]!["id"]!)).ToList();
            var phones = new List<ApiClient>();
            foreach (var (_, who) in offered)
            {
                phones.Add(await node.SignInAsync(await node.World.ScalarAsync<string>($"SELECT external_id FROM volunteers WHERE id = '{who}'")));
            }

            await Task.WhenAll([ChangeAsync(id, 1), .. offered.Zip(phones, (callout, phone) => phone.AnswerAsync(callout.Id, "accept"))]);

            await History.HoldsAsync(console, id);
            await console.OrderAsync($"/api/incidents/{id}/close");
            phones.ForEach(phone => phone.Dispose());
        }
    }

    private Task<(int Status, JsonNode? Body)> ChangeAsync(Guid incident, int count) =>
        console.PostAsync($"/api/incidents/{incident}/needs/1", new { commandId = Guid.NewGuid(), count, reason = "又发现两人" });
}
