using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Volunteers;

public sealed class RosterTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private World World => fixture.Node.World;

    [Fact]
    public async Task The_roster_comes_in_pages_that_neither_repeat_nor_skip()
    {
        await World.SqlAsync("""
            INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment)
            SELECT gen_random_uuid(), 'page' || lpad(n::text, 3, '0'), '分页', '440304002', '1980-01-01', 'fit', 'passed' FROM generate_series(1, 120) n
            """);
        var futian = await fixture.SignInAsync("futian");
        var seen = new List<string>();
        for (var page = 1; page <= 4; page++)
        {
            var (_, body) = await futian.GetAsync($"/api/volunteers?region=440304002&query=分页&page={page}");
            if (body!["volunteers"]!.AsArray() is { Count: > 0 } volunteers)
            {
                Assert.Equal(120, (int)body["total"]!);
                seen.AddRange(volunteers.Select(volunteer => (string)volunteer!["externalId"]!));
            }
        }

        Assert.Equal(Enumerable.Range(1, 120).Select(n => $"page{n:000}"), seen);
    }

    [Theory]
    [InlineData("查找一", 1)]
    [InlineData("FIND-0", 3)]
    [InlineData("100%", 1)]
    [InlineData("_", 1)]
    [InlineData("%", 1)]
    [InlineData("\\", 0)]
    [InlineData("' OR 1=1 --", 0)]
    public async Task What_is_typed_is_text_and_not_a_pattern(string query, int found)
    {
        await World.SqlAsync("""
            INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment) VALUES
              (gen_random_uuid(), 'find-01', '查找一', '440304003', '1980-01-01', 'fit', 'passed'),
              (gen_random_uuid(), 'find-02', '百分100%', '440304003', '1980-01-01', 'fit', 'passed'),
              (gen_random_uuid(), 'find-03', '下划_线', '440304003', '1980-01-01', 'fit', 'passed') ON CONFLICT DO NOTHING
            """);
        var futian = await fixture.SignInAsync("futian");
        var (status, body) = await futian.GetAsync($"/api/volunteers?region=440304003&query={Uri.EscapeDataString(query)}");
        Assert.Equal((200, found), (status, body!["volunteers"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_line_says_what_the_gates_will_say()
    {
        await World.VolunteerAsync(10, home: "440304004", duty: "off", certificateUntil: "2020-01-31", insuredUntil: "2030-05-06");
        var futian = await fixture.SignInAsync("futian");
        var line = (await futian.GetAsync("/api/volunteers?region=440304004")).Body!["volunteers"]![0]!;
        Assert.Equal(("off", false, "2030-05-06", true), ((string)line["duty"]!, (bool)line["availableNow"]!, (string)line["insuredUntil"]!, (bool)line["activated"]!));
        Assert.Equal(("rescue.water", "2020-01-31", true), ((string)line["qualifications"]![0]!["key"]!, (string)line["qualifications"]![0]!["validUntil"]!, (bool)line["qualifications"]![0]!["expired"]!));
    }

    [Theory]
    [InlineData("/api/volunteers?region=440303")]
    [InlineData("/api/volunteers?region=4403")]
    [InlineData("/api/volunteers?region=nowhere")]
    [InlineData("/api/teams?region=440303")]
    [InlineData("/api/regions?under=440303")]
    [InlineData("/api/regions/boundaries?under=4403")]
    public async Task Another_region_is_as_if_it_did_not_exist(string path)
    {
        var futian = await fixture.SignInAsync("futian");
        Assert.Equal(404, (await futian.GetAsync(path)).Status);
    }

    [Theory]
    [InlineData("page=0")]
    [InlineData("page=99999999")]
    [InlineData("page=-1")]
    [InlineData("query=%00")]
    [InlineData("query=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_bad_question_is_answered_with_the_field(string query)
    {
        var futian = await fixture.SignInAsync("futian");
        var (status, body) = await futian.GetAsync("/api/volunteers?" + query);
        Assert.Equal(422, status);
        Assert.Equal(query[..query.IndexOf('=', StringComparison.Ordinal)], (string)body!["errors"]![0]!["field"]!);
    }

    [Fact]
    public async Task A_code_opens_one_phone_once()
    {
        var volunteer = await World.VolunteerAsync(20);
        var futian = await fixture.SignInAsync("futian");
        var code = await CodeAsync(futian, volunteer);
        Assert.Matches("^[ABCDEFGHJKMNPQRSTUVWXYZ23456789]{8}$", code);
        Assert.Equal(200, await ActivateAsync($" {code[..4].ToLowerInvariant()} {code[4..]}"));
        Assert.Equal(401, await ActivateAsync(code));
    }

    [Fact]
    public async Task A_new_code_ends_the_one_before()
    {
        var volunteer = await World.VolunteerAsync(30);
        var futian = await fixture.SignInAsync("futian");
        var first = await CodeAsync(futian, volunteer);
        var second = await CodeAsync(futian, volunteer);
        Assert.Equal(401, await ActivateAsync(first));
        Assert.Equal(200, await ActivateAsync(second));
    }

    [Fact]
    public async Task A_code_ends_after_a_day_and_is_stored_as_a_hash_only()
    {
        var volunteer = await World.VolunteerAsync(40);
        var futian = await fixture.SignInAsync("futian");
        var code = await CodeAsync(futian, volunteer);
        Assert.Equal("32 86400", await World.ScalarAsync<string>($"SELECT max(length(code_hash)) || ' ' || max(extract(epoch FROM expires_at - issued_at))::int FROM activation_codes WHERE volunteer_id = '{volunteer}'"));
        await World.SqlAsync($"UPDATE activation_codes SET expires_at = now() - interval '1 second' WHERE volunteer_id = '{volunteer}'");
        Assert.Equal(401, await ActivateAsync(code));
    }

    [Fact]
    public async Task Only_his_own_station_gives_a_volunteer_a_code()
    {
        var volunteer = await World.VolunteerAsync(50);
        var luohu = await fixture.SignInAsync("luohu");
        Assert.Equal(404, (await luohu.PostAsync($"/api/volunteers/{volunteer}/activation-code")).Status);
        Assert.Equal(404, (await luohu.PostAsync($"/api/volunteers/{Guid.NewGuid()}/activation-code")).Status);
        var city = await fixture.SignInAsync("shenzhen");
        Assert.Equal(200, (await city.PostAsync($"/api/volunteers/{volunteer}/activation-code")).Status);
    }

    [Fact]
    public async Task Teams_are_listed_with_captain_liaison_and_the_members_of_their_sub_teams()
    {
        var (captain, liaison) = (await World.VolunteerAsync(60), await World.VolunteerAsync(70));
        await World.SqlAsync($"""
            INSERT INTO teams (id, external_id, name, kind, kind_name, home_region, captain_id, liaison_id) VALUES
              ('00000000-0000-0000-0000-0000000000a1', 'up', '总队', 'rescue', '应急救援', '440304', '{captain}', '{liaison}');
            INSERT INTO teams (id, external_id, name, kind, kind_name, home_region, parent_id) VALUES
              ('00000000-0000-0000-0000-0000000000a2', 'down', '分队', 'rescue', '应急救援', '440304001', '00000000-0000-0000-0000-0000000000a1');
            INSERT INTO team_members (team_id, volunteer_id, since) VALUES
              ('00000000-0000-0000-0000-0000000000a1', '{captain}', '2026-01-01'), ('00000000-0000-0000-0000-0000000000a2', '{captain}', '2026-01-01'),
              ('00000000-0000-0000-0000-0000000000a2', '{liaison}', '2026-01-01');
            """);
        var futian = await fixture.SignInAsync("futian");
        var teams = (await futian.GetAsync("/api/teams")).Body!.AsArray().ToDictionary(team => (string)team!["externalId"]!, team => team!);
        Assert.Equal((captain, liaison, 2), ((Guid)teams["up"]["captain"]!["id"]!, (Guid)teams["up"]["liaison"]!["id"]!, (int)teams["up"]["members"]!));
        Assert.Equal(("总队", 2, null), ((string)teams["down"]["parent"]!["name"]!, (int)teams["down"]["members"]!, teams["down"]["captain"]));
        var luohu = await fixture.SignInAsync("luohu");
        Assert.Empty((await luohu.GetAsync("/api/teams")).Body!.AsArray());
    }

    private static async Task<string> CodeAsync(ApiClient station, Guid volunteer) =>
        (string)(await station.PostAsync($"/api/volunteers/{volunteer}/activation-code")).Body!["code"]!;

    private async Task<int> ActivateAsync(string code)
    {
        using var phone = new HttpClient { BaseAddress = new Uri(fixture.Node.Address) };
        using var answer = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(phone, "/api/session/activate", new { code });
        return (int)answer.StatusCode;
    }
}
