using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>The person on duty sees whether the system itself is healthy, and never an old picture that looks new.</summary>
public sealed class ConsoleSystemTests
{
    /// <summary>An hour of another node's samples: deliveries around 45 ms, answers around 17 ms, three slow clients, ten minutes without a sample.</summary>
    private const string LastHour = """
        INSERT INTO node_samples (node, at, phones, consoles, queue_max, lag_ms, undelivered, overdue, raise_to_phone, accept_to_console, clients_cut, timers_missed, errors, not_confirmed, races)
        SELECT 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', now() - n * interval '10 seconds', 190 + (10 * sin(n / 20.0))::integer, 2, abs(6 * sin(n / 7.0))::integer,
               8 + abs(25 * sin(n / 11.0)), greatest(0, (4 * sin(n / 30.0))::integer), 0,
               ARRAY[0,0,0,0,0,0,0,0,2,4 + (n / 17) % 5,6,3,(n / 9) % 4,(n / 40) % 2] || array_fill(0, ARRAY[14]),
               ARRAY[0,0,0,0,0,1,3,4,(n / 13) % 4,1,(n / 50) % 2] || array_fill(0, ARRAY[17]), (n IN (40, 130, 131))::integer, 0, 0, 0, (n % 9 = 0)::integer
        FROM generate_series(0, 359) AS n WHERE n NOT BETWEEN 200 AND 260
        """;

    [Fact]
    public async Task One_key_leads_to_one_sentence_one_colour_and_every_part()
    {
        await using var node = await TestNode.StartAsync("--Node:Name=指挥中心一号");
        await node.World.SqlAsync(LastHour);
        await using var console = await SignedInAsync(node, script: NoWebGl);
        await console.Keys.PressAsync("s");
        var verdict = console.Page.Locator(".verdict");
        await Expect(verdict).ToHaveAttributeAsync("data-level", "good");
        await Expect(verdict).ToContainTextAsync("系统正常：1 个节点在线");
        await Expect(console.Page.Locator("[data-node]")).ToContainTextAsync("指挥中心一号");
        await Expect(console.Page.Locator("[data-tile='计时审计']")).ToContainTextAsync("前报到");
        await Expect(console.Page.Locator("[data-tile='在线指挥台'] .tile-value")).ToHaveTextAsync("1");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "system-dark", enhancedContrast: false);
        await Expect(console.Page.Locator("[data-tile='上报 → 手机'] .tile-value")).ToContainTextAsync("毫秒95 % 以内");
        await Expect(console.Page.Locator("[data-tile='上报 → 手机'] .spark-line")).Not.ToHaveCountAsync(0);
        await Expect(console.Page.Locator("[data-tile='断开的慢连接'] .tile-value")).ToContainTextAsync("3");
        await console.ScreenshotAsync("console-system");
        await console.Keys.PressAsync("s");
        await Expect(console.Rows.Or(console.Page.Locator(".board")).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task In_english_and_light_it_is_the_same_page()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node, script: NoWebGl, theme: "light", lang: "en");
        await console.Keys.PressAsync("s");
        await Expect(console.Page.Locator(".verdict")).ToContainTextAsync("The system is healthy: 1 node up");
        await Accessibility.HasNoSeriousFaultAsync(console.Page, "system-light", enhancedContrast: false);
        await console.ScreenshotAsync("console-system-light");
    }

    [Fact]
    public async Task When_the_server_does_not_answer_that_is_the_sentence_and_what_is_below_is_grey()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await SignedInAsync(node, script: NoWebGl);
        await console.Keys.PressAsync("s");
        var verdict = console.Page.Locator(".verdict");
        await Expect(verdict).ToHaveAttributeAsync("data-level", "good");

        await console.Page.RouteAsync("**/api/system", route => route.AbortAsync("connectionrefused"));

        await Expect(verdict).ToHaveAttributeAsync("data-level", "none", new() { Timeout = 30_000 });
        await Expect(verdict).ToContainTextAsync("服务器没有应答");
        await Expect(console.Page.Locator("main.system")).ToHaveClassAsync("system is-old");
        await console.ScreenshotAsync("console-system-old");

        await console.Page.UnrouteAsync("**/api/system");
        await Expect(verdict).ToHaveAttributeAsync("data-level", "good");
    }

    [Fact]
    public async Task A_silent_auditor_is_on_every_page_though_the_live_line_works()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteersAsync(2);
        await using var console = await SignedInAsync(node, script: NoWebGl);
        using var api = await node.SignInAsync("futian");
        var incident = await api.RaiseAsync(ApiClient.Flood());
        await api.WhenAsync(incident, "offered", 2);
        await using (await HeldLock.OnAsync(node.World, $"SELECT FROM incidents WHERE id = '{incident}' FOR UPDATE")) // nobody can move it
        {
            await node.World.SqlAsync($"UPDATE callouts SET due_at = now() - interval '30 seconds' WHERE incident_id = '{incident}'");

            await Expect(console.Page.Locator("[data-reason=auditorSilent]")).ToContainTextAsync("计时审计静默", new() { Timeout = 40_000 });
            await Expect(console.Freshness).ToHaveAttributeAsync("data-freshness", "live");
            await console.ScreenshotAsync("console-auditor-silent");
            await console.Keys.PressAsync("s");
            await Expect(console.Page.Locator(".verdict")).ToHaveAttributeAsync("data-level", "bad");
            await console.ScreenshotAsync("console-system-bad");
        }

        await Expect(console.Page.Locator("[data-reason=auditorSilent]")).ToHaveCountAsync(0, new() { Timeout = 40_000 });
    }
}
