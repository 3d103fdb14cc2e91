using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>Nothing serious that axe can find, in every view, in both themes.</summary>
public sealed class ConsoleAccessibilityTests
{
    [Theory]
    [InlineData("dark")]
    [InlineData("light")]
    public async Task No_view_has_a_serious_fault(string theme)
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(300);
        await using var phone = await PhonePage.ActivatedAsync(node, volunteer);
        await using var console = await OpenAsync(node, theme: theme);
        await ConsoleHasNoSeriousFaultAsync(console, "sign-in");
        await console.SignInAsync("futian", World.Password);
        await console.LiveAsync();
        await console.MapAsync();
        await console.WriteFloodAsync(people: 2);
        await Expect(console.RaiseForm.Locator(".where.good")).ToBeVisibleAsync();
        await ConsoleHasNoSeriousFaultAsync(console, "raise form");
        await console.SendAsync();
        await console.SelectedAsync();
        await phone.ShowsAsync("召集");
        await phone.PressAsync("接受");
        await Expect(console.Callout(volunteer)).ToHaveAttributeAsync("data-state", "accepted");
        foreach (var (key, view) in new[] { ("1", "call-outs"), ("2", "waves"), ("3", "explanation"), ("4", "record") })
        {
            await console.Keys.PressAsync(key);
            await ConsoleHasNoSeriousFaultAsync(console, view);
            await console.ScreenshotAsync($"console-{theme}-{view}");
        }

        await console.Keys.PressAsync("c");
        await ConsoleHasNoSeriousFaultAsync(console, "confirmation");
        await console.Keys.PressAsync("Escape");
        await Expect(console.Dialog).ToHaveCountAsync(0);
        await console.Keys.PressAsync("g");
        await Expect(console.Page.GetByText("共 1 人")).ToBeVisibleAsync();
        await ConsoleHasNoSeriousFaultAsync(console, "roster");
        await console.ScreenshotAsync($"console-{theme}-roster");
    }

    private static Task ConsoleHasNoSeriousFaultAsync(ConsolePage console, string where) => Accessibility.HasNoSeriousFaultAsync(console.Page, where, enhancedContrast: false);
}
