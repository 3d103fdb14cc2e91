using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;
using Xunit;

namespace Dispatch.Server.Tests.Plans;

/// <summary>What-if: the plan of an incident that nobody raised.</summary>
public sealed class DrawPlanTests : IAsyncLifetime
{
    private const string Written = """
        SELECT concat_ws(' ', (SELECT count(*) FROM incidents), (SELECT count(*) FROM needs), (SELECT count(*) FROM waves), (SELECT count(*) FROM callouts), (SELECT count(*) FROM facts),
                         (SELECT count(*) FROM inbox), (SELECT count(*) FROM channel_messages))
        """;

    private TestNode node = null!;
    private ApiClient futian = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        futian = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        futian.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task It_names_exactly_the_people_whom_the_raise_then_asks_and_writes_nothing()
    {
        await node.World.VolunteersAsync(12);
        var before = await node.World.ScalarAsync<string>(Written);
        var plan = await PlanAsync(ApiClient.Flood(2));
        Assert.Equal(before, await node.World.ScalarAsync<string>(Written));
        Assert.True((bool)plan["needs"]![0]!["canFill"]!);
        Assert.InRange((double)plan["needs"]![0]!["expectedSeconds"]!, 100, 4000);
        Assert.Contains("召集 12 人", (string?)plan["needs"]![0]!["text"], StringComparison.Ordinal);

        var incident = await futian.RaiseAsync(ApiClient.Flood(2));
        var asked = (await futian.WhenAsync(incident, "offered", 12))["callouts"]!.AsArray().Select(callout => (Guid)callout!["volunteer"]!["id"]!).Order();
        Assert.Equal(asked, plan["people"]!.AsArray().Select(person => (Guid)person!["volunteerId"]!).Order());
    }

    [Fact]
    public async Task A_need_that_nobody_can_ever_fill_is_said_so_with_the_numbers_by_gate()
    {
        await node.World.VolunteerAsync(100);
        await node.World.VolunteerAsync(150, certificateUntil: "2021-01-01");
        await node.World.VolunteerAsync(200, certificateUntil: "2022-01-01");
        await node.World.VolunteerAsync(250, insuredUntil: null);
        await node.World.VolunteerAsync(300, duty: "off");
        var need = (await PlanAsync(ApiClient.Flood(3)))["needs"]![0]!;
        Assert.Equal((false, 1, 5), ((bool)need["canFill"]!, (int)need["mayBeAsked"]!, (int)need["considered"]!));
        Assert.Null(need["expectedSeconds"]);
        Assert.Equal(
            new[] { "certificateEnded 2 证书已过期", "insuranceMissing 1 没有保险", "offDuty 1 不在值班" },
            need["refused"]!.AsArray().Select(gate => $"{gate!["code"]} {gate["people"]} {gate["text"]}"));
    }

    [Fact]
    public async Task With_everybody_resting_it_says_so_and_a_qualification_nobody_holds_is_nobody()
    {
        foreach (var person in await node.World.VolunteersAsync(3))
        {
            await node.World.SqlAsync($"INSERT INTO response_records (volunteer_id, served_until) VALUES ('{person}', now() - interval '10 minutes')");
        }

        await node.World.SqlAsync("UPDATE categories SET rest_floor = '8 hours' WHERE key = 'flood'");
        var need = (await PlanAsync(ApiClient.Flood()))["needs"]![0]!;
        Assert.Equal((false, "resting", 3), ((bool)need["canFill"]!, (string?)need["refused"]![0]!["code"], (int)need["refused"]![0]!["people"]!));
        var nobody = (await PlanAsync(ApiClient.Flood(1, "rescue.diving")))["needs"]![0]!;
        Assert.Equal((0, 0, false), ((int)nobody["considered"]!, (int)nobody["asked"]!, (bool)nobody["canFill"]!));
    }

    [Fact]
    public async Task It_is_refused_as_the_raise_would_be()
    {
        Assert.Equal(422, (await futian.PostAsync("/api/plans", new { category = "nothing" })).Status);
        Assert.Equal(403, (await futian.PostAsync("/api/plans", ApiClient.Flood(longitude: 114.15, latitude: 22.55))).Status);
    }

    private async Task<JsonNode> PlanAsync(object body)
    {
        var (status, plan) = await futian.PostAsync("/api/plans", body);
        Assert.True(status == 200, $"{status} {plan}");
        return plan!;
    }
}
