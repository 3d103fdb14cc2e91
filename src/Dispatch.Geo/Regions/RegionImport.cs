using System.Text.Json;

namespace Dispatch.Geo.Regions;

/// <summary>
/// Reads regions from strict GeoJSON (RFC 7946): a FeatureCollection of Polygons and MultiPolygons with the properties code, name, nameEn?,
/// level (1 to 5), levelName, parent, hasAuthority?, timeZone?. The datum is declared by the caller, because GeoJSON cannot say GCJ-02, and every
/// vertex is converted to WGS-84. Nothing of a faulty file is to be used; all its faults come at once, each with the feature and what would be
/// right. Other members are ignored as the RFC says; other properties are named in a warning, for a misspelt one would be missed.
/// Pure; for 20 MB about two seconds and 200 MB, so one at a time.
/// </summary>
/// <remarks>Codes twice, parents and overlaps concern the tree that is there as well; they are judged when the file is compared with it.</remarks>
public static class RegionImport
{
    public const int MostBytes = 20 * 1024 * 1024;
    public const int MostFeatures = 20_000;

    // Collection, features, feature, geometry, coordinates, polygon, ring, position: a MultiPolygon needs exactly these.
    private const int Depth = 8;
    private const int MostFaults = 1_000;

    /// <param name="json">The file, UTF-8, with or without a byte order mark.</param>
    /// <param name="datum">What its coordinates are in.</param>
    /// <param name="bounds">Where the deployment is; by default mainland China.</param>
    public static RegionFile Read(ReadOnlyMemory<byte> json, Datum datum, GeoBounds? bounds = null)
    {
        var report = new RegionReport(MostFaults);
        if (json.Length > MostBytes)
        {
            report.Fault("$", $"文件超过 {MostBytes >> 20} MB", $"the file is larger than {MostBytes >> 20} MB");
            return report.File([]);
        }

        if (json.Span.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        using var document = Parse(json, report);
        return report.File(document is null ? [] : Features(document.RootElement, datum, bounds ?? GeoBounds.MainlandChina, report));
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> json, RegionReport report)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            var (line, place) = (e.LineNumber + 1, e.BytePositionInLine + 1);
            report.Fault("$", $"不是可读取的 JSON（第 {line} 行第 {place} 字节附近），或嵌套超过 {Depth} 层，或同名成员重复",
                $"is not readable JSON near line {line}, byte {place}, or is nested deeper than {Depth} levels, or has a member twice");
        }
        catch (InvalidOperationException)
        {
            // A member's name with half a surrogate pair or bytes that are not UTF-8: the parser compares names and cannot read it.
            report.Fault("$", "成员名含有无法读取的字符", "the name of a member contains a character that cannot be read");
        }

        return null;
    }

    private static List<RegionFeature> Features(JsonElement root, Datum datum, GeoBounds bounds, RegionReport report)
    {
        var read = new List<RegionFeature>();
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("type", out var type) || !IsText(type, "FeatureCollection")
            || !root.TryGetProperty("features", out var features) || features.ValueKind != JsonValueKind.Array)
        {
            report.Fault("type", "应为带 features 数组的 GeoJSON FeatureCollection", "should be a GeoJSON FeatureCollection with an array of features");
            return read;
        }

        // RFC 7946 removed crs. One that names another system contradicts what the caller declares, and somebody would be moved.
        if (root.TryGetProperty("crs", out var crs) && !crs.GetRawText().Contains("CRS84", StringComparison.Ordinal) && !crs.GetRawText().Contains("4326", StringComparison.Ordinal)
            && !crs.GetRawText().Contains("4490", StringComparison.Ordinal))
        {
            report.Fault("crs", "不支持 crs 成员：请按经纬度导出，并用 datum 声明坐标系", "a crs member is not supported: export degrees and declare the datum");
        }

        if (features.GetArrayLength() > MostFeatures)
        {
            report.Fault("features", $"最多 {MostFeatures} 个要素", $"at most {MostFeatures} features");
            return read;
        }

        foreach (var feature in features.EnumerateArray())
        {
            report.Begin();
            if (Feature(feature, datum, bounds, report) is { } region)
            {
                read.Add(region);
            }
        }

        if (features.GetArrayLength() == 0)
        {
            report.Fault("features", "没有任何要素", "there are no features");
        }

        return read;
    }

    private static RegionFeature? Feature(JsonElement feature, Datum datum, GeoBounds bounds, RegionReport report)
    {
        if (feature.ValueKind != JsonValueKind.Object || !feature.TryGetProperty("type", out var type) || !IsText(type, "Feature")
            || !feature.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object
            || !feature.TryGetProperty("geometry", out var geometry))
        {
            report.FeatureFault("type", "应为带 properties 和 geometry 的 Feature", "should be a Feature with properties and geometry");
            return null;
        }

        var fields = new RegionProperties(properties, report);
        var code = fields.Code();
        var name = fields.Text("name", 60);
        var nameEn = fields.OptionalText("nameEn", 120);
        var level = fields.Level(code);
        var levelName = fields.Text("levelName", 20);
        var parent = fields.Parent(code);
        var hasAuthority = fields.Flag("hasAuthority", otherwise: true);
        var timeZone = fields.TimeZone();
        fields.WarnOfOthers();
        var boundary = geometry.ValueKind == JsonValueKind.Null ? null : new BoundaryReader(datum, bounds, report).Read(geometry);

        // An asserted value below is null only after a fault.
        return report.FeatureIsFaulty
            ? null
            : new RegionFeature(report.Feature, code!, name!, nameEn, level!.Value, levelName!, parent, hasAuthority, timeZone, boundary);
    }

    private static bool IsText(JsonElement element, string text) => element.ValueKind == JsonValueKind.String && element.ValueEquals(text);
}
