using Microsoft.Playwright;

namespace Dispatch.Console.Tests.Support;

/// <summary>One browser for the test run; every test has contexts of its own, which share nothing.</summary>
internal static class Chromium
{
    private static readonly string[] Quiet =
        ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"];

    private static readonly Lazy<Task<IBrowser>> Started = new(StartAsync);

    public static async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions options) => await (await Started.Value).NewContextAsync(options);

    private static async Task<IBrowser> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout(45_000); // many browsers and a database on two cores
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
            ChromiumSandbox = false,
            Args = Quiet,
        });
        AppDomain.CurrentDomain.ProcessExit += (_, _) => playwright.Dispose();
        return browser;
    }
}
