using Dispatch.Console.Tests.Support;
using Dispatch.Drills.Gateway;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>What an operator sees of SMS and push, and the test whether a volunteer can be reached, on both sides of it.</summary>
public sealed class ConsoleChannelTests
{
    [Fact]
    public async Task Beside_the_call_out_stands_how_the_SMS_fared_and_that_the_answer_came_by_it()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var node = await TestNode.StartAsync(gateway.Settings());
        await Numbers.VolunteersAsync(node, 2);
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        var id = await api.RaiseAsync(ApiClient.Flood());
        await console.Row(id).ClickAsync();

        var marks = console.Panel.Locator("[data-channel=sms]");
        await Expect(marks).ToHaveCountAsync(2);
        await Expect(marks.First).ToContainTextAsync("短信已发");
        await gateway.ReportAsync(node.Address, gateway.Sent.First(message => message.To == Numbers.Of(1)).Id, "delivered");
        await gateway.ReportAsync(node.Address, gateway.Sent.First(message => message.To == Numbers.Of(2)).Id, "failed", "UNDELIV");
        await Expect(console.Panel.Locator("[data-outcome=delivered]")).ToContainTextAsync("短信送达");
        await Expect(console.Panel.Locator("[data-outcome=failed]")).ToContainTextAsync("短信失败");
        await console.Page.ScreenshotAsync(new() { Path = Repository.Screenshot("channels-panel") });

        await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1");
        await Expect(console.Panel.Locator("[data-outcome=answered]")).ToContainTextAsync("短信答复");
        await console.Keys.PressAsync("4");
        await Expect(console.Panel).ToContainTextAsync("（短信答复）");

        await console.Page.ReloadAsync(); // and the snapshot says the same as the facts did
        await console.LiveAsync();
        await console.Row(id).ClickAsync();
        await console.Keys.PressAsync("1");
        await Expect(console.Panel.Locator("[data-outcome=answered]")).ToContainTextAsync("短信答复");
        Assert.Equal(2, console.Loads);
    }

    [Fact]
    public async Task Why_a_person_was_asked_stands_beside_how_he_was_reached_and_a_gateway_that_fails_is_on_the_system_page()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var node = await TestNode.StartAsync(gateway.Settings());
        await Numbers.VolunteersAsync(node, 2);
        await using var console = await SignedInAsync(node);
        using var api = await node.SignInAsync("futian");
        gateway.Next(400);
        var id = await api.RaiseAsync(ApiClient.Flood());
        await api.FactsAsync(id, until: "CalloutChannelFailed");
        await api.FactsAsync(id, until: "CalloutChannelSent");
        await console.Row(id).ClickAsync();

        await console.Keys.PressAsync("3");
        await Expect(console.Panel.Locator(".why.asked [data-channel=sms][data-outcome=failed]")).ToContainTextAsync("短信失败");
        await Expect(console.Panel.Locator(".why.asked [data-channel=sms][data-outcome=sent]")).ToContainTextAsync("短信已发");
        await console.Page.ScreenshotAsync(new() { Path = Repository.Screenshot("channels-why") });

        // He says yes by SMS and is released while his phone is away: that goes out too, and has a mark of its own.
        var taken = gateway.Sent.Single();
        await gateway.ReplyAsync(node.Address, taken.To, "A1");
        await api.OrderAsync($"/api/incidents/{id}/close", "已控制");
        await api.FactsAsync(id, until: "CalloutChannelSent", howMany: 2);
        await console.Keys.PressAsync("1");
        await Expect(console.Panel.Locator("[data-letter=standDown]")).ToContainTextAsync("解除短信已发");

        await console.Keys.PressAsync("s");
        var sms = console.Page.Locator("[data-tile='短信渠道（近 1 小时）']");
        await Expect(sms).ToContainTextAsync("发出 2 · 送达 1 · 失败 1");
        await Expect(sms).ToHaveClassAsync("tile part tile-bad");
        await Expect(console.Page.Locator(".verdict")).ToHaveAttributeAsync("data-level", "watch");
        await Expect(console.Page.Locator(".reasons")).ToContainTextAsync("短信渠道不通");
        await console.ScreenshotAsync("channels-system");
    }

    [Fact]
    public async Task A_reachability_test_is_pressed_in_the_roster_shown_on_the_phone_as_a_test_and_its_outcomes_come_back()
    {
        await using var gateway = await FakeGateway.StartAsync();
        await using var node = await TestNode.StartAsync(gateway.Settings());
        var volunteer = (await Numbers.VolunteersAsync(node, 1)).Single();
        await using var phone = await PhonePage.ActivatedAsync(node, volunteer);
        await using var console = await SignedInAsync(node);

        await console.Keys.PressAsync("g");
        await Expect(console.Page.GetByText("+999****0001")).ToBeVisibleAsync();
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "志愿者1 的通联测试" }).ClickAsync();
        await Expect(console.Dialog).ToContainTextAsync("还没有测试过");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "现在测试" }).ClickAsync();

        await phone.SaysAsync("通联测试，不是召集");
        await Expect(phone.Heading).ToHaveCountAsync(0); // no card
        await phone.ScreenshotAsync("channels-test-phone");
        await Expect(console.Dialog.Locator("[data-channel=live]")).ToHaveAttributeAsync("data-outcome", "delivered");
        await Expect(console.Dialog.Locator("[data-channel=sms]")).ToHaveAttributeAsync("data-outcome", "sent");
        await Expect(console.Dialog.Locator("[data-channel=push]")).ToContainTextAsync("手机未打开推送");
        await Expect(console.Dialog.Locator("[data-channel=voice]")).ToContainTextAsync("本系统未配置此渠道");
        await phone.PressAsync("收到");
        await gateway.ReplyAsync(node.Address, Numbers.Of(1), "T");
        await Expect(console.Dialog.Locator("[data-channel=live]")).ToHaveAttributeAsync("data-outcome", "confirmed");
        await Expect(console.Dialog.Locator("[data-channel=sms]")).ToHaveAttributeAsync("data-outcome", "confirmed");
        await Expect(phone.Page.GetByText("通联测试，不是召集")).ToHaveCountAsync(0);
        await console.Page.ScreenshotAsync(new() { Path = Repository.Screenshot("channels-test-console") });

        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "再测一次" }).ClickAsync();
        await Expect(console.Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("请半分钟后再试");
        await console.Keys.PressAsync("Escape");
        await Expect(console.Dialog).ToHaveCountAsync(0);
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "志愿者1 的通联测试" }).ClickAsync();
        await Expect(console.Dialog.Locator("[data-channel=live]")).ToHaveAttributeAsync("data-outcome", "confirmed"); // kept
    }
}
