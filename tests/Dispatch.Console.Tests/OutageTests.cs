using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>What people see when the database cannot confirm, when it was put back to an earlier state, and when the system itself is stuck.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task What_the_server_cannot_confirm_is_shown_as_not_confirmed_on_console_and_phone_and_resolves_itself()
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(300);
        await using var phone = await PhonePage.ActivatedAsync(node, volunteer);
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var asked = await api.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        await Expect(console.Row(asked)).ToBeVisibleAsync();

        await using (await HeldLock.OnAsync(node.World, "LOCK TABLE incidents IN EXCLUSIVE MODE")) // reads go on; every change waits, and is given up
        {
            await phone.PressAsync("接受");
            await console.WriteFloodAsync(people: 1);
            await console.SendAsync();
            await phone.SaysAsync("接受 · 未确认，正在重试");
            await Expect(console.Page.GetByText("未确认").First).ToBeVisibleAsync(new() { Timeout = 45_000 });
            await Expect(console.Rows).ToHaveCountAsync(1);
            await phone.ShowsAsync("召集"); // not accepted: nobody knows that yet
            await phone.ScreenshotAsync("phone-outage");
            await console.ScreenshotAsync("console-outage");
        }

        await phone.ShowsAsync("已接受");
        await Assertions.Expect(phone.Page.Locator(".standing.confirmed")).ToBeVisibleAsync();
        await Expect(console.Rows).ToHaveCountAsync(2, new() { Timeout = 30_000 });
        await Expect(console.Page.GetByText("未确认")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
        Assert.Equal(2, await node.World.ScalarAsync<long>("SELECT count(*) FROM incidents"));
        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT count(*) FROM facts WHERE kind = 'CalloutAccepted'"));
    }

    [Fact]
    public async Task After_a_restore_console_and_phone_show_what_is_so_now_although_they_had_seen_more()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        var before = (await api.FactsAsync(incident, until: "CalloutSeen")).All.Count;
        await phone.PressAsync("接受");
        await phone.ShowsAsync("已接受");
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援1/1");

        // As the last backup had it: nobody has answered yet.
        await node.World.TamperAsync($"""
            DELETE FROM facts WHERE incident_id = '{incident}' AND number > {before};
            UPDATE incidents SET last_fact = {before} WHERE id = '{incident}';
            UPDATE needs SET filled = 0 WHERE incident_id = '{incident}';
            UPDATE callouts SET state = 'offered', answered_at = NULL, changed_at = offered_at, due_at = now() + interval '5 minutes' WHERE incident_id = '{incident}';
            SELECT begin_epoch()
            """);

        await phone.ShowsAsync("召集");
        await phone.LiveAsync();
        await console.LiveAsync();
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援0/1", new() { Timeout = 30_000 });
        await phone.PressAsync("接受");
        await phone.ShowsAsync("已接受");
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援1/1");
        Assert.Equal(1, console.Loads);
    }

    [Fact]
    public async Task While_a_call_out_is_open_a_phone_also_asks_over_https_and_when_it_is_looked_at()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var api = await node.SignInAsync("futian");
        await api.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        await phone.LiveAsync();
        var asked = 0;
        phone.Page.Request += (_, request) => asked += request.Url.EndsWith("/api/callouts/mine", StringComparison.Ordinal) ? 1 : 0;

        await phone.Page.EvaluateAsync("window.dispatchEvent(new Event('focus'))");
        await Eventually.True(() => asked >= 1, "the question when the page is looked at");
        var looked = asked;
        await Eventually.True(() => asked > looked, "the question every fifteen seconds");
        await phone.LiveAsync();
    }

    [Fact]
    public async Task An_incident_the_system_cannot_move_on_is_flagged_until_it_can()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await node.World.SqlAsync($"INSERT INTO quarantine (kind, subject, error, failures, retry_at) VALUES ('incident', '{incident}', 'InvalidCastException', 3, now() + interval '1 hour')");

        await Expect(console.Row(incident)).ToContainTextAsync("系统无法自动推进此警情", new() { Timeout = 45_000 });
        await console.ScreenshotAsync("console-stuck");
        await node.World.SqlAsync("DELETE FROM quarantine");
        await Expect(console.Row(incident)).Not.ToContainTextAsync("系统无法自动推进此警情", new() { Timeout = 45_000 });
    }
}
