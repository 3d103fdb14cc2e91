using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Access;

/// <summary>Wrong requests to everything but a raise: a clear refusal, nothing written, the process alive.</summary>
public sealed class BadRequestTests(SharedNode shared) : IClassFixture<SharedNode>, IAsyncLifetime
{
    private readonly TestNode node = shared.Node;
    private ApiClient volunteer = null!;
    private string name = "";

    public async Task InitializeAsync()
    {
        var id = await node.World.VolunteerAsync(100, locatedBy: "none", duty: "off");
        name = await node.World.ScalarAsync<string>($"SELECT external_id FROM volunteers WHERE id = '{id}'");
        volunteer = await node.SignInAsync(name);
    }

    public async Task DisposeAsync()
    {
        volunteer.Dispose();
        Assert.Equal(200, (await shared.Futian.GetAsync("/health/live")).Status);
    }

    [Theory]
    [InlineData("datum", """{"longitude":114.01,"latitude":22.52,"accuracyMetres":10,"takenAt":"NOW"}""")]
    [InlineData("datum", """{"longitude":114.01,"latitude":22.52,"datum":"EPSG:4326","accuracyMetres":10,"takenAt":"NOW"}""")]
    [InlineData("longitude", """{"longitude":22.52,"latitude":114.01,"datum":"wgs84","accuracyMetres":10,"takenAt":"NOW"}""")]
    [InlineData("longitude", """{"longitude":0,"latitude":0,"datum":"wgs84","accuracyMetres":10,"takenAt":"NOW"}""")]
    [InlineData("longitude", """{"longitude":1e308,"latitude":22.52,"datum":"wgs84","accuracyMetres":10,"takenAt":"NOW"}""")]
    [InlineData("latitude", """{"longitude":114.01,"latitude":NaN,"datum":"wgs84","accuracyMetres":10,"takenAt":"NOW"}""")]
    [InlineData("latitude", """{"longitude":114.01,"latitude":"２２.５２","datum":"wgs84","accuracyMetres":10,"takenAt":"NOW"}""")]
    [InlineData("latitude", """{"longitude":114.01,"datum":"wgs84","accuracyMetres":10,"takenAt":"NOW"}""")]
    [InlineData("accuracyMetres", """{"longitude":114.01,"latitude":22.52,"datum":"wgs84","accuracyMetres":-1,"takenAt":"NOW"}""")]
    [InlineData("accuracyMetres", """{"longitude":114.01,"latitude":22.52,"datum":"wgs84","accuracyMetres":1e300,"takenAt":"NOW"}""")]
    [InlineData("accuracyMetres", """{"longitude":114.01,"latitude":22.52,"datum":"wgs84","takenAt":"NOW"}""")]
    [InlineData("takenAt", """{"longitude":114.01,"latitude":22.52,"datum":"wgs84","accuracyMetres":10}""")]
    [InlineData("takenAt", """{"longitude":114.01,"latitude":22.52,"datum":"wgs84","accuracyMetres":10,"takenAt":"9999-12-31T23:59:59Z"}""")]
    [InlineData("takenAt", """{"longitude":114.01,"latitude":22.52,"datum":"wgs84","accuracyMetres":10,"takenAt":"1970-01-01T00:00:00Z"}""")]
    [InlineData("takenAt", """{"longitude":114.01,"latitude":22.52,"datum":"wgs84","accuracyMetres":10,"takenAt":"yesterday"}""")]
    [InlineData("speed", """{"longitude":114.01,"latitude":22.52,"datum":"wgs84","accuracyMetres":10,"takenAt":"NOW","speed":3}""")]
    public async Task A_position_that_cannot_be_right_is_not_kept(string field, string body)
    {
        await volunteer.PutAsync("/api/me/duty", new { duty = "on" });

        await RefusedAsync(volunteer, HttpMethod.Put, "/api/me/position", body.Replace("NOW", TimeProvider.System.GetUtcNow().ToString("O"), StringComparison.Ordinal), field);

        Assert.Equal(0, await node.World.ScalarAsync<long>($"SELECT count(*) FROM positions p JOIN volunteers v ON v.id = p.volunteer_id WHERE v.external_id = '{name}'"));
    }

    [Fact]
    public async Task Without_consent_to_be_located_a_position_is_refused_and_the_last_one_is_destroyed()
    {
        await volunteer.PutAsync("/api/me/duty", new { duty = "on" });
        var here = new { longitude = 114.01, latitude = 22.52, datum = "wgs84", accuracyMetres = 10, takenAt = TimeProvider.System.GetUtcNow() };
        Assert.Equal(202, (await volunteer.PutAsync("/api/me/position", here)).Status);
        await Eventually.True(async () => (await volunteer.GetAsync("/api/me")).Body!["volunteer"]!["position"] is not null, "the position to be written");

        Assert.Equal(200, (await volunteer.PutAsync("/api/me/consents", new { location = false })).Status);

        Assert.Null((await volunteer.GetAsync("/api/me")).Body!["volunteer"]!["position"]);
        Assert.Equal(409, (await volunteer.PutAsync("/api/me/position", here)).Status);
        Assert.Equal(0, await node.World.ScalarAsync<long>($"SELECT count(*) FROM positions p JOIN volunteers v ON v.id = p.volunteer_id WHERE v.external_id = '{name}'"));
    }

