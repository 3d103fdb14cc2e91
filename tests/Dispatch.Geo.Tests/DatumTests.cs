using Xunit;

namespace Dispatch.Geo.Tests;

public sealed class DatumTests
{
    [Theory]
    [InlineData(121.5272106, 31.1774276, 121.531541859215, 31.17530398364597)]
    [InlineData(113.912316, 22.543847, 113.9171764808363, 22.540796131694766)]
    public void Published_pairs_convert_to_gcj02(double longitude, double latitude, double expectedLongitude, double expectedLatitude)
    {
        var (east, north) = Datum.Gcj02.FromWgs84(longitude, latitude);
        Assert.Equal(expectedLongitude, east, 1e-9);
        Assert.Equal(expectedLatitude, north, 1e-9);
    }

    [Theory]
    [InlineData(Datum.Wgs84)]
    [InlineData(Datum.Cgcs2000)]
    [InlineData(Datum.Gcj02)]
    [InlineData(Datum.Bd09)]
    public void Every_datum_comes_back_to_within_a_millimetre_over_the_whole_country(Datum datum)
    {
        var random = new Random(20261121);
        for (var i = 0; i < 20_000; i++)
        {
            var place = new Position(73.0 + random.NextDouble() * 62.5, 3.0 + random.NextDouble() * 51.0);
            var (longitude, latitude) = datum.FromWgs84(place.Longitude, place.Latitude);
            var (east, north) = datum.ToWgs84(longitude, latitude);
            Assert.InRange(Distance.Metres(place, new Position(east, north)), 0.0, 0.001);
        }
    }

    [Fact]
    public void Taking_one_datum_for_the_other_moves_people_by_hundreds_of_metres_at_futian()
    {
        var place = new Position(114.055, 22.541);
        var (gcjEast, gcjNorth) = Datum.Gcj02.FromWgs84(place.Longitude, place.Latitude);
        var (bdEast, bdNorth) = Datum.Bd09.FromWgs84(place.Longitude, place.Latitude);
        Assert.InRange(Distance.Metres(place, new Position(gcjEast, gcjNorth)), 440, 640);
        Assert.InRange(Distance.Metres(place, new Position(bdEast, bdNorth)), 800, 1_600);
    }

    [Theory]
    [InlineData(2.3522, 48.8566)]
    [InlineData(139.6917, 35.6895)]
    [InlineData(-122.4, 37.8)]
    public void Outside_China_gcj02_is_wgs84(double longitude, double latitude)
    {
        Assert.Equal((longitude, latitude), Datum.Gcj02.FromWgs84(longitude, latitude));
        Assert.Equal((longitude, latitude), Datum.Gcj02.ToWgs84(longitude, latitude));
    }

    [Theory]
    [InlineData("wgs84", Datum.Wgs84)]
    [InlineData("cgcs2000", Datum.Cgcs2000)]
    [InlineData("gcj02", Datum.Gcj02)]
    [InlineData("bd09", Datum.Bd09)]
    public void The_four_names_are_read_and_written(string name, Datum datum)
    {
        Assert.True(Datums.TryParse(name, out var read));
        Assert.Equal(datum, read);
        Assert.Equal(name, datum.Name());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("WGS84")]
    [InlineData("wgs84 ")]
    [InlineData("epsg:4326")]
    [InlineData("ｗｇｓ８４")]
    [InlineData("gcj-02")]
    public void Any_other_name_is_refused(string? name) => Assert.False(Datums.TryParse(name, out _));
}
