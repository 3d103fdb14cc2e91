using Dispatch.Geo.Tests.PostGis;
using Xunit;

namespace Dispatch.Geo.Tests;

[Collection(OnPostGis.Name)]
public sealed class DistanceTests(PostGisServer server)
{
    [Fact]
    public async Task It_agrees_with_PostGIS_to_a_millimetre_near_and_far()
    {
        var random = new Random(1975);
        var from = new List<Position>();
        var to = new List<Position>();
        for (var i = 0; i < 20_000; i++)
        {
            var reach = Math.Pow(10, -6 + random.NextDouble() * 7.5); // 0.1 m to across the country
            var a = new Position(73 + random.NextDouble() * 62, 3 + random.NextDouble() * 50);
            from.Add(a);
            to.Add(new Position(
                Math.Clamp(a.Longitude + (random.NextDouble() - 0.5) * reach, -180, 180),
                Math.Clamp(a.Latitude + (random.NextDouble() - 0.5) * reach, -90, 90)));
        }

        await using var source = await server.CreateMigratedAsync();
        await using var command = source.CreateCommand("""
            SELECT ST_Distance(ST_Point(a, b, 4326)::geography, ST_Point(c, d, 4326)::geography)
            FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS p (a, b, c, d, i) ORDER BY i
            """);
        foreach (var numbers in new[] { from.Select(p => p.Longitude), from.Select(p => p.Latitude), to.Select(p => p.Longitude), to.Select(p => p.Latitude) })
        {
            command.Parameters.AddWithValue(numbers.ToArray());
        }

        await using var reader = await command.ExecuteReaderAsync();
        for (var i = 0; await reader.ReadAsync(); i++)
        {
            Assert.Equal(reader.GetDouble(0), Distance.Metres(from[i], to[i]), 0.001);
        }
    }

    [Fact]
    public void It_is_zero_to_itself_and_the_same_both_ways()
    {
        var a = new Position(114.0551, 22.5417);
        var b = new Position(113.9, 22.48);
        Assert.Equal(0, Distance.Metres(a, a));
        Assert.Equal(Distance.Metres(a, b), Distance.Metres(b, a), 1e-6);
        Assert.Equal(0, Distance.Metres(new Position(180, 10), new Position(-180, 10)), 1e-6);
    }

    [Fact]
    public void Vincentys_own_test_lines_come_out()
    {
        // One degree of the equator, and the quarter meridian of WGS-84.
        Assert.Equal(111_319.491, Distance.Metres(new Position(0.5, 0), new Position(1.5, 0)), 0.001);
        Assert.Equal(10_001_965.729, Distance.Metres(new Position(10, 0), new Position(10, 90)), 0.001);
    }

    [Fact]
    public void Near_the_antipode_it_is_off_by_less_than_a_hundredth_instead_of_failing() =>
        Assert.InRange(Distance.Metres(new Position(0, 0.1), new Position(179.8, 0)), 19_800_000, 20_040_000);
}
