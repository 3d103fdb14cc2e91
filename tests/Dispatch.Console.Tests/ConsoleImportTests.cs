using System.Text;
using Dispatch.Console.Tests.Support;
using Dispatch.Server.Tests.Support;
using Microsoft.Playwright;
using static Dispatch.Console.Tests.Support.ConsolePage;

namespace Dispatch.Console.Tests;

/// <summary>Volunteers, teams and boundaries come as files: checked at once, imported whole by one button, and nothing written while a fault stands.</summary>
public sealed class ConsoleImportTests
{
    [Fact]
    public async Task A_roster_with_a_fault_is_reported_line_by_line_and_a_good_one_is_checked_then_imported()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await OpenAsync(node, "导入志愿者");
        const string Head = "编号,姓名,属地代码,出生日期,身体状况,考核\n";
        await ChooseAsync(console, "roster.csv", Head + "N-1,陈建国,440304001001,1980-02-30,健康,合格\n");
        await Expect(console.Page.Locator(".findings")).ToContainTextAsync("1980-02-30");
        await console.ScreenshotAsync("console-import-faults");

        await ChooseAsync(console, "roster.csv", Head + "N-1,陈建国,440304001001,1980-02-28,健康,合格\n");
        await ImportAsync(console, "导入 1 条");
        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT count(*) FROM volunteers"));
    }

    [Fact]
    public async Task Teams_in_the_coding_of_a_spreadsheet_program_arrive_with_their_names_whole()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await OpenAsync(node, "导入队伍");
        const string Head = "编号,名称,类别,类别名称,属地代码,上级队伍,队长,联络员\n";
        await ChooseAsync(console, "teams.csv", Head + "T-1,莲花水上救援队,救火,,440304,,,\n");
        await Expect(console.Page.Locator(".findings")).ToContainTextAsync("救火");
        Assert.Equal(0, await node.World.ScalarAsync<long>("SELECT count(*) FROM teams"));

        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        await ChooseAsync(console, "teams.csv", Head + "T-1,莲花水上救援队,应急救援,,440304,,,\nT-2,一分队,应急救援,,440304,T-1,,\n", Encoding.GetEncoding("GBK"));
        await ImportAsync(console, "导入 2 条");
        Assert.Equal("莲花水上救援队 一分队", await node.World.ScalarAsync<string>("SELECT string_agg(name, ' ' ORDER BY external_id) FROM teams"));

        await ChooseAsync(console, "teams.csv", Head + "T-1,莲花水上救援队,应急救援,,440304,,,\n");
        await Expect(console.Page.Locator(".notice.good")).ToContainTextAsync("没有变化");

        await console.Page.GetByRole(AriaRole.Button, new() { Name = "队伍", Exact = true }).ClickAsync();
        var teams = console.Page.GetByRole(AriaRole.Region, new() { Name = "队伍" }).Locator("tbody tr");
        await Expect(teams).ToHaveCountAsync(2);
        await console.Page.GetByPlaceholder("按名称、编号").FillAsync("水上");
        await Expect(teams).ToHaveCountAsync(1);
        await Expect(teams).ToContainTextAsync("莲花水上救援队");
        await console.ScreenshotAsync("console-teams");
        await console.Page.GetByPlaceholder("按名称、编号").FillAsync("消防");
        await Expect(console.Page.GetByText("没有符合条件的队伍")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Boundaries_want_their_datum_first_then_are_checked_and_imported()
    {
        await using var node = await TestNode.StartAsync();
        await using var console = await OpenAsync(node, "导入辖区边界");
        var file = console.Page.Locator("input[type=file]");
        await Expect(file).ToBeDisabledAsync(); // no place enters without a datum
        await console.Page.GetByLabel("坐标系").SelectOptionAsync("wgs84");
        await console.Page.GetByLabel("边界性质").SelectOptionAsync("schematic");
        await Expect(file).ToBeEnabledAsync();

        await ChooseAsync(console, "streets.geojson", Village("440304002777", "440304999"));
        await Expect(console.Page.Locator(".findings").First).ToContainTextAsync("没有上级"); // faults stand before warnings
        Assert.Equal(0, await node.World.ScalarAsync<long>("SELECT count(*) FROM regions WHERE code = '440304002777'"));

        await ChooseAsync(console, "streets.geojson", Village("440304002777", "440304002"));
        await ImportAsync(console, "导入 1 条");
        await console.ScreenshotAsync("console-import-boundaries");
        Assert.Equal("梅岭社区 schematic", await node.World.ScalarAsync<string>("SELECT name || ' ' || boundary_kind FROM regions WHERE code = '440304002777'"));
    }

    private static async Task<ConsolePage> OpenAsync(TestNode node, string section)
    {
        var console = await SignedInAsync(node);
        await console.Keys.PressAsync("g");
        await console.Page.GetByRole(AriaRole.Button, new() { Name = section }).ClickAsync();
        return console;
    }

    private static Task ChooseAsync(ConsolePage console, string name, string text, Encoding? coding = null) => console.Page.Locator("input[type=file]").SetInputFilesAsync(
        new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = (coding ?? Encoding.UTF8).GetBytes(text) });

    private static async Task ImportAsync(ConsolePage console, string button)
    {
        await console.Page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        await Expect(console.Page.Locator(".notice.good")).ToContainTextAsync("已导入");
    }

    // A box of some 200 m in the middle of the test world's second street.
    private static string Village(string code, string parent) => $$$"""
        {"type":"FeatureCollection","features":[{"type":"Feature",
         "properties":{"code":"{{{code}}}","name":"梅岭社区","level":5,"levelName":"社区","parent":"{{{parent}}}"},
         "geometry":{"type":"Polygon","coordinates":[[[114.061,22.531],[114.063,22.531],[114.063,22.532],[114.061,22.532],[114.061,22.531]]]}}]}
        """;
}
