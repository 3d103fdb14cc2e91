using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;

namespace Dispatch.Console.Tests;

/// <summary>The job the phone is for: a call-out comes, is answered with a thumb, and is seen through to its end.</summary>
public sealed class PhoneCallTests
{
    [Fact]
    public async Task A_volunteer_accepts_sets_off_arrives_and_leaves_and_the_record_shows_every_step_once()
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(1830);
        await using var phone = await PhonePage.ActivatedAsync(node, volunteer);
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());

        await phone.ShowsAsync("召集");
        await phone.SaysAsync("水深及胸，注意触电");
        await phone.SaysAsync("景田北六街");
        await phone.SaysAsync("距您 1.8 公里");
        await phone.SaysAsync("西南");
        await phone.SaysAsync("无法前往没有任何影响");
        await Assertions.Expect(phone.Page.GetByRole(AriaRole.Timer)).ToBeVisibleAsync();
        await phone.ScreenshotAsync("phone-offered");
        await NoScrollingNeededAsync(phone, "接受", "无法前往");

        await phone.PressAsync("接受");
        await phone.ShowsAsync("已接受");
        await phone.SaysAsync("已确认");
        await phone.ScreenshotAsync("phone-accepted");
        await phone.PressAsync("已出发");
        await phone.ShowsAsync("已出发");
        await phone.PressAsync("已到达");
        await phone.ShowsAsync("已到达");
        await phone.PressAsync("已撤离");
        await phone.PressAsync("是，已撤离");
        await phone.ShowsAsync("任务结束");
        await phone.ScreenshotAsync("phone-released");
        await phone.PressAsync("知道了");
        await phone.SaysAsync("现在可能收到召集");

        var kinds = await FactsAsync(console, incident);
        string[] steps = ["CalloutOffered", "CalloutSent", "CalloutDelivered", "CalloutSeen", "CalloutAccepted", "CalloutEnRoute", "CalloutOnScene", "CalloutReleased"];
        Assert.Equal(steps, kinds.Where(steps.Contains));
    }

    [Fact]
    public async Task Declining_takes_one_reason_and_costs_nothing()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());

        await phone.ShowsAsync("召集");
        await phone.PressAsync("无法前往");
        await phone.SaysAsync("为什么无法前往");
        await NoScrollingNeededAsync(phone, "在上班", "身体不适", "太远", "其他", "返回");
        await phone.PressAsync("身体不适");
        await phone.ShowsAsync("已记下");
        await phone.SaysAsync("没有任何影响");

        var callout = (await console.IncidentAsync(incident))["callouts"]![0]!;
        Assert.Equal(("declined", "ill"), ((string?)callout["state"], (string?)callout["reason"]));
    }

    [Fact]
    public async Task Turning_back_opens_the_place_for_the_standby_who_is_called_up()
    {
        await using var node = await TestNode.StartAsync();
        await using var first = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        await using var second = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(400));
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());
        await first.ShowsAsync("召集");
        await second.ShowsAsync("召集");

        // The second says yes without a line, while the first takes the only place.
        await second.OfflineAsync(true);
        await second.PressAsync("接受");
        await second.SaysAsync("接受 · 未确认，正在重试");
        await first.PressAsync("接受");
        await first.ShowsAsync("已接受");
        await second.OfflineAsync(false);
        await second.ShowsAsync("候补");
        await second.SaysAsync("请先不要前往");
        await second.ScreenshotAsync("phone-standby");

        await first.PressAsync("中途返回");
        await first.PressAsync("道路不通");
        await first.ShowsAsync("已记下");
        await second.ShowsAsync("轮到您了");
        await second.ScreenshotAsync("phone-called-up");
        await second.PressAsync("已出发");
        await second.ShowsAsync("已出发");
        Assert.Equal(1, (int)(await console.IncidentAsync(incident))["needs"]![0]!["filled"]!);
    }

    [Fact]
    public async Task Who_is_asked_because_another_is_late_reads_that_he_would_stand_by_and_the_board_says_who_is_late()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.SqlAsync("UPDATE categories SET arrive_within = '60 minutes' WHERE key = 'flood'");
        var late = await node.World.VolunteerAsync(300);
        using var slow = await node.SignInAsync("v0001");
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await slow.AnswerAsync(await slow.MyCalloutAsync(), "accept");
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(400));
        await using var console = await ConsolePage.SignedInAsync(node);
        await Assertions.Expect(console.Row(incident)).ToContainTextAsync("水域救援1/1");
        await Assertions.Expect(console.Row(incident).Locator(".need-late")).ToHaveCountAsync(0);

        await slow.PutAsync("/api/me/position", new
        {
            longitude = World.Centre.Longitude + 0.1, latitude = World.Centre.Latitude, datum = "wgs84", accuracyMetres = 10, takenAt = TimeProvider.System.GetUtcNow(), // ten kilometres off
        });

        await Assertions.Expect(console.Row(incident).Locator(".need .need-late")).ToContainTextAsync("晚 1"); // 1/1, and not all is well
        await Assertions.Expect(console.Row(incident).Locator("[data-flag=late]")).ToHaveTextAsync("1 人预计晚到，尚无人候补");
        await phone.ShowsAsync("召集");
        await phone.SaysAsync("名额已满，但有人可能晚到");
        await phone.ScreenshotAsync("phone-in-anothers-stead");
        await NoScrollingNeededAsync(phone, "愿意候补", "无法前往");
        await phone.Page.RouteAsync("**/api/callouts/mine", route => route.AbortAsync()); // what follows is heard, not asked for
        await api.PostAsync($"/api/incidents/{incident}/needs/1", new { commandId = Guid.CreateVersion7(), count = 2, reason = "水势变大" });
        await phone.SaysAsync("有名额空出来了");
        await NoScrollingNeededAsync(phone, "接受", "无法前往");
        await phone.ScreenshotAsync("phone-place-opened");
        await phone.PressAsync("English");
        await phone.SaysAsync("A place has opened");
        await phone.ScreenshotAsync("phone-place-opened-en");
        await phone.PressAsync("中文");
        await api.PostAsync($"/api/incidents/{incident}/needs/1", new { commandId = Guid.CreateVersion7(), count = 1, reason = "水退了" });
        await phone.SaysAsync("名额已满，但有人可能晚到");
        await phone.Page.UnrouteAsync("**/api/callouts/mine");
        await phone.PressAsync("愿意候补");
        await phone.ShowsAsync("候补");

        await Assertions.Expect(console.Row(incident).Locator("[data-flag=late]")).ToHaveTextAsync("1 人预计晚到，1 人候补可顶替");
        await console.Row(incident).ClickAsync();
        await Assertions.Expect(console.Callout(late)).ToContainTextAsync("预计晚到");
        await console.ScreenshotAsync("console-late");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "somebody who is late", enhancedContrast: false);
        await console.Keys.PressAsync("2");
        await Assertions.Expect(console.Page.Locator(".wave-event[data-kind=CalloutFellBehind]")).ToContainTextAsync("预计晚到");
        await console.Page.Locator(".wave-who summary").Last.ClickAsync();
        await Assertions.Expect(console.Page.Locator(".wave-who .running-late")).ToContainTextAsync("预计晚到");
        await console.ScreenshotAsync("console-late-waves");

        await api.OrderAsync($"/api/callouts/{await slow.MyCalloutAsync()}/release"); // the operator's word: a standby does not set out by himself
        await phone.ShowsAsync("轮到您了");
        await Assertions.Expect(console.Row(incident).Locator(".need-late, [data-flag=late]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_recalled_volunteer_is_told_not_to_go()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");

        var (status, _) = await console.PostAsync($"/api/incidents/{incident}/recall", new { commandId = Guid.CreateVersion7(), reason = "水已退" });
        Assert.Equal(200, status);

        await phone.ShowsAsync("不再需要");
        await phone.SaysAsync("请不要前往");
        await phone.SaysAsync("水已退");
        await Assertions.Expect(phone.Button("接受")).ToHaveCountAsync(0);
        await phone.ScreenshotAsync("phone-recalled");
    }

    [Fact]
    public async Task Taps_that_were_meant_for_the_button_before_do_nothing()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        await Assertions.Expect(phone.Button("接受")).ToBeEnabledAsync();

        // A trembling thumb: taps at one spot, on and on until 0.4 s after the next button stands there.
        var spot = (await phone.Button("接受").BoundingBoxAsync())!;
        await phone.Page.EvaluateAsync(
            """
            async ({ x, y }) => {
              let after = 0;
              while (after < 400) {
                document.elementFromPoint(x, y).click();
                await new Promise((resolve) => setTimeout(resolve, 20));
                if (document.querySelector('.band h1').textContent.includes('已接受')) after += 20;
              }
            }
            """,
            new { x = (double)spot.X + (spot.Width / 2), y = (double)spot.Y + (spot.Height / 2) });

        await phone.ShowsAsync("已接受");
        await Assertions.Expect(phone.Button("已出发")).ToBeEnabledAsync();
        Assert.DoesNotContain("CalloutEnRoute", await FactsAsync(console, incident));
    }

    [Fact]
    public async Task The_volunteer_reads_why_he_was_called_in_his_language()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");

        await phone.PressAsync("English");
        await phone.ShowsAsync("Call-out");
        await phone.SaysAsync("You may say no; it costs nothing.");
        await phone.ScreenshotAsync("phone-english");
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "Why me" }).ClickAsync();
        await phone.SaysAsync("m"); // the distance is part of every explanation
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "Back" }).ClickAsync();
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "Back to the task" }).ClickAsync();
        await phone.PressAsync("Accept");
        await phone.ShowsAsync("Accepted");
        Assert.Equal("en", await phone.Page.EvaluateAsync<string>("document.documentElement.lang"));
        await phone.Page.ReloadAsync();
        await phone.ShowsAsync("Accepted");
    }

    [Fact]
    public async Task A_call_vibrates_and_rings_until_the_screen_is_touched_and_keeps_the_screen_on()
    {
        const string Listening = """
            window.heard = { vibrated: 0, tones: 0, awake: 0 };
            navigator.vibrate = (pattern) => { if (pattern !== 0) heard.vibrated++; return true; };
            const start = OscillatorNode.prototype.start;
            OscillatorNode.prototype.start = function (...at) { heard.tones++; return start.apply(this, at); };
            navigator.wakeLock.request = async () => { heard.awake++; return { released: false, release: async () => { heard.awake--; } }; };
            """;
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300), Listening);
        using var console = await node.SignInAsync("futian");
        await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");

        Task<int> HeardAsync(string what) => phone.Page.EvaluateAsync<int>($"heard.{what}");
        await Eventually.True(async () => await HeardAsync("vibrated") >= 2 && await HeardAsync("tones") >= 12, "a ring that repeats");
        Assert.Equal(1, await HeardAsync("awake"));

        await phone.Page.Mouse.ClickAsync(180, 300); // anywhere: it need not be an answer
        var before = await HeardAsync("vibrated");
        await Task.Delay(3000); // longer than the ring's pause of 2.2 s
        Assert.Equal(before, await HeardAsync("vibrated"));

        await phone.PressAsync("无法前往");
        await phone.PressAsync("太远");
        await phone.ShowsAsync("已记下");
        Assert.Equal(0, await HeardAsync("awake"));
    }

    [Fact]
    public async Task The_countdown_follows_the_servers_clock_on_a_phone_that_is_ten_minutes_off()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(
            node, await node.World.VolunteerAsync(300), "const real = Date.now.bind(Date); Date.now = () => real() + 600_000;");
        using var console = await node.SignInAsync("futian");
        await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");

        var left = await phone.Page.GetByRole(AriaRole.Timer).GetAttributeAsync("aria-label");
        Assert.InRange(int.Parse(left!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 90, 120);
    }

    internal static async Task<List<string>> FactsAsync(ApiClient console, Guid incident)
    {
        var (_, record) = await console.GetAsync($"/api/incidents/{incident}/facts");
        return record!["facts"]!.AsArray().Select(fact => (string)fact!["kind"]!).ToList();
    }

    private static async Task NoScrollingNeededAsync(PhonePage phone, params string[] buttons)
    {
        foreach (var word in buttons)
        {
            var box = (await phone.Button(word).BoundingBoxAsync())!;
            Assert.True(box is { X: >= 0, Y: >= 0, Height: >= 64 } && box.X + box.Width <= 360 && box.Y + box.Height <= 640, $"{word}: {box.X} {box.Y} {box.Width} {box.Height}");
        }
    }
}
