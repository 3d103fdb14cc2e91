using System.Text.RegularExpressions;
using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>Modes and policies in a browser: what is changed there is what the next incident is raised with, and who changed it stands on record.</summary>
public sealed class PolicyPageTests
{
    [Fact]
    public async Task A_mode_is_switched_and_a_policy_changed_with_reasons_on_record_and_the_next_incident_has_both()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        await console.Keys.PressAsync("p");
        var page = console.Page;
        await page.Locator(".mode-urgent").ClickAsync();
        await console.Keys.PressAsync("Enter");
        await Expect(page.Locator("dialog .notice.bad")).ToContainTextAsync("请填写原因");
        await page.Locator("dialog [name=reason]").FillAsync("台风蓝色预警");
        await console.Keys.PressAsync("Enter");
        await Expect(page.Locator(".mode-urgent")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator(".orders-on-record li").First).ToContainTextAsync(new Regex("切换模式.*模式.*急时.*台风蓝色预警.*指挥员"));

        var flood = page.Locator("tr[data-category=flood]");
        await flood.GetByRole(AriaRole.Button).PressAsync("Enter");
        var form = page.Locator("dialog.policy-form");
        await form.Locator("[name=answerWithinSeconds]").FillAsync("1");
        await form.Locator("[name=reason]").FillAsync("水情紧急");
        await console.Keys.PressAsync("Enter");
        await Expect(form.Locator(".fault")).ToBeVisibleAsync(); // too short to be answered: said at its field
        await form.Locator("[name=answerWithinSeconds]").FillAsync("60");
        await Expect(form.Locator(".fault")).ToHaveCountAsync(0); // and no longer, once it is corrected
        await console.ScreenshotAsync("policy-form");
        await Accessibility.HasNoSeriousFaultAsync(page, "policy form", enhancedContrast: false);
        await console.Keys.PressAsync("Enter");
        await Expect(flood.Locator("td.own")).ToHaveTextAsync("60 秒");
        await Expect(page.Locator(".orders-on-record li").First).ToContainTextAsync(new Regex("修改策略.*洪涝.*急时.*答复时限.*60 秒.*水情紧急"));
        await console.ScreenshotAsync("policy-page");
        await Accessibility.HasNoSeriousFaultAsync(page, "policies", enhancedContrast: false);

        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await console.Keys.PressAsync("Escape"); // back to command
        await console.Row(incident).ClickAsync();
        await Expect(console.Panel).ToContainTextAsync("答复时限 60 秒");
        await Expect(console.Panel).ToContainTextAsync("急时");
    }

    [Fact]
    public async Task What_another_operator_orders_shows_on_an_open_page_without_a_reload_and_a_page_that_cannot_be_read_says_from_when_it_is()
    {
        await using var node = await TestNode.StartAsync();
        using var other = await node.SignInAsync("futian");
        using var city = await node.SignInAsync("shenzhen");
        await using var console = await SignedInAsync(node);
        var page = console.Page;
        await console.Keys.PressAsync("p");
        await Expect(page.Locator(".mode-peacetime")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("[data-as-of=live]")).ToContainTextAsync("读于");

        await using (var second = await SignedInAsync(node))
        {
            await second.Keys.PressAsync("p");
            await second.Page.Locator(".mode-urgent").ClickAsync();
            await second.Page.Locator("dialog [name=reason]").FillAsync("台风蓝色预警");
            await second.Keys.PressAsync("Enter");
            await Expect(second.Page.Locator(".mode-urgent")).ToHaveAttributeAsync("aria-pressed", "true");
        }

        await Expect(page.Locator(".mode-urgent")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator(".orders-on-record li").First).ToContainTextAsync(new Regex("切换模式.*台风蓝色预警"));
        var flood = page.Locator("tr[data-category=flood]");
        await flood.GetByRole(AriaRole.Button).PressAsync("Enter");
        var form = page.Locator("dialog.policy-form");
        await Expect(form).ToBeVisibleAsync();
        Assert.Equal(200, (await other.PutAsync("/api/policies", new { commandId = Guid.NewGuid(), region = "440304", category = "flood", mode = "urgent", answerWithinSeconds = 75, reason = "他人修改" })).Status);
        await Expect(form.Locator(".notice")).ToContainTextAsync("刚被他人修改"); // before anything is saved over it
        await form.GetByRole(AriaRole.Button, new() { Name = "显示最新内容" }).ClickAsync();
        await Expect(form.Locator("[name=answerWithinSeconds]")).ToHaveValueAsync("75");
        await console.ScreenshotAsync("policy-form-changed-meanwhile");
        await console.Keys.PressAsync("Escape");
        await Expect(flood.Locator("td.own")).ToHaveTextAsync("75 秒");
        Assert.Equal(200, (await city.PostAsync("/api/regions/4403/mode", new { commandId = Guid.NewGuid(), mode = "disaster", reason = "全市灾时" })).Status);
        await Expect(page.Locator(".mode-disaster")).ToHaveAttributeAsync("aria-pressed", "true"); // from above too
        await console.ScreenshotAsync("policy-page-live");

        await page.RouteAsync("**/api/policies", route => route.AbortAsync());
        Assert.Equal(200, (await other.PostAsync("/api/regions/440304/mode", new { commandId = Guid.NewGuid(), mode = "wartime", reason = "读不到" })).Status);
        await Expect(page.Locator("[data-as-of=old]")).ToContainTextAsync(new Regex(@"未能重新读取：以下是 \d\d:\d\d:\d\d"));
        await console.ScreenshotAsync("policy-page-old");
        await Accessibility.HasNoSeriousFaultAsync(page, "policies that cannot be read", enhancedContrast: false);
        await page.UnrouteAsync("**/api/policies");
        await Expect(page.Locator(".mode-wartime")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("[data-as-of=live]")).ToBeVisibleAsync();
        Assert.Equal(1, console.Loads);
    }
}
