using System.Text.RegularExpressions;
using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>When time has run out on mutual aid, in a browser: a silent desk's request comes to its liaison, and a loan that has run out comes to an operator.</summary>
public sealed class AidTurnPageTests(AidTurnPageTests.Desks desks) : IClassFixture<AidTurnPageTests.Desks>
{
    private const string Luohu = "440303", LuohuStreet = "440303001";

    private TestNode Node => desks.Node;

    [Fact]
    public async Task After_the_desk_stayed_silent_its_liaison_answers_from_his_own_console_with_names_and_cover_in_sight()
    {
        for (var i = 0; i < 3; i++)
        {
            await LenderAsync(300 + (100 * i), "rescue.water");
        }

        await Node.World.SqlAsync("""
            INSERT INTO accounts (id, username, password_hash, role, name, region)
            SELECT gen_random_uuid(), 'next', password_hash, 'operator', '邻街道联络员', '440303001' FROM accounts WHERE username = 'luohu'
            """);
        var (futian, desk) = (desks.Futian, desks.Luohu);
        Assert.Equal(200, (await desk.PutAsync($"/api/reserve-floors/{Guid.NewGuid()}", new { commandId = Guid.NewGuid(), region = Luohu, qualification = "rescue.water", count = 1, reason = "保底" })).Status);
        Assert.Equal(200, (await desk.PutAsync($"/api/regions/{Luohu}/liaisons", new { commandId = Guid.NewGuid(), usernames = new[] { "next" }, reason = "夜间值守" })).Status);
        await using var liaison = await SignedInAsync(Node, "next");
        var page = liaison.Page;

        var incident = await futian.RaiseAsync(ApiClient.Flood(count: 3));
        Assert.Equal(200, (await futian.PostAsync($"/api/incidents/{incident}/aid", new { commandId = Guid.NewGuid(), regions = new[] { Luohu }, reason = "本区力量不足" })).Status);
        await liaison.Keys.PressAsync("d");
        await Expect(page.Locator("[data-aid]")).ToContainTextAsync("轮到：值班席"); // he knows of it, and it is not his yet
        await Expect(page.Locator(".aid-card.waits")).ToHaveCountAsync(0);
        await liaison.Keys.PressAsync("Escape");

        await TimePassesAsync(incident); // the desk has said nothing
        var bar = page.Locator(".aid-bar");
        await Expect(bar).ToContainTextAsync("福田区求援"); // on the page he has open, which is another
        await Expect(bar).ToContainTextAsync("请您代罗湖区答复");
        await bar.GetByRole(AriaRole.Button).ClickAsync();
        var waiting = page.Locator(".aid-card.waits");
        await Expect(waiting).ToContainTextAsync("值班席未在时限内答复，轮到联络员");
        await Expect(waiting).ToContainTextAsync(new Regex(@"水域救援 3 人.*\d\d:\d\d:\d\d 前 · 轮到：联络员", RegexOptions.Singleline));
        await liaison.ScreenshotAsync("aid-liaison-desk");
        await Accessibility.HasNoSeriousFaultAsync(page, "the liaison's desk", enhancedContrast: false);
        await waiting.GetByRole(AriaRole.Button).PressAsync("Enter");

        var dialog = page.Locator("dialog.aid-answer");
        await Expect(dialog).ToContainTextAsync("请您代罗湖区答复");
        await Expect(dialog.Locator(".aid-people li")).ToHaveCountAsync(3);
        await Expect(dialog.Locator(".aid-people input:checked")).ToHaveCountAsync(2); // proposed: all but the floor
        await Expect(dialog).ToContainTextAsync("借出后罗湖区还剩");
        await Expect(dialog.Locator(".aid-cover")).ToContainTextAsync("水域救援：现有 3，剩 1");
        await liaison.ScreenshotAsync("aid-liaison-answer");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "借出 2 人" }).ClickAsync();

        var loan = page.Locator("[data-release]");
        await Expect(loan).ToContainTextAsync("罗湖区 → 福田区");
        await Expect(loan.Locator(".aid-names li")).ToHaveCountAsync(2);
        await Expect(page.Locator("[data-aid]")).ToContainTextAsync(new Regex("邻街道联络员.*已借出", RegexOptions.Singleline)); // by whom stands on it
        await futian.WhenAsync(incident, "offered", 2);
        Assert.Equal(409, (await desk.PostAsync($"/api/mutual-aid/{await RequestAsync(incident)}/answer", new { commandId = Guid.NewGuid(), answer = "refuse", reason = "晚了" })).Status);
        await futian.OrderAsync($"/api/incidents/{incident}/close");
        Assert.Equal(1, liaison.Loads);
    }

    [Fact]
    public async Task A_loan_that_runs_out_recalls_nobody_names_who_is_still_out_and_whom_the_operator_releases_is_released()
    {
        var people = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            people.Add(await LenderAsync(300 + (100 * i), "rescue.emergencyMedical"));
        }

        var (futian, desk) = (desks.Futian, desks.Luohu);
        var incident = await futian.RaiseAsync(ApiClient.Flood(count: 3, qualification: "rescue.emergencyMedical"));
        Assert.Equal(200, (await futian.PostAsync($"/api/incidents/{incident}/aid", new { commandId = Guid.NewGuid(), regions = new[] { Luohu } })).Status);
        Assert.Equal(200, (await desk.PostAsync($"/api/mutual-aid/{await RequestAsync(incident)}/answer", new { commandId = Guid.NewGuid(), answer = "approve", people })).Status);
        var names = new List<string>();
        foreach (var person in people)
        {
            names.Add(await Node.World.ScalarAsync<string>($"SELECT name FROM volunteers WHERE id = '{person}'"));
            using var phone = await Node.SignInAsync(await Node.World.ScalarAsync<string>($"SELECT external_id FROM volunteers WHERE id = '{person}'"));
            var callout = await phone.MyCalloutAsync();
            Assert.Equal(200, (await phone.AnswerAsync(callout, "accept")).Status);
            if (person == people[0])
            {
                Assert.Equal(200, (await phone.ProgressAsync(callout, "enRoute")).Status);
            }
        }

        await using var console = await SignedInAsync(Node);
        var page = console.Page;
        await console.Row(incident).ClickAsync();
        await Expect(console.Panel.Locator(".callout")).ToHaveCountAsync(3);
        await Expect(page.Locator(".lapsed")).ToHaveCountAsync(0);

        await TimePassesAsync(incident);
        var lapsed = page.Locator(".lapsed");
        await Expect(console.Row(incident)).ToContainTextAsync("借调已到期，3 人仍在外，待决定"); // seen without opening the incident
        await Expect(lapsed).ToContainTextAsync(new Regex("罗湖区的同意已于 .* 到期，3 人仍在执行任务，没有召回任何人"));
        foreach (var name in names)
        {
            await Expect(lapsed.Locator("li", new() { HasText = name })).ToHaveCountAsync(1);
        }

        await Expect(lapsed.Locator("li", new() { HasText = names[0] })).ToContainTextAsync("出动");
        Assert.Equal(["accepted", "accepted", "enRoute"], await StatesAsync(futian, incident));
        await console.ScreenshotAsync("aid-lapsed");
        await Accessibility.HasNoSeriousFaultAsync(page, "a loan that has run out", enhancedContrast: false);
        await console.Keys.PressAsync("d");
        await Expect(page.Locator($".aid-card:has-text(\"{names[0]}\")")).ToContainTextAsync("已到期");
        await console.ScreenshotAsync("aid-lapsed-desk");
        await page.GetByRole(AriaRole.Button, new() { Name = "去决定" }).ClickAsync();

        await lapsed.GetByRole(AriaRole.Button, new() { Name = $"撤离 {names[1]}" }).PressAsync("Enter"); // one of them, by name
        await Expect(console.Dialog).ToContainTextAsync($"让 {names[1]} 撤离");
        await console.Keys.PressAsync("Enter");
        await Expect(lapsed.Locator("li")).ToHaveCountAsync(2);
        Assert.Equal(["accepted", "enRoute", "released"], await StatesAsync(futian, incident));
        await lapsed.GetByRole(AriaRole.Button, new() { Name = "2 人全部撤离" }).PressAsync("Enter"); // and the others, with a reason
        await page.Locator("dialog[open] [name=reason]").FillAsync("同意已到期");
        await console.ScreenshotAsync("aid-lapsed-release-all");
        await console.Keys.PressAsync("Enter");

        await Expect(lapsed).ToHaveCountAsync(0);
        await Expect(console.Row(incident)).Not.ToContainTextAsync("借调已到期");
        Assert.Equal(["released", "released", "released"], await StatesAsync(futian, incident));
        Assert.Equal(3L, await Node.World.ScalarAsync<long>($"SELECT count(*) FROM released_people p JOIN releases r ON r.id = p.release_id WHERE r.incident_id = '{incident}' AND p.returned_at IS NOT NULL"));
        await futian.OrderAsync($"/api/incidents/{incident}/close");
        Assert.Equal(1, console.Loads);
    }

    [Fact]
    public async Task The_home_desk_extends_a_loan_or_wants_its_people_back_and_the_incidents_desk_decides_with_that_in_sight()
    {
        var people = new List<Guid> { await LenderAsync(300, "rescue.diving"), await LenderAsync(400, "rescue.diving") };
        var (futian, desk) = (desks.Futian, desks.Luohu);
        var incident = await futian.RaiseAsync(ApiClient.Flood(count: 2, qualification: "rescue.diving"));
        Assert.Equal(200, (await futian.PostAsync($"/api/incidents/{incident}/aid", new { commandId = Guid.NewGuid(), regions = new[] { Luohu } })).Status);
        Assert.Equal(200, (await desk.PostAsync($"/api/mutual-aid/{await RequestAsync(incident)}/answer", new { commandId = Guid.NewGuid(), answer = "approve", people })).Status);
        foreach (var person in people)
        {
            using var phone = await Node.SignInAsync(await Node.World.ScalarAsync<string>($"SELECT external_id FROM volunteers WHERE id = '{person}'"));
            Assert.Equal(200, (await phone.AnswerAsync(await phone.MyCalloutAsync(), "accept")).Status);
        }

        var loan = await Node.World.ScalarAsync<Guid>($"SELECT id FROM releases WHERE incident_id = '{incident}'");
        await using var luohu = await SignedInAsync(Node, "luohu");
        await using var console = await SignedInAsync(Node);
        await luohu.Keys.PressAsync("d");
        var card = luohu.Page.Locator($"[data-release='{loan}']");
        var dialog = luohu.Page.Locator("dialog[open]");

        await card.GetByRole(AriaRole.Button, new() { Name = "延长" }).PressAsync("Enter");
        await dialog.Locator("[name=until]").SelectOptionAsync(new SelectOptionValue { Index = 3 });
        await luohu.ScreenshotAsync("aid-loan-extend");
        await dialog.Locator("button.primary").ClickAsync();
        await Expect(dialog.Locator(".fault")).ToContainTextAsync("不能为空"); // no decision without its reason
        await dialog.Locator("[name=reason]").FillAsync("汛情未退");
        await luohu.Keys.PressAsync("Enter");
        await Expect(dialog).ToHaveCountAsync(0);
        Assert.Equal("汛情未退", (string)(await futian.FactsAsync(incident, until: "AidExtended")).Of("AidExtended").Single()["data"]!["reason"]!);

        await TimePassesAsync(incident);
        await Expect(luohu.Page.Locator(".top-views .count")).ToHaveTextAsync("1"); // it waits for this desk's word too
        await Expect(console.Row(incident)).ToContainTextAsync("借调已到期，2 人仍在外，待决定");
        await card.GetByRole(AriaRole.Button, new() { Name = "要求归队" }).PressAsync("Enter");
        await Expect(dialog).ToContainTextAsync("由福田区的指挥员决定何时让其撤离");
        await dialog.Locator("[name=reason]").FillAsync("本区有警情");
        await luohu.Keys.PressAsync("Enter");
        await Expect(card.Locator("[data-decision=callHome]")).ToContainTextAsync("罗湖区要求他们归队：本区有警情");
        await Expect(luohu.Page.Locator(".top-views .count")).ToHaveCountAsync(0);
        await luohu.ScreenshotAsync("aid-loan-asked-home");
        await Accessibility.HasNoSeriousFaultAsync(luohu.Page, "a loan whose people are wanted back", enhancedContrast: false);

        await console.Row(incident).ClickAsync();
        var lapsed = console.Page.Locator(".lapsed");
        await Expect(lapsed).ToContainTextAsync("罗湖区要求他们归队：本区有警情"); // which decides nothing here
        await Expect(lapsed).ToHaveAttributeAsync("data-decided", "false");
        await console.ScreenshotAsync("aid-lapsed-asked-home");
        await lapsed.GetByRole(AriaRole.Button, new() { Name = "继续执行" }).PressAsync("Enter");
        await console.Page.Locator("dialog[open] [name=reason]").FillAsync("正在搜救，暂离不开");
        await console.Keys.PressAsync("Enter");

        await Expect(lapsed).ToHaveAttributeAsync("data-decided", "true");
        await Expect(lapsed).ToContainTextAsync(new Regex("福田区决定他们继续执行，直到撤离：正在搜救，暂离不开.*福田指挥员", RegexOptions.Singleline));
        await Expect(console.Row(incident)).Not.ToContainTextAsync("借调已到期");
        await Expect(card).ToContainTextAsync("福田区决定他们继续执行"); // on the home desk, which nobody touched
        await console.Keys.PressAsync("2");
        await Expect(console.Page.Locator(".wave-event[data-kind=AidLapseDecided]").First).ToContainTextAsync("福田区指挥席：借调到期后 2 人继续执行");
        await console.ScreenshotAsync("aid-lapsed-decided");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "a loan whose end was decided", enhancedContrast: false);
        Assert.Equal(["accepted", "accepted"], await StatesAsync(futian, incident));
        await TheSuperiorDecidesAsync(loan, card);
        var word = console.Page.Locator(".wave-event[data-kind=AidLapseDecided]", new() { HasText = "搜救优先" }); // whose word it was, on the incident's time line
        await Expect(word).ToContainTextAsync("共同上级深圳市：借调到期后 2 人继续执行");
        await Expect(lapsed).ToContainTextAsync("共同上级深圳市决定他们继续执行");
        await console.ScreenshotAsync("aid-superior-decided");
        await console.Keys.PressAsync("l");
        await Expect(word).ToContainTextAsync("The common superior (深圳市): 2 go on");
        await console.ScreenshotAsync("aid-superior-decided-en");
        await console.Keys.PressAsync("l");

        await lapsed.GetByRole(AriaRole.Button, new() { Name = "2 人全部撤离" }).PressAsync("Enter"); // whoever let them go on may send them home later
        await console.Page.Locator("dialog[open] [name=reason]").FillAsync("搜救结束");
        await console.Keys.PressAsync("Enter");
        await Expect(lapsed).ToHaveCountAsync(0);
        Assert.Equal(["released", "released"], await StatesAsync(futian, incident));
        await Expect(card).ToContainTextAsync("已归队");
        await futian.OrderAsync($"/api/incidents/{incident}/close");
    }

    /// <summary>What the incident's desk refused has gone above by itself: there it is seen, and decided.</summary>
    private async Task TheSuperiorDecidesAsync(Guid loan, ILocator atHome)
    {
        await Expect(atHome.Locator("[data-appeal=superior]")).ToContainTextAsync("已自动报深圳市决定");
        await using var city = await SignedInAsync(Node, "shenzhen");
        var bar = city.Page.Locator($".aid-bar [data-appeal='{loan}']");
        await Expect(bar).ToContainTextAsync("罗湖区要求 2 人归队");
        await Expect(bar).ToContainTextAsync("福田区未同意或未答复，请您决定");
        await city.ScreenshotAsync("aid-appeal-bar");
        await city.Keys.PressAsync("d");
        var card = city.Page.Locator($"[data-release='{loan}']");
        await Expect(card).ToContainTextAsync("罗湖区要求他们归队：本区有警情"); // why, and why not
        await Expect(card).ToContainTextAsync("福田区决定他们继续执行，直到撤离：正在搜救，暂离不开");
        await city.ScreenshotAsync("aid-appeal");
        await Accessibility.HasNoSeriousFaultAsync(city.Page, "a loan that the superior has to decide", enhancedContrast: false);
        await city.Keys.PressAsync("l");
        await Expect(card).ToContainTextAsync("which decides within");
        await city.ScreenshotAsync("aid-appeal-en");
        await city.Keys.PressAsync("l");
        await card.GetByRole(AriaRole.Button, new() { Name = "继续执行" }).PressAsync("Enter");
        await city.Page.Locator("dialog[open] [name=reason]").FillAsync("搜救优先，两小时后归队");
        await city.Keys.PressAsync("Enter");

        await Expect(atHome).ToContainTextAsync("共同上级深圳市决定他们继续执行，直到撤离：搜救优先，两小时后归队");
        await Expect(atHome.Locator("[data-appeal]")).ToHaveCountAsync(0);
    }

    private static async Task<string[]> StatesAsync(ApiClient desk, Guid incident) =>
        [.. (await desk.IncidentAsync(incident))["callouts"]!.AsArray().Select(callout => (string)callout!["state"]!).Order(StringComparer.Ordinal)];

    /// <summary>Somebody of Luohu who consents to be lent, east of the incident.</summary>
    private async Task<Guid> LenderAsync(double metresEast, string qualification)
    {
        var id = await Node.World.VolunteerAsync(metresEast, qualification, home: LuohuStreet);
        await Node.World.SqlAsync($"INSERT INTO consents (id, volunteer_id, kind, given_at) VALUES (gen_random_uuid(), '{id}', 'crossRegion', now())");
        return id;
    }

    private Task<Guid> RequestAsync(Guid incident) => Node.World.ScalarAsync<Guid>($"SELECT id FROM aid_requests WHERE incident_id = '{incident}'");

    /// <summary>Moves what waits for a deadline of an incident into the past, as time would.</summary>
    private Task TimePassesAsync(Guid incident) => Node.World.SqlAsync($"""
        UPDATE aid_requests SET due_at = now() - interval '1 second', asked_at = asked_at - interval '1 hour' WHERE incident_id = '{incident}' AND due_at IS NOT NULL;
        UPDATE releases SET given_at = now() - interval '2 hours', valid_until = now() - interval '1 second' WHERE incident_id = '{incident}';
        UPDATE incidents SET aid_due_at = now() - interval '1 second', look_at = now() - interval '1 second' WHERE id = '{incident}';
        """);

    /// <summary>One node, and the two desks between which people are lent; each test lends another qualification.</summary>
    public sealed class Desks : IAsyncLifetime
    {
        public TestNode Node { get; private set; } = null!;

        public ApiClient Futian { get; private set; } = null!;

        public ApiClient Luohu { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Node = await TestNode.StartAsync();
            Futian = await Node.SignInAsync("futian");
            Luohu = await Node.SignInAsync("luohu");
        }

        public async Task DisposeAsync()
        {
            Futian.Dispose();
            Luohu.Dispose();
            await Node.DisposeAsync();
        }
    }
}
