using Dispatch.Geo.PostGis;
using Npgsql;
using Xunit;

namespace Dispatch.Geo.Tests.PostGis;

[Collection(OnPostGis.Name)]
public sealed class LocateRegionTests(PostGisServer server)
{
    [Theory]
    [InlineData(114.01, 22.51, "440304001001")] // deepest wins
    [InlineData(114.075, 22.51, "440304001")]   // a street without communities here
    [InlineData(114.075, 22.575, "440304")]     // no street here
    [InlineData(114.1, 22.575, "440303")]       // the border of two districts: the lower code, every time
    [InlineData(114.05, 22.51, "440304001001")] // the border of a community inside its street
    [InlineData(114.0, 22.5, "440304001001")]   // a corner
    public async Task The_deepest_region_covers_a_place_and_borders_belong_to_the_lower_code(double longitude, double latitude, string expected)
    {
        await using var source = await WithBoundariesAsync();
        for (var i = 0; i < 3; i++)
        {
            var located = await FindAsync(source, new Position(longitude, latitude));
            Assert.Equal(expected, located.Region!.Code);
            Assert.Null(located.Nearest);
        }
    }

    [Theory]
    [InlineData(114.301, 22.55, "440303")]
    [InlineData(113.9, 22.55, "440304")]
    [InlineData(120.0, 40.0, "440303")]
    public async Task A_place_outside_is_told_how_far_the_nearest_region_is(double longitude, double latitude, string expected)
    {
        await using var source = await WithBoundariesAsync();
        var located = await FindAsync(source, new Position(longitude, latitude));
        Assert.Null(located.Region);
        Assert.StartsWith(expected, located.Nearest!.Code, StringComparison.Ordinal);
        await using var command = source.CreateCommand(
            "SELECT min(ST_Distance(boundary::geography, ST_Point($1, $2, 4326)::geography)) FROM regions");
        command.Parameters.Add(new() { Value = longitude });
        command.Parameters.Add(new() { Value = latitude });
        Assert.Equal((double)(await command.ExecuteScalarAsync())!, located.Nearest.DistanceMetres, 0.001);
    }

    [Fact]
    public async Task East_or_north_is_decided_in_metres_not_in_degrees()
    {
        // At 60 degrees a degree of longitude is half a degree of latitude: the eastern region is nearer though more degrees away.
        await using var source = await server.CreateMigratedAsync();
        await source.RunAsync("""
            INSERT INTO regions (code, name, level, level_name, path, boundary, boundary_kind) VALUES
              ('11', 'north', 3, 'x', '11', ST_Multi(ST_MakeEnvelope(99, 61, 101, 62, 4326)), 'schematic'),
              ('12', 'east', 3, 'x', '12', ST_Multi(ST_MakeEnvelope(101.6, 59, 103, 61, 4326)), 'schematic')
            """);
        Assert.Equal("12", (await FindAsync(source, new Position(100, 60))).Nearest!.Code);
    }

    [Fact]
    public async Task Without_boundaries_nothing_is_near()
    {
        await using var source = await server.CreateMigratedAsync();
        Assert.Equal(new LocateRegion(null, null), await FindAsync(source, new Position(114, 22)));
    }

    private static async Task<LocateRegion> FindAsync(NpgsqlDataSource source, Position place)
    {
        await using var connection = source.CreateConnection();
        return await LocateRegion.FindAsync(connection, place, CancellationToken.None);
    }

    private async Task<NpgsqlDataSource> WithBoundariesAsync()
    {
        var source = await server.CreateMigratedAsync();
        await source.RunAsync("""
            INSERT INTO regions (code, name, level, level_name, parent_code, path, boundary, boundary_kind)
            SELECT code, code, level, 'x', parent, path::ltree, ST_Multi(ST_MakeEnvelope(w, s, e, n, 4326)), 'schematic' FROM (VALUES
              ('4403', 2, NULL, '4403', 114.0, 22.5, 114.3, 22.6),
              ('440304', 3, '4403', '4403.440304', 114.0, 22.5, 114.1, 22.6), ('440303', 3, '4403', '4403.440303', 114.1, 22.5, 114.3, 22.6),
              ('440304001', 4, '440304', '4403.440304.440304001', 114.0, 22.5, 114.1, 22.55),
              ('440304001001', 5, '440304001', '4403.440304.440304001.440304001001', 114.0, 22.5, 114.05, 22.55)) AS r (code, level, parent, path, w, s, e, n)
            """);
        return source;
    }
}
