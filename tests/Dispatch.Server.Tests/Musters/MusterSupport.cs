using System.Text.Json;
using System.Text.Json.Nodes;
using Dispatch.Server.Access;
using Dispatch.Server.Musters;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Musters;

internal static class MusterSupport
{
    public static object Body(IReadOnlyList<Guid> teams, IReadOnlyList<Guid> volunteers, DateTimeOffset? at = null) => new
    {
        purpose = "防汛值守，自带雨具，河堤湿滑",
        address = "景田体育场东门",
        position = new { longitude = World.Centre.Longitude, latitude = World.Centre.Latitude, datum = "wgs84" },
        assembleAt = at ?? new DateTimeOffset(TimeProvider.System.GetUtcNow().AddHours(1).UtcDateTime.Date, TimeSpan.Zero).AddDays(1),
        teams,
        volunteers,
    };

    public static object Drill(IReadOnlyList<Guid> teams, IReadOnlyList<Guid> volunteers)
    {
        var body = JsonSerializer.SerializeToNode(Body(teams, volunteers), JsonSerializerOptions.Web)!;
        body["drill"] = true;
        return body;
    }

    public static async Task<Guid> CallAsync(ApiClient operatorOf, IReadOnlyList<Guid> teams, IReadOnlyList<Guid> volunteers, bool drill = false)
    {
        var id = Guid.CreateVersion7();
        var (status, body) = await operatorOf.PutAsync($"/api/musters/{id}", drill ? Drill(teams, volunteers) : Body(teams, volunteers));
        Assert.True(status == 201, $"{status} {body}");
        return id;
    }

    public static async Task<JsonNode> MusterAsync(this ApiClient client, Guid id)
    {
        var (status, body) = await client.GetAsync($"/api/musters/{id}");
        Assert.True(status == 200, $"{status} {body}");
        return body!;
    }

    /// <summary>The muster once its roll call says so.</summary>
    public static Task<JsonNode> MusterWhenAsync(this ApiClient client, Guid id, string count, int howMany) =>
        Eventually.Gives(() => client.MusterAsync(id), muster => (int)muster["counts"]![count]! >= howMany, $"{howMany} {count}");

    public static async Task<List<JsonNode>> MusterFactsAsync(this ApiClient client, Guid id) =>
        [.. (await client.GetAsync($"/api/musters/{id}/facts")).Body!["facts"]!.AsArray().Select(fact => fact!)];

    public static async Task<Guid> TeamAsync(this World world, string name, IEnumerable<Guid> members, Guid? parent = null, Guid? captain = null, Guid? liaison = null, string home = "440304001001")
    {
        var id = Guid.CreateVersion7();
        string Quote(Guid? one) => one is null ? "NULL" : $"'{one}'";
        await world.SqlAsync($"""
            INSERT INTO teams (id, external_id, name, kind, kind_name, home_region, parent_id, captain_id, liaison_id)
            VALUES ('{id}', '{id}', '{name}', 'rescue', '应急救援', '{home}', {Quote(parent)}, {Quote(captain)}, {Quote(liaison)});
            """);
        foreach (var member in members)
        {
            await world.SqlAsync($"INSERT INTO team_members (team_id, volunteer_id, since) VALUES ('{id}', '{member}', '2020-01-01')");
        }

        return id;
    }

    /// <summary>A team of many, without phones or certificates.</summary>
    public static async Task<Guid> CrowdAsync(this World world, int howMany)
    {
        var id = Guid.CreateVersion7();
        await world.SqlAsync($"""
            INSERT INTO teams (id, external_id, name, kind, kind_name, home_region) VALUES ('{id}', '{id}', '千人队', 'rescue', '应急救援', '440304');
            WITH people AS (
                INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment, duty)
                SELECT gen_random_uuid(), '{id}' || n, '队员' || n, '440304001001', '1980-01-01', 'fit', 'passed', 'off' FROM generate_series(1, {howMany}) n RETURNING id)
            INSERT INTO team_members (team_id, volunteer_id, since) SELECT '{id}', id, '2020-01-01' FROM people;
            """);
        return id;
    }

    /// <summary>As if he had signed in: a thousand sign-ins would take minutes.</summary>
    public static Caller Phone(Guid volunteer) => new(Guid.Empty, Role.Volunteer, "", volunteer);

    public static int[] Numbers(JsonNode counts) =>
        [(int)counts["people"]!, (int)counts["notified"]!, (int)counts["delivered"]!, (int)counts["responded"]!, (int)counts["accepted"]!, (int)counts["checkedIn"]!];

    public static void Monotone(JsonNode counts)
    {
        var numbers = Numbers(counts);
        Assert.Equal(numbers.OrderDescending(), numbers);
    }
}
