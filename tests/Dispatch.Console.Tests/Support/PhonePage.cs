using System.Collections.Concurrent;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;

namespace Dispatch.Console.Tests.Support;

/// <summary>
/// A volunteer's phone: the real page in a browser the size of a small phone. It speaks the words a volunteer reads.
/// When it is put away it must not have asked anybody but our own server for anything.
/// </summary>
internal sealed class PhonePage : IAsyncDisposable
{
    // Kept as text: an event of the browser may come after the node has gone, and what is thrown in a handler ends the whole browser.
    private readonly string address;
    private readonly IBrowserContext context;
    private readonly ConcurrentBag<string> outside = [];

    private PhonePage(string address, IBrowserContext context, IPage page) => (this.address, this.context, Page) = (address, context, page);

    public IPage Page { get; }

    public ConcurrentBag<string> Faults { get; } = [];

    /// <summary>The heading of the card in hand: its state in one word.</summary>
    public ILocator Heading => Page.Locator(".band h1");

    public static async Task<PhonePage> OpenAsync(TestNode node, string? script = null, int width = 360, int height = 640)
    {
        var context = await Chromium.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            HasTouch = true,
            Locale = "zh-CN",
            TimezoneId = "Asia/Shanghai",
            Geolocation = new() { Longitude = 114.0271f, Latitude = 22.5331f, Accuracy = 12 }, // 1.8 km north-east of the incidents
            Permissions = ["geolocation", "clipboard-write", "notifications"],
        });
        context.SetDefaultTimeout(45_000);
        if (script is not null)
        {
            await context.AddInitScriptAsync(script);
        }

        var phone = new PhonePage(node.Address, context, await context.NewPageAsync());
        context.Request += (_, request) => phone.Note(request.Url);
        phone.Page.WebSocket += (_, socket) => phone.Note(socket.Url.Replace("ws:", "http:", StringComparison.Ordinal));
        phone.Page.PageError += (_, error) => phone.Faults.Add(error);
        await phone.Page.GotoAsync($"{node.Address}/phone.html");
        return phone;
    }

    /// <summary>A phone that its volunteer has activated and that shows his duty switch.</summary>
    public static async Task<PhonePage> ActivatedAsync(TestNode node, Guid volunteer, string? script = null)
    {
        var phone = await OpenAsync(node, script);
        await phone.ActivateAsync(await CodeAsync(node, volunteer));
        await Assertions.Expect(phone.Page.GetByRole(AriaRole.Group, new() { Name = "值班" })).ToBeVisibleAsync();
        await phone.LiveAsync();
        return phone;
    }

    /// <summary>A code as the station gives it out; only its hash is stored.</summary>
    public static async Task<string> CodeAsync(TestNode node, Guid volunteer)
    {
        var code = Guid.NewGuid().ToString("N")[..8].ToUpperInvariant();
        await node.World.SqlAsync($"""
            INSERT INTO activation_codes (code_hash, volunteer_id, expires_at) VALUES (sha256('{code}'), '{volunteer}', now() + interval '1 day')
            """);
        return code;
    }

    public async Task ActivateAsync(string code)
    {
        await Page.GetByLabel("激活码").FillAsync(code);
        await Button("激活").ClickAsync();
    }

    public ILocator Button(string word) => Page.GetByRole(AriaRole.Button, new() { Name = word, Exact = true });

    public Task PressAsync(string word) => Button(word).ClickAsync();

    public Task ShowsAsync(string heading) => Assertions.Expect(Heading).ToContainTextAsync(heading, new() { Timeout = 45_000 });

    public Task SaysAsync(string text) => Assertions.Expect(Page.GetByText(text).First).ToBeVisibleAsync(new() { Timeout = 45_000 });

    public Task LiveAsync() => Assertions.Expect(Page.Locator(".fresh.live")).ToBeVisibleAsync(new() { Timeout = 45_000 });

    public Task OfflineAsync(bool offline) => context.SetOfflineAsync(offline);

    public Task ScreenshotAsync(string name) => Page.ScreenshotAsync(new() { Path = Repository.Screenshot(name) });

    /// <summary>
    /// Hands the page's worker a push, as the push service of the browser's maker would, and gives the notification that it shows. What a starved browser
    /// lets fall is handed to it again, as such a service does.
    /// </summary>
    public async Task<System.Text.Json.JsonElement> PushAsync(object message)
    {
        await Page.EvaluateAsync("navigator.serviceWorker.ready.then(() => true)");
        var tools = await context.NewCDPSessionAsync(Page);
        var registration = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        tools.Event("ServiceWorker.workerRegistrationUpdated").OnEvent += (_, told) =>
        {
            if (told!.Value.GetProperty("registrations").EnumerateArray().FirstOrDefault() is { ValueKind: System.Text.Json.JsonValueKind.Object } first)
            {
                registration.TrySetResult(first.GetProperty("registrationId").GetString()!);
            }
        };
        await tools.SendAsync("ServiceWorker.enable");
        for (var times = 1; ; times++)
        {
            await tools.SendAsync("ServiceWorker.deliverPushMessage", new()
            {
                ["origin"] = address, ["registrationId"] = await registration.Task.WaitAsync(TimeSpan.FromSeconds(15)),
                ["data"] = System.Text.Json.JsonSerializer.Serialize(message),
            });
            if (await NotificationAsync() is { } shown)
            {
                return shown;
            }

            Assert.True(times < 3, "no notification was shown");
        }
    }

    private Task<System.Text.Json.JsonElement?> NotificationAsync() => Page.EvaluateAsync<System.Text.Json.JsonElement?>("""
        async () => {
          for (let tries = 0; tries < 150; tries++) {
            const [shown] = await (await navigator.serviceWorker.ready).getNotifications();
            if (shown) return { title: shown.title, body: shown.body, tag: shown.tag, requireInteraction: shown.requireInteraction };
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          return null;
        }
        """);

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        Assert.Empty(outside);
        Assert.Empty(Faults);
    }

    private void Note(string url)
    {
        if (!url.StartsWith(address, StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal) && url != "about:blank")
        {
            outside.Add(url);
        }
    }
}
