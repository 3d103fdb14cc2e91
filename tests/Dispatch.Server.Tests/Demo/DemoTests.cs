using System.Globalization;
using System.Text.Json.Nodes;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Regions;
using Dispatch.Server.Demo;
using Dispatch.Server.Tests.Support;
using Dispatch.Server.Volunteers;
using NetTopologySuite.Geometries;

namespace Dispatch.Server.Tests.Demo;

public sealed class DemoRegionsTests
{
    private static readonly IReadOnlyList<RegionFeature> Regions = DemoRegions.Read();

    [Fact]
    public void Futian_has_its_ten_streets_and_ninety_three_communities()
    {
        Assert.Equal(10, Regions.Count(region => region is { Parent: "440304", LevelName: "街道" }));
        Assert.Equal(93, Regions.Count(region => region.Level == RegionLevel.Village && region.Code.StartsWith("440304", StringComparison.Ordinal)));
        Assert.Equal(["440303", "440304", "440305", "440309"], Regions.Where(region => region.Level == RegionLevel.County).Select(region => region.Code));
        Assert.All(Regions, region => Assert.False(string.IsNullOrEmpty(region.NameEn)));
        Assert.All(Regions, region => Assert.Equal(region.Code.Length, new[] { 0, 2, 4, 6, 9, 12 }[(int)region.Level]));
    }

    [Fact]
    public void Every_cell_is_one_valid_ring()
    {
        Assert.All(Regions, region => Assert.True(region.Boundary!.IsValid, region.Name));
        Assert.All(Regions, region => Assert.Equal(1, region.Boundary!.NumGeometries));
    }

    /// <summary>An edge inside a parent belongs to exactly two children, run in opposite directions; an edge of its border to exactly one.</summary>
    [Fact]
    public void Children_partition_their_parent_vertex_for_vertex()
    {
        foreach (var family in Regions.Where(region => region.Parent is not null).GroupBy(region => region.Parent))
        {
            var left = new HashSet<(Coordinate, Coordinate)>();
            foreach (var (a, b) in family.SelectMany(child => Edges(child.Boundary!)))
            {
                if (!left.Remove((b, a)))
                {
                    Assert.True(left.Add((a, b)), $"two children of {family.Key} overlap at {a}");
                }
            }

            Assert.True(left.SetEquals(Edges(Regions.Single(region => region.Code == family.Key).Boundary!)), $"the children of {family.Key} do not make its border");
        }
    }

    private static IEnumerable<(Coordinate, Coordinate)> Edges(MultiPolygon boundary) => boundary.Coordinates.Zip(boundary.Coordinates.Skip(1));
}

public sealed class DemoRosterTests
{
    private static readonly DateOnly Today = new(2026, 11, 21);

    private static readonly QualificationName[] Qualifications =
    [
        .. new[]
        {
            "rescue.collapse", "rescue.mountain", "rescue.water", "rescue.diving", "rescue.emergencyMedical", "medical.doctor", "medical.nurse", "legal.lawyer", "legal.mediator",
            "psychological", "publicHealth", "transport", "transport.boat", "communications",
        }.Select((key, index) => new QualificationName((short)index, key, key, key, true)),
        .. new[] { "order", "redLecture", "convenience" }.Select((key, index) => new QualificationName((short)(50 + index), key, key, key, false)),
    ];

    private static readonly DemoRoster Roster = DemoRoster.Invent(Today, DemoRegions.Read(), Qualifications);

    [Fact]
    public void The_same_day_gives_the_same_people()
    {
        var again = DemoRoster.Invent(Today, DemoRegions.Read(), Qualifications);
        Assert.Equal(Roster.Volunteers.Select(Told), again.Volunteers.Select(Told));
        Assert.Equal(Roster.Teams, again.Teams);
        Assert.Equal(Roster.Volunteers.Select(line => line.Name), DemoRoster.Invent(Today.AddYears(3), DemoRegions.Read(), Qualifications).Volunteers.Select(line => line.Name));
    }

    [Fact]
    public void There_are_two_thousand_people_and_sixty_teams_of_every_kind()
    {
        Assert.Equal((2_000, 60), (Roster.Volunteers.Count, Roster.Teams.Count));
        Assert.Equal(1_400, Roster.Volunteers.Count(line => line.RegionCode!.StartsWith("440304", StringComparison.Ordinal)));
        Assert.Equal(["legal", "other", "publicHealth", "redLecture", "rescue"], Roster.Teams.Select(team => team.Kind).Distinct().Order(StringComparer.Ordinal));
        Assert.True(Roster.Teams.Where(team => team.Kind == "other").Select(team => team.KindName).Distinct().Count() >= 4);
        Assert.All(Roster.Volunteers, line => Assert.All(line.Teams!, team => Assert.Contains(team, Roster.Teams.Select(known => known.ExternalId))));
    }

