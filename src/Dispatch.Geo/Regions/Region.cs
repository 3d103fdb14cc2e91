using NetTopologySuite.Geometries;

namespace Dispatch.Geo.Regions;

/// <summary>The five levels of the administrative tree. Smaller is higher; any but the first present may be missing.</summary>
public enum RegionLevel
{
    /// <summary>省, 自治区, 直辖市</summary>
    Province = 1,

    /// <summary>地级市, 盟, 州</summary>
    City = 2,

    /// <summary>县, 区, 旗: the level that commands</summary>
    County = 3,

    /// <summary>乡, 镇, 街道, 苏木</summary>
    Town = 4,

    /// <summary>村, 社区, 嘎查</summary>
    Village = 5,
}

/// <summary>
/// One region of the tree. Immutable except for the boundary's vertices, which nobody changes.
/// <paramref name="Path"/> is the codes from the root down to this one with dots between: <c>44.4403.440304</c>, as in the ltree column.
/// <paramref name="HasAuthority"/> is false for a statistical pseudo-level (市辖区), which commands nobody and is skipped when widening.
/// </summary>
public sealed record Region(string Code, string Name, string? ParentCode, RegionLevel Level, string LevelName, string Path, bool HasAuthority = true)
{
    public string? NameEn { get; init; }

    public string TimeZone { get; init; } = "Asia/Shanghai";

    /// <summary>WGS-84 degrees, SRID 4326, edges straight in degrees (RFC 7946). Null: not loaded, or never given.</summary>
    public MultiPolygon? Boundary { get; init; }

    public static string PathUnder(string? parentPath, string code) => parentPath is null ? code : $"{parentPath}.{code}";

    /// <summary>Whether this region is <paramref name="other"/> or lies below it.</summary>
    public bool IsWithin(Region other) => IsWithin(Path, other.Path);

    /// <summary>As ltree's <c>path &lt;@ ancestorPath</c>.</summary>
    public static bool IsWithin(string path, string ancestorPath) =>
        path.StartsWith(ancestorPath, StringComparison.Ordinal) && (path.Length == ancestorPath.Length || path[ancestorPath.Length] == '.');
}
