using NetTopologySuite.Geometries;

namespace Dispatch.Server.Regions;

/// <summary>A node of the region tree 省-市-县-乡-村. The parent is stored, never derived from the code; levels may be missing.</summary>
internal sealed class RegionRow
{
    public required string Code { get; init; }

    public required string Name { get; set; }

    public string? NameEn { get; set; }

    /// <summary>1 province, 2 city, 3 county, 4 town, 5 village.</summary>
    public required short Level { get; set; }

    /// <summary>The local word for the level: 区, 旗, 苏木, 嘎查, 街道, 社区.</summary>
    public required string LevelName { get; set; }

    public string? ParentCode { get; set; }

    /// <summary>Codes from the root down to this region, joined by dots (ltree).</summary>
    public required string Path { get; set; }

    /// <summary>False for statistical pseudo-levels such as 市辖区: skipped when widening.</summary>
    public required bool HasAuthority { get; set; }

    /// <summary>IANA zone in which times of this region are shown.</summary>
    public required string TimeZone { get; set; }

    public MultiPolygon? Boundary { get; set; }

    /// <summary><c>official</c> or <c>schematic</c> (示意图).</summary>
    public string? BoundaryKind { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}
