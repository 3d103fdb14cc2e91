using System.Text.Json;
using Dispatch.Server.Regions;
using Dispatch.Server.Storage;
using NetTopologySuite.Geometries;

namespace Dispatch.Server.Demo;

/// <summary>The demo's region tree: Futian to its communities, its neighbours to street level, every boundary a schematic cell of our own.</summary>
internal static class DemoRegions
{
    private static readonly GeometryFactory Factory = new(new PrecisionModel(), Geo.Position.Srid);

    public static List<StatedRegion> Read()
    {
        using var document = JsonDocument.Parse(EmbeddedSql.Read("regions.json"));
        return [.. document.RootElement.GetProperty("features").EnumerateArray().Select((feature, index) =>
        {
            var properties = feature.GetProperty("properties");
            var ring = feature.GetProperty("geometry").GetProperty("coordinates")[0].EnumerateArray()
                .Select(corner => new Coordinate(corner[0].GetDouble(), corner[1].GetDouble())).ToArray();
            string? Text(string name) => properties.GetProperty(name).GetString();
            return new StatedRegion(
                index, Text("code")!, Text("name")!, Text("nameEn"), properties.GetProperty("level").GetInt16(), Text("levelName")!, Text("parent"),
                properties.GetProperty("hasAuthority").GetBoolean(), Text("timeZone")!, Factory.CreateMultiPolygon([Factory.CreatePolygon(ring)]));
        })];
    }
}
