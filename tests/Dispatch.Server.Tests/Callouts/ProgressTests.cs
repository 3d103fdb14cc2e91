using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>On the way, there, done, or turned back.</summary>
public sealed class ProgressTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient console = null!;
    private ApiClient volunteer = null!;
    private Guid id, callout;

    /// <summary>One place, two people: the first has accepted, the second was withdrawn.</summary>
    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        await node.World.VolunteersAsync(2);
        console = await node.SignInAsync("futian");
        volunteer = await node.SignInAsync("v0001");
        id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 2);
        callout = await volunteer.MyCalloutAsync();
        await volunteer.AnswerAsync(callout, "accept");
    }

    public async Task DisposeAsync()
    {
        volunteer.Dispose();
        console.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task A_responder_goes_arrives_and_is_released_and_his_place_stays_taken()
    {
        foreach (var state in new[] { "enRoute", "onScene", "released" })
        {
            Assert.Equal((200, state), await volunteer.ProgressAsync(callout, state) is var (status, card) ? (status, (string?)card!["state"]) : default);
        }

        var need = (await console.IncidentAsync(id))["needs"]![0]!;
        Assert.Equal(1, (int)need["filled"]!);
        await History.HoldsAsync(console, id);
        var facts = await console.FactsAsync(id);
        Assert.Equal(["CalloutEnRoute", "CalloutOnScene", "CalloutReleased"], facts.Kinds().Where(kind => kind is "CalloutEnRoute" or "CalloutOnScene" or "CalloutReleased"));
    }

    [Fact]
    public async Task One_released_before_he_arrived_leaves_his_place_open_and_another_is_asked()
    {
        await volunteer.ProgressAsync(callout, "enRoute");

        await console.OrderAsync($"/api/callouts/{callout}/release", "由他人替换");

        await console.WhenAsync(id, "offered", 1);
        Assert.Equal(0, (int)(await console.IncidentAsync(id))["needs"]![0]!["filled"]!);
        await History.HoldsAsync(console, id);
    }

    [Theory]
    [InlineData("accepted")]
    [InlineData("enRoute")]
    [InlineData("onScene")]
    public async Task Whoever_turns_back_says_why_and_another_is_asked(string from)
    {
        if (from != "accepted")
        {
            await volunteer.ProgressAsync(callout, from);
        }

        var (refused, problem) = await volunteer.ProgressAsync(callout, "turnedBack");
        Assert.Equal((422, "reason"), (refused, (string?)problem!["errors"]![0]!["field"]));
        Assert.Equal(from, (string?)(await volunteer.GetAsync("/api/callouts/mine")).Body!["callouts"]![0]!["state"]);

        var (status, card) = await volunteer.ProgressAsync(callout, "turnedBack", "车辆故障");
        Assert.Equal((200, "turnedBack", "车辆故障"), (status, (string?)card!["state"], (string?)card["reason"]));
        var incident = await console.WhenAsync(id, "offered", 1);
        Assert.Equal("志愿者2", (string?)incident["callouts"]!.AsArray().Single(one => (string?)one!["state"] == "offered")!["volunteer"]!["name"]);
        await History.HoldsAsync(console, id);
    }

    [Theory]
    [InlineData("declined")]
    [InlineData("accepted")]
    [InlineData("flying")]
    [InlineData(null)]
    public async Task A_step_that_does_not_exist_is_refused_by_name(string? state)
    {
        var (status, problem) = await volunteer.PutAsync($"/api/callouts/{callout}/progress", new { state });

        Assert.Equal((422, "state"), (status, (string?)problem!["errors"]![0]!["field"]));
    }

    [Fact]
    public async Task A_step_back_is_refused_with_the_card_as_it_is()
    {
        await volunteer.ProgressAsync(callout, "onScene");

        var (status, problem) = await volunteer.ProgressAsync(callout, "enRoute");

        Assert.Equal((409, "onScene"), (status, (string?)problem!["current"]!["state"]));
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Without_a_yes_nobody_is_on_his_way()
    {
        await console.OrderAsync($"/api/callouts/{callout}/release");
        await console.WhenAsync(id, "offered", 1);
        using var second = await node.SignInAsync("v0002");
        var offered = (Guid)(await second.GetAsync("/api/callouts/mine")).Body!["callouts"]!.AsArray().Single(one => (string?)one!["state"] == "offered")!["id"]!;

        foreach (var state in new[] { "enRoute", "onScene", "released" })
        {
            Assert.Equal((409, "offered"), await second.ProgressAsync(offered, state) is var (status, problem) ? (status, (string?)problem!["current"]!["state"]) : default);
        }
    }

    [Fact]
    public async Task What_is_reported_again_is_no_second_fact()
    {
        foreach (var state in new[] { "enRoute", "enRoute", "onScene", "onScene", "released", "released" })
        {
            Assert.Equal(200, (await volunteer.ProgressAsync(callout, state)).Status);
        }

        var facts = await console.FactsAsync(id);
        Assert.Single(facts.Of("CalloutEnRoute"));
        Assert.Single(facts.Of("CalloutOnScene"));
        Assert.Single(facts.Of("CalloutReleased"));
    }
}
