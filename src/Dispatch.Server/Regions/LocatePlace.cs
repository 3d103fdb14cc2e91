using System.Globalization;
using Dispatch.Geo;
using Dispatch.Geo.PostGis;
using Npgsql;

namespace Dispatch.Server.Regions;

/// <summary>Tells in which region a place lies, so that an operator sees the address before he raises; outside every region it says how far the nearest is.</summary>
internal static class LocatePlace
{
    internal sealed record RegionPart(string Code, string Name, string? NameEn, short Level, string LevelName, string Path);

    internal sealed record View(double Longitude, double Latitude, RegionPart Region, IReadOnlyList<string> Names);

    public static async Task<IResult> Handle(
        string? longitude, string? latitude, string? datum, GeoBounds bounds, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        var place = Places.Read(faults, "", Number(faults, "longitude", longitude), Number(faults, "latitude", latitude), datum, bounds);
        if (faults.Count > 0)
        {
            return Problems.Invalid([.. faults.DistinctBy(fault => fault.Field)]);
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        var located = await LocateRegion.FindAsync(connection, place, cancellation);
        if (located.Region is null)
        {
            return located.Nearest is { } nearest
                ? Problems.OutsideEveryRegion(nearest.Code, nearest.Name, nearest.DistanceMetres)
                : Problems.Conflict("尚未导入任何辖区边界", "No region boundaries are imported yet");
        }

        var line = await FromTheTopAsync(connection, located.Region.Path, cancellation);
        return TypedResults.Json(new View(
            Math.Round(place.Longitude, 7), Math.Round(place.Latitude, 7), line[^1].Region, Names(line)), Json.Options);
    }

    /// <summary>As an address begins: from the city down, without pseudo-levels; the province only where there is no city to name.</summary>
    private static List<string> Names(List<(RegionPart Region, bool HasAuthority)> line)
    {
        var named = line.Where(above => above.HasAuthority || above.Region == line[^1].Region).Select(above => above.Region).ToList();
        return [.. named.Where(region => region.Level != 1 || named.TrueForAll(other => other.Level != 2)).Select(region => region.Name)];
    }

    private static async Task<List<(RegionPart Region, bool HasAuthority)>> FromTheTopAsync(NpgsqlConnection connection, string path, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT code, name, name_en, level, level_name, path::text, has_authority FROM regions WHERE path @> $1::ltree ORDER BY path", connection);
        command.Parameters.Add(new() { Value = path });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var line = new List<(RegionPart, bool)>();
        while (await reader.ReadAsync(cancellation))
        {
            line.Add((new(reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt16(3), reader.GetString(4), reader.GetString(5)), reader.GetBoolean(6)));
        }

        return line;
    }

    // Query values are read here and not by the binder, so that what is wrong comes back with its field.
    private static double? Number(List<Fault> faults, string field, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        faults.Add(new(field, "不是数字", "is not a number"));
        return null;
    }
}
