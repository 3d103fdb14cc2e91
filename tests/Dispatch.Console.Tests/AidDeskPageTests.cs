using System.Text.RegularExpressions;
using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>The mutual-aid desk in a browser: a request comes in while one looks, names are chosen with what remains in sight, a loan runs out; agreements and liaisons.</summary>
public sealed class AidDeskPageTests
{
    private const string Luohu = "440303", LuohuStreet = "440303001";

    [Fact]
    public async Task A_request_comes_in_live_some_are_lent_with_the_floor_in_sight_and_the_loan_runs_out()
    {
        await using var node = await TestNode.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await LenderAsync(node, 300 + (100 * i));
        }

        using var desk = await node.SignInAsync("luohu");
        await desk.PutAsync($"/api/reserve-floors/{Guid.NewGuid()}", new { commandId = Guid.NewGuid(), region = Luohu, qualification = "rescue.water", count = 1, reason = "保底" });
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood(count: 3));
        await using var futian = await SignedInAsync(node);
        await using var luohu = await SignedInAsync(node, "luohu");
        await luohu.Keys.PressAsync("d");
        await Expect(luohu.Page.GetByRole(AriaRole.Region, new() { Name = "待本席答复" })).ToContainTextAsync("没有求援");

        await futian.Row(incident).ClickAsync();
        await futian.Keys.PressAsync("h");
        await futian.Dialog.GetByRole(AriaRole.Textbox).FillAsync("本区力量不足");
        await futian.Keys.PressAsync("Enter");
        var waiting = luohu.Page.Locator(".aid-card.waits"); // nobody reloaded anything
        await Expect(waiting).ToContainTextAsync("福田区求援");
        await Expect(waiting).ToContainTextAsync("水域救援 3 人");
        await Expect(luohu.Page.Locator(".top-views .count")).ToHaveTextAsync("1");
        await waiting.GetByRole(AriaRole.Button).ClickAsync();
        var dialog = luohu.Page.Locator("dialog.aid-answer");
        await Expect(dialog.Locator(".aid-people input:checked")).ToHaveCountAsync(2); // proposed: all but the floor
        await Expect(dialog.Locator(".aid-cover")).ToContainTextAsync("水域救援：现有 3，剩 1");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "全选" }).ClickAsync();
        await Expect(dialog.Locator(".aid-cover .bad")).ToContainTextAsync("低于保底");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "借出 3 人" }).ClickAsync();
        await Expect(dialog.Locator(".notice.bad")).ToContainTextAsync("保底"); // the server says so too
        await dialog.Locator(".aid-people input").First.PressAsync("Space");
        await Expect(dialog.Locator(".aid-cover .bad")).ToHaveCountAsync(0);
        await luohu.ScreenshotAsync("aid-answer");
        await Accessibility.HasNoSeriousFaultAsync(luohu.Page, "answer to a request", enhancedContrast: false);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "借出 2 人" }).ClickAsync();

        var loan = luohu.Page.Locator("[data-release]");
        await Expect(loan).ToContainTextAsync("罗湖区 → 福田区");
        await Expect(loan.Locator(".aid-names li")).ToHaveCountAsync(2);
        await Expect(loan).ToContainTextAsync("已召集"); // the home station sees each of them
        await futian.Keys.PressAsync("2");
        await Expect(futian.Page.Locator(".wave-event[data-kind=AidReleased]")).ToContainTextAsync("罗湖区借出 2 人（属地同意）");
        await Expect(futian.Page.Locator(".ladder")).ToContainTextAsync("跨区增援召集 2");
        await futian.ScreenshotAsync("waves-with-aid");

        await node.World.SqlAsync("UPDATE releases SET given_at = now() - interval '2 hours', valid_until = now() - interval '1 second'; UPDATE incidents SET look_at = now(), aid_due_at = now()");
        await Expect(loan).ToContainTextAsync(new Regex("已到期|已结束"));
        await luohu.ScreenshotAsync("aid-desk");
        await Accessibility.HasNoSeriousFaultAsync(luohu.Page, "mutual-aid desk", enhancedContrast: false);
    }

    [Fact]
    public async Task Nobody_is_lent_without_a_reason_liaisons_are_named_and_an_agreement_needs_both_words()
    {
        await using var node = await TestNode.StartAsync();
        await LenderAsync(node, 300);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        Assert.Equal(200, (await api.PostAsync($"/api/incidents/{incident}/aid", new { commandId = Guid.NewGuid(), regions = new[] { Luohu } })).Status);
        await using var luohu = await SignedInAsync(node, "luohu");
        await Expect(luohu.Page.Locator(".aid-bar")).ToContainTextAsync("福田区求援"); // on the page of incidents too
        await luohu.Keys.PressAsync("d");
        await luohu.Page.Locator(".aid-card.waits").GetByRole(AriaRole.Button).ClickAsync();
        var dialog = luohu.Page.Locator("dialog.aid-answer");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "一个也不借" }).ClickAsync();
        await Expect(dialog.Locator(".notice.bad")).ToContainTextAsync("婉拒须说明原因");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "本区有警情" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "一个也不借" }).ClickAsync();
        await Expect(luohu.Page.Locator("[data-aid]")).ToContainTextAsync("已婉拒");

        await luohu.Page.GetByRole(AriaRole.Button, new() { Name = "指定联络员" }).PressAsync("Enter");
        var form = luohu.Page.Locator("dialog[open]");
        await form.GetByLabel("罗湖指挥员（luohu）").CheckAsync();
        await form.Locator("[name=reason]").FillAsync("夜间值守");
        await luohu.Keys.PressAsync("Enter");
        await Expect(luohu.Page.Locator("[data-liaisons]")).ToContainTextAsync("罗湖区 罗湖指挥员");

        await luohu.Page.GetByRole(AriaRole.Button, new() { Name = "订立协议" }).ClickAsync();
        await form.Locator("[name=lender]").SelectOptionAsync("440304");
        await form.Locator("[name=borrower]").SelectOptionAsync(Luohu);
        await luohu.Keys.PressAsync("Enter");
        await form.Locator("button.primary").ClickAsync();
        await Expect(form.Locator(".fault")).ToBeVisibleAsync(); // no order without its reason
        await form.Locator("[name=reason]").FillAsync("相邻区联动");
        await Expect(form.Locator(".fault")).ToHaveCountAsync(0); // and no longer, once it is there
        await luohu.ScreenshotAsync("aid-agreement-form");
        await form.Locator("button.primary").ClickAsync();
        var agreed = luohu.Page.Locator("[data-agreement]");
        await Expect(agreed).ToContainTextAsync("待福田区接受");

        await using var futian = await SignedInAsync(node);
        await futian.Keys.PressAsync("d");
        await futian.Page.GetByRole(AriaRole.Button, new() { Name = "接受" }).ClickAsync();
        await futian.Page.Locator("dialog[open] [name=reason]").FillAsync("同意");
        await futian.Keys.PressAsync("Enter");
        await Expect(futian.Page.Locator("[data-agreement]")).ToContainTextAsync("生效中");
        await Expect(agreed).ToContainTextAsync("生效中"); // and on the other desk, which nobody touched
        await futian.Keys.PressAsync("p");
        await Expect(futian.Page.Locator(".orders-on-record")).ToContainTextAsync("接受协议");
        await Accessibility.HasNoSeriousFaultAsync(luohu.Page, "agreements", enhancedContrast: false);

        await Expect(agreed.GetByRole(AriaRole.Button, new() { Name = "终止" })).ToHaveCountAsync(1);
        await node.World.SqlAsync("""
            INSERT INTO accounts (id, username, password_hash, role, name, region)
            SELECT gen_random_uuid(), 'street', password_hash, 'operator', '街道', '440303001' FROM accounts WHERE username = 'luohu'
            """);
        await using var street = await SignedInAsync(node, "street");
        await street.Keys.PressAsync("d");
        await Expect(street.Page.Locator("[data-agreement]")).ToContainTextAsync("生效中"); // it concerns its people
        await Expect(street.Page.GetByRole(AriaRole.Button, new() { Name = "终止" })).ToHaveCountAsync(0); // and is not its to end
    }

    /// <summary>Somebody of Luohu who consents to be lent, east of the incident.</summary>
    private static async Task LenderAsync(TestNode node, double metresEast)
    {
        var id = await node.World.VolunteerAsync(metresEast, home: LuohuStreet);
        await node.World.SqlAsync($"INSERT INTO consents (id, volunteer_id, kind, given_at) VALUES (gen_random_uuid(), '{id}', 'crossRegion', now())");
    }
}
