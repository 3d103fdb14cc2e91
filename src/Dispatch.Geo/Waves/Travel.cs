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

    /// <summary>
    /// The speeds are medians: of two who need exactly the time that is left, one comes too late. A plan counts on a yes only when a slower way
    /// would do too: the published lower quartile, 1.4 m/s against the median of 2.3. Simulated successes fall short without it.
    /// </summary>
    public const double Allowance = 1.6;

    public static double MetresPerSecond(Means means) => means switch
    {
        Means.Foot => 1.4,
        Means.Bicycle => 4.0,
        Means.Car => 6.9,
        _ => 2.3,
    };

    /// <summary>Usually.</summary>
    public static double Seconds(double distanceMetres, Means means) => distanceMetres * Detour / MetresPerSecond(means);

    /// <summary>What a plan counts on.</summary>
    public static double SafeSeconds(double distanceMetres, Means means) => Allowance * Seconds(distanceMetres, means);
}
