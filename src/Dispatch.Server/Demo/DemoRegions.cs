using System.Text;
using Dispatch.Geo;
using Dispatch.Geo.Regions;
using Dispatch.Server.Storage;

namespace Dispatch.Server.Demo;

/// <summary>The demo's region tree: Futian to its communities, its neighbours to street level, every boundary a schematic cell of our own.</summary>
internal static class DemoRegions
{
    /// <summary>Read by the code that reads users' files, which must find nothing to complain about.</summary>
    public static IReadOnlyList<RegionFeature> Read()
    {
        var file = RegionImport.Read(Encoding.UTF8.GetBytes(EmbeddedSql.Read("regions.json")), Datum.Wgs84);
        return file.Faults.Count == 0 ? file.Features : throw new InvalidOperationException($"The demo's regions are faulty: {file.Faults[0]}");
    }
}
