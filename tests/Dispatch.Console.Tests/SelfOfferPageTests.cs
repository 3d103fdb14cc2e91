using System.Text.RegularExpressions;
using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>An uninvited "I am going" is an offer for the operator; and the time line that shows how an incident called.</summary>
public sealed class SelfOfferPageTests
{
    [Fact]
    public async Task Who_said_no_and_would_come_after_all_is_an_offer_until_the_operator_calls_him_and_the_time_line_tells_it()
    {
        await using var node = await TestNode.StartAsync();
        var person = await node.World.VolunteerAsync(300);
        using var api = await node.SignInAsync("futian");
        await using var phone = await PhonePage.ActivatedAsync(node, person);
        await using var console = await SignedInAsync(node);
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await console.Row(incident).ClickAsync();
        await phone.ShowsAsync("召集");
        await phone.PressAsync("无法前往");
        await phone.PressAsync("在上班");
        await console.Keys.PressAsync("2");
        var wave = console.Page.Locator("[data-wave='1']");
        await Expect(wave.Locator("[data-outcome]")).ToHaveAttributeAsync("data-outcome", new Regex("no:1 "));
        await Expect(wave).ToContainTextAsync("召集 1 人（考虑 1 人）");
        await Expect(wave.Locator(".wave-plan")).ToContainTextAsync(new Regex("人均可能性 .*至少 1 人到场的把握为"));
        await Expect(console.Page.Locator(".ladder li.open")).ToContainTextAsync("福田区召集 1");
        await Expect(console.Page.Locator(".wave-event[data-kind=NeedExhausted]")).ToBeVisibleAsync();
        await wave.Locator("summary").PressAsync("Enter");
        await Expect(wave.Locator(".wave-who")).ToContainTextAsync(new Regex("志愿者1.*已谢绝.*米，最近"));
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "waves", enhancedContrast: false);

        await phone.PressAsync("我仍愿前往（自荐）");
        await phone.SaysAsync("未收到召集前，请勿自行出动");
        await phone.ScreenshotAsync("phone-self-offer");
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "self-offer on the phone");
        var offer = console.Page.Locator(".self-offer");
        await Expect(offer).ToContainTextAsync("志愿者1 自荐前往");
        await Expect(console.Row(incident)).ToContainTextAsync("1 人自荐，待决定"); // seen without opening the incident
        await console.ScreenshotAsync("console-self-offer");
        await offer.GetByRole(AriaRole.Button, new() { Name = "采纳并召集" }).ClickAsync();
        await console.Page.Locator("dialog[open] [name=reason]").FillAsync("离现场最近");
        await console.Keys.PressAsync("Enter");

        await Expect(console.Row(incident)).Not.ToContainTextAsync("自荐");
        await phone.ShowsAsync("召集"); // asked by name; the answer is his own
        await phone.PressAsync("接受");
        await phone.ShowsAsync("已接受");
        await Expect(console.Page.Locator(".wave-event[data-kind=SelfOfferDecided]")).ToContainTextAsync("采纳自荐：离现场最近");
        await console.Keys.PressAsync("1");
        await Expect(console.Page.Locator($".callout:has([data-volunteer=\"{person}\"])[data-state=accepted]")).ToHaveCountAsync(1);
        await console.ScreenshotAsync("console-self-offer-taken");
    }
}
