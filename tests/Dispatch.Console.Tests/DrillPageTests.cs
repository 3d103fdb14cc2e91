using System.Text.RegularExpressions;
using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>The plan that is only drawn, and a drill that nobody can take for the real thing.</summary>
public sealed class DrillPageTests
{
    [Fact]
    public async Task The_form_shows_the_plan_before_anything_is_sent_and_why_a_need_cannot_be_filled()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteersAsync(3, firstMetresEast: 300);
        await node.World.VolunteerAsync(400, certificateUntil: "2021-01-01");
        await using var console = await SignedInAsync(node);
        await console.WriteFloodAsync(people: 2);
        var plan = console.Page.Locator(".what-if");
        await Expect(plan).ToContainTextAsync("召集 3 人");
        await Expect(plan).ToContainTextAsync("证书已过期 1");
        await console.ScreenshotAsync("console-what-if");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "what-if", enhancedContrast: false);
        await console.RaiseForm.Locator(".need-edit input").First.FillAsync("9");
        await Expect(plan).ToContainTextAsync("凑不齐：可召 3 人，需要 9 人");
        Assert.Equal(0L, await node.World.ScalarAsync<long>("SELECT count(*) FROM incidents"));
    }

    [Fact]
    public async Task A_drill_says_so_on_board_panel_and_phone()
    {
        await using var node = await TestNode.StartAsync();
        var person = await node.World.VolunteerAsync(300);
        var twin = await node.World.ScalarAsync<Guid>($"SELECT make_drill_twin('{person}')");
        await using var phone = await PhonePage.ActivatedAsync(node, twin);
        await phone.SaysAsync("这是演练手机");
        await using var console = await SignedInAsync(node);
        await console.WriteFloodAsync(people: 1);
        await console.RaiseForm.Locator(".drill-check input").CheckAsync();
        await console.SendAsync();
        var incident = await console.SelectedAsync();
        await Expect(console.Row(incident)).ToContainTextAsync("【演练】洪涝");
        await Expect(console.Panel).ToContainTextAsync("【演练】洪涝");
        await phone.ShowsAsync("召集");
        await phone.SaysAsync("这是演练，请不要真的前往");
        await phone.ScreenshotAsync("phone-drill");
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "a drill on the phone");
        await phone.PressAsync("接受");
        await Expect(console.Callout(twin)).ToHaveAttributeAsync("data-state", "accepted");
        await console.ScreenshotAsync("console-drill");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "a drill on the console", enhancedContrast: false);
    }
}
