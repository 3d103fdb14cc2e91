using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;

namespace Dispatch.Console.Tests;

/// <summary>Nothing is called done before the server has it, and nothing pressed is lost: not by a cut, a lost answer or a reload.</summary>
public sealed class PhoneOfflineTests
{
    [Fact]
    public async Task A_yes_given_without_a_line_is_never_shown_as_done_survives_a_reload_and_is_confirmed_once()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        await ShellIsKeptAsync(phone);

        await phone.OfflineAsync(true);
        await phone.PressAsync("接受");
        await phone.SaysAsync("接受 · 未确认，正在重试");
        await phone.SaysAsync("起没有连接");
        await phone.ShowsAsync("召集");
        await phone.ScreenshotAsync("phone-not-confirmed");

        // The page is opened again with no network at all: the shell, the card and the order come from the phone.
        await phone.Page.ReloadAsync();
        await phone.ShowsAsync("召集");
        await phone.SaysAsync("接受 · 未确认，正在重试");
        await phone.SaysAsync("起没有连接");
        Assert.DoesNotContain("CalloutAccepted", await PhoneCallTests.FactsAsync(console, incident));

        await phone.OfflineAsync(false);
        await phone.ShowsAsync("已接受");
        await phone.LiveAsync();
        Assert.Single(await PhoneCallTests.FactsAsync(console, incident), kind => kind == "CalloutAccepted");
    }

    [Fact]
    public async Task An_answer_that_got_lost_on_the_way_back_is_asked_for_again_and_counts_once()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");

        var lost = 0;
        await phone.Page.RouteAsync("**/answer", async route =>
        {
            await route.FetchAsync(); // the server hears it
            if (Interlocked.Increment(ref lost) <= 2)
            {
                await route.AbortAsync(); // the phone never learns
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        await phone.PressAsync("接受");
        await phone.ShowsAsync("已接受");
        await Eventually.True(() => lost >= 3, "the order sent until it was answered");
        await Assertions.Expect(phone.Page.Locator(".standing.confirmed")).ToBeVisibleAsync();
        Assert.Single(await PhoneCallTests.FactsAsync(console, incident), kind => kind == "CalloutAccepted");
    }

    [Fact]
    public async Task A_call_that_comes_during_a_cut_is_there_when_the_line_is_back()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");

        await phone.OfflineAsync(true);
        await phone.SaysAsync("起没有连接");
        await console.RaiseAsync(ApiClient.Flood());
        await phone.OfflineAsync(false);

        await phone.ShowsAsync("召集");
        await phone.LiveAsync();
    }

    [Fact]
    public async Task Where_the_live_line_is_blocked_a_call_still_comes_by_asking_and_the_page_says_that_it_is_slow()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        await phone.Page.RouteWebSocketAsync("**/live**", socket => socket.CloseAsync());
        await phone.Page.ReloadAsync();
        await Assertions.Expect(phone.Page.Locator(".fresh.slow")).ToBeVisibleAsync(new() { Timeout = 25_000 });

        await console.RaiseAsync(ApiClient.Flood());
        await Assertions.Expect(phone.Heading).ToContainTextAsync("召集", new() { Timeout = 25_000 });
        await phone.PressAsync("接受");
        await phone.ShowsAsync("已接受");
        await Assertions.Expect(phone.Page.Locator(".fresh.live")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_reload_in_the_middle_of_a_task_goes_on_where_it_was()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        await phone.PressAsync("接受");
        await phone.PressAsync("已出发");
        await phone.ShowsAsync("已出发");

        await phone.Page.ReloadAsync();
        await phone.ShowsAsync("已出发");
        await phone.LiveAsync();
        await phone.PressAsync("已到达");
        await phone.ShowsAsync("已到达");
        Assert.Single(await PhoneCallTests.FactsAsync(console, incident), kind => kind == "CalloutOnScene");
    }

    [Fact]
    public async Task A_yes_to_what_was_recalled_meanwhile_shows_the_state_as_it_is()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");

        await phone.OfflineAsync(true);
        await phone.PressAsync("接受");
        await phone.SaysAsync("接受 · 未确认，正在重试");
        await console.PostAsync($"/api/incidents/{incident}/cancel", new { commandId = Guid.CreateVersion7(), reason = "误报" });
        await phone.OfflineAsync(false);

        await phone.ShowsAsync("不再需要");
        await phone.SaysAsync("警情已取消");
        await Assertions.Expect(phone.Page.Locator(".standing")).ToHaveCountAsync(0);
    }

    /// <summary>The service worker has the whole page; nothing of /api or /live may ever be among it.</summary>
    private static async Task ShellIsKeptAsync(PhonePage phone)
    {
        await phone.Page.WaitForFunctionAsync("async () => (await (await caches.open('phone-shell')).match('/phone.html')) !== undefined && navigator.serviceWorker.controller !== null");
        var kept = await phone.Page.EvaluateAsync<string[]>("async () => (await (await caches.open('phone-shell')).keys()).map(({ url }) => new URL(url).pathname)");
        Assert.DoesNotContain(kept, path => path.StartsWith("/api", StringComparison.Ordinal) || path.StartsWith("/live", StringComparison.Ordinal));
    }
}
