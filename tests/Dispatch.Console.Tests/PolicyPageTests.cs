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
}
