using Dispatch.Geo.Matching;
using Dispatch.Geo.Regions;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Callouts;

/// <summary>The rings of an incident at home: from the one its plan begins with up the tree to its district, or to the superior it belongs to.</summary>
internal static class IncidentRings
{
    /// <summary>Costs nothing where the raise has read the regions a moment ago.</summary>
    public static async ValueTask<IReadOnlyList<Ring>> OfAsync(OpenRecord record, CancellationToken cancellation) =>
        record.Regions is { } read ? Of(read, record.Incident) : await ReadAsync(record.Db, record.Incident, cancellation);

    public static async Task<IReadOnlyList<Ring>> ReadAsync(DispatchDb db, Incident incident, CancellationToken cancellation)
    {
        var above = await db.Regions.FromSql($"SELECT * FROM regions WHERE path @> {incident.RegionPath}::ltree")
            .Select(region => new Region(region.Code, region.Name, region.ParentCode, (RegionLevel)region.Level, region.LevelName, region.Path, region.HasAuthority))
            .ToListAsync(cancellation);
        return Of(new(above), incident);
    }

    private static IReadOnlyList<Ring> Of(RegionTree tree, Incident incident) => Ladder.Rings(tree, tree.Get(incident.Region), (RegionLevel)incident.FirstRing);
}
