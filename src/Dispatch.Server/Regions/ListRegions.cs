using Dispatch.Server.Access;
using Npgsql;

namespace Dispatch.Server.Regions;

/// <summary>Lists the region tree from a region of the caller's down to a depth; the region itself is depth 0.</summary>
internal static class ListRegions
{
    internal sealed record View(
        string Code, string Name, string? NameEn, short Level, string LevelName, string? Parent, string Path, bool HasAuthority, string TimeZone, string? BoundaryKind);

    public static async Task<IResult> Handle(string? under, int? depth, Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (depth is < 0 or > 4)
        {
            return Problems.Invalid(new Fault("depth", "应为 0 至 4", "must be 0 to 4"));
        }

        if (await OwnRegion.PathAsync(under, caller, source, cancellation) is not { } path)
        {
            return Problems.NotFound("属地", "region");
        }

        await using var command = source.CreateCommand("""
            SELECT code, name, name_en, level, level_name, parent_code, path::text, has_authority, time_zone, boundary_kind
            FROM regions WHERE path <@ $1::ltree AND nlevel(path) <= nlevel($1::ltree) + $2 ORDER BY path
            """);
        command.Parameters.Add(new() { Value = path });
        command.Parameters.Add(new() { Value = depth ?? 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var regions = new List<View>();
        while (await reader.ReadAsync(cancellation))
        {
            regions.Add(new(
                reader.GetString(0), reader.GetString(1), Text(reader, 2), reader.GetInt16(3), reader.GetString(4), Text(reader, 5), reader.GetString(6),
                reader.GetBoolean(7), reader.GetString(8), Text(reader, 9)));
        }

        return TypedResults.Json(regions, Json.Options);
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

/// <summary>What "under" means everywhere: the named region if it is the caller's own or lies below it, his own when none is named.</summary>
internal static class OwnRegion
{
    public static async Task<string?> PathAsync(string? code, Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(code))
        {
            return caller.RegionPath;
        }

        await using var command = source.CreateCommand("SELECT path::text FROM regions WHERE code = $1");
        command.Parameters.Add(new() { Value = code });
        return await command.ExecuteScalarAsync(cancellation) is string path && Caller.Covers(caller.RegionPath, path) ? path : null;
    }
}
