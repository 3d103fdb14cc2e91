using System.Text.Json.Nodes;
using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>An operator raises an incident and watches people come.</summary>
public sealed class ConsoleRaiseTests
{
    [Fact]
    public async Task An_operator_raises_by_keyboard_two_phones_answer_and_the_console_shows_both_without_reload()
    {
        await using var node = await TestNode.StartAsync();
        var (near, far) = (await node.World.VolunteerAsync(400), await node.World.VolunteerAsync(900));
        await using var first = await PhonePage.ActivatedAsync(node, near);
        await using var second = await PhonePage.ActivatedAsync(node, far);
        await using var console = await SignedInAsync(node);

        await console.WriteFloodAsync(people: 2);
        await Expect(console.RaiseForm.GetByText("一街道 › 西社区")).ToBeVisibleAsync();
        await console.ScreenshotAsync("console-raise-by-keyboard");
        await console.SendAsync();
        var incident = await console.SelectedAsync();
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援0/2");

        await first.ShowsAsync("召集");
        await second.ShowsAsync("召集");
        await Expect(console.Callout(near)).ToHaveAttributeAsync("data-state", "offered");
        await Expect(console.Callout(near).GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("已发出 .*已送达 .*已读 "));

        await first.PressAsync("接受");
        await Expect(console.Callout(near)).ToHaveAttributeAsync("data-state", "accepted");
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援1/2");
        await second.PressAsync("接受");
        await Expect(console.Callout(far)).ToHaveAttributeAsync("data-state", "accepted");
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援2/2");
        await first.PressAsync("已出发");
        await Expect(console.Callout(near)).ToHaveAttributeAsync("data-state", "enRoute");
        await first.PressAsync("已到达");
        await Expect(console.Callout(near)).ToHaveAttributeAsync("data-state", "onScene");
        await console.MapAsync();
        await console.ScreenshotAsync("console-two-phones-answered");
        Assert.Equal(1, console.Loads);
    }

    [Fact]
    public async Task A_click_on_the_map_raises_where_it_was_clicked()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        await console.MapAsync();
        await console.Keys.PressAsync("n");
        await console.Keys.TypeAsync("jtsg"); // 交通事故
        await console.Keys.PressAsync("Enter");
        var map = (await console.Page.Locator("#map").BoundingBoxAsync())!;
        await console.Page.Mouse.ClickAsync(map.X + (map.Width * 0.4f), map.Y + (map.Height * 0.55f));

        var place = console.RaiseForm.GetByLabel("经度, 纬度");
        await Expect(place).Not.ToHaveValueAsync("");
        await Expect(console.RaiseForm.Locator(".where.good")).ToBeVisibleAsync();
        var typed = (await place.InputValueAsync()).Split(',').Select(part => double.Parse(part, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        await console.ScreenshotAsync("console-raise-by-map");
        await console.SendAsync(); // the focus is on the map still
        var incident = await console.SelectedAsync();

        using var api = await node.SignInAsync("futian");
        var raised = await api.IncidentAsync(incident);
        Assert.Equal(typed[0], (double)raised["longitude"]!, 5);
        Assert.Equal(typed[1], (double)raised["latitude"]!, 5);
    }

    [Fact]
    public async Task A_place_outside_every_region_is_refused_while_it_is_typed_and_says_how_far_it_is()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        await console.WriteFloodAsync(longitude: 118, latitude: 24);
        await Expect(console.RaiseForm.GetByText("在所有辖区之外；最近的是")).ToBeVisibleAsync();
        await console.SendAsync();
        await Expect(console.RaiseForm.Locator(".notice.bad")).ToContainTextAsync("位置不在任何辖区内");
        await console.ScreenshotAsync("console-raise-outside");

        // Corrected, it goes through under the same id.
        await console.RaiseForm.GetByLabel("经度, 纬度").FillAsync("22.525, 114.012");
        await Expect(console.RaiseForm.GetByText("已按“纬度, 经度”读取")).ToBeVisibleAsync();
        await console.SendAsync();
        await Expect(console.Row(await console.SelectedAsync())).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_missing_is_said_at_each_field_and_nothing_is_sent()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        await console.Keys.PressAsync("n");
        await console.SendAsync();
        foreach (var fault in new[] { "请选择类别", "请在地图上点选或输入坐标", "请填写地址", "必须写明风险", "至少一项需求" })
        {
            await Expect(console.RaiseForm.GetByText(fault)).ToBeVisibleAsync();
        }

        Assert.Equal(0, await node.World.ScalarAsync<long>("SELECT count(*) FROM incidents"));
    }

    [Fact]
    public async Task Grade_and_warning_do_not_exist_for_social_security()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        await console.Keys.PressAsync("n");
        await console.Keys.TypeAsync("hl");
        await console.Keys.PressAsync("Enter");
        await Expect(console.RaiseForm.GetByLabel("分级")).ToBeVisibleAsync();
        await console.RaiseForm.GetByLabel("预警").SelectOptionAsync("orange");
        await console.RaiseForm.GetByRole(AriaRole.Combobox, new() { Name = "类别" }).FocusAsync();
        await console.Keys.TypeAsync("qtjj"); // 群体聚集与秩序
        await console.Keys.PressAsync("Enter");
        await Expect(console.RaiseForm.GetByLabel("分级")).ToHaveCountAsync(0);
        await Expect(console.RaiseForm.GetByLabel("预警")).ToHaveCountAsync(0);
        await Expect(console.RaiseForm.GetByLabel("应急响应")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_lost_answer_is_shown_as_not_confirmed_and_resolves_itself_without_a_second_incident()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        var bodies = new List<string?>();
        await console.Page.RouteAsync("**/api/incidents/*", async route =>
        {
            if (route.Request.Method != "PUT")
            {
                await route.ContinueAsync();
                return;
            }

            bodies.Add(route.Request.Url + route.Request.PostData);
            await route.FetchAsync(); // the server has done it, and its answer is lost
            await route.AbortAsync("connectionreset");
        });

        await console.WriteFloodAsync();
        await console.SendAsync();
        await Expect(console.Page.Locator(".pending-row.notConfirmed")).ToContainTextAsync("未确认");
        await Expect(console.RaiseForm.GetByRole(AriaRole.Button, new() { Name = "正在上报…" })).ToBeDisabledAsync();
        await console.ScreenshotAsync("console-not-confirmed");
        await Eventually.True(() => bodies.Count >= 2, "a repeat of the same order");
        await console.Page.UnrouteAsync("**/api/incidents/*");

        await Expect(console.Page.Locator(".pending-row")).ToHaveCountAsync(0);
        await Expect(console.Rows).ToHaveCountAsync(1);
        Assert.Single(bodies.Distinct());
        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT count(*) FROM incidents"));
    }

    [Fact]
    public async Task An_order_nobody_confirmed_survives_a_reload_of_the_console()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        await console.Page.RouteAsync("**/api/incidents/*", route => route.Request.Method == "PUT" ? route.AbortAsync() : route.ContinueAsync());
        await console.WriteFloodAsync();
        await console.SendAsync();
        await Expect(console.Page.Locator(".pending-row.notConfirmed")).ToBeVisibleAsync();

        await console.Page.ReloadAsync();
        await Expect(console.Page.Locator(".pending-row.notConfirmed")).ToBeVisibleAsync();
        await Expect(console.Rows).ToHaveCountAsync(0);
        await console.Page.UnrouteAsync("**/api/incidents/*");
        await Expect(console.Page.Locator(".pending-row")).ToHaveCountAsync(0);
        await Expect(console.Rows).ToHaveCountAsync(1);
    }
}
