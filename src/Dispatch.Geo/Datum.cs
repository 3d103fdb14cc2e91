using System.Diagnostics.CodeAnalysis;

namespace Dispatch.Geo;

/// <summary>The coordinate systems a position may arrive in. Inside the system there is only <see cref="Wgs84"/>.</summary>
public enum Datum
{
    /// <summary>World Geodetic System 1984: what satellites give.</summary>
    Wgs84,

    /// <summary>China Geodetic Coordinate System 2000: equal to WGS-84 within centimetres, which is below our precision.</summary>
    Cgcs2000,

    /// <summary>GCJ-02, the shifted datum of AMap and Tencent maps: 100 to 700 m away from WGS-84 inside China.</summary>
    Gcj02,

    /// <summary>BD-09, Baidu's second shift on top of GCJ-02.</summary>
    Bd09,
}

/// <summary>
/// Names of the datums and conversion to and from WGS-84. All angles in degrees. Pure and safe to call from any thread; a forward conversion
/// costs about 0.3 µs, an inverse some 2 µs. The formulas are the published reverse engineering of GCJ-02 and BD-09 (a = 6378245.0,
/// ee = 0.00669342162296594323, x_pi = 3000 pi / 180); inverses iterate on the forward formula and agree with it to less than a millimetre.
/// </summary>
public static class Datums
{
    private const double SemiMajor = 6378245.0;
    private const double EccentricitySquared = 0.00669342162296594323;
    private const double BaiduPi = Math.PI * 3000.0 / 180.0;

    // 1e-10 degrees are 0.01 mm. The shift changes by some 1 % of a step, so five or six rounds are enough; the bound is for inputs at the
    // edge of the rectangle, where the shift ends abruptly and no exact inverse exists.
    private const double Enough = 1e-10;
    private const int MostRounds = 30;

    /// <summary>Exactly <c>wgs84</c>, <c>cgcs2000</c>, <c>gcj02</c> or <c>bd09</c>: no other case, no blanks, no synonyms, no default.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out Datum datum)
    {
        (var known, datum) = name switch
        {
            "wgs84" => (true, Datum.Wgs84),
            "cgcs2000" => (true, Datum.Cgcs2000),
            "gcj02" => (true, Datum.Gcj02),
            "bd09" => (true, Datum.Bd09),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The name on the wire: what <see cref="TryParse"/> reads.</summary>
    public static string Name(this Datum datum) => datum switch
    {
        Datum.Wgs84 => "wgs84",
        Datum.Cgcs2000 => "cgcs2000",
        Datum.Gcj02 => "gcj02",
        Datum.Bd09 => "bd09",
        _ => throw new ArgumentOutOfRangeException(nameof(datum), datum, "Not a datum."),
    };

    /// <summary>WGS-84 degrees of a point given in <paramref name="datum"/> degrees.</summary>
    public static (double Longitude, double Latitude) ToWgs84(this Datum datum, double longitude, double latitude) => datum switch
    {
        Datum.Wgs84 or Datum.Cgcs2000 => (longitude, latitude),
        Datum.Gcj02 => Invert(WgsToGcj, longitude, latitude),
        Datum.Bd09 => BdToWgs(longitude, latitude),
        _ => throw new ArgumentOutOfRangeException(nameof(datum), datum, "Not a datum."),
    };

    /// <summary>Degrees in <paramref name="datum"/> of a point given in WGS-84 degrees.</summary>
    public static (double Longitude, double Latitude) FromWgs84(this Datum datum, double longitude, double latitude)
    {
        switch (datum)
        {
            case Datum.Wgs84 or Datum.Cgcs2000:
                return (longitude, latitude);
            case Datum.Gcj02:
                return WgsToGcj(longitude, latitude);
            case Datum.Bd09:
                var gcj = WgsToGcj(longitude, latitude);
                return GcjToBd(gcj.Longitude, gcj.Latitude);
            default:
                throw new ArgumentOutOfRangeException(nameof(datum), datum, "Not a datum.");
        }
    }

    // The rectangle every implementation uses: outside it maps show WGS-84 unshifted.
    private static bool IsShifted(double longitude, double latitude) =>
        longitude is >= 72.004 and <= 137.8347 && latitude is >= 0.8293 and <= 55.8271;

    private static (double Longitude, double Latitude) WgsToGcj(double longitude, double latitude)
    {
        if (!IsShifted(longitude, latitude))
        {
            return (longitude, latitude);
        }

        double x = longitude - 105.0, y = latitude - 35.0;
        var ripple = (20.0 * Math.Sin(6.0 * x * Math.PI) + 20.0 * Math.Sin(2.0 * x * Math.PI)) * 2.0 / 3.0;
        var north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.Sqrt(Math.Abs(x)) + ripple
            + (20.0 * Math.Sin(y * Math.PI) + 40.0 * Math.Sin(y / 3.0 * Math.PI)) * 2.0 / 3.0
            + (160.0 * Math.Sin(y / 12.0 * Math.PI) + 320.0 * Math.Sin(y * Math.PI / 30.0)) * 2.0 / 3.0;
        var east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.Sqrt(Math.Abs(x)) + ripple
            + (20.0 * Math.Sin(x * Math.PI) + 40.0 * Math.Sin(x / 3.0 * Math.PI)) * 2.0 / 3.0
            + (150.0 * Math.Sin(x / 12.0 * Math.PI) + 300.0 * Math.Sin(x / 30.0 * Math.PI)) * 2.0 / 3.0;

        var sine = Math.Sin(latitude * Math.PI / 180.0);
        var magic = 1.0 - EccentricitySquared * sine * sine;
        var root = Math.Sqrt(magic);
        var meridian = SemiMajor * (1.0 - EccentricitySquared) / (magic * root) * Math.PI / 180.0;
        var parallel = SemiMajor / root * Math.Cos(latitude * Math.PI / 180.0) * Math.PI / 180.0;
        return (longitude + east / parallel, latitude + north / meridian);
    }

    private static (double Longitude, double Latitude) GcjToBd(double longitude, double latitude)
    {
        var radius = Math.Sqrt(longitude * longitude + latitude * latitude) + 0.00002 * Math.Sin(latitude * BaiduPi);
        var angle = Math.Atan2(latitude, longitude) + 0.000003 * Math.Cos(longitude * BaiduPi);
        return (radius * Math.Cos(angle) + 0.0065, radius * Math.Sin(angle) + 0.006);
    }

    private static (double Longitude, double Latitude) BdToWgs(double longitude, double latitude)
    {
        var gcj = Invert(GcjToBd, longitude, latitude);
        return Invert(WgsToGcj, gcj.Longitude, gcj.Latitude);
    }

    private static (double Longitude, double Latitude) Invert(
        Func<double, double, (double Longitude, double Latitude)> forward, double longitude, double latitude)
    {
        double guessLongitude = longitude, guessLatitude = latitude;
        for (var round = 0; round < MostRounds; round++)
        {
            var seen = forward(guessLongitude, guessLatitude);
            double missLongitude = seen.Longitude - longitude, missLatitude = seen.Latitude - latitude;
            if (Math.Abs(missLongitude) < Enough && Math.Abs(missLatitude) < Enough)
            {
                return (guessLongitude, guessLatitude);
            }

            guessLongitude -= missLongitude;
            guessLatitude -= missLatitude;
        }

        // Only within a few hundred metres of the rectangle's edge, on the far side of every land border: take it as unshifted.
        return (longitude, latitude);
    }
}
