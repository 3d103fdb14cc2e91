using System.Net;
using System.Net.Http.Headers;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Regions;

public sealed class RegionRoutesTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private const string Locate = "/api/regions/locate";

    [Fact]
    public async Task The_tree_is_listed_from_the_callers_region_down_to_a_depth()
    {
        var futian = await fixture.SignInAsync("futian");
        Assert.Equal(["440304", "440304001", "440304002", "440304003", "440304004"], await CodesAsync(futian, "/api/regions"));
        Assert.Equal(7, (await CodesAsync(futian, "/api/regions?depth=2")).Count);
        Assert.Equal(["440304001"], await CodesAsync(futian, "/api/regions?under=440304001&depth=0"));
        Assert.Equal(422, (await futian.GetAsync("/api/regions?depth=9")).Status);
        var city = await fixture.SignInAsync("shenzhen");
        Assert.Contains("440303001", await CodesAsync(city, "/api/regions?under=440303"));
    }

    [Fact]
    public async Task A_volunteer_sees_the_regions_of_his_home()
    {
        await fixture.Node.World.VolunteerAsync(10, home: "440304001");
        var username = await fixture.Node.World.ScalarAsync<string>("SELECT username FROM accounts WHERE role = 'volunteer' LIMIT 1");
        var volunteer = await fixture.SignInAsync(username);
        Assert.Equal(["440304001", "440304001001", "440304001002"], await CodesAsync(volunteer, "/api/regions"));
    }

    [Fact]
    public async Task Boundaries_are_geojson_and_are_not_sent_again_while_they_are_true()
    {
        var futian = await fixture.SignInAsync("futian");
        using var first = await futian.Http.GetAsync("/api/regions/boundaries?level=4");
        var body = System.Text.Json.Nodes.JsonNode.Parse(await first.Content.ReadAsStringAsync())!;
        Assert.Equal("application/geo+json", first.Content.Headers.ContentType!.MediaType);
        Assert.Equal(4, body["features"]!.AsArray().Count);
        Assert.Equal(("MultiPolygon", "schematic", "440304"), ((string)body["features"]![0]!["geometry"]!["type"]!,
            (string)body["features"]![0]!["properties"]!["boundaryKind"]!, (string)body["features"]![0]!["properties"]!["parent"]!));

        Assert.Equal(HttpStatusCode.NotModified, await AgainAsync(futian, "/api/regions/boundaries?level=4", first.Headers.ETag!));
        Assert.Equal(HttpStatusCode.OK, await AgainAsync(futian, "/api/regions/boundaries?level=3", first.Headers.ETag!));
        await fixture.Node.World.SqlAsync("UPDATE regions SET updated_at = clock_timestamp() WHERE code = '440304002'");
        Assert.Equal(HttpStatusCode.OK, await AgainAsync(futian, "/api/regions/boundaries?level=4", first.Headers.ETag!));
    }

    [Fact]
    public async Task Beside_ones_own_are_the_outlines_of_the_superiors_other_commands_and_nothing_of_their_inside()
    {
        var futian = await fixture.SignInAsync("futian");
        var (status, body) = await futian.GetAsync("/api/regions/boundaries?level=3&beside=true");
        Assert.Equal(200, status);
        Assert.Equal(["440303", "440304"], body!["features"]!.AsArray().Select(feature => (string)feature!["properties"]!["code"]!));
        Assert.Equal(422, (await futian.GetAsync("/api/regions/boundaries?level=4&beside=true")).Status);
        Assert.Equal(422, (await futian.GetAsync("/api/regions/boundaries?beside=true")).Status);
    }

    [Fact]
    public async Task A_level_without_regions_is_an_empty_collection()
    {
        var futian = await fixture.SignInAsync("futian");
        var (status, body) = await futian.GetAsync("/api/regions/boundaries?under=440304004&level=5");
        Assert.Equal((200, 0), (status, body!["features"]!.AsArray().Count));
        Assert.Equal(422, (await futian.GetAsync("/api/regions/boundaries?level=6")).Status);
    }

    [Fact]
    public async Task A_place_is_in_its_deepest_region_and_named_from_the_city_down()
    {
        var futian = await fixture.SignInAsync("futian");
        var (_, body) = await futian.GetAsync($"{Locate}?longitude=114.01&latitude=22.51&datum=wgs84");
        Assert.Equal("440304001001", (string)body!["region"]!["code"]!);
        Assert.Equal(["深圳市", "福田区", "一街道", "西社区"], body["names"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public async Task The_datum_decides_where_a_place_is()
    {
        var futian = await fixture.SignInAsync("futian");
        var (_, wgs) = await futian.GetAsync($"{Locate}?longitude=114.05&latitude=22.52&datum=cgcs2000");
        var (_, gcj) = await futian.GetAsync($"{Locate}?longitude=114.05&latitude=22.52&datum=gcj02");
        Assert.Equal(114.05, (double)wgs!["longitude"]!);
        Assert.InRange((double)gcj!["longitude"]!, 114.043, 114.047);
    }

    [Fact]
    public async Task A_place_on_a_shared_border_is_always_in_the_same_region()
    {
        var futian = await fixture.SignInAsync("futian");
        var answers = new HashSet<string>();
        for (var round = 0; round < 5; round++)
        {
            answers.Add((string)(await futian.GetAsync($"{Locate}?longitude=114.05&latitude=22.55&datum=wgs84")).Body!["region"]!["code"]!);
        }

        Assert.Single(answers);
    }

    [Fact]
    public async Task A_place_outside_every_region_says_how_far_the_nearest_is()
    {
        var futian = await fixture.SignInAsync("futian");
        var (status, body) = await futian.GetAsync($"{Locate}?longitude=114.5&latitude=22.55&datum=wgs84");
        Assert.Equal((422, "https://dispatch.invalid/problems/outsideEveryRegion"), (status, (string)body!["type"]!));
        Assert.InRange((double)body["nearest"]!["distanceMetres"]!, 20_000, 21_000);
    }

    [Theory]
    [InlineData("longitude=114.01&latitude=22.51", "datum")]
    [InlineData("longitude=114.01&latitude=22.51&datum=WGS84", "datum")]
    [InlineData("latitude=22.51&datum=wgs84", "longitude")]
    [InlineData("longitude=22.51&latitude=114.01&datum=wgs84", "longitude")]
    [InlineData("longitude=NaN&latitude=22.51&datum=wgs84", "longitude")]
    [InlineData("longitude=1e308&latitude=22.51&datum=wgs84", "longitude")]
    [InlineData("longitude=%EF%BC%91114&latitude=22.51&datum=wgs84", "longitude")]
    [InlineData("longitude=0&latitude=0&datum=wgs84", "longitude")]
    [InlineData("longitude=-74&latitude=40.7&datum=wgs84", "longitude")]
    [InlineData("longitude=114,01&latitude=22.51&datum=wgs84", "longitude")]
    public async Task A_place_that_is_none_is_refused_with_its_field(string query, string field)
    {
        var futian = await fixture.SignInAsync("futian");
        var (status, body) = await futian.GetAsync($"{Locate}?{query}");
        Assert.Equal(422, status);
        Assert.Contains(field, body!["errors"]!.AsArray().Select(error => (string)error!["field"]!));
    }

    [Theory]
    [InlineData("/api/regions")]
    [InlineData("/api/regions/boundaries")]
    [InlineData(Locate)]
    [InlineData("/api/categories")]
    [InlineData("/api/qualifications")]
    public async Task Who_has_not_signed_in_sees_nothing(string path)
    {
        using var nobody = new HttpClient { BaseAddress = new Uri(fixture.Node.Address) };
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Every_category_is_complete_and_asks_for_qualifications_that_exist()
    {
        var futian = await fixture.SignInAsync("futian");
        var qualifications = (await futian.GetAsync("/api/qualifications")).Body!.AsArray();
        var keys = qualifications.Select(qualification => (string)qualification!["key"]!).ToHashSet();
        Assert.All(qualifications, qualification => Assert.Equal(
            ((string)qualification!["key"]!).Contains('.', StringComparison.Ordinal) ? ((string)qualification["key"]!).Split('.')[0] : null, (string?)qualification["parent"]));
        var categories = (await futian.GetAsync("/api/categories")).Body!.AsArray();
        Assert.True(categories.Count >= 14);
        Assert.All(categories, category =>
        {
            Assert.True((int)category!["answerWithinSeconds"]! > 0 && (int)category["radiusMetres"]! > 0);
            Assert.NotEmpty((string)category["riskHint"]!);
            Assert.NotEmpty(category["defaultNeeds"]!.AsArray());
            Assert.All(category["defaultNeeds"]!.AsArray(), need => Assert.Contains((string)need!["qualification"]!, keys));
            if ((bool)category["lifeCritical"]!)
            {
                Assert.Equal(3, (int)category["firstRing"]!);
            }
        });
    }

    private static async Task<List<string>> CodesAsync(ApiClient client, string path) =>
        [.. (await client.GetAsync(path)).Body!.AsArray().Select(region => (string)region!["code"]!)];

    private static async Task<HttpStatusCode> AgainAsync(ApiClient client, string path, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(tag);
        using var answer = await client.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
