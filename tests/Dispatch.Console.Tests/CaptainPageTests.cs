using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Musters;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>A captain at his phone speaks for a member; the member's phone says so and lets him deny it; the console keeps both.</summary>
public sealed class CaptainPageTests
{
    [Fact]
    public async Task A_captain_answers_for_a_member_who_denies_it_and_the_console_keeps_both_words()
    {
        await using var node = await TestNode.StartAsync();
        var member = await node.World.VolunteerAsync(300);
        var captain = await node.World.VolunteerAsync(350, certificateUntil: "2021-01-01");
        await node.World.TeamAsync("水上救援队", [member], captain: captain);
        using var futian = await node.SignInAsync("futian");
        await using var his = await PhonePage.ActivatedAsync(node, member);
        await using var captains = await PhonePage.ActivatedAsync(node, captain);
        await using var console = await SignedInAsync(node);
        var incident = await futian.RaiseAsync(ApiClient.Flood());
        await his.ShowsAsync("召集");

        await captains.Page.GetByRole(AriaRole.Link, new() { Name = "我的队伍" }).ClickAsync();
        await captains.PressAsync("代他答复");
        await node.World.SqlAsync("UPDATE incidents SET look_at = NULL; UPDATE needs SET filled = count"); // while they speak: all places taken, and open again; a look in between would withdraw the offer
        await captains.SaysAsync("替他答应也是先作候补");
        await captains.ScreenshotAsync("phone-on-behalf-standby");
        await node.World.SqlAsync("UPDATE needs SET filled = 0");
        await Expect(captains.Page.Locator("main")).Not.ToContainTextAsync("替他答应也是先作候补");
        await captains.PressAsync("他能去");
        await captains.PressAsync("电话");
        await captains.Page.Locator("input[type=text]").FillAsync("手机摔坏，电话里答应");
        await captains.ScreenshotAsync("phone-on-behalf");
        await Accessibility.HasNoSeriousFaultAsync(captains.Page, "answer on behalf");
        await captains.PressAsync("代为答复");
        await captains.SaysAsync("代答复");

        await his.ShowsAsync("已接受");
        await his.SaysAsync("队长 志愿者2 说您能去（电话）");
        await his.ScreenshotAsync("phone-answered-for-me");
        await console.Row(incident).ClickAsync();
        await Expect(console.Callout(member).Locator(".on-behalf")).ToContainTextAsync("队长 志愿者2 代答复（电话）：手机摔坏，电话里答应");
        await console.ScreenshotAsync("console-on-behalf");

        await his.PressAsync("这不是我的答复");
        await his.PressAsync("是，我没有这样说");
        await his.ShowsAsync("已记下");
        await Expect(console.Callout(member).Locator(".on-behalf.repudiated")).ToContainTextAsync("本人已否认");
        await console.Keys.PressAsync("3");
        await Expect(console.Page.GetByLabel("代答复")).ToContainTextAsync("本人否认");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "explanation with an answer on behalf", enhancedContrast: false);
    }

    [Fact]
    public async Task What_the_captain_is_about_to_answer_is_as_it_is_now_also_when_the_member_was_quicker()
    {
        await using var node = await TestNode.StartAsync();
        var member = await node.World.VolunteerAsync(300);
        var captain = await node.World.VolunteerAsync(350, certificateUntil: "2021-01-01");
        await node.World.TeamAsync("水上救援队", [member], captain: captain);
        using var futian = await node.SignInAsync("futian");
        using var his = await node.SignInAsync("v0001");
        await using var captains = await PhonePage.ActivatedAsync(node, captain);
        await futian.RaiseAsync(ApiClient.Flood(2));
        await captains.Page.GetByRole(AriaRole.Link, new() { Name = "我的队伍" }).ClickAsync();
        await captains.PressAsync("代他答复");
        await captains.PressAsync("他能去");
        await captains.PressAsync("电话");
        await captains.Page.Locator("input[type=text]").FillAsync("手机没电");

        await his.AnswerAsync(await his.MyCalloutAsync(), "accept");

        await captains.SaysAsync("他这次召集现在是“已接受”，不用再代他答复。");
        await Expect(captains.Page.GetByRole(AriaRole.Button, new() { Name = "代为答复" })).ToHaveCountAsync(0);
        await captains.ScreenshotAsync("phone-on-behalf-answered");
    }

    [Fact]
    public async Task A_silent_wave_comes_to_the_liaisons_phone_and_then_to_the_console()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.SqlAsync("UPDATE categories SET answer_within = '2 seconds' WHERE key = 'flood'");
        var member = await node.World.VolunteerAsync(300);
        var liaison = await node.World.VolunteerAsync(350, certificateUntil: "2021-01-01");
        await node.World.TeamAsync("水上救援队", [member], liaison: liaison);
        using var futian = await node.SignInAsync("futian");
        await using var phone = await PhonePage.ActivatedAsync(node, liaison);
        await using var console = await SignedInAsync(node);
        await futian.RaiseAsync(ApiClient.Flood());
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "联络任务" }).ClickAsync();
        await phone.SaysAsync("没有应答：志愿者1");
        await phone.ScreenshotAsync("phone-liaison-task");
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "liaison task");
        await node.World.SqlAsync("UPDATE liaison_tasks SET due_at = now() - interval '1 second'");
        await Expect(console.Page.Locator(".liaison-bar")).ToContainTextAsync("无应答：志愿者1");
        await console.ScreenshotAsync("console-liaison-bar");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "liaison bar", enhancedContrast: false);
        await phone.PressAsync("联系不上"); // still welcome
        await Expect(console.Page.Locator(".liaison-bar")).ToHaveCountAsync(0);
    }
}
