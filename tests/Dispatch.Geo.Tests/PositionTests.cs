using NetTopologySuite.Geometries;
using Xunit;

namespace Dispatch.Geo.Tests;

public sealed class PositionTests
{
    [Theory]
    [InlineData(double.NaN, 22.5, "longitude is not a finite number")]
    [InlineData(114.0, double.NaN, "latitude is not a finite number")]
    [InlineData(double.PositiveInfinity, 22.5, "longitude is not a finite number")]
    [InlineData(114.0, double.NegativeInfinity, "latitude is not a finite number")]
    [InlineData(1e308, 22.5, "longitude is out of range")]
    [InlineData(114.0, 1e308, "latitude is out of range")]
    [InlineData(180.1, 22.5, "longitude is out of range")]
    [InlineData(0.0, 0.0, "both zero")]
    [InlineData(22.5, 114.0, "swapped")]
    [InlineData(2.35, 48.85, "outside the deployment area")]
    [InlineData(39.9, 80.0, "swapped")]
    public void What_cannot_be_a_position_is_refused_with_the_reason(double longitude, double latitude, string reason)
    {
        Assert.False(Position.TryRead(longitude, latitude, Datum.Wgs84, GeoBounds.MainlandChina, out var position, out var fault));
        Assert.Contains(reason, fault.MessageEn, StringComparison.Ordinal);
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", fault.Message);
        Assert.Equal(default, position);
    }

    [Fact]
    public void Without_bounds_a_latitude_above_90_is_still_said_to_be_swapped()
    {
        Assert.False(Position.TryRead(22.5, 114.0, Datum.Wgs84, out _, out var fault));
        Assert.Contains("swapped", fault.MessageEn, StringComparison.Ordinal);
        Assert.True(Position.TryRead(2.35, 48.85, Datum.Wgs84, out _, out fault));
        Assert.Null(fault);
    }

    [Fact]
    public void A_declared_gcj02_position_is_held_in_wgs84()
    {
        Assert.True(Position.TryRead(113.9171764808363, 22.540796131694766, Datum.Gcj02, GeoBounds.MainlandChina, out var position, out _));
        Assert.InRange(Distance.Metres(position, new Position(113.912316, 22.543847)), 0, 0.001);
    }

    [Fact]
    public void It_goes_to_a_point_and_back_unchanged()
    {
        var position = new Position(114.0551234567, 22.5417654321);
        var point = position.ToPoint();
        Assert.Equal((114.0551234567, 22.5417654321, 4326), (point.X, point.Y, point.SRID));
        Assert.Equal(position, Position.Of(point));
    }

    [Fact]
    public void A_point_in_another_reference_system_or_an_empty_one_is_not_a_position()
    {
        var point = new Position(114, 22).ToPoint();
        point.SRID = 3857;
        Assert.Throws<ArgumentException>(() => Position.Of(point));
        Assert.Throws<ArgumentException>(() => Position.Of(Point.Empty));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Position(181, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Position(0, double.NaN));
    }

    [Fact]
    public void Rounding_to_200_metres_hides_where_in_the_cell_and_stays_in_it()
    {
        var random = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            var place = new Position(73.5 + random.NextDouble() * 61, 3.5 + random.NextDouble() * 50);
            var rounded = place.Rounded(200);
            Assert.InRange(Distance.Metres(place, rounded), 0, 145);
            Assert.Equal(rounded, rounded.Rounded(200));
        }
    }
}