    [Theory]
    [InlineData("/api/me/duty", """{"duty":"perhaps"}""", "duty")]
    [InlineData("/api/me/duty", """{"duty":null}""", "duty")]
    [InlineData("/api/me/means", """{"means":"boat"}""", "means")]
    [InlineData("/api/me/means", """{"means":null}""", "means")]
    [InlineData("/api/me/duty", """{"on":true}""", "on")]
    [InlineData("/api/me/consents", """{"location":"yes"}""", "location")]
    [InlineData("/api/callouts/01890000-0000-7000-8000-000000000000/answer", """{"answer":"maybe"}""", "answer")]
    [InlineData("/api/callouts/01890000-0000-7000-8000-000000000000/answer", """{}""", "answer")]
    [InlineData("/api/callouts/01890000-0000-7000-8000-000000000000/answer", """{"answer":"decline","reason":"\u202e"}""", "reason")]
    [InlineData("/api/callouts/01890000-0000-7000-8000-000000000000/answer", """{"answer":"decline","reason":"a\u0000"}""", "reason")]
    [InlineData("/api/callouts/01890000-0000-7000-8000-000000000000/progress", """{"state":"turnedBack"}""", "reason")]
    [InlineData("/api/callouts/01890000-0000-7000-8000-000000000000/progress", """{"state":"turnedBack","reason":" "}""", "reason")]
    [InlineData("/api/callouts/01890000-0000-7000-8000-000000000000/progress", """{"state":"Enroute"}""", "state")]
    [InlineData("/api/musters/01890000-0000-7000-8000-000000000000/answer", """{"answer":"accept","said":0}""", "said")]
    [InlineData("/api/musters/01890000-0000-7000-8000-000000000000/answer", """{"answer":"accept","said":9007199254740992}""", "said")]
    [InlineData("/api/musters/01890000-0000-7000-8000-000000000000/answer", """{"answer":"accept","said":1.5}""", "said")]
    public Task A_phone_that_says_what_cannot_be_is_told_which_word(string path, string body, string field) => RefusedAsync(volunteer, HttpMethod.Put, path, body, field);

    [Theory]
    [InlineData("/api/session", """{"username":"fu\u0000tian","password":"x"}""", 401)]
    [InlineData("/api/session", """{"username":"futian"}""", 422)]
    [InlineData("/api/session", """{"username":"futian","password":"wrong"}""", 401)]
    [InlineData("/api/session", """{"username":"nobody","password":"wrong"}""", 401)]
    [InlineData("/api/session/activate", """{"code":"\u0000"}""", 401)]
    [InlineData("/api/session/activate", """{"code":"AAAA0000"}""", 401)]
    [InlineData("/api/session/activate", """{"code":""}""", 422)]
    [InlineData("/api/session/activate", """{"code":"12345678901234567890123456789012345"}""", 422)]
    [InlineData("/api/session/refresh", """{}""", 401)]
    [InlineData("/api/session/refresh", """{"refreshToken":"garbage"}""", 401)]
    public async Task A_sign_in_that_is_none_is_refused(string path, string body, int expected)
    {
        using var stranger = node.Stranger();

        var (status, problem) = await stranger.PostAsync(path, body);

        Assert.True(status == expected, $"{status} {problem}");
        Assert.False(string.IsNullOrEmpty((string?)problem!["title"]) || string.IsNullOrEmpty((string?)problem["titleEn"]));
    }

    [Theory]
    [InlineData("/api/incidents?state=half-open", 422)]
    [InlineData("/api/incidents/01890000-0000-7000-8000-000000000000/facts?after=-1", 404)]
    [InlineData("/api/incidents/01890000-0000-7000-8000-000000000000/facts?after=one", 400)]
    [InlineData("/api/incidents/01890000-0000-7000-8000-000000000000/facts?after=99999999999999999999", 400)]
    [InlineData("/api/incidents/not-an-id", 404)]
    [InlineData("/api/nothing/here", 404)]
    [InlineData("/api/regions/locate?longitude=114.01&latitude=22.52", 422)]
    [InlineData("/api/regions/locate?longitude=NaN&latitude=22.52&datum=wgs84", 422)]
    [InlineData("/api/regions/locate?longitude=22.52&latitude=114.01&datum=wgs84", 422)]
    [InlineData("/api/regions/locate?longitude=east&latitude=22.52&datum=wgs84", 422)]
    [InlineData("/api/volunteers?page=-1", 422)]
    [InlineData("/api/volunteers?query=%00", 422)]
    public async Task A_question_that_makes_no_sense_is_refused_with_a_problem(string path, int expected)
    {
        var (status, problem) = await shared.Futian.GetAsync(path);

        Assert.True(status == expected, $"{status} {problem}");
        Assert.StartsWith("https://dispatch.invalid/problems/", (string?)problem!["type"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE", "/api/incidents")]
    [InlineData("PATCH", "/api/me")]
    public async Task A_method_that_does_not_exist_is_refused_with_a_problem(string method, string path)
    {
        var (status, problem) = await shared.Futian.SendAsync(new HttpMethod(method), path);

        Assert.True(status == 405, $"{status} {problem}");
        Assert.StartsWith("https://dispatch.invalid/problems/", (string?)problem!["type"], StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(ApiClient caller, HttpMethod method, string path, string body, string field)
    {
        var (status, problem) = await caller.SendAsync(method, path, body);

        Assert.True(status is 400 or 422, $"{status} {problem}");
        var named = problem!["errors"]!.AsArray().Where(fault => (string?)fault!["field"] == field).ToList();
        Assert.True(named.Count > 0, $"{field} is not named in {problem}");
        Assert.All(named, fault => Assert.False(string.IsNullOrEmpty((string?)fault!["message"]) || string.IsNullOrEmpty((string?)fault["messageEn"])));
    }
}
