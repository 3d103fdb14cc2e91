using NpgsqlTypes;

namespace Dispatch.Geo.PostGis;

/// <summary>
/// The Mercator planes (EPSG:3857) in which the candidates' index looks for neighbours, one beside the other for each qualification, and what a
/// distance in them says about the ground. A plane is conformal but for the ellipsoid's 0.7 %, so nearest in the plane is nearly nearest on the
/// ground; the two bounds here turn "nearly" into "surely". Deployments lie on one side of the 180th meridian and below 85 degrees.
/// </summary>
/// <remarks>
/// One metre of ground at latitude f is between a / (N cos f), eastward, and a / (M cos f), northward, metres of the plane (N, M: radii of
/// curvature, M the smaller), which grows towards the poles. So no curve is stretched by more than a / (M cos f) at the highest latitude it
/// reaches. Within <see cref="Reach"/> the ground's geodesic lies in latitudes that its length can reach; within
/// <see cref="SurelySeen"/> the part of it inside the disc lies in the disc's latitudes. Both bounds follow.
/// </remarks>
internal static class SearchPlane
{
    /// <summary>
    /// From one qualification's plane to the next: wider than the world (40,075,017) by more than any <see cref="Reach"/>, so that people of
    /// another qualification are out of reach. A power of two, so that coordinates lose at most half a millimetre (qualification 32,767).
    /// The column candidates.search_point says the same; a test compares the two.
    /// </summary>
    public const double BetweenPlanes = 1 << 26;

    private const double SemiMajor = 6378137.0;
    private const double EccentricitySquared = 0.00669437999014;
    private const double LeastMeridianRadius = SemiMajor * (1.0 - EccentricitySquared);
    private const double HighestLatitude = 85.0 * Math.PI / 180.0;

    public static NpgsqlPoint PointOf(short qualificationId, Position position) =>
        new(SemiMajor * Radians(position.Longitude) + qualificationId * BetweenPlanes, Northing(position));

    /// <summary>A radius in the plane around <paramref name="place"/> that holds everything within <paramref name="metres"/> of ground.</summary>
    public static double Reach(Position place, double metres) =>
        metres * MostStretched(Math.Abs(Radians(place.Latitude)) + metres / LeastMeridianRadius);

    /// <summary>Metres of ground around <paramref name="place"/> within which everything lies inside <paramref name="planeMetres"/> of the plane.</summary>
    public static double SurelySeen(Position place, double planeMetres) =>
        planeMetres / MostStretched(Math.Atan(Math.Sinh((Math.Abs(Northing(place)) + planeMetres) / SemiMajor)));

    private static double Northing(Position position) => SemiMajor * Math.Asinh(Math.Tan(Radians(position.Latitude)));

    private static double MostStretched(double latitude)
    {
        var (sine, cosine) = Math.SinCos(Math.Min(latitude, HighestLatitude));
        var root = Math.Sqrt(1.0 - EccentricitySquared * sine * sine);
        return SemiMajor / (LeastMeridianRadius / (root * root * root) * cosine);
    }

    private static double Radians(double degrees) => degrees * (Math.PI / 180.0);
}
