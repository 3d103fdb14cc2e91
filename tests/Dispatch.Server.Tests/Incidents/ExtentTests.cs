using System.Text.Json.Nodes;
using Dispatch.Server.Tests.MutualAid;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Incidents;

/// <summary>An incident that reaches into several commands belongs to their lowest common superior, and each of their desks sees it (突发事件应对法 18).</summary>
public sealed class ExtentTests : AidWorld
{
    private static readonly object InLuohu = new { longitude = 114.15, latitude = 22.55, datum = "wgs84" };

    [Fact]
    public async Task Points_in_two_districts_make_it_the_citys_and_both_desks_and_the_people_of_both_hear_of_it()
    {
        var home = await World.VolunteerAsync(300);
        var next = await World.VolunteerAsync(400, home: LuohuStreet); // of Luohu, and nobody lends him: it is his own incident too
        await using var station = await LiveConsole.WatchAsync(Node, LuohuDesk.Token, null);

        var id = await RaiseAsync(FutianDesk, alsoAt: new[] { InLuohu });

        var incident = await FutianDesk.WhenAsync(id, "offered", 2);
        Assert.Equal(("4403", "4403"), ((string)incident["region"]!["code"]!, (string)incident["district"]!["code"]!));
        Assert.Equal(["440303", "440304"], incident["touched"]!.AsArray().Select(code => (string)code!).Order(StringComparer.Ordinal));
        Assert.Equal([home, next], incident["callouts"]!.AsArray().Select(callout => (Guid)callout!["volunteer"]!["id"]!));
        Assert.Contains(id, (await LuohuDesk.GetAsync("/api/incidents?state=open")).Body!["incidents"]!.AsArray().Select(open => (Guid)open!["id"]!));
        Assert.Equal(200, (await LuohuDesk.GetAsync($"/api/incidents/{id}/facts")).Status);
        await Eventually.True(() => station.Heard.Any(fact => fact.GetProperty("kind").GetString() == "CalloutOffered"), "the other district's desk to hear of it");
        await History.HoldsAsync(CityDesk, id);
    }

    [Fact]
    public async Task The_superior_commands_it_and_the_districts_look_on()
    {
        var id = await RaiseAsync(FutianDesk, alsoAt: new[] { InLuohu });

        Assert.Equal(404, (await FutianDesk.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid(), reason = "x" })).Status);
        Assert.Equal(404, (await LuohuDesk.PostAsync($"/api/incidents/{id}/escalate", new { commandId = Guid.NewGuid() })).Status);
        Assert.Equal(200, (await CityDesk.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid(), reason = "处置完毕" })).Status);
        Assert.Equal("closed", (string)(await FutianDesk.IncidentAsync(id))["state"]!);
    }

    [Fact]
    public async Task An_area_over_the_border_does_the_same_and_one_within_a_district_does_not()
    {
        var wide = await FutianDesk.IncidentAsync(await RaiseAsync(FutianDesk, area: Area(114.01, 22.52, 114.12, 22.53)));
        var narrow = await FutianDesk.IncidentAsync(await RaiseAsync(FutianDesk, area: Area(114.01, 22.52, 114.02, 22.53)));

        Assert.Equal("4403", (string)wide["district"]!["code"]!);
        Assert.Equal(("440304", null), ((string)narrow["district"]!["code"]!, narrow["touched"]));
        Assert.Equal(["福田区", "罗湖区"], wide["commands"]!.AsArray().Select(command => (string)command!["name"]!));
        Assert.Equal([114.01, 22.52], narrow["area"]![0]!.AsArray().Select(number => (double)number!)); // kept, for every map that shows it
        Assert.Equal(4, wide["area"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_repeat_answers_with_the_same_incident_and_nobody_raises_over_districts_he_has_no_part_in()
    {
        var body = Body(new[] { InLuohu }, null);
        var id = Guid.NewGuid();
        Assert.Equal(201, (await FutianDesk.PutAsync($"/api/incidents/{id}", body)).Status);
        Assert.Equal(200, (await FutianDesk.PutAsync($"/api/incidents/{id}", body)).Status);
        await World.SqlAsync("INSERT INTO accounts (id, username, password_hash, role, name, region) SELECT gen_random_uuid(), 'street', password_hash, 'operator', '街道', '440304003' FROM accounts WHERE username = 'luohu'");
        using var street = await Node.SignInAsync("street");
        Assert.Equal(403, (await street.PutAsync($"/api/incidents/{Guid.NewGuid()}", body)).Status);
    }

    [Theory]
    [InlineData("alsoAt[0]", """{"longitude": 120, "latitude": 30, "datum": "wgs84"}""", null)]
    [InlineData("alsoAt[0].datum", """{"longitude": 114.15, "latitude": 22.55}""", null)]
    [InlineData("area.ring", null, "[[114.01, 22.52], [114.02, 22.53]]")]
    [InlineData("area.ring", null, "[[114.01, 22.52], [114.03, 22.54], [114.03, 22.52], [114.01, 22.54]]")] // crosses itself
    [InlineData("area.ring", null, "[[114.01], [114.03, 22.54], [114.03, 22.52]]")]
    public async Task What_is_wrong_with_points_or_area_is_named(string field, string? point, string? ring)
    {
        var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(ApiClient.Flood()))!.AsObject();
        if (point is not null)
        {
            body["alsoAt"] = new JsonArray(JsonNode.Parse(point));
        }

        if (ring is not null)
        {
            body["area"] = new JsonObject { ["datum"] = "wgs84", ["ring"] = JsonNode.Parse(ring) };
        }

        var (status, answer) = await FutianDesk.PutAsync($"/api/incidents/{Guid.NewGuid()}", body);

        Assert.Equal((422, field), (status, (string)answer!["errors"]![0]!["field"]!));
    }

    private static object Area(double west, double south, double east, double north) =>
        new { datum = "wgs84", ring = new[] { new[] { west, south }, [east, south], [east, north], [west, north] } };

    private static JsonObject Body(object? alsoAt, object? area)
    {
        var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(ApiClient.Flood()))!.AsObject();
        if (alsoAt is not null)
        {
            body["alsoAt"] = System.Text.Json.JsonSerializer.SerializeToNode(alsoAt);
        }

        if (area is not null)
        {
            body["area"] = System.Text.Json.JsonSerializer.SerializeToNode(area);
        }

        return body;
    }

    private static Task<Guid> RaiseAsync(ApiClient desk, object? alsoAt = null, object? area = null) => desk.RaiseAsync(Body(alsoAt, area));
}
