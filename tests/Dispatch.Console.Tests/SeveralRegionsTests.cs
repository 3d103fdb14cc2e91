using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>An incident over several regions: written down on the map or by keyboard alone, led by the common superior, seen by every desk it reaches.</summary>
public sealed class SeveralRegionsTests
{
    [Fact]
    public async Task Further_places_and_an_area_are_typed_and_every_desk_they_reach_sees_the_incident_while_the_city_leads()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        await using var luohu = await SignedInAsync(node, "luohu");
        await console.WriteFloodAsync();
        var form = console.RaiseForm;

        await form.GetByRole(AriaRole.Button, new() { Name = "增加一处" }).PressAsync("Enter");
        await form.GetByRole(AriaRole.Button, new() { Name = "输入一处" }).PressAsync("Enter");
        await Expect(form.GetByLabel("第 2 处", new() { Exact = true })).ToBeFocusedAsync();
        await console.Keys.InsertTextAsync("114.15, 22.55");
        await Expect(form.Locator(".spot .where.good")).ToContainTextAsync("罗湖");
        await form.GetByRole(AriaRole.Button, new() { Name = "画范围" }).PressAsync("Enter");
        var area = form.GetByRole(AriaRole.Textbox, new() { Name = "范围" });
        await area.FillAsync("114.010, 22.520\n114.150, 22.530\n114.150, 22.520\n114.010, 22.530");
        await Expect(form.Locator("#fault-area")).ToContainTextAsync("边界自相交"); // before anything was sent
        await area.FillAsync("114.010, 22.520\n114.150, 22.520\n114.150, 22.560");
        await Expect(form.Locator(".who-leads")).ToContainTextAsync("由共同上级深圳市指挥");
        await Expect(form.Locator(".who-leads")).ToContainTextAsync("罗湖区");
        await console.ScreenshotAsync("console-several-regions-form");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "raise over several regions", enhancedContrast: false);
        await console.SendAsync();

        var incident = await console.SelectedAsync();
        await Expect(console.Panel.Locator(".incident-extent")).ToContainTextAsync("由共同上级深圳市指挥。 本席只能查看。");
        await Expect(console.Panel.Locator(".incident-extent")).ToContainTextAsync("另有 1 处");
        await Expect(console.Panel.GetByRole(AriaRole.Toolbar)).ToHaveCountAsync(0); // seen, not ordered
        await luohu.Row(incident).ClickAsync();
        await Expect(luohu.Panel.Locator(".incident-extent")).ToContainTextAsync("本席只能查看");
        await luohu.ScreenshotAsync("console-several-regions-touched");

        await using var city = await SignedInAsync(node, "shenzhen");
        await city.Row(incident).ClickAsync();
        await Expect(city.Panel.Locator(".incident-extent")).ToContainTextAsync("福田区、罗湖区");
        await Expect(city.Panel.GetByRole(AriaRole.Toolbar)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Clicks_on_the_map_add_places_and_corners_and_backspace_takes_the_last_one_back()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        await console.MapAsync();
        await console.WriteFloodAsync();
        var map = (await console.Page.Locator("#map").BoundingBoxAsync())!;
        Task ClickAsync(float x, float y) => console.Page.Mouse.ClickAsync(map.X + (map.Width * x), map.Y + (map.Height * y));

        await console.RaiseForm.GetByRole(AriaRole.Button, new() { Name = "增加一处" }).ClickAsync();
        await ClickAsync(0.45f, 0.5f);
        await Expect(console.RaiseForm.Locator(".spot")).ToHaveCountAsync(1);
        await ClickAsync(0.5f, 0.6f);
        await Expect(console.RaiseForm.Locator(".spot")).ToHaveCountAsync(2);
        await console.Keys.PressAsync("Backspace"); // the map has the focus
        await Expect(console.RaiseForm.Locator(".spot")).ToHaveCountAsync(1);
        await console.RaiseForm.GetByRole(AriaRole.Button, new() { Name = "画范围" }).ClickAsync();
        await ClickAsync(0.4f, 0.4f);
        await ClickAsync(0.6f, 0.4f);
        await console.Page.Locator("#map canvas").PressAsync("Enter"); // the middle of the map, without a mouse
        await Expect(console.RaiseForm.GetByText("3 个角")).ToBeVisibleAsync();
        await Expect(console.RaiseForm.GetByLabel("经度, 纬度", new() { Exact = true })).ToHaveValueAsync(FormattableString.Invariant($"{World.Centre.Longitude}, {World.Centre.Latitude}")); // the place stands
        await console.ScreenshotAsync("console-several-places-map");
        await console.SendAsync();

        var incident = await console.SelectedAsync();
        using var api = await node.SignInAsync("futian");
        var raised = await api.IncidentAsync(incident);
        Assert.Single(raised["alsoAt"]!.AsArray());
        Assert.Equal(3, raised["area"]!.AsArray().Count);
        Assert.Null(raised["touched"]); // all of it lies in one district
        await Expect(console.Panel.Locator(".incident-extent")).ToContainTextAsync("范围约");
        await Expect(console.Panel.GetByRole(AriaRole.Toolbar)).ToBeVisibleAsync();
    }
}
