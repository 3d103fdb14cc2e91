// The one file that may make NetTopologySuite points (BannedSymbols.txt): a point that exists has come through here.
#pragma warning disable RS0030

using System.Diagnostics.CodeAnalysis;
using NetTopologySuite.Geometries;

namespace Dispatch.Geo;

/// <summary>
/// A place in WGS-84 degrees. Whatever comes from outside enters by <see cref="TryRead(double, double, Datum, GeoBounds, out Position, out PositionFault)"/>,
/// which needs a declared datum. Immutable. The constructor is for numbers already known to be WGS-84 and throws
/// <see cref="ArgumentOutOfRangeException"/> when they cannot be.
/// </summary>
public readonly record struct Position(double Longitude, double Latitude)
{
    /// <summary>EPSG code of WGS-84 longitude and latitude; the only SRID in the database.</summary>
    public const int Srid = 4326;

    private static readonly GeometryFactory Factory = new(new PrecisionModel(), Srid);

    public double Longitude { get; init; } = Within(Longitude, 180.0, nameof(Longitude));

    public double Latitude { get; init; } = Within(Latitude, 90.0, nameof(Latitude));

    /// <summary>Reads a position without a deployment rectangle: only what is wrong anywhere on Earth is refused.</summary>
    public static bool TryRead(double longitude, double latitude, Datum datum, out Position position, [NotNullWhen(false)] out PositionFault? fault) =>
        TryRead(longitude, latitude, datum, null, out position, out fault);

    /// <summary>
    /// Reads a position from outside: checks the numbers, converts from <paramref name="datum"/> to WGS-84 and, when given, checks
    /// <paramref name="bounds"/>. False means <paramref name="fault"/> says what is wrong and what would be right.
    /// </summary>
    public static bool TryRead(
        double longitude, double latitude, Datum datum, GeoBounds? bounds, out Position position, [NotNullWhen(false)] out PositionFault? fault)
    {
        position = default;
        fault = PositionFault.Of(longitude, latitude, bounds);
        if (fault is not null)
        {
            return false;
        }

        var (east, north) = datum.ToWgs84(longitude, latitude);
        if (bounds is not null && !bounds.Contains(east, north))
        {
            var swapped = Math.Abs(longitude) <= 90.0 && bounds.Contains(latitude, longitude);
            fault = swapped ? PositionFault.SwappedIn(bounds) : PositionFault.Outside(bounds);
            return false;
        }

        position = new Position(east, north);
        return true;
    }

    /// <summary>The position of a point from the database.</summary>
    /// <exception cref="ArgumentException">The point is empty or not in SRID 4326.</exception>
    public static Position Of(Point point)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (point.IsEmpty || point.SRID != Srid)
        {
            throw new ArgumentException($"A position is a point in SRID {Srid}, not {(point.IsEmpty ? "an empty one" : $"one in SRID {point.SRID}")}.", nameof(point));
        }

        return new Position(point.X, point.Y);
    }

    /// <summary>A new NetTopologySuite point, X longitude, Y latitude, SRID 4326.</summary>
    public Point ToPoint() => Factory.CreatePoint(new Coordinate(Longitude, Latitude));

    /// <summary>
    /// The middle of the grid cell, <paramref name="metres"/> wide and high, that this position lies in: what others may see of a person who
    /// has not accepted. The grid is fixed, so repeated sightings of one place reveal no more than one. Off by at most 0.71 times the cell.
    /// </summary>
    public Position Rounded(double metres)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(metres);
        const double metresPerDegree = 111_320.0;
        var latitudeStep = metres / metresPerDegree;
        var latitude = Math.Clamp((Math.Floor(Latitude / latitudeStep) + 0.5) * latitudeStep, -90.0, 90.0);
        var longitudeStep = latitudeStep / Math.Max(Math.Cos(latitude * Math.PI / 180.0), 1e-6);
        var longitude = Math.Clamp((Math.Floor(Longitude / longitudeStep) + 0.5) * longitudeStep, -180.0, 180.0);
        return new Position(longitude, latitude);
    }

    private static double Within(double degrees, double limit, string name) =>
        Math.Abs(degrees) <= limit ? degrees : throw new ArgumentOutOfRangeException(name, $"{name} lies between -{limit} and {limit} degrees.");
}
