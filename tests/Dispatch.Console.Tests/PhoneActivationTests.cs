using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;

namespace Dispatch.Console.Tests;

/// <summary>A station hands a phone to its volunteer by a one-time code.</summary>
public sealed class PhoneActivationTests
{
    [Fact]
    public async Task A_code_in_small_letters_with_a_space_activates_the_phone_and_a_reload_keeps_it()
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(200);
        var code = await PhonePage.CodeAsync(node, volunteer);
        await using var phone = await PhonePage.OpenAsync(node);

        await phone.ActivateAsync($"{code[..4]} {code[4..]}".ToLowerInvariant());
        await phone.SaysAsync("现在可能收到召集");
        await phone.LiveAsync();

        await phone.Page.ReloadAsync();
        await phone.SaysAsync("现在可能收到召集");
        await phone.LiveAsync();
    }

    [Fact]
    public async Task A_used_or_wrong_or_short_code_is_refused_in_words_that_say_what_to_do()
    {
        await using var node = await TestNode.StartAsync();
        var code = await PhonePage.CodeAsync(node, await node.World.VolunteerAsync(200));
        await using (var first = await PhonePage.OpenAsync(node))
        {
            await first.ActivateAsync(code);
            await first.SaysAsync("现在可能收到召集");
        }

        await using var second = await PhonePage.OpenAsync(node);
        await second.ActivateAsync(code);
        await second.SaysAsync("请向服务站要一个新的激活码");
        await second.ActivateAsync("ABC");
        await second.SaysAsync("激活码是 8 位，您输入了 3 位。");
        await second.OfflineAsync(true);
        await second.ActivateAsync(code);
        await second.SaysAsync("没有连上服务器，手机还没有激活");
    }

    [Fact]
    public async Task A_link_from_the_station_carries_the_code_and_does_not_keep_it()
    {
        await using var node = await TestNode.StartAsync();
        var code = await PhonePage.CodeAsync(node, await node.World.VolunteerAsync(200));
        await using var phone = await PhonePage.OpenAsync(node);
        await phone.Page.GotoAsync("about:blank");
        await phone.Page.GotoAsync($"{node.Address}/phone.html#code={code}");

        await phone.PressAsync("激活");
        await phone.SaysAsync("现在可能收到召集");
        Assert.DoesNotContain(code, phone.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_takes_everything_personal_off_the_phone()
    {
        await using var node = await TestNode.StartAsync();
        await using var phone = await PhonePage.ActivatedAsync(node, await node.World.VolunteerAsync(200));

        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "退出这部手机" }).ClickAsync();
        await phone.PressAsync("退出");
        await phone.PressAsync("是，退出");

        await phone.SaysAsync("激活这部手机");
        Assert.Null(await phone.Page.EvaluateAsync<string?>("localStorage.getItem('dispatch.phone.tokens')"));
        await phone.Page.ReloadAsync();
        await phone.SaysAsync("激活这部手机");
    }

    [Fact]
    public async Task The_hours_of_the_week_are_chosen_by_quarters_of_a_day_and_how_he_comes_by_one_tap()
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(200, duty: "off");
        await using var phone = await PhonePage.ActivatedAsync(node, volunteer);

        await phone.PressAsync("按时段");
        await phone.SaysAsync("您还没有选值班时段");
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "值班时段" }).ClickAsync();
        await phone.PressAsync("周六 上午");
        await phone.PressAsync("周六 下午");
        await phone.PressAsync("周日 晚上");
        await phone.PressAsync("周日 晚上");
        await phone.SaysAsync("已确认");
        await Eventually.True(
            async () => await node.World.ScalarAsync<string>($"SELECT coalesce(string_agg(weekday || ' ' || from_time || '-' || to_time, ', '), '') FROM weekly_hours WHERE volunteer_id = '{volunteer}'") == "6 06:00:00-18:00:00",
            "one stretch on Saturday");

        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "返回" }).ClickAsync();
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "怎么去现场 不说明" }).ClickAsync();
        await phone.PressAsync("骑自行车"); // one tap, like the duty switch
        await phone.SaysAsync("已确认");
        Assert.Equal("bicycle", await node.World.ScalarAsync<string>($"SELECT means FROM response_records WHERE volunteer_id = '{volunteer}'"));
        await phone.ScreenshotAsync("phone-means");
        await phone.PressAsync("English");
        await phone.ScreenshotAsync("phone-means-en");
        await phone.PressAsync("中文");
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "返回" }).ClickAsync();
        await phone.SaysAsync("骑自行车");
        await phone.ScreenshotAsync("phone-home-means");
    }

    [Fact]
    public async Task Duty_consents_and_position_reach_the_server_and_say_when_they_were_confirmed()
    {
        await using var node = await TestNode.StartAsync();
        var volunteer = await node.World.VolunteerAsync(200, duty: "off", locationConsent: false, locatedBy: "nowhere");
        await using var phone = await PhonePage.ActivatedAsync(node, volunteer);

        await phone.PressAsync("值班");
        await phone.SaysAsync("现在可能收到召集");
        await phone.SaysAsync("已确认");
        Assert.Equal("on", await node.World.ScalarAsync<string>($"SELECT duty FROM volunteers WHERE id = '{volunteer}'"));

        await phone.Page.GetByRole(AriaRole.Link, new() { Name = "我的位置" }).ClickAsync();
        await phone.SaysAsync("要先同意");
        await phone.PressAsync("同意使用我的位置");
        // On duty and with consent the browser's own position goes out by itself.
        await phone.SaysAsync("误差约 10 米");
        Assert.Equal(1, await node.World.ScalarAsync<long>($"SELECT count(*) FROM positions WHERE volunteer_id = '{volunteer}'"));

        // A place read off a Chinese map is half a kilometre off unless its datum is named.
        await phone.Page.GetByLabel("经度").FillAsync("22.5250");
        await phone.Page.GetByLabel("纬度").FillAsync("114.0171");
        await phone.PressAsync("保存位置");
        await phone.SaysAsync("经度和纬度写反了");
        await phone.Page.GetByLabel("经度").FillAsync("１１４．０１７１");
        await phone.Page.GetByLabel("纬度").FillAsync("22.5223");
        await phone.PressAsync("保存位置");
        await phone.SaysAsync("请选择坐标来自哪里");
        await phone.Page.GetByLabel("坐标来自").SelectOptionAsync("gcj02");
        await phone.PressAsync("保存位置");
        await phone.SaysAsync("位置已更新");
        await Eventually.True(
            () => node.World.ScalarAsync<bool>($"SELECT ST_Distance(location, ST_MakePoint(114.012, 22.525)::geography) < 200 AND accuracy_metres = 100 FROM positions WHERE volunteer_id = '{volunteer}'"),
            "the typed place, converted to WGS-84");

        await phone.Page.GotoAsync($"{node.Address}/phone.html#consents");
        await phone.Page.GetByRole(AriaRole.Switch, new() { Name = "使用我的位置" }).ClickAsync();
        await phone.SaysAsync("已确认");
        Assert.Equal(0, await node.World.ScalarAsync<long>($"SELECT count(*) FROM positions WHERE volunteer_id = '{volunteer}'"));
    }
}
