using System.Text.Json.Nodes;
using Dispatch.Drills.Gateway;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Channels;

/// <summary>Whether a volunteer can be reached: a test on every channel he has, kept, and never to be taken for a call-out.</summary>
public sealed class ReachabilityTests : IAsyncLifetime
{
    private FakeGateway gateway = null!;
    private TestNode node = null!;
    private ApiClient console = null!;

    public async Task InitializeAsync()
    {
        gateway = await FakeGateway.StartAsync();
        node = await TestNode.StartAsync(gateway.Settings());
        console = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        console.Dispose();
        await node.DisposeAsync();
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_test_goes_out_on_every_channel_he_has_and_the_missing_ones_say_why()
    {
        var volunteer = (await Numbers.VolunteersAsync(node, 1)).Single();

        var (status, test) = await OrderAsync(volunteer, Guid.NewGuid());
        await WhenAsync(volunteer, "sms", one => (string?)one["state"] == "sent");

        Assert.Equal(200, status);
        Assert.Equal("福田指挥员", (string?)test!["orderedBy"]!["name"]);
        Assert.Equal(["live", "push", "sms", "voice"], test["channels"]!.AsArray().Select(one => (string?)one!["channel"]));
        Assert.Equal(("unavailable", "notSubscribed"), Of(test, "push"));
        Assert.Equal(("unavailable", "notConfigured"), Of(test, "voice"));
        var message = gateway.Sent.Single();
        Assert.Equal(("test", null, null), (message.Kind, message.CalloutId, message.ReplyCodes));
        Assert.Contains("这不是召集，请勿前往", message.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("应急召集", message.Text, StringComparison.Ordinal);
        Assert.Equal(0, await node.World.ScalarAsync<long>("SELECT count(*) FROM callouts"));
        Assert.Equal(0, await node.World.ScalarAsync<long>("SELECT count(*) FROM inbox"));
    }

    [Fact]
    public async Task The_phone_page_hears_of_it_on_whatever_node_it_is_and_says_that_it_came()
    {
        await using var other = await TestNode.StartAsync(node.World, gateway.Settings());
        var volunteer = await node.World.VolunteerAsync(100);
        using var phone = await other.SignInAsync("v0001");
        await using var line = await LivePhone.ConnectAsync(other, phone.Token);

        var id = Guid.NewGuid();
        await OrderAsync(volunteer, id);
        await WhenAsync(volunteer, "live", one => (string?)one["state"] == "sent");
        Assert.Equal(204, (await phone.PutAsync($"/api/me/tests/{id}", new { confirmed = false })).Status);
        await WhenAsync(volunteer, "live", one => (string?)one["state"] == "delivered" && one["confirmedAt"] is null);
        Assert.Equal(204, (await phone.PutAsync($"/api/me/tests/{id}", new { confirmed = true })).Status);
        await WhenAsync(volunteer, "live", one => one["confirmedAt"] is not null);
    }

    [Fact]
    public async Task Received_by_SMS_and_a_delivery_report_are_the_outcome_of_the_SMS()
    {
        var volunteer = (await Numbers.VolunteersAsync(node, 1)).Single();
        await OrderAsync(volunteer, Guid.NewGuid());
        await WhenAsync(volunteer, "sms", one => (string?)one["state"] == "sent");

        await gateway.ReportAsync(node.Address, gateway.Sent.Single().Id, "delivered");
        await WhenAsync(volunteer, "sms", one => (string?)one["state"] == "delivered");
        var reply = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "ｔ");

        Assert.Equal("confirmed", reply.Body.GetProperty("result").GetString());
        await WhenAsync(volunteer, "sms", one => one["confirmedAt"] is not null);
    }

    [Fact]
    public async Task The_same_test_ordered_again_is_one_and_a_second_one_has_to_wait()
    {
        var volunteer = (await Numbers.VolunteersAsync(node, 1)).Single();
        var id = Guid.NewGuid();

        var first = await OrderAsync(volunteer, id);
        var again = await OrderAsync(volunteer, id);
        var second = await OrderAsync(volunteer, Guid.NewGuid());
        await WhenAsync(volunteer, "sms", one => (string?)one["state"] == "sent");

        Assert.Equal((200, 200, 429), (first.Status, again.Status, second.Status));
        Assert.Single(gateway.Arrivals);
        Assert.Single((await console.GetAsync($"/api/volunteers/{volunteer}/reachability")).Body!["tests"]!.AsArray());
    }

    [Fact]
    public async Task A_volunteer_of_another_command_is_not_there_and_a_test_without_an_id_is_refused()
    {
        var volunteer = await node.World.VolunteerAsync(100);
        using var luohu = await node.SignInAsync("luohu");

        Assert.Equal(404, (await luohu.PostAsync($"/api/volunteers/{volunteer}/reachability", new { testId = Guid.NewGuid() })).Status);
        Assert.Equal(422, (await console.PostAsync($"/api/volunteers/{volunteer}/reachability", new { })).Status);
        Assert.Equal(0, await node.World.ScalarAsync<long>("SELECT count(*) FROM reachability_tests"));
    }

    private static (string?, string?) Of(JsonNode test, string channel)
    {
        var one = test["channels"]!.AsArray().Single(one => (string?)one!["channel"] == channel)!;
        return ((string?)one["state"], (string?)one["reason"]);
    }

    private Task<(int Status, JsonNode? Body)> OrderAsync(Guid volunteer, Guid test) => console.PostAsync($"/api/volunteers/{volunteer}/reachability", new { testId = test });

    private Task<JsonNode> WhenAsync(Guid volunteer, string channel, Func<JsonNode, bool> good) => Eventually.Gives(
        async () => (await console.GetAsync($"/api/volunteers/{volunteer}/reachability")).Body!["tests"]![0]!["channels"]!.AsArray().Single(one => (string?)one!["channel"] == channel)!,
        good,
        $"the outcome on {channel}");
}
