using Dispatch.Server.Access;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace Dispatch.Server.Regions;

/// <summary>
/// The boundaries below a region as GeoJSON, for maps: the whole text is made by PostGIS. Browsers keep it and ask whether it is still true
/// (ETag); the answer costs an index scan, not a drawing. Six decimals are 0.1 m.
/// With <c>beside</c> those of the superior's other regions too, down to commands at county level: an incident may reach into them. A district's outline
/// is no secret; what is inside of it stays with its own.
/// </summary>
internal static class RegionBoundaries
{
    public static async Task<IResult> Handle(
        string? under, int? level, bool? beside, HttpContext http, Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (level is < 1 or > 5)
        {
            return Problems.Invalid(new Fault("level", "应为 1 至 5", "must be 1 to 5"));
        }

        if (await OwnRegion.PathAsync(under, caller, source, cancellation) is not { } path)
        {
            return Problems.NotFound("属地", "region");
        }

        if (beside == true)
        {
            if (level is null or > 3)
            {
                return Problems.Invalid(new Fault("level", "查看相邻辖区时应为 1 至 3", "must be 1 to 3 beside one's own"));
            }

            path = path.LastIndexOf('.') is > 0 and var end ? path[..end] : path;
        }

        var tag = new EntityTagHeaderValue($"\"{await VersionAsync(path, level, source, cancellation)}\"");
        http.Response.GetTypedHeaders().ETag = tag;
        http.Response.GetTypedHeaders().CacheControl = new CacheControlHeaderValue { Private = true, NoCache = true };
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        await using var command = source.CreateCommand("""
            SELECT json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(json_build_object(
                'type', 'Feature',
                'properties', json_build_object('code', code, 'name', name, 'nameEn', name_en, 'level', level, 'levelName', level_name,
                                                'parent', parent_code, 'boundaryKind', boundary_kind),
                'geometry', ST_AsGeoJSON(boundary, 6)::json) ORDER BY path), '[]'))::text
            FROM regions WHERE path <@ $1::ltree AND ($2::int IS NULL OR level = $2) AND boundary IS NOT NULL
            """);
        Arguments(command, path, level);
        return TypedResults.Text((string)(await command.ExecuteScalarAsync(cancellation))!, "application/geo+json");
    }

    private static async Task<string> VersionAsync(string path, int? level, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT format('%s-%s-%s-%s', $1, coalesce($2::int, 0), count(*), extract(epoch FROM max(updated_at)))
            FROM regions WHERE path <@ $1::ltree AND ($2::int IS NULL OR level = $2) AND boundary IS NOT NULL
            """);
        Arguments(command, path, level);
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static void Arguments(NpgsqlCommand command, string path, int? level)
    {
        command.Parameters.Add(new() { Value = path, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)level ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
    }
}
