using System.Collections.Concurrent;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;

namespace Dispatch.Console.Tests.Support;

/// <summary>
/// An operator at the console: the real page on a wide screen, in a browser whose own zone is far away. When it is put away, it must have asked
/// nobody but our own server for anything, thrown nothing, and never have been loaded anew behind the test's back.
/// </summary>
internal sealed class ConsolePage : IAsyncDisposable
{
    public const string NoWebGl = """
        const real = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest); };
        """;

    private readonly string address;
    private readonly IBrowserContext context;
    private readonly ConcurrentBag<string> outside = [];
    private readonly ConcurrentBag<string> faults = [];
    private int loads;

    private ConsolePage(string address, IBrowserContext context, IPage page) => (this.address, this.context, Page) = (address, context, page);

    public IPage Page { get; }

    public IKeyboard Keys => Page.Keyboard;

    public ILocator Freshness => Page.Locator("[data-freshness]");

    public ILocator Panel => Page.Locator("#panel");

    public ILocator RaiseForm => Page.Locator("#raise");

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    /// <summary>How often the page was loaded; a test that says "without reload" ends with one.</summary>
    public int Loads => loads;

    public static async Task<ConsolePage> OpenAsync(TestNode node, string? script = null, string theme = "dark", string lang = "zh", int width = 1600, int height = 900)
    {
        var context = await Chromium.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            Locale = "zh-CN",
            TimezoneId = "Europe/Lisbon", // nothing on the screen may be in the zone of the machine
        });
        context.SetDefaultTimeout(45_000);
        await context.AddInitScriptAsync($"localStorage.setItem('dispatch.theme', '{theme}'); localStorage.setItem('dispatch.lang', '{lang}');" + script);
        var console = new ConsolePage(node.Address, context, await context.NewPageAsync());
        context.Request += (_, request) => console.Note(request.Url);
        console.Page.WebSocket += (_, socket) => console.Note(socket.Url.Replace("ws:", "http:", StringComparison.Ordinal));
        console.Page.PageError += (_, error) => console.faults.Add(error);
        console.Page.DOMContentLoaded += (_, _) => Interlocked.Increment(ref console.loads);
        await console.Page.GotoAsync(node.Address); // the address a person types; the server leads to the page
        return console;
    }

    public static async Task<ConsolePage> SignedInAsync(TestNode node, string username = "futian", string? script = null, string theme = "dark", string lang = "zh", int width = 1600, int height = 900)
    {
        var console = await OpenAsync(node, script, theme, lang, width, height);
        await console.SignInAsync(username, World.Password);
        await console.LiveAsync();
        return console;
    }

    public async Task SignInAsync(string username, string password)
    {
        await Page.Locator("[name=username]").FillAsync(username);
        await Page.Locator("[name=password]").FillAsync(password);
        await Keys.PressAsync("Enter");
    }

    public Task LiveAsync() => Expect(Freshness).ToHaveAttributeAsync("data-freshness", "live", new() { Timeout = 30_000 });

    public Task NoConnectionAsync() => Expect(Freshness).ToHaveAttributeAsync("data-freshness", "none", new() { Timeout = 30_000 });

    public Task OfflineAsync(bool offline) => context.SetOfflineAsync(offline);

    /// <summary>The map is drawn in software here: it may take its time.</summary>
    public Task MapAsync() => Expect(Page.Locator("#map")).ToHaveAttributeAsync("data-ready", "true", new() { Timeout = 60_000 });

    public ILocator Row(Guid incident) => Page.Locator($"#incident-{incident}");

    public ILocator Rows => Page.Locator(".rows [role=option]");

    public ILocator Callout(Guid volunteer) => Page.Locator($".callout:has([data-volunteer=\"{volunteer}\"])");

    /// <summary>Opens the form and writes a flood at the centre of the world, by keyboard alone; sends it when told to.</summary>
    public async Task WriteFloodAsync(int people = 2, double? longitude = null, double? latitude = null)
    {
        await Keys.PressAsync("n");
        await Keys.TypeAsync("hl"); // 洪涝
        await Keys.PressAsync("Enter");
        await Keys.PressAsync("Tab");
        await Keys.InsertTextAsync(FormattableString.Invariant($"{longitude ?? World.Centre.Longitude}, {latitude ?? World.Centre.Latitude}"));
        await Keys.PressAsync("Tab"); // datum: WGS-84 stands
        await Keys.PressAsync("Tab");
        await Keys.InsertTextAsync("景田北六街地下车库");
        await Keys.PressAsync("Tab"); // risk: the category's hint stands
        var needs = RaiseForm.Locator(".need-edit");
        for (var left = await needs.CountAsync(); left > 1; left--)
        {
            await needs.Nth(left - 1).GetByRole(AriaRole.Button).PressAsync("Enter");
        }

        await needs.First.Locator("input").FillAsync($"{people}");
    }

    public Task SendAsync() => Keys.PressAsync("Control+Enter");

    /// <summary>The id of the one incident that is selected.</summary>
    public async Task<Guid> SelectedAsync()
    {
        await Expect(Panel).ToHaveAttributeAsync("data-incident", new System.Text.RegularExpressions.Regex("^[0-9a-f-]{36}$"));
        return Guid.Parse((await Panel.GetAttributeAsync("data-incident"))!);
    }

    public Task ScreenshotAsync(string name) => Page.ScreenshotAsync(new() { Path = Repository.Screenshot(name) });

    public static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        Assert.Empty(outside);
        Assert.Empty(faults);
    }

    private void Note(string url)
    {
        if (!url.StartsWith(address, StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal)
            && !url.StartsWith($"blob:{address}", StringComparison.Ordinal) && url != "about:blank")
        {
            outside.Add(url);
        }
    }
}
