using Dispatch.Geo;
using Dispatch.Geo.Regions;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Incidents;

/// <summary>
/// How far an incident reaches beyond its place: further points, or an area. What touches several commands belongs to their lowest common superior
/// (突发事件应对法 18), and each of their desks sees it.
/// </summary>
internal sealed record Extent(IReadOnlyList<Position> Points, IReadOnlyList<Position> Area)
{
    private const int MostPoints = 20, MostCorners = 500;

    private static readonly string Sql = EmbeddedSql.Read("TouchedRegions.sql");

    public static Extent Check(RaiseIncident.Request request, GeoBounds bounds, List<Fault> faults)
    {
        if (request.AlsoAt is { Count: > MostPoints })
        {
            faults.Add(new("alsoAt", $"最多 {MostPoints} 处", $"at most {MostPoints} places"));
            return new([], []);
        }

        var points = (request.AlsoAt ?? []).Select((place, index) => Places.Read(faults, $"alsoAt[{index}]", place?.Longitude, place?.Latitude, place?.Datum, bounds)).ToList();
        if (request.Area is null)
        {
            return new(points, []);
        }

        if (request.Area.Ring is not { Count: >= 3 and <= MostCorners } ring || ring.Any(corner => corner is not { Count: 2 }))
        {
            faults.Add(new("area.ring", $"应为 3 至 {MostCorners} 个 [经度, 纬度]", $"must be 3 to {MostCorners} corners [longitude, latitude]"));
            return new(points, []);
        }

        return new(points, [.. ring.Select((corner, index) => Places.Read(faults, $"area.ring[{index}]", corner![0], corner[1], request.Area.Datum, bounds))]);
    }

    /// <summary>As the incident keeps it; null: none.</summary>
    public static double[]? Flat(IReadOnlyList<Position> places) => places.Count == 0 ? null : [.. places.SelectMany(place => new[] { place.Longitude, place.Latitude })];

    /// <summary>The commands touched, the place's own first, and the superior to whom all of it belongs; null superior: only one command is touched.</summary>
    public async Task<(IReadOnlyList<Region> Commands, Region? Superior, RegionTree Tree)> TouchAsync(DispatchDb db, string placePath, RegionTree own, List<Fault> faults, CancellationToken cancellation)
    {
        if (Points.Count == 0 && Area.Count == 0)
        {
            return ([], null, own);
        }

        var paths = new List<string> { placePath };
        await using (var command = new NpgsqlCommand(Sql, (NpgsqlConnection)db.Database.GetDbConnection()))
        {
            foreach (var values in new[] { Points.Select(p => p.Longitude), Points.Select(p => p.Latitude), Area.Select(p => p.Longitude), Area.Select(p => p.Latitude) })
            {
                command.Parameters.Add(new() { Value = values.ToArray() });
            }

            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var ordinal = reader.GetInt32(0);
                if (!reader.IsDBNull(1))
                {
                    paths.Add(reader.GetString(1));
                }
                else if (ordinal < 0)
                {
                    faults.Add(new("area.ring", "边界自相交，不是有效的区域", "crosses itself: not a valid area"));
                }
                else
                {
                    faults.Add(new($"alsoAt[{ordinal - 1}]", "不在任何辖区内", "lies outside every region"));
                }
            }
        }

        var codes = paths.SelectMany(path => path.Split('.')).Distinct().ToList();
        var rows = await db.Regions.AsNoTracking().Where(region => codes.Contains(region.Code)).ToListAsync(cancellation);
        var tree = new RegionTree(rows.Select(row => new Region(row.Code, row.Name, row.ParentCode, (RegionLevel)row.Level, row.LevelName, row.Path, row.HasAuthority)));
        var commands = paths.Select(path => tree.DistrictOf(tree.Get(path.Split('.')[^1]))).DistinctBy(region => region.Code).ToList();
        if (commands.Count < 2)
        {
            return ([], null, own);
        }

        var superior = tree.CommonSuperior(commands);
        if (superior is null)
        {
            faults.Add(new(Area.Count > 0 ? "area" : "alsoAt", "所涉辖区没有共同上级，请分别上报", "the regions touched have no common superior here: raise it in each of them"));
        }

        return (commands, superior, tree);
    }
}
