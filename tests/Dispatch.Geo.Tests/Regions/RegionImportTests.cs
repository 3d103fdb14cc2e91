using System.Text;
using Dispatch.Geo.Regions;
using Xunit;

namespace Dispatch.Geo.Tests.Regions;

public sealed class RegionImportTests
{
    private const string Square = "[[[114.0,22.5],[114.1,22.5],[114.1,22.6],[114.0,22.6],[114.0,22.5]]]";

    private static string Feature(string properties, string geometry = $$"""{"type":"Polygon","coordinates":{{Square}}}""") =>
        $$"""{"type":"Feature","properties":{{properties}},"geometry":{{geometry}}}""";

    private const string Futian = """{"code":"440304","name":"福田区","level":3,"levelName":"区","parent":"4403"}""";

    private static string Collection(params string[] features) => $$"""{"type":"FeatureCollection","features":[{{string.Join(',', features)}}]}""";

    private static RegionFile Read(string json, Datum datum = Datum.Wgs84) => RegionImport.Read(Encoding.UTF8.GetBytes(json), datum);

    private static RegionFault OnlyFault(string json) => Assert.Single(Read(json).Faults);

    private static string With(string field, string? value)
    {
        var properties = new Dictionary<string, string>
        {
            ["code"] = "\"440304\"", ["name"] = "\"福田区\"", ["level"] = "3", ["levelName"] = "\"区\"", ["parent"] = "\"4403\"",
        };
        properties.Remove(field);
        if (value is not null)
        {
            properties[field] = value;
        }

        return Collection(Feature($"{{{string.Join(',', properties.Select(p => $"\"{p.Key}\":{p.Value}"))}}}"));
    }

    [Fact]
    public void A_region_is_read_with_its_boundary()
    {
        var file = Read("\uFEFF" + Collection(Feature(Futian)));
        Assert.Empty(file.Faults);
        Assert.Empty(file.Warnings);
        var region = Assert.Single(file.Features);
        Assert.Equal(("440304", "福田区", RegionLevel.County, "区", "4403", true, "Asia/Shanghai"),
            (region.Code, region.Name, region.Level, region.LevelName, region.Parent, region.HasAuthority, region.TimeZone));
        Assert.Equal((4326, 1, 5), (region.Boundary!.SRID, region.Boundary.NumGeometries, region.Boundary.NumPoints));
    }

    [Fact]
    public void Every_vertex_is_converted_from_the_declared_datum()
    {
        var wgs = Read(Collection(Feature(Futian))).Features[0].Boundary!;
        var gcj = Read(Collection(Feature(Futian)), Datum.Gcj02).Features[0].Boundary!;
        Assert.All(wgs.Coordinates.Zip(gcj.Coordinates), pair => Assert.InRange(
            Distance.Metres(new Position(pair.First.X, pair.First.Y), new Position(pair.Second.X, pair.Second.Y)), 400, 700));
    }

    [Fact]
    public void Several_polygons_holes_heights_and_foreign_members_are_read()
    {
        const string geometry = """
            {"type":"MultiPolygon","bbox":[1,2,3,4],"coordinates":[
              [[[114.0,22.5,9],[114.1,22.5,9],[114.1,22.6,9],[114.0,22.6,9],[114.0,22.5,9]],[[114.04,22.54],[114.06,22.54],[114.06,22.56],[114.04,22.54]]],
              [[[114.2,22.5],[114.3,22.5],[114.3,22.6],[114.2,22.5]]]]}
            """;
        var file = Read($$"""{"type":"FeatureCollection","name":"x","bbox":[1,2,3,4],"features":[{{Feature(Futian, geometry)}}]}""");
        Assert.Empty(file.Faults);
        Assert.Equal((2, 13), (file.Features[0].Boundary!.NumGeometries, file.Features[0].Boundary!.NumPoints));
    }

    [Fact]
    public void A_feature_without_geometry_leaves_the_boundary_as_it_is() =>
        Assert.Null(Assert.Single(Read(Collection(Feature(Futian, "null"))).Features).Boundary);

    [Theory]
    [InlineData("code", null, "is missing")]
    [InlineData("code", "440304", "ASCII digits")]
    [InlineData("code", "\"４４０３０４\"", "ASCII digits")]
    [InlineData("code", "\"4403044403044\"", "ASCII digits")]
    [InlineData("name", null, "must not be empty")]
    [InlineData("name", "\"\"", "1 to 60 characters")]
    [InlineData("name", "\"福\\u202e田\"", "direction of reading")]
    [InlineData("name", "\"福\\u0000田\"", "control characters")]
    [InlineData("name", "\"福\\ud800田\"", "should be text")]
    [InlineData("name", "7", "should be text")]
    [InlineData("level", "\"3\"", "from 1 (province) to 5")]
    [InlineData("level", "6", "from 1 (province) to 5")]
    [InlineData("level", "4", "does not fit a code of 6 digits")]
    [InlineData("levelName", null, "must not be empty")]
    [InlineData("parent", null, "write null for a root")]
    [InlineData("parent", "\"440304\"", "not its own parent")]
    [InlineData("parent", "\"x\"", "ASCII digits")]
    [InlineData("hasAuthority", "\"yes\"", "true or false")]
    [InlineData("timeZone", "\"Beijing\"", "IANA")]
    [InlineData("timeZone", "\"\\ud800\"", "should be text")]
    public void A_wrong_property_is_named_with_what_would_be_right(string field, string? value, string reason)
    {
        var fault = OnlyFault(With(field, value));
        Assert.Equal((0, field), (fault.Feature, fault.Field));
        Assert.Contains(reason, fault.MessageEn, StringComparison.Ordinal);
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", fault.Message);
    }

    [Theory]
    [InlineData("""{"type":"Point","coordinates":[114,22.5]}""", "geometry", "Polygon or MultiPolygon")]
    [InlineData("""{"type":"GeometryCollection","geometries":[]}""", "geometry", "Polygon or MultiPolygon")]
    [InlineData("\"POLYGON((0 0,1 1))\"", "geometry", "Polygon or MultiPolygon")]
    [InlineData("""{"type":"Polygon","coordinates":[]}""", "geometry", "with coordinates")]
    [InlineData("""{"type":"Polygon","coordinates":[[[114,22],[115,22],[114,22]]]}""", "geometry.coordinates[0]", "at least 4")]
    [InlineData("""{"type":"Polygon","coordinates":[[[114,22],[115,22],[115,23],[114,23]]]}""", "geometry.coordinates[0]", "not closed")]
    [InlineData("""{"type":"Polygon","coordinates":[[[114,22],[115,"22"],[115,23],[114,22]]]}""", "geometry.coordinates[0][1]", "both numbers")]
    [InlineData("""{"type":"Polygon","coordinates":[[[114,22],[115],[115,23],[114,22]]]}""", "geometry.coordinates[0][1]", "both numbers")]
    [InlineData("""{"type":"Polygon","coordinates":[[[114,22],[1e999,22],[115,23],[114,22]]]}""", "geometry.coordinates[0][1]", "finite")]
    [InlineData("""{"type":"Polygon","coordinates":[[[114,22],[1e308,22],[115,23],[114,22]]]}""", "geometry.coordinates[0][1]", "out of range")]
    [InlineData("""{"type":"Polygon","coordinates":[[[22,114],[22,115],[23,115],[22,114]]]}""", "geometry.coordinates[0][0]", "swapped")]
    [InlineData("""{"type":"Polygon","coordinates":[[[2,48],[3,48],[3,49],[2,48]]]}""", "geometry.coordinates[0][0]", "outside the deployment area")]
    [InlineData("""{"type":"MultiPolygon","coordinates":[[[[114,22],[115,22],[115,23],[114,22]]],[[[0,0],[115,22],[115,23],[0,0]]]]}""", "geometry.coordinates[1][0][0]", "both zero")]
    [InlineData("""{"type":"Polygon","coordinates":[[[114,22],[115,23],[115,22],[114,23],[114,22]]]}""", "geometry", "114.500000, 22.500000")]
    [InlineData("""{"type":"Polygon","coordinates":[[[114,22],[114,22],[114,22],[114,22]]]}""", "geometry", "not a valid polygon")]
    public void A_wrong_boundary_is_refused_with_the_place_of_the_fault(string geometry, string field, string reason)
    {
        var fault = OnlyFault(Collection(Feature(Futian, geometry)));
        Assert.Equal((0, "440304", field), (fault.Feature, fault.Code, fault.Field));
        Assert.Contains(reason, fault.MessageEn, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_of_all_features_come_at_once()
    {
        var file = Read(Collection(
            Feature("""{"code":"1","level":9}""", """{"type":"Polygon","coordinates":[[[1]]]}"""), "7", Feature(Futian), Feature(Futian, """{"type":"Point"}""")));
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 3], file.Faults.Select(fault => fault.Feature));
        Assert.Equal(["code", "name", "level", "levelName", "parent", "geometry.coordinates[0]", "type", "geometry"], file.Faults.Select(fault => fault.Field));
        Assert.Equal(2, Assert.Single(file.Features).Feature);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"type":"Feature","properties":{},"geometry":null}""")]
    [InlineData("""{"type":"FeatureCollection","features":{}}""")]
    [InlineData("""{"type":"FeatureCollection","features":[]}""")]
    [InlineData("""{"type":"FeatureCollection","type":"FeatureCollection","features":[]}""")]
    [InlineData("""{"type":"FeatureCollection","features":[[[[[[[[[1]]]]]]]]]}""")]
    [InlineData("POLYGON((114 22,115 22,115 23,114 22))")]
    public void What_is_not_a_feature_collection_is_refused_as_a_whole(string json)
    {
        var fault = OnlyFault(json);
        Assert.Null(fault.Feature);
        Assert.Equal("", fault.Code);
    }

    [Fact]
    public void Deep_nesting_and_size_are_refused_before_they_cost_anything()
    {
        Assert.Single(Read(new string('[', 1_000_000)).Faults);
        Assert.Contains("20 MB", Assert.Single(RegionImport.Read(new byte[RegionImport.MostBytes + 1], Datum.Wgs84).Faults).MessageEn, StringComparison.Ordinal);
        var ring = string.Join(',', Enumerable.Repeat("[114.0,22.5]", 10_001));
        Assert.Contains("10001 vertices", OnlyFault(Collection(Feature(Futian, $$"""{"type":"Polygon","coordinates":[[{{ring}}]]}"""))).MessageEn, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_character_in_a_name_of_a_property_is_a_fault_and_not_a_crash() => Assert.NotEmpty(Read(With("\\ud800", "1")).Faults);

    [Fact]
    public void A_crs_member_that_contradicts_degrees_is_refused()
    {
        static string Crs(string name) => $$"""{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"{{name}}"} },"features":[{{Feature(Futian)}}]}""";
        Assert.Equal("crs", OnlyFault(Crs("urn:ogc:def:crs:EPSG::3857")).Field);
        Assert.Empty(Read(Crs("urn:ogc:def:crs:OGC:1.3:CRS84")).Faults);
    }

    [Fact]
    public void A_parent_that_the_code_does_not_suggest_and_unknown_properties_are_warned_of_once()
    {
        var odd = """{"code":"441900003","name":"东城街道","level":4,"levelName":"街道","parent":"4403","OBJECTID":7}""";
        var file = Read(Collection(Feature(odd), Feature(odd)));
        Assert.Empty(file.Faults);
        Assert.Equal(["parent", "OBJECTID", "parent"], file.Warnings.Select(warning => warning.Field));
        Assert.Empty(Read(Collection(Feature("""{"code":"441900003","name":"东城街道","level":4,"levelName":"街道","parent":"4419"}"""))).Warnings);
        Assert.Empty(Read(Collection(Feature("""{"code":"440300","name":"深圳市","level":2,"levelName":"市","parent":"440000"}"""))).Warnings);
    }

    [Fact]
    public void Thousands_of_faults_are_counted_and_not_all_listed()
    {
        var file = Read(Collection([.. Enumerable.Repeat("7", 5_000)]));
        Assert.Equal(1_001, file.Faults.Count);
        Assert.Contains("4000 more", file.Faults[^1].MessageEn, StringComparison.Ordinal);
    }
}
