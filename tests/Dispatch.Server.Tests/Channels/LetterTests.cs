using Dispatch.Drills.Gateway;
using Dispatch.Server.Channels;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Channels;

/// <summary>Who said yes hears by SMS too that he is called up, or not needed any more, when his phone was not told in time.</summary>
public sealed class LetterTests : IAsyncLifetime
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
    public async Task Who_said_yes_by_SMS_and_is_released_is_told_once_to_stay_at_home()
    {
        await Numbers.VolunteersAsync(node, 2);
        var id = await AcceptedBySmsAsync();

        await console.OrderAsync($"/api/incidents/{id}/close", "已控制");
        var letter = await SentAsync("standDown");
        await console.FactsAsync(id, until: "CalloutChannelSent", howMany: 3); // two offers and this

        Assert.Equal(Numbers.Of(1), letter.To);
        Assert.StartsWith("【召集解除】", letter.Text, StringComparison.Ordinal);
        Assert.Contains("不再需要您前往", letter.Text, StringComparison.Ordinal);
        Assert.Null(letter.ReplyCodes);
        await Task.Delay(2500); // two more looks
        Assert.Single(gateway.Arrivals, arrival => arrival.Message.Kind == "standDown"); // nobody else had said yes, and he is told once
        var facts = await console.FactsAsync(id);
        Assert.Equal("standDown", (string?)facts.Of("CalloutChannelSent").Last()["data"]!["letter"]);
        var mine = (await console.IncidentAsync(id))["callouts"]!.AsArray().Single(callout => (string?)callout!["state"] == "released");
        Assert.Equal(["callOut", "standDown"], mine!["channels"]!.AsArray().Select(channel => (string?)channel!["letter"]));

        var (_, reply) = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1");
        Assert.Equal("tooLate", reply.GetProperty("result").GetString()); // whoever answers it is told again
    }

    [Fact]
    public async Task A_standby_whose_phone_is_away_is_called_up_by_SMS_and_one_whose_phone_heard_it_is_not()
    {
        await Numbers.VolunteersAsync(node, 2);
        var id = await AcceptedBySmsAsync();
        var (_, second) = await gateway.ReplyAsync(node.Address, Numbers.Of(2), "A1");
        Assert.Equal("standby", second.GetProperty("result").GetString());

        using var first = await node.SignInAsync("v0001");
        await first.ProgressAsync(await AcceptedAsync(id), "turnedBack", "车坏了");
        var letter = await SentAsync("calledUp");

        Assert.Equal(Numbers.Of(2), letter.To);
        Assert.StartsWith("【召集递补】", letter.Text, StringComparison.Ordinal);
        Assert.Contains("景田北六街", letter.Text, StringComparison.Ordinal);

        // His phone is on now: what it hears by itself is not sent.
        using var volunteer = await node.SignInAsync("v0002");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        await console.OrderAsync($"/api/incidents/{id}/close", "已控制");
        await phone.WhenAsync("released");
        await Task.Delay(2500);
        Assert.DoesNotContain(gateway.Arrivals, arrival => arrival.Message.Kind == "standDown");
    }

    [Fact]
    public async Task A_gateway_that_takes_nothing_is_a_reason_on_the_system_page_and_so_is_what_did_not_arrive()
    {
        await Numbers.VolunteersAsync(node, 2);
        gateway.Next(400, 200);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(id, until: "CalloutChannelFailed");

        var status = await Eventually.Gives(async () => (await console.GetAsync("/api/system")).Body!, read => read["reasons"]!.AsArray().Count > 0, "the reason");

        Assert.Equal("channel", (string?)Assert.Single(status["reasons"]!.AsArray())!["code"]);
        var sms = Assert.Single(status["parts"]!["channels"]!.AsArray());
        Assert.Equal(("sms", true, 1, 1, "http400"), ((string?)sms!["channel"], (bool)sms["configured"]!, (int)sms["failed"]!, (int)sms["gatewayFailures"]!, (string?)sms["lastReason"]));
    }

    /// <summary>An incident for one person, accepted by the first volunteer's SMS; the phones of both are away.</summary>
    private async Task<Guid> AcceptedBySmsAsync()
    {
        var id = await console.RaiseAsync(ApiClient.Flood());
        await Eventually.True(() => gateway.Sent.Count == 2, "both offers to go out by SMS");
        var (_, reply) = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1");
        Assert.Equal("accepted", reply.GetProperty("result").GetString());
        return id;
    }

    private async Task<Guid> AcceptedAsync(Guid incident) =>
        (Guid)(await console.WhenAsync(incident, "accepted", 1))["callouts"]!.AsArray().Single(callout => (string?)callout!["state"] == "accepted")!["id"]!;

    private async Task<Webhook.Body> SentAsync(string kind)
    {
        await Eventually.True(() => gateway.Sent.Any(message => message.Kind == kind), $"a letter {kind}");
        return gateway.Sent.Single(message => message.Kind == kind);
    }
}
