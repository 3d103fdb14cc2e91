namespace Dispatch.Geo;

/// <summary>Why numbers are not a position, in both languages. The axes are named, never the coordinates: faults are logged.</summary>
public sealed record PositionFault(string Message, string MessageEn)
{
    // About 11 cm around the point that software sends when it has no position.
    private const double NullIsland = 1e-6;

    /// <summary>What is wrong with the numbers themselves, in whatever datum.</summary>
    internal static PositionFault? Of(double longitude, double latitude, GeoBounds? bounds)
    {
        if (!double.IsFinite(longitude) || !double.IsFinite(latitude))
        {
            return double.IsFinite(longitude)
                ? new("纬度不是有限的数", "latitude is not a finite number")
                : new("经度不是有限的数", "longitude is not a finite number");
        }

        if (Math.Abs(latitude) > 90.0)
        {
            var swapped = Math.Abs(latitude) <= 180.0 && Math.Abs(longitude) <= 90.0 && (bounds is null || bounds.Contains(latitude, longitude));
            return swapped
                ? new("经度与纬度似乎颠倒了：纬度应在 -90 至 90 之间", "longitude and latitude appear to be swapped: a latitude lies between -90 and 90")
                : new("纬度超出范围：应在 -90 至 90 之间", "latitude is out of range: it lies between -90 and 90");
        }

        if (Math.Abs(longitude) > 180.0)
        {
            return new("经度超出范围：应在 -180 至 180 之间", "longitude is out of range: it lies between -180 and 180");
        }

        return Math.Abs(longitude) < NullIsland && Math.Abs(latitude) < NullIsland
            ? new("经度与纬度都是 0：设备不知道自己位置时才会这样上报", "longitude and latitude are both zero, which devices send when they do not know where they are")
            : null;
    }

    internal static PositionFault Outside(GeoBounds bounds) => new($"位置不在部署范围内（{Range(bounds)}）", $"the position lies outside the deployment area ({bounds})");

    internal static PositionFault SwappedIn(GeoBounds bounds) => new(
        $"经度与纬度似乎颠倒了：互换后才在部署范围内（{Range(bounds)}）",
        $"longitude and latitude appear to be swapped: the position lies in the deployment area ({bounds}) only when they change places");

    private static string Range(GeoBounds bounds) => FormattableString.Invariant($"经度 {bounds.West} 至 {bounds.East}，纬度 {bounds.South} 至 {bounds.North}");
}
