using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>What is on the screen is what is so, and when it may not be, the screen says it.</summary>
public sealed class ConsoleLiveTests
{
    [Fact]
    public async Task A_cut_network_is_shown_as_stale_at_once_and_everything_missed_is_caught_up()
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(300);
        await using var phone = await PhonePage.ActivatedAsync(node, volunteer);
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var before = await api.RaiseAsync(ApiClient.Flood());
        await Expect(console.Row(before)).ToContainTextAsync("水域救援0/1");
        await console.Keys.PressAsync("j");
        await Expect(console.Callout(volunteer)).ToHaveAttributeAsync("data-state", "offered");

        await console.OfflineAsync(true);
        await console.NoConnectionAsync();
        await Expect(console.Freshness).ToContainTextAsync("起无连接");
        await Expect(console.Page.Locator(".stale")).ToContainTextAsync("可能已经变化");
        await phone.ShowsAsync("召集");
        await phone.PressAsync("接受");
        var during = await api.RaiseAsync(ApiClient.Flood());
        await api.WhenAsync(before, "accepted", 1);
        await Expect(console.Row(before)).ToContainTextAsync("水域救援0/1"); // old, and said to be
        await Expect(console.Row(during)).ToHaveCountAsync(0);
        await console.ScreenshotAsync("console-no-connection");

        await console.OfflineAsync(false);
        await console.LiveAsync();
        await Expect(console.Row(before)).ToContainTextAsync("水域救援1/1");
        await Expect(console.Callout(volunteer)).ToHaveAttributeAsync("data-state", "accepted");
        await Expect(console.Row(during)).ToBeVisibleAsync();
        await Expect(console.Page.Locator(".stale")).ToHaveCountAsync(0);
        Assert.Equal(1, console.Loads);
    }

    [Fact]
    public async Task An_incident_that_ended_during_a_cut_is_gone_from_the_open_ones_afterwards()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await Expect(console.Row(incident)).ToBeVisibleAsync();
        await console.OfflineAsync(true);
        await console.NoConnectionAsync();
        await api.PostAsync($"/api/incidents/{incident}/close", new { commandId = Guid.CreateVersion7(), reason = "处置完毕" });
        await console.OfflineAsync(false);
        await console.LiveAsync();
        await Expect(console.Row(incident)).ToHaveCountAsync(0);
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "已结束" }).ClickAsync();
        await Expect(console.Row(incident)).ToContainTextAsync("已结束");
    }

    [Fact]
    public async Task A_phone_that_reloads_mid_call_goes_on_and_the_console_sees_no_difference()
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(300);
        await using var phone = await PhonePage.ActivatedAsync(node, volunteer);
        await using var console = await SignedInAsync(node);
        await console.WriteFloodAsync(people: 1);
        await console.SendAsync();
        var incident = await console.SelectedAsync();
        await phone.ShowsAsync("召集");
        await phone.Page.ReloadAsync();
        await phone.ShowsAsync("召集");
        await phone.PressAsync("接受");
        await Expect(console.Callout(volunteer)).ToHaveAttributeAsync("data-state", "accepted");
        await phone.Page.ReloadAsync();
        await phone.PressAsync("已出发");
        await Expect(console.Callout(volunteer)).ToHaveAttributeAsync("data-state", "enRoute");
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援1/1");
        Assert.Equal(1, console.Loads);
    }

    [Fact]
    public async Task A_need_that_runs_out_of_people_rings_until_somebody_says_that_he_knows()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteerAsync(300);
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood(3));
        await Expect(console.Page.Locator(".alarm-bar")).ToContainTextAsync("1 项需求已无人可召");
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援：已无人可召");
        await console.ScreenshotAsync("console-alarm");
        await console.Keys.PressAsync("a");
        await Expect(console.Page.Locator(".alarm-bar")).ToHaveCountAsync(0);
        Assert.Equal(incident, await console.SelectedAsync());
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援：已无人可召"); // known is not solved
    }

    [Fact]
    public async Task Another_region_sees_nothing_of_it_and_the_city_sees_it()
    {
        await using var node = await TestNode.StartAsync();
        await using var luohu = await SignedInAsync(node, "luohu");
        await using var shenzhen = await SignedInAsync(node, "shenzhen");
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await Expect(shenzhen.Row(incident)).ToBeVisibleAsync();
        await Expect(luohu.Rows).ToHaveCountAsync(0);
        await Expect(luohu.Page.Locator(".top-region")).ToContainTextAsync("罗湖区");
    }

    [Fact]
    public async Task Times_are_those_of_the_region_whatever_the_machine_thinks()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        var raisedAt = DateTimeOffset.Parse((string)(await api.IncidentAsync(incident))["raisedAt"]!, System.Globalization.CultureInfo.InvariantCulture);
        await Expect(console.Row(incident)).ToBeVisibleAsync();
        await console.Keys.PressAsync("j");
        var there = TimeZoneInfo.ConvertTime(raisedAt, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        await Expect(console.Panel).ToContainTextAsync($"福田指挥员 {there:HH:mm:ss}");
    }
}
