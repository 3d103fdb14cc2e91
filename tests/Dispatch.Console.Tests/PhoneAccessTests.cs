using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;

namespace Dispatch.Console.Tests;

/// <summary>Old eyes, a keyboard, a screen reader, very large letters, the dark: the page serves them too.</summary>
public sealed class PhoneAccessTests
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_screen_is_free_of_serious_faults_at_seven_to_one(ColorScheme scheme)
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(300, certificateUntil: "2099-01-01");
        await using var phone = await PhonePage.OpenAsync(node);
        await phone.Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "activation");
        await phone.ActivateAsync(await PhonePage.CodeAsync(node, volunteer));
        await phone.SaysAsync("现在可能收到召集");
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "home");
        foreach (var page in new[] { "position", "hours", "means", "consents", "papers", "recent", "ring", "account" })
        {
            await phone.Page.GotoAsync($"{node.Address}/phone.html#{page}");
            await phone.Page.Locator(".page .head").WaitForAsync();
            await Accessibility.HasNoSeriousFaultAsync(phone.Page, page);
        }

        using var console = await node.SignInAsync("futian");
        await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        await Assertions.Expect(phone.Button("接受")).ToBeEnabledAsync();
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "offered");
        await phone.PressAsync("无法前往");
        await Assertions.Expect(phone.Button("太远")).ToBeEnabledAsync();
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "reasons");
        await phone.PressAsync("返回");
        await phone.PressAsync("接受");
        await phone.ShowsAsync("已接受");
        await Assertions.Expect(phone.Button("已出发")).ToBeEnabledAsync();
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "accepted");
        await phone.PressAsync("中途返回");
        await phone.PressAsync("家中有事");
        await phone.ShowsAsync("已记下");
        await Accessibility.HasNoSeriousFaultAsync(phone.Page, "turned back");
    }

    [Fact]
    public async Task A_call_is_answered_with_the_keyboard_alone()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");
        await Assertions.Expect(phone.Heading).ToBeFocusedAsync(); // a screen reader starts reading here

        await TabToAsync(phone, "无法前往");
        await phone.Page.Keyboard.PressAsync("Enter");
        await phone.SaysAsync("为什么无法前往");
        await phone.Page.Keyboard.PressAsync("Escape");
        await phone.ShowsAsync("召集");
        await TabToAsync(phone, "接受");
        await phone.Page.Keyboard.PressAsync("Enter");
        await phone.ShowsAsync("已接受");
        await TabToAsync(phone, "已出发");
        await phone.Page.Keyboard.PressAsync("Space");
        await phone.ShowsAsync("已出发");
    }

    [Fact]
    public async Task With_letters_twice_as_large_the_answer_is_still_on_the_screen_and_nothing_is_cut_off()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(300));
        using var console = await node.SignInAsync("futian");
        await console.RaiseAsync(ApiClient.Flood());
        await phone.ShowsAsync("召集");

        // Twice the letters on 360 × 640 is the layout of 180 × 320 at the usual size, magnified.
        await phone.Page.SetViewportSizeAsync(180, 320);
        foreach (var word in new[] { "接受", "无法前往" })
        {
            var box = (await phone.Button(word).BoundingBoxAsync())!;
            Assert.True(box.Y >= 0 && box.Y + box.Height <= 320 && box.X >= 0 && box.X + box.Width <= 180, $"{word}: {box.X} {box.Y} {box.Width} {box.Height}");
        }

        Assert.Equal(0, await phone.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"));
    }

    private static async Task TabToAsync(PhonePage phone, string word)
    {
        await Assertions.Expect(phone.Button(word)).ToBeEnabledAsync();
        for (var step = 0; step < 25; step++)
        {
            if (await phone.Button(word).EvaluateAsync<bool>("button => button === document.activeElement"))
            {
                return;
            }

            await phone.Page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"{word} cannot be reached with the Tab key");
    }
}
