using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Console.Tests;

/// <summary>
/// What the phone page's worker does with a push. A browser gets pushes from its maker's service on the internet, which no test reaches: the push is
/// handed to the real worker by the browser's own tools, as the service would.
/// </summary>
public sealed class PhonePushTests
{
    [Fact]
    public async Task A_push_rings_names_no_place_and_says_by_its_receipt_that_it_came()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        var callout = (Guid)(await console.WhenAsync(incident, "offered", 1))["callouts"]![0]!["id"]!;
        await node.World.SqlAsync($"""
            INSERT INTO channel_messages (id, callout_id, volunteer_id, channel, state, attempts, next_attempt_at, receipt, queued_at, sent_at, changed_at)
            SELECT gen_random_uuid(), id, volunteer_id, 'push', 'sent', 1, now(), '\x000102030405060708090a0b0c0d0e0f', now(), now(), now() FROM callouts WHERE id = '{callout}'
            """);

        var shown = await phone.PushAsync(new { kind = "callOut", id = callout, title = "召集 · 洪涝", body = "需要水域救援 · 请打开看详情", receipt = "AAECAwQFBgcICQoLDA0ODw" });

        Assert.Equal(("召集 · 洪涝", "需要水域救援 · 请打开看详情", $"{callout}"), (shown.GetProperty("title").GetString(), shown.GetProperty("body").GetString(), shown.GetProperty("tag").GetString()));
        Assert.True(shown.GetProperty("requireInteraction").GetBoolean()); // it stays until it is answered
        var push = await Eventually.Gives(
            async () => (await console.IncidentAsync(incident))["callouts"]![0]!["channels"]!.AsArray().Single(), channel => (string?)channel!["state"] == "delivered", "the receipt of the push");
        Assert.Equal("push", (string?)push!["channel"]);
        await console.FactsAsync(incident, until: "CalloutChannelDelivered");
    }
}
