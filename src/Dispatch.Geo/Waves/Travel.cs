namespace Dispatch.Geo.Waves;

/// <summary>How a volunteer says he comes.</summary>
public enum Means
{
    /// <summary>Has not said.</summary>
    Undeclared,

    Foot,

    Bicycle,

    Car,
}

/// <summary>
/// Time on the way: metres of the ellipsoid times a detour, by the speed of the declared means. The speeds are published medians of alerted
/// volunteers: 2.3 m/s on foot and mixed in Sweden, its quartiles 1.4 and 4.0 for walkers and cyclists, 6.9 m/s by car in Ticino.
/// </summary>
public static class Travel
{
    /// <summary>Streets against the straight line. An assumption within what is usual for cities (1.2 to 1.4).</summary>
    public const double Detour = 1.3;

    public static double MetresPerSecond(Means means) => means switch
    {
        Means.Foot => 1.4,
        Means.Bicycle => 4.0,
        Means.Car => 6.9,
        _ => 2.3,
    };

    public static double Seconds(double distanceMetres, Means means) => distanceMetres * Detour / MetresPerSecond(means);
}
