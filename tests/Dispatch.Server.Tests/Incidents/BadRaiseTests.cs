using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Incidents;

/// <summary>A raise that is wrong is refused: by field, in both languages, at once, and nothing of it is written.</summary>
public sealed class BadRaiseTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private readonly ApiClient console = shared.Futian;
    private readonly World world = shared.Node.World;

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "position.datum", "datum", "delete" },
        { "position.datum", "datum", "\"WGS84\"" },
        { "position.datum", "datum", "\"gps\"" },
        { "position.datum", "datum", "null" },
        { "position.longitude", "longitude", "delete" },
        { "position.latitude", "latitude", "null" },
        { "position.longitude", "longitude", "NaN" },
        { "position.longitude", "longitude", "Infinity" },
        { "position.longitude", "longitude", "\"114.012\"" },
        { "position.longitude", "longitude", "１１４.０１２" },
        { "position", "longitude", "1e308" },
        { "position", "latitude", "-1e308" },
        { "position", "latitude", "90.0001" },
        { "position", "longitude", "12.5" },
        { "position", "position", """{"longitude":22.525,"latitude":114.012,"datum":"wgs84"}""" },
        { "position", "position", """{"longitude":0,"latitude":0,"datum":"wgs84"}""" },
        { "position.longitude", "position", "null" },
        { "position.lng", "position", """{"lng":114.012,"latitude":22.525,"datum":"wgs84"}""" },
        { "position", "position", "[114.012,22.525]" },
        { "category", "category", "delete" },
        { "category", "category", "\"aliens\"" },
        { "category", "category", "\"fl\\u0000ood\"" },
        { "category", "category", "7" },
        { "grade", "grade", "\"huge\"" },
        { "warning", "warning", "\"purple\"" },
        { "responseLevel", "responseLevel", "\"V\"" },
        { "risk", "risk", "delete" },
        { "risk", "risk", "\"\"" },
        { "risk", "risk", "\" \\u3000\\t\"" },
        { "risk", "risk", "\"\\u200b\\u200d\"" },
        { "risk", "risk", "\"注意\\u202e电触\"" },
        { "risk", "risk", "\"注意\\u2067电触\"" },
        { "risk", "risk", "\"注意\\u0000\"" },
        { "risk", "risk", "\"注意\\u0007\"" },
        { "risk", "risk", "\"\\ud83d\"" },
        { "risk", "risk", "\"\\ude00注意\"" },
        { "address", "address", "delete" },
        { "address", "address", "\"景田\\u200f路\"" },
        { "needs", "needs", "delete" },
        { "needs", "needs", "[]" },
        { "needs[0].qualification", "needs", "[null]" },
        { "needs[0].qualification", "needs", """[{"qualification":"magic","count":1}]""" },
        { "needs[0].count", "needs", """[{"qualification":"order"}]""" },
        { "needs[0].count", "needs", """[{"qualification":"order","count":0}]""" },
        { "needs[0].count", "needs", """[{"qualification":"order","count":-4}]""" },
        { "needs[0].count", "needs", """[{"qualification":"order","count":501}]""" },
        { "needs[0].count", "needs", """[{"qualification":"order","count":1.5}]""" },
        { "needs[0].count", "needs", """[{"qualification":"order","count":99999999999}]""" },
        { "needs[1].qualification", "needs", """[{"qualification":"order","count":1},{"qualification":"order","count":2}]""" },
        { "needs[0].number", "needs", """[{"qualification":"order","number":1}]""" },
        { "riskk", "riskk", "\"a misspelt field is never dropped\"" },
        { "id", "id", "\"01890000-0000-7000-8000-000000000000\"" },
        { "needs[0]", "needs", "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_refused_by_its_name(string field, string property, string json)
    {
        await RefusedAsync(With(property, json), field);
    }

    [Fact]
    public async Task Every_fault_is_told_at_once()
    {
        var (status, problem) = await console.PutAsync($"/api/incidents/{Guid.CreateVersion7()}", """{"category":"x","grade":"x","risk":"","needs":[],"position":{"longitude":1}}""");

        Assert.Equal(422, status);
        Assert.Equal(
            ["address", "category", "grade", "needs", "position.datum", "position.latitude", "risk"], problem!["errors"]!.AsArray().Select(fault => (string)fault!["field"]!).Order());
    }

    [Fact]
    public async Task Texts_and_lists_have_a_limit()
    {
        await RefusedAsync(With("risk", $"\"{new string('险', 501)}\""), "risk");
        await RefusedAsync(With("address", $"\"{new string('路', 201)}\""), "address");
        await RefusedAsync(With("needs", $"[{string.Join(',', Enumerable.Repeat("""{"qualification":"order","count":1}""", 13))}]"), "needs");
    }

    [Theory]
    [InlineData("grade", "major")]
    [InlineData("warning", "red")]
    public async Task Grade_and_warning_do_not_exist_for_social_security(string field, string value)
    {
        await RefusedAsync(With("category", "\"publicOrder\"", With(field, $"\"{value}\"")), field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("not JSON")]
    [InlineData("{\"category\":\"flood\"")]
    [InlineData("{\"category\":\"flood\",\"category\":\"fire\"}")]
    public async Task A_body_that_is_no_raise_is_refused(string body)
    {
        var (status, problem) = await console.PutAsync($"/api/incidents/{Guid.CreateVersion7()}", body);

        Assert.Equal(400, status);
        AssertProblem(problem);
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_refused()
    {
        byte[] bytes = [.. "{\"risk\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8];
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/json");

        using var answer = await console.Http.PutAsync($"/api/incidents/{Guid.CreateVersion7()}", content);

        Assert.Equal(400, (int)answer.StatusCode);
        AssertProblem(JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Another_kind_of_body_is_refused_with_a_problem()
    {
        using var content = new StringContent(With("risk", "\"x\""), Encoding.UTF8, "text/plain");

        using var answer = await console.Http.PutAsync($"/api/incidents/{Guid.CreateVersion7()}", content);

        Assert.Equal(415, (int)answer.StatusCode);
        AssertProblem(JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Three_hundred_kilobytes_are_too_much()
    {
        var (status, problem) = await console.PutAsync($"/api/incidents/{Guid.CreateVersion7()}", With("risk", $"\"{new string('x', 300_000)}\""));

        Assert.Equal((413, "https://dispatch.invalid/problems/tooLarge"), (status, (string?)problem!["type"]));
    }

    [Fact]
    public async Task An_id_of_zeros_or_no_id_names_nothing()
    {
        Assert.Equal(422, (await console.PutAsync($"/api/incidents/{Guid.Empty}", ApiClient.Flood())).Status);
        var (status, problem) = await console.PutAsync("/api/incidents/the-big-one", ApiClient.Flood());
        Assert.Equal(404, status);
        AssertProblem(problem);
    }

    [Fact]
    public async Task Outside_every_region_the_answer_says_which_is_nearest_and_how_far()
    {
        var (status, problem) = await console.PutAsync($"/api/incidents/{Guid.CreateVersion7()}", ApiClient.Flood(longitude: 114.35, latitude: 22.55));

        Assert.Equal((422, "https://dispatch.invalid/problems/outsideEveryRegion"), (status, (string?)problem!["type"]));
        Assert.Equal("44", (string?)problem["nearest"]!["code"]);
        Assert.Equal(5_143, (double)problem["nearest"]!["distanceMetres"]!, 30.0);
        AssertProblem(problem);
    }

    [Fact]
    public async Task A_place_of_another_command_is_refused_and_says_whose_it_is()
    {
        var (status, problem) = await console.PutAsync($"/api/incidents/{Guid.CreateVersion7()}", ApiClient.Flood(longitude: 114.15, latitude: 22.55));

        Assert.Equal(403, status);
        Assert.Contains("罗湖区", (string?)problem!["detail"], StringComparison.Ordinal);
        Assert.Equal(0, await world.ScalarAsync<long>("SELECT count(*) FROM incidents WHERE region_path <@ '44.4403.440303'"));
    }

    [Theory]
    [InlineData(114.025, 22.52)]
    [InlineData(114.05, 22.55)]
    [InlineData(114.05, 22.5)]
    [InlineData(114.0, 22.55)]
    public async Task A_point_on_a_shared_border_is_always_of_the_same_region(double longitude, double latitude)
    {
        var regions = new HashSet<string>();
        for (var again = 0; again < 5; again++)
        {
            var id = await console.RaiseAsync(ApiClient.Flood(longitude: longitude, latitude: latitude));
            regions.Add((string)(await console.IncidentAsync(id))["region"]!["code"]!);
            await console.OrderAsync($"/api/incidents/{id}/cancel", "试验");
        }

        Assert.Single(regions);
    }

    [Fact]
    public async Task Coordinates_in_another_datum_are_converted_and_not_taken_as_they_are()
    {
        var id = await console.RaiseAsync(JsonNode.Parse(With("datum", "\"gcj02\""))!);
        var incident = await console.IncidentAsync(id);

        var metres = await world.ScalarAsync<double>(string.Create(CultureInfo.InvariantCulture,
            $"SELECT ST_Distance(location, ST_SetSRID(ST_MakePoint({World.Centre.Longitude}, {World.Centre.Latitude}), 4326)::geography) FROM incidents WHERE id = '{id}'"));
        Assert.InRange(metres, 400, 700);
        Assert.NotEqual(World.Centre.Longitude, (double)incident["longitude"]!, 0.001);
    }

    [Fact]
    public async Task Names_from_the_far_ends_of_unicode_are_welcome()
    {
        var id = await console.RaiseAsync(JsonNode.Parse(With("risk", "\"𠮷野家旁，注意👷施工\\n勿靠近 <b>&amp;</b> ='1'; DROP TABLE\""))!);

        Assert.Equal("𠮷野家旁，注意👷施工\n勿靠近 <b>&amp;</b> ='1'; DROP TABLE", (string?)(await console.IncidentAsync(id))["risk"]);
    }

    /// <summary>A correct raise with one property set to this JSON, or deleted.</summary>
    private static string With(string property, string json, string? of = null)
    {
        var body = of ?? """{"category":"flood","grade":null,"warning":null,"responseLevel":null,"risk":"水深","address":"景田","position":{"longitude":114.012,"latitude":22.525,"datum":"wgs84"},"needs":[{"qualification":"rescue.water","count":1}]}""";
        var start = body.IndexOf($"\"{property}\":", StringComparison.Ordinal);
        if (start < 0)
        {
            return $"{{\"{property}\":{json},{body[1..]}";
        }

        var value = JsonNode.Parse(body)!;
        var text = (value[property] ?? (property is "datum" or "longitude" or "latitude" ? value["position"]![property] : null))?.ToJsonString(
            new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "null";
        var whole = $"\"{property}\":{text}";
        var at = body.IndexOf(whole, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{whole} in {body}");
        return json != "delete" ? body.Replace(whole, $"\"{property}\":{json}", StringComparison.Ordinal)
            : body[at + whole.Length] == ',' ? body.Remove(at, whole.Length + 1)
            : body.Remove(at - 1, whole.Length + 1);
    }

    private static void AssertProblem(JsonNode? problem)
    {
        Assert.StartsWith("https://dispatch.invalid/problems/", (string?)problem!["type"], StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty((string?)problem["title"]));
        Assert.False(string.IsNullOrEmpty((string?)problem["titleEn"]));
    }

    private async Task RefusedAsync(string body, string field)
    {
        var before = await world.ScalarAsync<long>("SELECT count(*) FROM incidents");
        var id = Guid.CreateVersion7();

        var (status, problem) = await console.PutAsync($"/api/incidents/{id}", body);

        Assert.True(status is 400 or 422, $"{status} {problem}");
        AssertProblem(problem);
        var fault = problem!["errors"]!.AsArray().SingleOrDefault(fault => (string?)fault!["field"] == field);
        Assert.True(fault is not null, $"{field} is not named in {problem}");
        Assert.False(string.IsNullOrEmpty((string?)fault["message"]));
        Assert.False(string.IsNullOrEmpty((string?)fault["messageEn"]));
        Assert.Equal(before, await world.ScalarAsync<long>("SELECT count(*) FROM incidents"));
        Assert.Equal(404, (await console.GetAsync($"/api/incidents/{id}")).Status);
    }
}
