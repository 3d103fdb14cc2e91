using System.Text;
using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Teams;

public sealed class ImportTeamsTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private const string Header = "编号,名称,类别,类别名称,属地代码,上级队伍,队长,联络员";

    private World World => fixture.Node.World;

    [Fact]
    public async Task Teams_come_with_captain_and_liaison_and_the_same_file_twice_changes_nothing()
    {
        var (captain, liaison) = (await NumberAsync(await World.VolunteerAsync(10)), await NumberAsync(await World.VolunteerAsync(20)));
        string[] file = [Header, $"a-sub,分队,应急救援,,440304001,a-main,{captain},{liaison}", $"a-main,总队,应急救援,,440304,,{liaison},", "a-psy,心理队,其他,心理服务,440304,无,,"];
        Assert.Equal((200, 3, 0, 0), await SendAsync("futian", dryRun: true, file));
        Assert.Equal(0, await World.ScalarAsync<long>("SELECT count(*) FROM teams WHERE external_id LIKE 'a-%'"));
        Assert.Equal((200, 3, 0, 0), await SendAsync("futian", file));
        Assert.Equal((200, 0, 0, 3), await SendAsync("futian", file));
        Assert.Equal($"总队 应急救援 {captain}", await World.ScalarAsync<string>("""
            SELECT up.name || ' ' || t.kind_name || ' ' || v.external_id FROM teams t JOIN teams up ON up.id = t.parent_id JOIN volunteers v ON v.id = t.captain_id WHERE t.external_id = 'a-sub'
            """));
        Assert.Equal((200, 0, 1, 0), await SendAsync("futian", "编号,上级队伍,队长", "a-sub,无,无"));
        Assert.True(await World.ScalarAsync<bool>("SELECT parent_id IS NULL AND captain_id IS NULL AND liaison_id IS NOT NULL FROM teams WHERE external_id = 'a-sub'"));
    }

    [Theory]
    [InlineData("b1,,应急救援,,440304,,,", "名称")]
    [InlineData("b1,队,救火,,440304,,,", "类别")]
    [InlineData("b1,队,其他,,440304,,,", "类别名称")]
    [InlineData("b1,队,应急救援,,440303,,,", "属地代码")]
    [InlineData("b1,队,应急救援,,４４０３０４,,,", "属地代码")]
    [InlineData("b1,队,应急救援,,440304,b1,,", "上级队伍")]
    [InlineData("b1,队,应急救援,,440304,nobody,,", "上级队伍")]
    [InlineData("b1,队,应急救援,,440304,,nobody,", "队长")]
    [InlineData("b1,队,应急救援,,440304,,,nobody", "联络员")]
    [InlineData("b1,队\u202E,应急救援,,440304,,,", "名称")]
    public async Task A_fault_names_line_and_column_and_nothing_is_written(string line, string column)
    {
        var answer = await AnswerAsync("futian", false, Header, line);
        Assert.Equal(422, answer.Status);
        Assert.Equal([(2, column)], answer.Report["faults"]!.AsArray().Select(fault => ((int)fault!["line"]!, (string)fault["column"]!)));
        Assert.Equal(0, await World.ScalarAsync<long>("SELECT count(*) FROM teams WHERE external_id = 'b1'"));
    }

    [Fact]
    public async Task A_sub_team_has_no_sub_teams_and_nobody_stands_above_himself()
    {
        Assert.Equal(422, (await AnswerAsync("futian", false, Header, "c1,一,应急救援,,440304,c2,,", "c2,二,应急救援,,440304,c3,,", "c3,三,应急救援,,440304,,,")).Status);
        Assert.Equal(422, (await AnswerAsync("futian", false, Header, "c1,一,应急救援,,440304,c2,,", "c2,二,应急救援,,440304,c1,,")).Status);
    }

    [Fact]
    public async Task Another_commands_team_is_not_touched()
    {
        Assert.Equal(200, (await SendAsync("luohu", Header, "d1,邻队,应急救援,,440303,,,")).Status);
        Assert.Equal(422, (await AnswerAsync("futian", false, "编号,名称", "d1,我的")).Status);
        Assert.Equal("邻队", await World.ScalarAsync<string>("SELECT name FROM teams WHERE external_id = 'd1'"));
        Assert.Equal((200, 0, 1, 0), await SendAsync("shenzhen", "编号,名称", "d1,市定"));
    }

    private Task<string> NumberAsync(Guid volunteer) => World.ScalarAsync<string>($"SELECT external_id FROM volunteers WHERE id = '{volunteer}'");

    private Task<(int Status, int Insert, int Update, int Unchanged)> SendAsync(string username, params string[] lines) => SendAsync(username, false, lines);

    private async Task<(int Status, int Insert, int Update, int Unchanged)> SendAsync(string username, bool dryRun, params string[] lines)
    {
        var (status, report) = await AnswerAsync(username, dryRun, lines);
        return (status, (int)report["toInsert"]!, (int)report["toUpdate"]!, (int)report["unchanged"]!);
    }

    private async Task<(int Status, JsonNode Report)> AnswerAsync(string username, bool dryRun, params string[] lines)
    {
        var client = await fixture.SignInAsync(username);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        using var answer = await client.Http.PostAsync($"/api/teams/import?dryRun={(dryRun ? "true" : "false")}", content);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}
