using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>Orders to a running incident, by keyboard, each asked once in words.</summary>
public sealed class ConsoleOrderTests
{
    [Fact]
    public async Task Recall_widen_and_close_need_no_mouse()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteersAsync(6);
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood(2));
        await Expect(console.Row(incident)).ToBeVisibleAsync();
        await console.Keys.PressAsync("j");
        await Expect(console.Panel.Locator(".callout[data-state=offered]").First).ToBeVisibleAsync();

        await console.Keys.PressAsync("r");
        await console.Keys.PressAsync("Enter"); // a recall wants a reason
        await Expect(console.Dialog.GetByText("请填写原因")).ToBeVisibleAsync();
        await console.Keys.InsertTextAsync("等消防到场");
        await console.ScreenshotAsync("console-confirm");
        await console.Keys.PressAsync("Enter");
        await Expect(console.Dialog).ToHaveCountAsync(0);
        await Expect(console.Row(incident)).ToContainTextAsync("已暂停召集");
        await Expect(console.Panel.Locator(".callout[data-state=offered]")).ToHaveCountAsync(0);

        await console.Keys.PressAsync("e");
        await console.Keys.PressAsync("Escape"); // thought better of it
        await Expect(console.Dialog).ToHaveCountAsync(0);
        await console.Keys.PressAsync("e");
        await console.Keys.PressAsync("Enter");
        await Expect(console.Row(incident)).Not.ToContainTextAsync("已暂停召集");

        await console.Keys.PressAsync("c");
        await console.Keys.PressAsync("Enter");
        await Expect(console.Row(incident)).ToHaveCountAsync(0);
        await Expect(console.Panel).ToContainTextAsync("已结束");
        Assert.Equal("closed", (string?)(await api.IncidentAsync(incident))["state"]);
    }

    [Fact]
    public async Task One_responder_is_released_and_the_place_opens_again()
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(300);
        await using var phone = await PhonePage.ActivatedAsync(node, volunteer);
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        await phone.PressAsync("接受");
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援1/1");
        await console.Keys.PressAsync("j");
        await console.Callout(volunteer).GetByRole(AriaRole.Button).PressAsync("Enter");
        await console.Keys.PressAsync("Enter");
        await Expect(console.Row(incident)).ToContainTextAsync("水域救援0/1");
        await api.WhenAsync(incident, "released", 1);
    }

    [Fact]
    public async Task An_order_without_an_answer_is_not_confirmed_until_it_is_and_is_carried_out_once()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await Expect(console.Row(incident)).ToBeVisibleAsync();
        await console.Keys.PressAsync("j");
        var lost = 0;
        await console.Page.RouteAsync("**/escalate", async route =>
        {
            Interlocked.Increment(ref lost);
            await route.FetchAsync();
            await route.AbortAsync("connectionreset");
        });
        await console.Keys.PressAsync("e");
        await console.Keys.PressAsync("Enter");
        await Expect(console.Panel.Locator("[data-order]")).ToContainTextAsync("未确认");
        await Eventually.True(() => lost >= 2, "a repeat of the order");
        await console.Page.UnrouteAsync("**/escalate");
        await Expect(console.Panel.Locator("[data-order]")).ToHaveCountAsync(0);
        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT count(*) FROM facts WHERE kind = 'CallingResumed'"));
    }

    [Fact]
    public async Task The_explanation_and_the_record_are_there_for_every_candidate_and_every_step()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteerAsync(300);
        await node.World.VolunteerAsync(400, insuredUntil: null);
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await Expect(console.Row(incident)).ToBeVisibleAsync();
        await console.Keys.PressAsync("j");
        await console.Keys.PressAsync("3");
        await Expect(console.Panel.Locator(".why.asked")).ToContainTextAsync("志愿者1");
        await Expect(console.Panel.Locator(".why.out")).ToContainTextAsync("志愿者2");
        await console.Panel.GetByRole(AriaRole.Button, new() { Name = "不召集" }).ClickAsync();
        await Expect(console.Panel.Locator(".why.asked")).ToHaveCountAsync(0);
        await console.Panel.GetByRole(AriaRole.Searchbox).FillAsync("保险");
        await Expect(console.Panel.Locator(".why")).ToHaveCountAsync(1);
        await console.ScreenshotAsync("console-explanation");

        await console.Keys.PressAsync("Escape");
        await console.Keys.PressAsync("4");
        await Expect(console.Panel.Locator(".fact").Last).ToContainTextAsync("上报警情");
        var facts = await api.FactsAsync(incident, "CalloutOffered");
        await Expect(console.Panel.Locator(".fact")).ToHaveCountAsync(facts.All.Count);
    }
}
