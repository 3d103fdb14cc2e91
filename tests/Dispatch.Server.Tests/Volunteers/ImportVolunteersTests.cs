using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dispatch.Server.Imports;
using Dispatch.Server.Tests.Support;
using Dispatch.Server.Volunteers;

namespace Dispatch.Server.Tests.Volunteers;

public sealed class ImportVolunteersTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private const string Header = "编号,姓名,属地代码,出生日期,身体状况,考核";
    private const string FullHeader = Header + ",登记地址,经度,纬度,坐标系,资质,证书编号,发证机构,等级,有效期起,有效期止,保险单号,保险公司,保险起,保险止,同意定位,同意使用登记地址,同意跨区,队伍";

    private World World => fixture.Node.World;

    [Fact]
    public async Task A_dry_run_tells_what_would_change_and_writes_nothing()
    {
        var before = await World.ScalarAsync<long>("SELECT count(*) FROM volunteers");
        var (status, report) = await SendAsync("futian", Csv(Header, "dry1,陈一,440304001,1980-01-01,健康,合格", "dry2,陈二,440304,1981-01-01,受限,待考核"), dryRun: true);
        Assert.Equal(200, status);
        Assert.Equal((true, 2, 2, 0, 0), Counts(report));
        Assert.Equal("insert", (string?)report["preview"]![0]!["change"]);
        Assert.Equal("一街道", (string?)report["preview"]![0]!["region"]!["name"]);
        Assert.Equal(before, await World.ScalarAsync<long>("SELECT count(*) FROM volunteers"));
    }

    [Fact]
    public async Task The_same_file_twice_changes_nothing_the_second_time()
    {
        await World.SqlAsync("INSERT INTO teams (id, external_id, name, kind, kind_name, home_region) VALUES (gen_random_uuid(), 'twice-T', '救援队', 'rescue', '应急救援', '440304')");
        var file = Csv(FullHeader, Full("twice1") with { Teams = "twice-T" }, Full("twice2"));
        Assert.Equal((false, 2, 2, 0, 0), Counts((await SendAsync("futian", file)).Report));
        var first = await SnapshotAsync("twice%");
        Assert.Equal((false, 2, 0, 0, 2), Counts((await SendAsync("futian", file)).Report));
        Assert.Equal(first, await SnapshotAsync("twice%"));
    }

    [Fact]
    public async Task Utf8_gbk_and_xlsx_of_the_same_table_give_the_same_rows()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        string Lines(string prefix) => string.Join('\n', FullHeader, Full(prefix + "-1"), Full(prefix + "-2"));
        var workbook = XlsxFile.Write(("a", [.. Lines("same").Split('\n').Select(line => (IReadOnlyList<string>)line.Split(','))]));
        foreach (var file in new[] { workbook, Encoding.UTF8.GetBytes(Lines("same")), Encoding.GetEncoding("GBK").GetBytes(Lines("same")) })
        {
            Assert.Equal(200, (await SendAsync("futian", file)).Status);
        }

        Assert.Equal(2, await World.ScalarAsync<long>("SELECT count(*) FROM volunteers WHERE external_id LIKE 'same-%' AND name = '陈建国'"));
        Assert.Equal(4, await World.ScalarAsync<long>("SELECT count(*) FROM certificates c JOIN volunteers v ON v.id = c.volunteer_id WHERE v.external_id LIKE 'same-%'"));
    }

    [Fact]
    public async Task An_imported_volunteer_is_a_candidate_at_his_address_at_once()
    {
        Assert.Equal(200, (await SendAsync("futian", Csv(FullHeader, Full("cand1")))).Status);
        Assert.Equal("address rescue,rescue.emergencyMedical,rescue.water 44.4403.440304.440304001", await World.ScalarAsync<string>("""
            SELECT min(c.located_by) || ' ' || string_agg(q.key, ',' ORDER BY q.key COLLATE "C") || ' ' || min(c.region_path::text)
            FROM candidates c JOIN volunteers v ON v.id = c.volunteer_id JOIN qualifications q ON q.id = c.qualification_id WHERE v.external_id = 'cand1'
            """));
    }

    [Fact]
    public async Task One_fault_keeps_every_line_out_and_all_faults_are_told_at_once()
    {
        var (status, report) = await SendAsync("futian", Csv(Header,
            "bad1,陈,440304001,1980-01-01,健康,合格", "bad2,,440304001,昨天,健康,合格", "bad3,李,999999,1980-01-01,健康,优", ",王,440304001,1980-01-01,健康,合格"));
        Assert.Equal(422, status);
        Assert.Equal("https://dispatch.invalid/problems/invalid", (string?)report["type"]);
        Assert.Equal(
            ["3 出生日期", "3 姓名", "4 属地代码", "4 考核", "5 编号"],
            report["faults"]!.AsArray().Select(fault => $"{fault!["line"]} {fault["column"]}").Order(StringComparer.Ordinal));
        Assert.Equal(5, report["errors"]!.AsArray().Count);
        Assert.Equal(0, await World.ScalarAsync<long>("SELECT count(*) FROM volunteers WHERE external_id LIKE 'bad%'"));
    }

    [Fact]
    public async Task A_file_with_few_columns_changes_only_what_it_says()
    {
        await SendAsync("futian", Csv(FullHeader, Full("few1")));
        var (_, report) = await SendAsync("futian", Csv("编号,保险单号,保险公司,保险起,保险止", "few1,NEW-1,新保险,2027-01-01,2027-12-31"));
        Assert.Equal((false, 1, 0, 1, 0), Counts(report));
        Assert.Equal("陈建国 2 2 2", await World.ScalarAsync<string>("""
            SELECT v.name || ' ' || (SELECT count(*) FROM insurances i WHERE i.volunteer_id = v.id) || ' ' || (SELECT count(*) FROM certificates c WHERE c.volunteer_id = v.id)
                || ' ' || (SELECT count(*) FROM consents c WHERE c.volunteer_id = v.id AND withdrawn_at IS NULL) FROM volunteers v WHERE external_id = 'few1'
            """));
    }

    [Fact]
    public async Task How_they_come_is_imported_previewed_and_kept_by_files_that_do_not_say_it()
    {
        var file = Csv(Header + ",出行方式", "means1,陈一,440304001,1980-01-01,健康,合格,自行车", "means2,陈二,440304001,1980-01-01,健康,合格,", "means3,陈三,440304001,1980-01-01,健康,合格,car");
        var (status, report) = await SendAsync("futian", file, dryRun: true);
        Assert.Equal(200, status);
        Assert.Equal(["bicycle", "undeclared", "car"], report["preview"]!.AsArray().Select(line => (string?)line!["means"]));
        Assert.Equal((false, 3, 3, 0, 0), Counts((await SendAsync("futian", file)).Report));
        Assert.Equal((false, 3, 0, 0, 3), Counts((await SendAsync("futian", file)).Report));
        Assert.Equal("means1 bicycle, means3 car", await MeansAsync());

        // What was learned of him stays beside it, a file without the column or with an empty cell changes nothing, and 未说明 takes it back.
        await World.SqlAsync("UPDATE response_records SET asked = '{1,2,3}' WHERE volunteer_id = (SELECT id FROM volunteers WHERE external_id = 'means1')");
        Assert.Equal((false, 2, 0, 1, 1), Counts((await SendAsync("futian", Csv("编号,姓名,means", "means1,陈一,", "means3,陈三,步行"))).Report));
        Assert.Equal((false, 1, 0, 1, 0), Counts((await SendAsync("futian", Csv("编号,姓名", "means1,陈一一"))).Report));
        Assert.Equal("means1 bicycle, means3 foot", await MeansAsync());
        Assert.Equal((false, 1, 0, 1, 0), Counts((await SendAsync("futian", Csv("编号,出行方式", "means1,未说明"))).Report));
        Assert.Equal("means1 undeclared, means3 foot", await MeansAsync());
        Assert.Equal("{1,2,3}", await World.ScalarAsync<string>("SELECT asked::text FROM response_records r JOIN volunteers v ON v.id = r.volunteer_id WHERE external_id = 'means1'"));

        Task<string> MeansAsync() => World.ScalarAsync<string>(
            "SELECT string_agg(external_id || ' ' || means, ', ' ORDER BY external_id) FROM response_records r JOIN volunteers v ON v.id = r.volunteer_id WHERE external_id LIKE 'means%'");
    }

    [Fact]
    public async Task A_wrong_word_for_how_somebody_comes_names_line_column_and_the_right_words()
    {
        var (status, report) = await SendAsync("futian", Csv(Header + ",出行方式", "way1,陈一,440304001,1980-01-01,健康,合格,汽车", "way2,陈二,440304001,1980-01-01,健康,合格,直升机"));
        Assert.Equal(422, status);
        var fault = report["faults"]!.AsArray().Single()!;
        Assert.Equal((3, "出行方式", "直升机"), ((int)fault["line"]!, (string?)fault["column"], (string?)fault["value"]));
        Assert.StartsWith("应为 步行 / 自行车 / 汽车 / 未说明", (string?)fault["message"], StringComparison.Ordinal);
        Assert.StartsWith("should be foot / bicycle / car / undeclared", (string?)fault["messageEn"], StringComparison.Ordinal);
        Assert.Equal("lines[3].出行方式", (string?)report["errors"]!.AsArray().Single()!["field"]);
        Assert.Equal(0, await World.ScalarAsync<long>("SELECT count(*) FROM volunteers WHERE external_id LIKE 'way%'"));
    }

    [Fact]
    public async Task None_takes_away_and_the_candidate_goes_with_it()
    {
        await SendAsync("futian", Csv(FullHeader, Full("none1")));
        Assert.Equal(200, (await SendAsync("futian", Csv("编号,资质,登记地址", "none1,无,无"))).Status);
        Assert.Equal(0, await World.ScalarAsync<long>("SELECT count(*) FROM candidates c JOIN volunteers v ON v.id = c.volunteer_id WHERE external_id = 'none1'"));
        Assert.True(await World.ScalarAsync<bool>("SELECT registered_location IS NULL AND registered_address IS NULL FROM volunteers WHERE external_id = 'none1'"));
    }

    [Fact]
    public async Task A_withdrawn_consent_stays_on_record_and_destroys_the_position()
    {
        await SendAsync("futian", Csv(FullHeader, Full("consent1")));
        await World.SqlAsync("INSERT INTO positions (volunteer_id, location, accuracy_metres, taken_at) SELECT id, registered_location, 5, now() FROM volunteers WHERE external_id = 'consent1'");
        Assert.Equal(200, (await SendAsync("futian", Csv("编号,同意定位", "consent1,否"))).Status);
        Assert.Equal(1, await World.ScalarAsync<long>("SELECT count(*) FROM consents c JOIN volunteers v ON v.id = c.volunteer_id WHERE external_id = 'consent1' AND kind = 'location' AND withdrawn_at IS NOT NULL"));
        Assert.Equal(0, await World.ScalarAsync<long>("SELECT count(*) FROM positions p JOIN volunteers v ON v.id = p.volunteer_id WHERE external_id = 'consent1'"));
        Assert.Equal(200, (await SendAsync("futian", Csv("编号,同意定位", "consent1,是"))).Status);
        Assert.Equal(2, await World.ScalarAsync<long>("SELECT count(*) FROM consents c JOIN volunteers v ON v.id = c.volunteer_id WHERE external_id = 'consent1' AND kind = 'location'"));
    }

    [Fact]
    public async Task A_new_name_is_also_the_name_of_his_sign_in()
    {
        await SendAsync("futian", Csv(FullHeader, Full("name1")));
        await World.SqlAsync("INSERT INTO accounts (id, role, name, volunteer_id) SELECT gen_random_uuid(), 'volunteer', name, id FROM volunteers WHERE external_id = 'name1'");
        await SendAsync("futian", Csv("编号,姓名", "name1,陈𠮷"));
        Assert.Equal("陈𠮷", await World.ScalarAsync<string>("SELECT a.name FROM accounts a JOIN volunteers v ON v.id = a.volunteer_id WHERE external_id = 'name1'"));
    }

    [Fact]
    public async Task An_operator_touches_only_his_own_region_and_learns_nothing_of_others()
    {
        var (status, report) = await SendAsync("futian", Csv(Header, "scope1,陈,440303001,1980-01-01,健康,合格", "scope2,陈,4403,1980-01-01,健康,合格"));
        Assert.Equal((422, 2), (status, report["faults"]!.AsArray().Count));

        Assert.Equal(200, (await SendAsync("luohu", Csv(Header, "scope3,秘密,440303001,1980-01-01,健康,合格"))).Status);
        (status, report) = await SendAsync("futian", Csv("编号,姓名", "scope3,李"));
        Assert.Equal(422, status);
        Assert.DoesNotContain("秘密", report.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("罗湖", report.ToJsonString(), StringComparison.Ordinal);

        Assert.Equal(200, (await SendAsync("shenzhen", Csv("编号,姓名,属地代码", "scope3,李,440304001"))).Status);
        Assert.Equal(200, (await SendAsync("futian", Csv("编号,姓名", "scope3,陈"))).Status);
    }

    [Fact]
    public async Task Teams_follow_the_file_but_another_commands_team_is_left_alone()
    {
        await World.SqlAsync("""
            INSERT INTO teams (id, external_id, name, kind, kind_name, home_region) VALUES
              (gen_random_uuid(), 'team-A', '甲队', 'rescue', '应急救援', '440304'), (gen_random_uuid(), 'team-B', '乙队', 'legal', '法律服务', '440304001'),
              (gen_random_uuid(), 'team-C', '市队', 'other', '综合', '4403')
            """);
        await SendAsync("shenzhen", Csv(Header + ",队伍", "team1,陈,440304001,1980-01-01,健康,合格,team-A；team-C"));
        Assert.Equal(200, (await SendAsync("futian", Csv("编号,队伍", "team1,team-B"))).Status);
        Assert.Equal("team-B team-C", await World.ScalarAsync<string>("""
            SELECT string_agg(t.external_id, ' ' ORDER BY t.external_id) FROM team_members m JOIN teams t ON t.id = m.team_id JOIN volunteers v ON v.id = m.volunteer_id WHERE v.external_id = 'team1'
            """));
        Assert.Equal(422, (await SendAsync("futian", Csv("编号,队伍", "team1,team-X"))).Status);
        await SendAsync("futian", Csv(Header, "team2,李,440304001,1980-01-01,健康,合格"));
        Assert.Equal(422, (await SendAsync("futian", Csv("编号,队伍", "team2,team-C"))).Status);
    }

    [Fact]
    public async Task Two_thousand_lines_are_one_import_of_seconds()
    {
        var file = Csv(FullHeader, [.. Enumerable.Range(0, 2_000).Select(i => (object)Full($"many{i:0000}"))]);
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal((false, 2_000, 2_000, 0, 0), Counts((await SendAsync("futian", file)).Report));
        Assert.Equal((false, 2_000, 0, 0, 2_000), Counts((await SendAsync("futian", file)).Report));
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
        Assert.Equal(6_000, await World.ScalarAsync<long>("SELECT count(*) FROM candidates c JOIN volunteers v ON v.id = c.volunteer_id WHERE external_id LIKE 'many%'"));
    }

    [Fact]
    public async Task Of_two_imports_of_one_file_at_once_one_inserts_and_the_other_finds_it_done()
    {
        var file = Csv(FullHeader, [.. Enumerable.Range(0, 50).Select(i => (object)Full($"race{i:00}"))]);
        var reports = await Task.WhenAll(SendAsync("futian", file), SendAsync("shenzhen", file), SendAsync("futian", file));
        Assert.All(reports, answer => Assert.Equal(200, answer.Status));
        Assert.Equal([0, 0, 50], reports.Select(answer => (int)answer.Report["toInsert"]!).Order());
    }

    [Fact]
    public async Task What_is_no_table_is_refused_with_a_reason()
    {
        var (status, report) = await SendAsync("futian", [0x50, 0x4B, 3, 4, 1, 2, 3]);
        Assert.Equal(422, status);
        Assert.Contains("damaged", (string)report["faults"]![0]!["messageEn"]!, StringComparison.Ordinal);
        Assert.Equal(413, (await SendAsync("futian", new byte[SheetFile.MostBytes + 1])).Status);
        Assert.Equal(422, (await SendAsync("futian", [])).Status);
    }

    [Fact]
    public async Task Only_operators_import()
    {
        await World.VolunteerAsync(10);
        var volunteer = await World.ScalarAsync<string>("SELECT username FROM accounts WHERE role = 'volunteer' AND username IS NOT NULL LIMIT 1");
        Assert.Equal(403, (await SendAsync(volunteer, Csv(Header))).Status);
        using var nobody = new HttpClient { BaseAddress = new Uri(fixture.Node.Address) };
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.PostAsync("/api/volunteers/import", new ByteArrayContent([]))).StatusCode);
    }

    [Fact]
    public async Task The_template_lists_every_column_and_imports_as_an_empty_table()
    {
        var futian = await fixture.SignInAsync("futian");
        var template = await futian.Http.GetByteArrayAsync("/api/volunteers/import/template.xlsx");
        Assert.Equal(RosterColumns.All.Select(column => column.Heading), SheetFile.Read(template).Header.Cells.Select(cell => cell.Text));
        Assert.Equal((false, 0, 0, 0, 0), Counts((await SendAsync("futian", template)).Report));
    }

    // ---- support

    private sealed record Line(string Id)
    {
        public string Teams { get; init; } = "";

        public override string ToString() =>
            $"{Id},陈建国,440304001,1968-03-04,健康,合格,景田北六街 3 号,114.0123456,22.5212345,wgs84,水域救援；应急救护,W-{Id}；M-{Id},红十字会,二级；,2024-01-01,2099-01-01；长期,P-{Id},平安,2026-01-01,2099-12-31,是,是,否,{Teams}";
    }

    private static Line Full(string id) => new(id);

    private static byte[] Csv(string header, params object[] lines) => Encoding.UTF8.GetBytes(string.Join('\n', [header, .. lines.Select(line => line.ToString())]));

    private static (bool DryRun, int Lines, int Insert, int Update, int Unchanged) Counts(JsonNode report) =>
        ((bool)report["dryRun"]!, (int)report["lines"]!, (int)report["toInsert"]!, (int)report["toUpdate"]!, (int)report["unchanged"]!);

    private async Task<(int Status, JsonNode Report)> SendAsync(string username, byte[] file, bool dryRun = false)
    {
        var client = await fixture.SignInAsync(username);
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await client.Http.PostAsync($"/api/volunteers/import?dryRun={(dryRun ? "true" : "false")}", content);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private Task<string> SnapshotAsync(string like) => World.ScalarAsync<string>($"""
        SELECT string_agg(to_json(v)::text || coalesce((SELECT json_agg(c ORDER BY c.id) FROM certificates c WHERE c.volunteer_id = v.id)::text, '')
            || coalesce((SELECT json_agg(c ORDER BY c.id) FROM consents c WHERE c.volunteer_id = v.id)::text, '')
            || coalesce((SELECT json_agg(i ORDER BY i.id) FROM insurances i WHERE i.volunteer_id = v.id)::text, '')
            || coalesce((SELECT json_agg(m) FROM team_members m WHERE m.volunteer_id = v.id)::text, ''), '|' ORDER BY v.id) FROM volunteers v WHERE external_id LIKE '{like}'
        """);
}
