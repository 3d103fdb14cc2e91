using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Regions;

public sealed class ImportRegionsTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private World World => fixture.Node.World;

    [Fact]
    public async Task A_dry_run_tells_what_would_change_and_writes_nothing()
    {
        var (status, report) = await SendAsync("futian", [Village("440304004001", "440304004", 114.05)], dryRun: true);
        Assert.Equal((200, true, 1, 0, 0), (status, (bool)report["dryRun"]!, (int)report["toInsert"]!, (int)report["toUpdate"]!, (int)report["unchanged"]!));
        Assert.Equal(0, await World.ScalarAsync<long>("SELECT count(*) FROM regions WHERE code = '440304004001'"));
    }

    [Theory]
    [InlineData("wgs84", 1)]
    [InlineData("cgcs2000", 2)]
    [InlineData("gcj02", 3)]
    [InlineData("bd09", 4)]
    public async Task The_same_file_twice_changes_nothing_the_second_time(string datum, int number)
    {
        var feature = Village($"44030400300{number}", "440304003", 114.0 + (number * 0.01));
        Assert.Equal((200, 1, 0, 0), Counts(await SendAsync("futian", [feature], datum: datum)));
        Assert.Equal((200, 0, 0, 1), Counts(await SendAsync("futian", [feature], datum: datum)));
    }

    [Fact]
    public async Task A_boundary_is_kept_in_wgs84_whatever_it_was_drawn_in()
    {
        await SendAsync("futian", [Village("440304002101", "440304002", 114.06)], datum: "gcj02");
        Assert.InRange(await World.ScalarAsync<double>("SELECT ST_XMin(boundary) FROM regions WHERE code = '440304002101'"), 114.053, 114.056);
    }

    [Fact]
    public async Task Parents_may_stand_anywhere_in_the_file_and_names_and_kinds_are_kept()
    {
        var (status, report) = await SendAsync("shenzhen", [Village("440309001001", "440309001", 114.151), Region("440309001", 4, "440309", 114.15, 114.2), Region("440309", 3, "4403", 114.15, 114.2, levelName: "旗")], kind: "official");
        Assert.True(status == 200, report.ToJsonString());
        Assert.Equal("44.4403.440309.440309001.440309001001 旗 official", await World.ScalarAsync<string>("""
            SELECT (SELECT path::text FROM regions WHERE code = '440309001001') || ' ' || level_name || ' ' || boundary_kind FROM regions WHERE code = '440309'
            """));
        Assert.Contains(report["warnings"]!.AsArray(), warning => ((string)warning!["messageEn"]!).Contains("440303", StringComparison.Ordinal)); // drawn over Luohu
    }

    [Fact]
    public async Task A_correction_moves_places_at_once_and_maps_ask_again()
    {
        var futian = await fixture.SignInAsync("futian");
        await SendAsync("futian", [Village("440304002001", "440304002", 114.051)]);
        using var before = await futian.Http.GetAsync("/api/regions/boundaries?under=440304002&level=5");
        Assert.Equal("440304002001", await LocateAsync(futian, 114.0515));
        Assert.Equal((200, 0, 1, 0), Counts(await SendAsync("futian", [Village("440304002001", "440304002", 114.071)])));
        Assert.Equal("440304002001", await LocateAsync(futian, 114.0715));
        Assert.Equal("440304002", await LocateAsync(futian, 114.0515));
        using var after = await futian.Http.GetAsync("/api/regions/boundaries?under=440304002&level=5");
        Assert.NotEqual(before.Headers.ETag, after.Headers.ETag);
    }

    [Fact]
    public async Task A_region_without_geometry_keeps_the_boundary_it_has()
    {
        await SendAsync("futian", [Village("440304002003", "440304002", 114.085)]);
        var renamed = Village("440304002003", "440304002", 114.085, name: "新名社区");
        renamed["geometry"] = null;
        Assert.Equal((200, 0, 1, 0), Counts(await SendAsync("futian", [renamed])));
        Assert.Equal("新名社区 true schematic", await World.ScalarAsync<string>("SELECT name || ' ' || (boundary IS NOT NULL) || ' ' || boundary_kind FROM regions WHERE code = '440304002003'"));
        var unknown = Village("440304002004", "440304002", 114.085);
        unknown["geometry"] = null;
        Assert.Equal(422, (await SendAsync("futian", [unknown])).Status);
    }

    [Fact]
    public async Task Every_fault_of_every_feature_is_told_at_once_and_nothing_is_written()
    {
        var twice = Village("440304001901", "440304001", 114.02);
        var (status, report) = await SendAsync("futian",
        [
            Village("440304001900", "440304001", 114.02), twice, twice.DeepClone().AsObject(), Village("440304001902", "999999", 114.02), Village("440303001001", "440303001", 114.12),
            Region("440304905", 4, "440304001001", 114.0, 114.01), Region("55", 1, null, 114.0, 114.01), Region("4403", 2, "44", 113.9, 114.3),
        ]);
        Assert.Equal(422, status);
        Assert.Equal([(2, "code"), (3, "parent"), (4, "code"), (5, "parent"), (6, "code"), (7, "code")],
            report["faults"]!.AsArray().Select(fault => ((int)fault!["feature"]!, (string)fault["field"]!)));
        Assert.Equal(6, report["errors"]!.AsArray().Count);
        Assert.Equal(0, await World.ScalarAsync<long>("SELECT count(*) FROM regions WHERE code LIKE '4403040019%'"));
    }

    [Fact]
    public async Task Two_regions_that_are_each_others_parent_are_refused() =>
        Assert.Equal(422, (await SendAsync("futian", [Region("440304801", 4, "440304001801", 114.0, 114.01), Village("440304001801", "440304801", 114.0)])).Status);

    [Theory]
    [InlineData("[[114.0,22.5],[114.01,22.51],[114.01,22.5],[114.0,22.51],[114.0,22.5]]")] // a bow tie
    [InlineData("[[22.5,114.0],[22.5,114.01],[22.51,114.01],[22.5,114.0]]")] // swapped
    [InlineData("[[114.0,22.5],[114.01,22.5],[114.0,22.5]]")] // no area
    [InlineData("[[114.0,22.5],[114.01,22.5],[114.01,22.51],[114.0,22.51]]")] // not closed
    [InlineData("[[114.0,22.5],[1e308,22.5],[114.01,22.51],[114.0,22.5]]")]
    [InlineData("[[0,0],[0.01,0],[0.01,0.01],[0,0]]")]
    [InlineData("[[114.0,22.5],[\"114.01\",22.5],[114.01,22.51],[114.0,22.5]]")]
    public async Task A_boundary_that_is_none_is_refused_with_its_feature(string ring)
    {
        var feature = Village("440304001701", "440304001", 114.0);
        feature["geometry"] = JsonNode.Parse($$"""{"type":"Polygon","coordinates":[{{ring}}]}""");
        var (status, report) = await SendAsync("futian", [Village("440304001702", "440304001", 114.01), feature]);
        Assert.Equal(422, status);
        Assert.All(report["faults"]!.AsArray(), fault => Assert.Equal(1, (int)fault!["feature"]!));
        Assert.Equal(0, await World.ScalarAsync<long>("SELECT count(*) FROM regions WHERE code LIKE '44030400170%'"));
    }

    [Fact]
    public async Task A_careless_boundary_is_imported_with_a_warning()
    {
        var (status, report) = await SendAsync("futian", [Village("440304004101", "440304004", 114.095, width: 0.01)]);
        Assert.Equal(200, status);
        Assert.Contains("outside its parent 440304004", (string)Assert.Single(report["warnings"]!.AsArray())!["messageEn"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_hangs_below_a_moved_region_moves_with_it_and_so_do_its_people()
    {
        await SendAsync("futian", [Region("440304201", 4, "440304", 114.0, 114.01), Region("440304202", 4, "440304", 114.01, 114.02), Village("440304201001", "440304201", 114.001)]);
        var volunteer = await World.VolunteerAsync(10, home: "440304201001");
        Assert.Equal((200, 0, 1, 0), Counts(await SendAsync("futian", [Village("440304201001", "440304202", 114.001)])));
        Assert.Equal("44.4403.440304.440304202.440304201001", await World.ScalarAsync<string>($"SELECT min(region_path::text) FROM candidates WHERE volunteer_id = '{volunteer}'"));
    }

    [Fact]
    public async Task A_region_does_not_move_while_an_incident_is_open_in_it()
    {
        await SendAsync("futian", [Region("440304301", 4, "440304", 114.0, 114.01), Village("440304301001", "440304301", 114.0801)]);
        var futian = await fixture.SignInAsync("futian");
        var id = await futian.RaiseAsync(ApiClient.Flood(longitude: 114.0806, latitude: 22.5305));
        var (status, report) = await SendAsync("futian", [Village("440304301001", "440304", 114.0801)]);
        Assert.Equal((422, "parent"), (status, (string)report["faults"]![0]!["field"]!));
        await futian.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.CreateVersion7() });
        Assert.Equal((200, 0, 1, 0), Counts(await SendAsync("futian", [Village("440304301001", "440304", 114.0801)])));
    }

    [Theory]
    [InlineData("?boundaryKind=official", "datum")]
    [InlineData("?datum=WGS84&boundaryKind=official", "datum")]
    [InlineData("?datum=wgs84", "boundaryKind")]
    [InlineData("?datum=wgs84&boundaryKind=guessed", "boundaryKind")]
    public async Task What_a_file_holds_must_be_declared(string query, string field)
    {
        var futian = await fixture.SignInAsync("futian");
        var (status, body) = await futian.PostAsync("/api/regions/import" + query, "{}");
        Assert.Equal((422, field), (status, (string)body!["errors"]![0]!["field"]!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("POLYGON ((0 0, 1 1, 1 0, 0 0))")]
    [InlineData("{}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("""{"type":"FeatureCollection","features":[null]}""")]
    [InlineData("""{"type":"FeatureCollection","features":[]}""")]
    public async Task What_is_no_geojson_is_refused(string body)
    {
        var futian = await fixture.SignInAsync("futian");
        Assert.Equal(422, (await futian.PostAsync("/api/regions/import?datum=wgs84&boundaryKind=official", body)).Status);
    }

    [Fact]
    public async Task Only_operators_import_and_only_twenty_megabytes()
    {
        var futian = await fixture.SignInAsync("futian");
        Assert.Equal(413, (await futian.PostAsync("/api/regions/import?datum=wgs84&boundaryKind=official", new string(' ', (20 * 1024 * 1024) + 1))).Status);
        await World.VolunteerAsync(10);
        var volunteer = await fixture.SignInAsync(await World.ScalarAsync<string>("SELECT username FROM accounts WHERE role = 'volunteer' LIMIT 1"));
        Assert.Equal(403, (await volunteer.PostAsync("/api/regions/import?datum=wgs84&boundaryKind=official", "{}")).Status);
    }

    // ---- support

    internal static JsonObject Region(string code, int level, string? parent, double west, double east, string levelName = "街道", string? name = null, double south = 22.53, double height = 0.01) => new()
    {
        ["type"] = "Feature",
        ["properties"] = new JsonObject { ["code"] = code, ["name"] = name ?? "区域" + code, ["level"] = level, ["levelName"] = levelName, ["parent"] = parent },
        ["geometry"] = JsonNode.Parse(string.Create(CultureInfo.InvariantCulture,
            $$"""{"type":"Polygon","coordinates":[[[{{west}},{{south}}],[{{east}},{{south}}],[{{east}},{{south + height}}],[{{west}},{{south + height}}],[{{west}},{{south}}]]]}""")),
    };

    private static JsonObject Village(string code, string parent, double west, double width = 0.001, string? name = null) => Region(
        code, 5, parent, west, west + width, "社区", name, south: parent is "440304003" or "440304004" ? 22.56 : 22.53, height: 0.001);

    private static (int Status, int Insert, int Update, int Unchanged) Counts((int Status, JsonNode Report) answer) =>
        (answer.Status, (int)answer.Report["toInsert"]!, (int)answer.Report["toUpdate"]!, (int)answer.Report["unchanged"]!);

    private static async Task<string> LocateAsync(ApiClient client, double longitude) => (string)(await client.GetAsync(
        string.Create(CultureInfo.InvariantCulture, $"/api/regions/locate?longitude={longitude}&latitude=22.5305&datum=wgs84"))).Body!["region"]!["code"]!;

    private async Task<(int Status, JsonNode Report)> SendAsync(string username, JsonObject[] features, bool dryRun = false, string datum = "wgs84", string kind = "schematic")
    {
        var client = await fixture.SignInAsync(username);
        var body = new JsonObject { ["type"] = "FeatureCollection", ["features"] = new JsonArray([.. features.Select(feature => feature.DeepClone())]) };
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/geo+json");
        using var answer = await client.Http.PostAsync($"/api/regions/import?datum={datum}&boundaryKind={kind}&dryRun={(dryRun ? "true" : "false")}", content);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}
