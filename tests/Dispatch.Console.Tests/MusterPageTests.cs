using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Musters;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>A muster in real browsers: called on the console, answered on a phone, counted while one watches, stood down for everybody.</summary>
public sealed class MusterPageTests
{
    [Theory]
    [InlineData("dark", "zh")]
    [InlineData("light", "en")]
    public async Task An_operator_calls_a_team_and_sees_it_come_and_the_phone_never_takes_it_for_an_incident(string theme, string lang)
    {
        await using var node = await TestNode.StartAsync();
        var people = await node.World.VolunteersAsync(3);
        await node.World.TeamAsync("水上救援队", [people[0], people[1]], captain: people[2]);
        var crowd = await node.World.CrowdAsync(60);
        await using var phone = await PhonePage.ActivatedAsync(node, people[0]);
        await using var console = await SignedInAsync(node, theme: theme, lang: lang);

        await console.Keys.PressAsync("u");
        await console.Page.Locator(".muster-list button.primary").ClickAsync();
        await console.Page.Locator("#muster-form textarea").FillAsync("河堤防汛值守，自带雨具，堤面湿滑");
        await console.Page.Locator("#muster-form input[type=text]").First.FillAsync("景田体育场东门");
        await console.Page.Locator("#muster-form .pair input").FillAsync("114.0120, 22.5250");
        await console.Page.Locator(".team-list .check", new() { HasText = "水上救援队" }).ClickAsync();
        await console.Page.Locator(".team-list .check", new() { HasText = "千人队" }).ClickAsync();
        await console.ScreenshotAsync($"muster-form-{theme}");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "muster form", enhancedContrast: false);
        await console.Page.Locator("#muster-form button.primary").ClickAsync();

        await phone.ShowsAsync("集结");
        await phone.SaysAsync("不是抢险召集");
        await phone.ScreenshotAsync($"phone-muster-{theme}");
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "muster on the phone");
        await Expect(console.Page.Locator(".roll-funnel")).ToHaveAttributeAsync("data-counts", "63 1 0 0 0");
        await phone.PressAsync("能来");
        await phone.ShowsAsync("已答应");
        await Expect(console.Page.Locator(".roll-funnel")).ToHaveAttributeAsync("data-counts", "63 1 1 1 0");
        await phone.PressAsync("签到：我到了");
        await phone.ShowsAsync("已签到");
        await Expect(console.Page.Locator(".roll-funnel")).ToHaveAttributeAsync("data-counts", "63 1 1 1 1");
        await console.Page.Locator(".team-table button").First.ClickAsync();
        await Expect(console.Page.Locator(".people li")).ToHaveCountAsync(2);
        await console.Page.Locator(".people li button").First.ClickAsync(); // checked in by hand
        await Expect(console.Page.Locator(".roll-funnel")).ToHaveAttributeAsync("data-counts", "63 2 2 2 2");
        await console.ScreenshotAsync($"muster-board-{theme}");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "muster board", enhancedContrast: false);

        await console.Page.Locator(".roll-time button.danger").ClickAsync();
        await console.Page.Locator(".confirm .chips button").First.ClickAsync();
        await console.Page.Locator(".confirm button.danger").ClickAsync();
        await phone.ShowsAsync("集结已解除");
        await phone.ScreenshotAsync($"phone-muster-over-{theme}");
        await Expect(console.Page.Locator(".roll-time .tag")).ToBeVisibleAsync();
        Assert.NotEqual(Guid.Empty, crowd);

        // The same again as a drill: of the team's drill phones alone, and nobody can take it for the real thing.
        await using var twin = await PhonePage.ActivatedAsync(node, await node.World.ScalarAsync<Guid>($"SELECT make_drill_twin('{people[0]}')"));
        await console.Page.Locator(".muster-list button.primary").ClickAsync();
        await console.Page.Locator("#muster-form textarea").FillAsync("每月集结演练，请到场点名");
        await console.Page.Locator("#muster-form input[type=text]").First.FillAsync("景田体育场西门");
        await console.Page.Locator("#muster-form .pair input").FillAsync("114.0120, 22.5250");
        await console.Page.Locator("#muster-form .drill-check input").CheckAsync();
        await console.Page.Locator(".team-list .check", new() { HasText = "千人队" }).ClickAsync();
        await console.Page.Locator("#muster-form button.primary").ClickAsync();
        await Expect(console.Page.Locator("#muster-form .fault")).ToContainTextAsync(lang == "zh" ? "千人队没有演练手机" : "千人队 has no drill phone");
        await console.Page.Locator(".team-list .check", new() { HasText = "千人队" }).ClickAsync();
        await console.Page.Locator(".team-list .check", new() { HasText = "水上救援队" }).ClickAsync();
        await Expect(console.Page.Locator(".team-list .check", new() { HasText = "水上救援队" })).ToContainTextAsync(lang == "zh" ? "演练手机 1 / 2 人" : "drill phones: 1 of 2");
        await console.Page.Locator("#muster-form .drill-check").ScrollIntoViewIfNeededAsync();
        await console.ScreenshotAsync($"muster-drill-form-{theme}");
        await console.Page.Locator("#muster-form button.primary").ClickAsync();

        await twin.ShowsAsync("集结");
        await twin.SaysAsync("这是演练，不是真的集结");
        await twin.ScreenshotAsync($"phone-muster-drill-{theme}");
        await Accessibility.HasNoSeriousFaultAsync(twin.Page, "a muster's drill on the phone");
        await Expect(console.Page.Locator(".roll-head.drill h1")).ToHaveTextAsync((lang == "zh" ? "【演练】" : "DRILL · ") + "景田体育场西门");
        await Expect(console.Page.Locator(".left-out")).ToContainTextAsync(lang == "zh" ? "没有演练手机 2 人" : "without a drill phone 2");
        await Expect(console.Page.Locator(".muster-row.drill")).ToContainTextAsync((lang == "zh" ? "【演练】" : "DRILL · ") + "景田体育场西门");
        await Expect(console.Page.Locator(".roll-funnel")).ToHaveAttributeAsync("data-counts", "1 1 0 0 0");
        await console.ScreenshotAsync($"muster-drill-board-{theme}");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "a muster's drill on the board", enhancedContrast: false);
        await phone.ShowsAsync("集结已解除"); // his own phone has heard nothing of it
    }

    [Fact]
    public async Task A_call_out_comes_before_a_muster_and_a_no_can_be_taken_back()
    {
        await using var node = await TestNode.StartAsync();
        var person = await node.World.VolunteerAsync(100);
        using var futian = await node.SignInAsync("futian");
        await using var phone = await PhonePage.ActivatedAsync(node, person);
        var muster = await MusterSupport.CallAsync(futian, [], [person]);
        await phone.ShowsAsync("集结");
        await phone.PressAsync("不能来");
        await phone.PressAsync("在上班");
        await phone.ShowsAsync("不能来");
        await phone.PressAsync("我又能来了");
        await phone.ShowsAsync("已答应");

        await futian.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        await phone.PressAsync("接受");
        await phone.ShowsAsync("已接受");
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "首页" }).ClickAsync();
        await phone.Page.Locator(".muster-link").ClickAsync();
        await phone.ShowsAsync("已答应");
        Assert.True((bool)(await futian.MusterAsync(muster))["people"]![0]!["engaged"]!);
    }
}
