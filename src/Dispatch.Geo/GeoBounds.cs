namespace Dispatch.Geo;

/// <summary>
/// The rectangle, in WGS-84 degrees, that every position and boundary of one deployment lies in. It catches swapped and mistyped coordinates;
/// it is not a border.
/// </summary>
public sealed record GeoBounds(double West, double South, double East, double North)
{
    /// <summary>Mainland China with Hainan's islands, rounded outward to whole and half degrees.</summary>
    public static GeoBounds MainlandChina { get; } = new(73.0, 3.0, 135.5, 54.0);

    public bool Contains(double longitude, double latitude) =>
        longitude >= West && longitude <= East && latitude >= South && latitude <= North;

    public bool Contains(Position position) => Contains(position.Longitude, position.Latitude);

    public override string ToString() => FormattableString.Invariant($"longitude {West} to {East}, latitude {South} to {North}");
}
