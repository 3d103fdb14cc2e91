using System.Text.Json.Nodes;
using Dispatch.Drills.Gateway;
using Dispatch.Server.Channels;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Channels;

/// <summary>What did not reach a phone in time goes out by SMS: once, whatever nodes and gateways do.</summary>
public sealed class FallbackTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 4, 0, 0, TimeSpan.Zero);

    private FakeGateway gateway = null!;
    private TestNode node = null!;

    public async Task InitializeAsync()
    {
        gateway = await FakeGateway.StartAsync();
        node = await TestNode.StartAsync(gateway.Settings());
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        await gateway.DisposeAsync();
    }

    [Theory]
    [InlineData(0.5, false, "", 2.0)] // nothing is due: look when the push is
    [InlineData(2, false, "Push", 20.0)]
    [InlineData(19.999, false, "Push", 20.0)]
    [InlineData(20, false, "Push Sms", null)]
    [InlineData(20, true, "", null)] // delivered: the channels have nothing to do, now or later
    [InlineData(90, false, "", null)] // the time to answer is over
    public void The_twentieth_second_without_delivery_opens_the_sms_and_the_second_the_push(double after, bool delivered, string channels, double? again)
    {
        var settings = new ChannelSettings { Gateways = new Dictionary<ChannelKind, Server.Channels.Gateway> { [ChannelKind.Sms] = new(new("https://gateway.example"), FakeGateway.Secret, null) } };

        var (now, next) = Fallback.Decide(new(Noon.AddSeconds(after), Noon, Noon.AddSeconds(90), delivered, Subscribed: true, FallbackAfter: null), settings);

        Assert.Equal(channels, string.Join(' ', now));
        Assert.Equal(again is { } seconds ? Noon.AddSeconds(seconds) : null, next);
    }

    [Fact]
    public void A_category_may_say_when_its_call_outs_go_out()
    {
        var settings = new ChannelSettings { Gateways = new Dictionary<ChannelKind, Server.Channels.Gateway> { [ChannelKind.Sms] = new(new("https://gateway.example"), FakeGateway.Secret, null) } };
        Fallback.Look At(double seconds) => new(Noon.AddSeconds(seconds), Noon, Noon.AddSeconds(90), false, false, TimeSpan.FromSeconds(5));

        Assert.Empty(Fallback.Decide(At(4.9), settings).Now);
        Assert.Equal([ChannelKind.Sms], Fallback.Decide(At(5), settings).Now);
    }

    [Fact]
    public async Task An_offer_that_reached_no_phone_goes_out_once_though_two_nodes_look()
    {
        await using var other = await TestNode.StartAsync(node.World, gateway.Settings());
        var volunteers = await Numbers.VolunteersAsync(node, 6);
        using var console = await node.SignInAsync("futian");

        var id = await console.RaiseAsync(ApiClient.Flood());
        var facts = await console.FactsAsync(id, until: "CalloutChannelSent", howMany: volunteers.Count);
        await OtherLooksAsync(id);

        Assert.Equal(volunteers.Count, gateway.Arrivals.Count);
        Assert.Equal(volunteers.Count, gateway.Arrivals.Select(arrival => arrival.Message.To).Distinct().Count());
        Assert.Equal(0, gateway.BadSignatures);
        Assert.All(facts.Of("CalloutChannelSent"), fact => Assert.Equal("sms", (string?)fact["data"]!["channel"]));
        var incident = await console.IncidentAsync(id);
        Assert.All(incident["callouts"]!.AsArray(), callout => Assert.Equal("sent", (string?)callout!["channels"]!.AsArray().Single()!["state"]));
    }

    [Fact]
    public async Task The_message_says_what_where_how_far_what_risk_until_when_and_how_to_answer()
    {
        await Numbers.VolunteersAsync(node, 1);
        using var console = await node.SignInAsync("futian");

        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(id, until: "CalloutChannelSent");

        var arrival = gateway.Arrivals.Single();
        Assert.Equal(Numbers.Of(1), arrival.Message.To);
        Assert.Equal("callOut", arrival.Message.Kind);
        Assert.Equal(arrival.Message.Id.ToString(), arrival.Key);
        Assert.Equal(new("A1", "B1"), arrival.Message.ReplyCodes);
        foreach (var part in new[] { "洪涝", "景田北六街", "100 米", "水深及胸，注意触电", "前答复", "回复 A1 接受", "B1 谢绝", "这是邀请" })
        {
            Assert.Contains(part, arrival.Message.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_reached_the_phone_in_time_does_not_go_out()
    {
        await Numbers.VolunteersAsync(node, 2);
        using var volunteer = await node.SignInAsync("v0001");
        using var console = await node.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);

        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(id, until: "CalloutDelivered");
        await console.FactsAsync(id, until: "CalloutChannelSent"); // the other one has no phone
        await OtherLooksAsync(id);

        Assert.Equal(Numbers.Of(2), gateway.Arrivals.Single().Message.To);
    }

    [Fact]
    public async Task What_is_withdrawn_before_its_time_does_not_go_out()
    {
        await node.World.SqlAsync("UPDATE categories SET fallback_after = '8 seconds' WHERE key = 'flood'"); // time enough to withdraw, also on a busy machine
        await Numbers.VolunteersAsync(node, 1);
        await Numbers.GiveAsync(node, await node.World.VolunteerAsync(100, "medical.nurse"), Numbers.Of(2));
        using var console = await node.SignInAsync("futian");
        var withdrawn = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(withdrawn, "offered", 1);
        await console.OrderAsync($"/api/incidents/{withdrawn}/recall", "演练");

        var later = await console.RaiseAsync(ApiClient.Flood(qualification: "medical"));
        await console.FactsAsync(later, until: "CalloutChannelSent"); // by then the time of the first is over too

        Assert.Equal(Numbers.Of(2), gateway.Arrivals.Single().Message.To);
    }

    [Fact]
    public async Task A_gateway_that_fails_twice_gets_the_message_a_third_time_and_operators_are_told_of_the_delay_once()
    {
        gateway.Next(503, 429);
        await Numbers.VolunteersAsync(node, 1);
        using var console = await node.SignInAsync("futian");

        var id = await console.RaiseAsync(ApiClient.Flood());
        var facts = await console.FactsAsync(id, until: "CalloutChannelSent");

        Assert.Equal(3, gateway.Arrivals.Single().Message.Attempt);
        Assert.Equal("http503", (string?)facts.Of("CalloutChannelDelayed").Single()["data"]!["reason"]);
    }

    [Fact]
    public async Task A_gateway_that_took_it_and_never_answered_gets_the_same_key_again_and_sends_once()
    {
        gateway.HangNext();
        await Numbers.VolunteersAsync(node, 1);
        using var console = await node.SignInAsync("futian");

        var id = await console.RaiseAsync(ApiClient.Flood());
        var facts = await console.FactsAsync(id, until: "CalloutChannelSent");

        Assert.Equal("timeOut", (string?)facts.Of("CalloutChannelDelayed").Single()["data"]!["reason"]);
        Assert.Equal(2, gateway.Arrivals.Count);
        Assert.Single(gateway.Sent);
    }

    [Fact]
    public async Task What_the_gateway_refuses_for_good_is_not_repeated()
    {
        gateway.Next(400);
        await Numbers.VolunteersAsync(node, 1);
        using var console = await node.SignInAsync("futian");

        var id = await console.RaiseAsync(ApiClient.Flood());
        var failed = (await console.FactsAsync(id, until: "CalloutChannelFailed")).Of("CalloutChannelFailed").Single();

        Assert.Equal("http400", (string?)failed["data"]!["reason"]);
        Assert.Equal("failed", (string?)Channel(await console.IncidentAsync(id))["state"]);
        Assert.Empty(gateway.Arrivals);
    }

    [Fact]
    public async Task A_volunteer_without_a_number_is_shown_as_one_whom_no_sms_can_reach()
    {
        await node.World.VolunteerAsync(100);
        using var console = await node.SignInAsync("futian");

        var id = await console.RaiseAsync(ApiClient.Flood());
        var failed = (await console.FactsAsync(id, until: "CalloutChannelFailed")).Of("CalloutChannelFailed").Single();

        Assert.Equal("noNumber", (string?)failed["data"]!["reason"]);
    }

    [Fact]
    public async Task A_message_whose_node_died_is_taken_up_under_the_same_key_when_its_lease_ends()
    {
        await Numbers.VolunteersAsync(node, 1);
        using var console = await node.SignInAsync("futian");
        gateway.Next(503);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(id, until: "CalloutChannelDelayed");
        await Eventually.True(() => gateway.Arrivals.Count == 1, "the second attempt");

        // As a node that died after its POST and before it wrote the outcome leaves it behind.
        await node.World.SqlAsync("UPDATE channel_messages SET state = 'sending', sent_at = NULL, attempts = 1, next_attempt_at = now() - interval '1 second'");

        await Eventually.True(() => gateway.Arrivals.Count == 2, "the message again");
        Assert.Single(gateway.Arrivals.Select(arrival => arrival.Key).Distinct());
        Assert.Single(gateway.Sent);
        await Eventually.True(async () => (string?)Channel(await console.IncidentAsync(id))["state"] == "sent", "sent");
    }

    [Fact]
    public async Task A_gateway_that_stays_away_is_given_up_when_the_call_out_is_over()
    {
        gateway.Next([.. Enumerable.Repeat(503, 100)]);
        await Numbers.VolunteersAsync(node, 1);
        using var console = await node.SignInAsync("futian");

        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(id, until: "CalloutChannelDelayed");
        await node.World.SqlAsync("UPDATE callouts SET due_at = now()"); // the time to answer is over
        var failed = (await console.FactsAsync(id, until: "CalloutChannelFailed")).Of("CalloutChannelFailed").Single();

        Assert.Contains((string?)failed["data"]!["reason"], (string[])["http503", "notNeeded"]);
        Assert.Empty(gateway.Arrivals);
    }

    private static JsonNode Channel(JsonNode incident) => incident["callouts"]![0]!["channels"]!.AsArray().Single()!;

    /// <summary>Until every node has looked at every call-out and none is left to be looked at.</summary>
    private Task OtherLooksAsync(Guid incident) => Eventually.True(
        async () => await node.World.ScalarAsync<long>($"""
            SELECT count(*) FROM callouts c WHERE c.incident_id = '{incident}' AND
                (c.state = 'offered' AND c.channels_look_at IS NOT NULL OR EXISTS (SELECT FROM channel_messages m WHERE m.callout_id = c.id AND m.state IN ('queued', 'sending')))
            """) == 0,
        "the channels to have looked");
}
