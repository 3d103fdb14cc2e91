using Dispatch.Geo;

namespace Dispatch.Drills.Phones;

/// <summary>
/// Where a volunteer is. At leisure he strolls about his place; called, he goes straight to the incident. Speeds are published medians
/// (dispatch-science.md): 2.3 m/s on foot and mixed in Sweden, 6.9 m/s with vehicles in Ticino. Streets are longer than the line drawn here: a
/// detour factor slows him instead.
/// </summary>
internal sealed class Walk
{
    private const double StrollMetresPerSecond = 1.2, OnFootMetresPerSecond = 2.3, DrivingMetresPerSecond = 6.9;
    private const double Detour = 1.3;
    private const double DrivesFromMetres = 1500;
    private const double StrollMetres = 400;
    private const double ArrivedMetres = 15;
    private const double MetresPerDegree = 111_320;

    private readonly Random chance;
    private readonly double hurry;
    private readonly Position home;
    private Position target;
    private double speed;

    public Walk(Position home, Random chance, double hurry)
    {
        this.home = home;
        this.hurry = hurry;
        this.chance = chance;
        Here = target = home;
    }

    public Position Here { get; private set; }

    public double MetresToGo => Distance.Metres(Here, target);

    public bool Arrived => MetresToGo <= ArrivedMetres;

    public void GoTo(Position place)
    {
        target = place;
        speed = MetresToGo >= DrivesFromMetres ? DrivingMetresPerSecond : OnFootMetresPerSecond;
    }

    /// <summary>Picks a new place to stroll to, when he has reached the last one.</summary>
    public void Stroll()
    {
        if (!Arrived && speed <= StrollMetresPerSecond)
        {
            return;
        }

        var direction = 2 * Math.PI * chance.NextDouble();
        var metres = StrollMetres * Math.Sqrt(chance.NextDouble());
        target = Offset(home, metres * Math.Sin(direction), metres * Math.Cos(direction));
        speed = StrollMetresPerSecond;
    }

    public void Advance(TimeSpan time)
    {
        var metres = speed / Detour * hurry * time.TotalSeconds;
        var left = MetresToGo;
        if (metres >= left)
        {
            Here = target;
            return;
        }

        var share = metres / left;
        Here = new Position(
            Here.Longitude + ((target.Longitude - Here.Longitude) * share),
            Here.Latitude + ((target.Latitude - Here.Latitude) * share));
    }

    /// <summary>Flat over these few kilometres: off by less than what a phone's position is off anyway.</summary>
    private static Position Offset(Position from, double metresEast, double metresNorth) => new(
        from.Longitude + (metresEast / (MetresPerDegree * Math.Cos(from.Latitude * Math.PI / 180))),
        from.Latitude + (metresNorth / MetresPerDegree));
}
