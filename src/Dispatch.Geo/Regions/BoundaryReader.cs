using System.Text.Json;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Valid;

namespace Dispatch.Geo.Regions;

/// <summary>
/// Reads one Polygon or MultiPolygon into WGS-84. Every vertex passes the door of <see cref="Position"/>; the first bad vertex of each ring is
/// reported with its place in the file. Valid means valid on the plane of longitude and latitude, as RFC 7946 draws edges.
/// </summary>
internal sealed class BoundaryReader(Datum datum, GeoBounds bounds, RegionReport report)
{
    public const int MostVertices = 10_000;

    private static readonly GeometryFactory Factory = new(new PrecisionModel(), Position.Srid);

    public MultiPolygon? Read(JsonElement geometry)
    {
        var type = geometry.ValueKind == JsonValueKind.Object && geometry.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String ? named : default;
        var isMulti = type.ValueKind == JsonValueKind.String && type.ValueEquals("MultiPolygon");
        if ((!isMulti && !(type.ValueKind == JsonValueKind.String && type.ValueEquals("Polygon")))
            || !geometry.TryGetProperty("coordinates", out var coordinates) || coordinates.ValueKind != JsonValueKind.Array || coordinates.GetArrayLength() == 0)
        {
            report.FeatureFault("geometry", "应为带坐标的 Polygon 或 MultiPolygon", "should be a Polygon or MultiPolygon with coordinates");
            return null;
        }

        var polygons = new List<Polygon>();
        var path = "geometry.coordinates";
        foreach (var (index, polygon) in (isMulti ? coordinates.EnumerateArray() : Enumerable.Repeat(coordinates, 1)).Index())
        {
            if (Polygon(polygon, isMulti ? $"{path}[{index}]" : path) is { } read)
            {
                polygons.Add(read);
            }
        }

        return report.FeatureIsFaulty ? null : Valid(Factory.CreateMultiPolygon([.. polygons]));
    }

    private Polygon? Polygon(JsonElement rings, string path)
    {
        if (rings.ValueKind != JsonValueKind.Array || rings.GetArrayLength() == 0)
        {
            report.FeatureFault(path, "多边形应为环的数组", "a polygon should be an array of rings");
            return null;
        }

        var vertices = rings.EnumerateArray().Sum(ring => ring.ValueKind == JsonValueKind.Array ? ring.GetArrayLength() : 0);
        if (vertices > MostVertices)
        {
            report.FeatureFault(path, $"多边形有 {vertices} 个顶点，最多 {MostVertices} 个：请先简化", $"the polygon has {vertices} vertices, at most {MostVertices}: simplify it first");
            return null;
        }

        var read = rings.EnumerateArray().Select((ring, index) => Ring(ring, $"{path}[{index}]")).ToList();
        return read.Contains(null) ? null : Factory.CreatePolygon(read[0], [.. read.Skip(1)!]);
    }

    private LinearRing? Ring(JsonElement ring, string path)
    {
        if (ring.ValueKind != JsonValueKind.Array || ring.GetArrayLength() < 4)
        {
            report.FeatureFault(path, "环至少要有 4 个点，且首尾相同", "a ring has at least 4 positions, the last equal to the first");
            return null;
        }

        var vertices = new List<Coordinate>(ring.GetArrayLength());
        (double, double) first = default, last = default;
        foreach (var vertex in ring.EnumerateArray())
        {
            if (!Numbers(vertex, out var longitude, out var latitude))
            {
                report.FeatureFault($"{path}[{vertices.Count}]", "顶点应为 [经度, 纬度]，均为数字", "a position should be [longitude, latitude], both numbers");
                return null;
            }

            if (!Position.TryRead(longitude, latitude, datum, bounds, out var position, out var fault))
            {
                report.FeatureFault($"{path}[{vertices.Count}]", fault.Message, fault.MessageEn);
                return null;
            }

            last = (longitude, latitude);
            first = vertices.Count == 0 ? last : first;
            vertices.Add(new Coordinate(position.Longitude, position.Latitude));
        }

        if (first != last)
        {
            report.FeatureFault(path, "环没有闭合：最后一个点应与第一个点相同", "the ring is not closed: its last position should equal its first");
            return null;
        }

        return Factory.CreateLinearRing([.. vertices]);
    }

    // A third number is a height and says nothing about a boundary; a fourth is not GeoJSON.
    private static bool Numbers(JsonElement vertex, out double longitude, out double latitude)
    {
        (longitude, latitude) = (double.NaN, double.NaN);
        return vertex.ValueKind == JsonValueKind.Array && vertex.GetArrayLength() is 2 or 3
            && vertex[0].ValueKind == JsonValueKind.Number && vertex[1].ValueKind == JsonValueKind.Number
            && vertex[0].TryGetDouble(out longitude) && vertex[1].TryGetDouble(out latitude);
    }

    private MultiPolygon? Valid(MultiPolygon boundary)
    {
        var validity = new IsValidOp(boundary);
        if (validity.IsValid)
        {
            return boundary;
        }

        var (message, where) = (validity.ValidationError.Message, validity.ValidationError.Coordinate);
        var place = FormattableString.Invariant($"{where.X:0.000000}, {where.Y:0.000000}");
        report.FeatureFault("geometry", $"边界不是有效的多边形（{message}），在 WGS-84 {place} 附近", $"the boundary is not a valid polygon: {message} near {place} (WGS-84)");
        return null;
    }
}