    [Fact]
    public void Every_gate_has_somebody_it_stops_and_most_people_pass_them_all()
    {
        var people = Roster.Volunteers;
        Assert.Contains(people, line => line.Fitness == Fitness.Unfit);
        Assert.Contains(people, line => line.Assessment == Assessment.Pending);
        Assert.Contains(people, line => line.Insurance is null);
        Assert.Contains(people, line => line.Insurance?.ValidUntil < Today);
        Assert.Contains(people, line => line.ConsentsToLocation == false);
        Assert.Contains(people, line => line.Certificates!.Any(certificate => certificate.ValidUntil < Today));
        Assert.Contains(people, line => line.Certificates!.Any(certificate => certificate.ValidFrom > Today));
        Assert.True(people.Count(line => line.DateOfBirth < Today.AddYears(-70)) is > 100 and < 300);
        Assert.All(people, line => Assert.True(line.DateOfBirth < Today.AddYears(-18)));
        Assert.True(people.Count(line => line is { Fitness: Fitness.Fit, Assessment: Assessment.Passed, ConsentsToLocation: true } && line.Insurance?.ValidUntil >= Today) > 1_000);
    }

    [Fact]
    public void People_live_in_their_home_region()
    {
        var regions = DemoRegions.Read().ToDictionary(region => region.Code);
        Assert.All(Roster.Volunteers, line => Assert.True(
            regions[line.RegionCode!].Boundary!.Distance(new Dispatch.Geo.Position(line.Place!.Value.Longitude, line.Place.Value.Latitude).ToPoint()) < 1e-6));
    }

    private static string Told(RosterLine line) => string.Create(CultureInfo.InvariantCulture,
        $"{line with { Certificates = null, Teams = null }} {string.Join(',', line.Certificates!)} {string.Join(',', line.Teams!)}");
}

public sealed class LoadDemoTests
{
    [Fact]
    public async Task An_empty_database_is_filled_once_and_everybody_can_sign_in()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        string[] settings = ["--Demo:Load=true", $"--Demo:Password={World.Password}"];
        await using (var node = await TestNode.StartAsync(world, settings))
        {
            foreach (var username in new[] { "futian", "luohu", "nanshan", "longhua", "shenzhen", "v0001", "v2000" })
            {
                using var client = await node.SignInAsync(username);
                Assert.Equal(200, (await client.GetAsync("/api/me")).Status);
            }

            using var futian = await node.SignInAsync("futian");
            Assert.Equal(1_400, (int)(await futian.GetAsync("/api/volunteers")).Body!["total"]!);
            var teams = (await futian.GetAsync("/api/teams")).Body!.AsArray();
            Assert.Equal(45, teams.Count);
            Assert.All(teams, team => Assert.True(team!["captain"] is not null && team["liaison"] is not null, team.ToJsonString()));

            using var city = await node.SignInAsync("shenzhen");
            Assert.Equal(60, (await city.GetAsync("/api/teams")).Body!.AsArray().Count);
            Assert.Equal(2_000, (int)(await city.GetAsync("/api/volunteers")).Body!["total"]!);
            Assert.True(await world.ScalarAsync<long>("SELECT count(*) FROM volunteers v WHERE is_available(v.id, v.duty, v.time_zone, now())") > 60);
            Assert.Equal(0, await world.ScalarAsync<long>("SELECT count(*) FROM volunteers v WHERE EXISTS (SELECT FROM certificates c WHERE c.volunteer_id = v.id) AND NOT EXISTS (SELECT FROM candidates c WHERE c.volunteer_id = v.id)"));
        }

        var before = await world.ScalarAsync<string>("SELECT md5(string_agg(v::text, '' ORDER BY id)) FROM volunteers v");
        await using (await TestNode.StartAsync(world, settings))
        {
            Assert.Equal(before, await world.ScalarAsync<string>("SELECT md5(string_agg(v::text, '' ORDER BY id)) FROM volunteers v"));
        }
    }

    [Fact]
    public async Task A_demo_code_opens_a_phone_of_somebody_who_will_be_called()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await using var node = await TestNode.StartAsync(world, "--Demo:Load=true", $"--Demo:Password={World.Password}");
        using var phone = new HttpClient { BaseAddress = new Uri(node.Address) };
        using var answer = await phone.PostAsync("/api/session/activate", new StringContent("""{"code":"demo-0001"}""", System.Text.Encoding.UTF8, "application/json"));
        var token = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["accessToken"]!;
        phone.DefaultRequestHeaders.Authorization = new("Bearer", token);

        using var futian = await node.SignInAsync("futian");
        var place = await world.ScalarAsync<string>("SELECT ST_X(registered_location::geometry) || ' ' || ST_Y(registered_location::geometry) FROM volunteers WHERE external_id = 'V1381'");
        var (longitude, latitude) = (double.Parse(place.Split(' ')[0], CultureInfo.InvariantCulture), double.Parse(place.Split(' ')[1], CultureInfo.InvariantCulture));
        await futian.RaiseAsync(ApiClient.Flood(2, longitude: longitude, latitude: latitude));
        await Eventually.Gives(
            async () => JsonNode.Parse(await phone.GetStringAsync("/api/callouts/mine"))!, mine => mine["callouts"]!.AsArray().Count > 0, "a call-out on the demo phone");
    }
}
