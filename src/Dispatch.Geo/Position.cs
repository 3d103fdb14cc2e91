// The one file that may make NetTopologySuite points (BannedSymbols.txt): a point that exists has come through here.
#pragma warning disable RS0030

using NetTopologySuite.Geometries;

namespace Dispatch.Geo;

/// <summary>
/// A place in WGS-84 degrees. Whatever comes from outside enters by <see cref="TryRead(double, double, Datum, GeoBounds, out Position, out string)"/>,
/// which needs a declared datum. Immutable. The constructor is for numbers already known to be WGS-84 and throws
/// <see cref="ArgumentOutOfRangeException"/> when they cannot be.
/// </summary>
public readonly record struct Position(double Longitude, double Latitude)
{
    /// <summary>EPSG code of WGS-84 longitude and latitude; the only SRID in the database.</summary>
    public const int Srid = 4326;

    // About 11 cm around the point that software sends when it has no position.
    private const double NullIsland = 1e-6;

    private static readonly GeometryFactory Factory = new(new PrecisionModel(), Srid);
    private static readonly GeometryFactory MercatorFactory = new(new PrecisionModel(), PostGis.SearchPlane.Srid);

    public double Longitude { get; init; } = Within(Longitude, 180.0, nameof(Longitude));

    public double Latitude { get; init; } = Within(Latitude, 90.0, nameof(Latitude));

    /// <summary>Reads a position without a deployment rectangle: only what is wrong anywhere on Earth is refused.</summary>
    public static bool TryRead(double longitude, double latitude, Datum datum, out Position position, out string fault) =>
        TryRead(longitude, latitude, datum, null, out position, out fault);

    /// <summary>
    /// Reads a position from outside: checks the numbers, converts from <paramref name="datum"/> to WGS-84 and, when given, checks
    /// <paramref name="bounds"/>. False means <paramref name="fault"/> is an English sentence that says what is wrong and what would be right;
    /// it names the axes, never the coordinates, because it may be logged.
    /// </summary>
    public static bool TryRead(double longitude, double latitude, Datum datum, GeoBounds? bounds, out Position position, out string fault)
    {
        position = default;
        fault = Fault(longitude, latitude, bounds);
        if (fault.Length > 0)
        {
            return false;
        }

        var (east, north) = datum.ToWgs84(longitude, latitude);
        if (bounds is not null && !bounds.Contains(east, north))
        {
            var swapped = Math.Abs(longitude) <= 90.0 && bounds.Contains(latitude, longitude);
            fault = swapped
                ? $"longitude and latitude appear to be swapped: the position lies in the deployment area ({bounds}) only when they change places"
                : $"the position lies outside the deployment area ({bounds})";
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

    /// <summary>The point in the Mercator plane (EPSG:3857) that the candidates' index searches. Its metres are not metres on the ground.</summary>
    internal Point ToMercator()
    {
        var (x, y) = PostGis.SearchPlane.Of(this);
        return MercatorFactory.CreatePoint(new Coordinate(x, y));
    }

    private static string Fault(double longitude, double latitude, GeoBounds? bounds)
    {
        if (!double.IsFinite(longitude) || !double.IsFinite(latitude))
        {
            return $"{(double.IsFinite(longitude) ? "latitude" : "longitude")} is not a finite number";
        }

        if (Math.Abs(latitude) > 90.0)
        {
            var swapped = Math.Abs(latitude) <= 180.0 && Math.Abs(longitude) <= 90.0 && (bounds is null || bounds.Contains(latitude, longitude));
            return swapped
                ? "longitude and latitude appear to be swapped: a latitude lies between -90 and 90"
                : "latitude is out of range: it lies between -90 and 90";
        }

        if (Math.Abs(longitude) > 180.0)
        {
            return "longitude is out of range: it lies between -180 and 180";
        }

        return Math.Abs(longitude) < NullIsland && Math.Abs(latitude) < NullIsland
            ? "longitude and latitude are both zero, which devices send when they do not know where they are"
            : "";
    }

    private static double Within(double degrees, double limit, string name) =>
        Math.Abs(degrees) <= limit ? degrees : throw new ArgumentOutOfRangeException(name, $"{name} lies between -{limit} and {limit} degrees.");
}
