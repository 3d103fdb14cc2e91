using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Incidents;

/// <summary>The operator's orders to a running incident: recall, escalate, close, cancel, and those to one call-out.</summary>
public sealed class OrderTests : IAsyncLifetime
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
    public async Task A_recall_withdraws_every_offer_and_nobody_is_asked_until_the_operator_asks_again()
    {
        await node.World.VolunteersAsync(9);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 7);

        var incident = await console.OrderAsync($"/api/incidents/{id}/recall", "情况不明");

        Assert.False((bool)incident["calling"]!);
        Assert.Equal(7, incident["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "recalled" && (string?)callout["reason"] == "情况不明"));
        await node.World.SqlAsync("UPDATE incidents SET look_at = now()"); // as if something had asked for a look
        await Eventually.True(() => node.World.ScalarAsync<bool>("SELECT look_at IS NULL FROM incidents"), "the look to have been taken");
        Assert.Equal(7, (await console.IncidentAsync(id))["callouts"]!.AsArray().Count);

        incident = await console.OrderAsync($"/api/incidents/{id}/escalate");
        Assert.True((bool)incident["calling"]!);
        Assert.Equal(7, incident["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "offered"));
        var facts = await console.FactsAsync(id);
        Assert.Single(facts.Of("CallingPaused"));
        Assert.Single(facts.Of("CallingResumed"));
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task A_recalled_volunteer_who_says_yes_is_told_that_it_is_over()
    {
        await node.World.VolunteerAsync(100);
        var id = await console.RaiseAsync(ApiClient.Flood());
        using var volunteer = await node.SignInAsync("v0001");
        var callout = await volunteer.MyCalloutAsync();
        await console.OrderAsync($"/api/incidents/{id}/recall", "情况不明");

        var (status, problem) = await volunteer.AnswerAsync(callout, "accept");

        Assert.Equal((409, "recalled"), (status, (string?)problem!["current"]!["state"]));
    }

    [Fact]
    public async Task An_end_withdraws_the_offers_and_releases_everybody()
    {
        await node.World.VolunteersAsync(12);
        var id = await console.RaiseAsync(ApiClient.Flood(count: 2));
        await console.WhenAsync(id, "offered", 12);
        using var onScene = await node.SignInAsync("v0001");
        using var accepted = await node.SignInAsync("v0002");
        using var standby = await node.SignInAsync("v0003");
        var served = await onScene.MyCalloutAsync();
        await onScene.AnswerAsync(served, "accept");
        await onScene.ProgressAsync(served, "onScene");
        await using var phone = await LivePhone.ConnectAsync(node, accepted.Token);
        var place = await accepted.MyCalloutAsync();
        await accepted.AnswerAsync(place, "accept");
        await standby.AnswerAsync(await standby.MyCalloutAsync(), "accept");

        var incident = await console.OrderAsync($"/api/incidents/{id}/close", "险情解除");

        Assert.Equal("closed", (string?)incident["state"]);
        Assert.NotNull(incident["endedAt"]);
        Assert.Equal(3, incident["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "released"));
        Assert.Equal(1, (int)incident["needs"]![0]!["filled"]!); // the place that was served
        Assert.Equal("released", (await phone.WhenAsync("released")).GetProperty("callout").GetProperty("state").GetString());
        Assert.Equal((409, "released"), await accepted.ProgressAsync(place, "enRoute") is var (status, problem) ? (status, (string?)problem!["current"]!["state"]) : default);
        await History.HoldsAsync(console, id);

        var again = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(again, "offered", 7); // they are free again
    }

    [Theory]
    [InlineData("close", "closed")]
    [InlineData("cancel", "cancelled")]
    public async Task An_ended_incident_refuses_every_order_and_says_how_it_stands(string end, string state)
    {
        await node.World.VolunteerAsync(100);
        var id = await console.RaiseAsync(ApiClient.Flood());
        using var volunteer = await node.SignInAsync("v0001");
        var callout = await volunteer.MyCalloutAsync();
        var facts = (await console.OrderAsync($"/api/incidents/{id}/{end}", "误报"))["lastFact"]!;

        foreach (var path in new[] { $"incidents/{id}/escalate", $"incidents/{id}/recall", $"incidents/{id}/close", $"incidents/{id}/cancel", $"callouts/{callout}/recall", $"callouts/{callout}/release" })
        {
            var (status, problem) = await console.PostAsync($"/api/{path}", new { commandId = Guid.NewGuid(), reason = "再试" });
            Assert.Equal((path, 409, state), (path, status, (string?)problem!["current"]!["state"]));
        }

        var (answered, refusal) = await volunteer.AnswerAsync(callout, "accept");
        Assert.Equal((409, "recalled"), (answered, (string?)refusal!["current"]!["state"]));
        Assert.Equal((long)facts, (long)(await console.IncidentAsync(id))["lastFact"]!);
        Assert.Contains(id.ToString(), (await console.GetAsync("/api/incidents?state=ended")).Body!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(id.ToString(), (await console.GetAsync("/api/incidents?state=open")).Body!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recall")]
    [InlineData("cancel")]
    public async Task An_order_that_needs_a_reason_is_refused_without_one(string order)
    {
        var id = await console.RaiseAsync(ApiClient.Flood());

        var (status, problem) = await console.PostAsync($"/api/incidents/{id}/{order}", new { commandId = Guid.NewGuid() });

        Assert.Equal((422, "reason"), (status, (string?)problem!["errors"]![0]!["field"]));
        Assert.Equal("open", (string?)(await console.IncidentAsync(id))["state"]);
    }
}
