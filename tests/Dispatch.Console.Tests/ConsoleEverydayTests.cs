using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>Signing in, finding the way by keyboard, the roster, and the console on a machine that cannot draw a map.</summary>
public sealed class ConsoleEverydayTests
{
    [Fact]
    public async Task A_wrong_password_is_said_and_a_volunteer_is_led_to_his_page()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteerAsync(300);
        await using var console = await OpenAsync(node);
        await console.SignInAsync("futian", "wrong");
        await Expect(console.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await console.SignInAsync("v0001", World.Password);
        await Expect(console.Page.GetByText("志愿者请打开手机页面")).ToBeVisibleAsync();
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "退出" }).ClickAsync();
        await console.SignInAsync("futian", World.Password);
        await console.LiveAsync();
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "退出" }).ClickAsync();
        await Expect(console.Page.Locator("[name=username]")).ToBeVisibleAsync();
        await console.Page.ReloadAsync();
        await Expect(console.Page.Locator("[name=username]")).ToBeVisibleAsync(); // the cookie is gone too
    }

    [Fact]
    public async Task The_list_is_walked_searched_and_left_by_keyboard()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var flood = await api.RaiseAsync(ApiClient.Flood());
        await Expect(console.Row(flood)).ToBeVisibleAsync();
        var fire = await api.RaiseAsync(ApiClient.Flood(1, "order", category: "fire"));
        await Expect(console.Rows).ToHaveCountAsync(2);

        await console.Keys.PressAsync("j");
        Assert.Equal(fire, await console.SelectedAsync()); // newest first
        await console.Keys.PressAsync("j");
        await Expect(console.Row(flood)).ToHaveAttributeAsync("aria-selected", "true");
        await console.Keys.PressAsync("k");
        await Expect(console.Row(fire)).ToHaveAttributeAsync("aria-selected", "true");
        await console.Keys.PressAsync("/");
        await console.Keys.InsertTextAsync("洪涝");
        await Expect(console.Rows).ToHaveCountAsync(1);
        await console.Keys.PressAsync("Escape");
        await Expect(console.Rows).ToHaveCountAsync(2);
        await console.Keys.PressAsync("ArrowDown");
        await Expect(console.Row(flood)).ToHaveAttributeAsync("aria-selected", "true");
        await console.Keys.PressAsync("l");
        await Expect(console.Row(flood)).ToContainTextAsync("Flood");
        await console.Keys.PressAsync("?");
        await Expect(console.Dialog).ToContainTextAsync("Raise an incident");
        await console.Keys.PressAsync("Escape");
        await Expect(console.Dialog).ToHaveCountAsync(0);
        await console.Page.ReloadAsync();
        Assert.Equal(flood, await console.SelectedAsync()); // a reload keeps the place
    }

    [Fact]
    public async Task Without_webgl_everything_but_the_map_works()
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(300);
        await using var console = await SignedInAsync(node, script: NoWebGl);
        await Expect(console.Page.GetByText("不能显示地图")).ToBeVisibleAsync();
        await console.WriteFloodAsync(people: 1);
        await console.SendAsync();
        await Expect(console.Callout(volunteer)).ToHaveAttributeAsync("data-state", "offered");
        await console.ScreenshotAsync("console-without-map");
        Assert.Contains("西社区", await console.Row(await console.SelectedAsync()).InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_map_shows_that_its_boundaries_are_schematic()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        await console.MapAsync();
        await Expect(console.Page.Locator(".schematic")).ToContainTextAsync("示意图");
    }

    [Fact]
    public async Task The_map_on_the_second_screen_follows_what_is_selected_on_the_first()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await Expect(console.Row(incident)).ToBeVisibleAsync();
        var second = await console.Page.Context.RunAndWaitForPageAsync(() => console.Page.GetByRole(AriaRole.Button, new() { Name = "地图另开一屏" }).ClickAsync());
        await Expect(second.Locator("#map")).ToHaveAttributeAsync("data-ready", "true", new() { Timeout = 60_000 });
        await Expect(second.Locator(".rows")).ToHaveCountAsync(0);
        await console.Keys.PressAsync("j");
        await Assertions.Expect(second).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"#{incident}$"));
    }

    [Fact]
    public async Task A_page_may_load_from_its_own_server_alone_and_hashed_files_are_kept()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await OpenAsync(node);
        var asset = (await console.Page.Locator("script[src]").First.GetAttributeAsync("src"))!;
        using var http = new HttpClient { BaseAddress = new Uri(node.Address) };
        using var page = await http.GetAsync("/console.html");
        Assert.StartsWith("default-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var file = await http.GetAsync(asset);
        Assert.Contains("immutable", file.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_activation_code_given_out_at_the_console_lets_a_phone_in()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteerAsync(300);
        await using var console = await SignedInAsync(node);
        await console.Keys.PressAsync("g");
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "志愿者1 的激活码" }).ClickAsync();
        await console.Keys.PressAsync("Enter");
        var code = (await console.Page.Locator("[data-code]").GetAttributeAsync("data-code"))!;
        await using var phone = await PhonePage.OpenAsync(node);
        await phone.ActivateAsync(code);
        await phone.LiveAsync();
        await console.Keys.PressAsync("Escape");
        await Expect(console.Page.GetByText(code)).ToHaveCountAsync(0);
    }
}
