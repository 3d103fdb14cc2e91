using NetTopologySuite.IO;
using Npgsql;

namespace Dispatch.Server.Regions;

/// <summary>Writes a plan without faults in the caller's transaction, and looks at the result with PostGIS' eyes before anybody commits it.</summary>
internal static class RegionWriter
{
    public static async Task WriteAsync(NpgsqlConnection connection, RegionPlan plan, CancellationToken cancellation)
    {
        if (plan.Inserted.Count + plan.Updated.Count == 0)
        {
            return;
        }

        RegionRow[] rows = [.. plan.Inserted.Concat(plan.Updated).OrderBy(row => row.Level).ThenBy(row => row.Code, StringComparer.Ordinal)];
        T[] Each<T>(Func<RegionRow, T> value) => [.. rows.Select(value)];
        var wkb = new WKBWriter(ByteOrder.LittleEndian, handleSRID: true);
        await ExecuteAsync(connection, """
            INSERT INTO regions (code, name, name_en, level, level_name, parent_code, path, has_authority, time_zone, boundary, boundary_kind, updated_at)
            SELECT code, name, name_en, level, level_name, parent_code, path::ltree, has_authority, time_zone, ST_GeomFromEWKB(boundary), boundary_kind, now()
            FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::text[], $10::bytea[], $11::text[])
              AS n (code, name, name_en, level, level_name, parent_code, path, has_authority, time_zone, boundary, boundary_kind)
            ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, level = excluded.level, level_name = excluded.level_name,
                parent_code = excluded.parent_code, path = excluded.path, has_authority = excluded.has_authority, time_zone = excluded.time_zone,
                boundary = excluded.boundary, boundary_kind = excluded.boundary_kind, updated_at = now()
            """, cancellation,
            Each(row => row.Code), Each(row => row.Name), Each(row => row.NameEn), Each(row => row.Level), Each(row => row.LevelName), Each(row => row.ParentCode),
            Each(row => row.Path), Each(row => row.HasAuthority), Each(row => row.TimeZone), Each(row => row.Boundary is null ? null : wkb.Write(row.Boundary)), Each(row => row.BoundaryKind));

        // What hangs below a region that moved moves with it; the candidates of its people follow by themselves (candidates_follow_the_roster).
        if (plan.Moved.Count > 0)
        {
            await ExecuteAsync(connection, """
                WITH RECURSIVE tree AS (
                    SELECT code, code::ltree AS path FROM regions WHERE parent_code IS NULL
                    UNION ALL
                    SELECT r.code, tree.path || r.code FROM regions r JOIN tree ON r.parent_code = tree.code)
                UPDATE regions r SET path = tree.path, updated_at = now() FROM tree WHERE tree.code = r.code AND tree.path <> r.path
                """, cancellation);
        }

        await ExecuteAsync(connection, "UPDATE volunteers v SET time_zone = r.time_zone FROM regions r WHERE r.code = v.home_region AND v.time_zone <> r.time_zone", cancellation);
    }

    /// <summary>Regions that would move while an incident is open inside: its ring, its audience and its path would no longer be one.</summary>
    public static async Task<List<string>> BusyAsync(NpgsqlConnection connection, RegionPlan plan, CancellationToken cancellation)
    {
        var busy = new List<string>();
        await foreach (var row in RowsAsync(connection, """
            SELECT r.code FROM regions r WHERE r.code = ANY ($1) AND EXISTS (SELECT FROM incidents i WHERE i.state = 'open' AND i.region_path <@ r.path)
            """, [.. plan.Moved], cancellation))
        {
            busy.Add(row.GetString(0));
        }

        return busy;
    }

    /// <summary>Boundaries that PostGIS calls invalid, with its reason and the place.</summary>
    public static async Task<List<(string Code, string Reason)>> InvalidAsync(NpgsqlConnection connection, RegionPlan plan, CancellationToken cancellation)
    {
        var invalid = new List<(string, string)>();
        await foreach (var row in RowsAsync(connection, "SELECT code, ST_IsValidReason(boundary) FROM regions WHERE code = ANY ($1) AND NOT ST_IsValid(boundary)", Codes(plan), cancellation))
        {
            invalid.Add((row.GetString(0), row.GetString(1)));
        }

        return invalid;
    }

    /// <summary>Regions that lie by more than 1 % outside their parent or inside a sibling: drawn carelessly, or in the wrong datum.</summary>
    public static async Task<List<(string Code, string Other, bool IsParent, double Share)>> MisfitsAsync(NpgsqlConnection connection, RegionPlan plan, CancellationToken cancellation)
    {
        var misfits = new List<(string, string, bool, double)>();
        await foreach (var row in RowsAsync(connection, """
            SELECT c.code, p.code, true, ST_Area(ST_Difference(c.boundary, p.boundary)) / ST_Area(c.boundary)
            FROM regions c JOIN regions p ON p.code = c.parent_code
            WHERE c.code = ANY ($1) AND NOT ST_CoveredBy(c.boundary, p.boundary)
            UNION ALL
            SELECT a.code, b.code, false, ST_Area(ST_Intersection(a.boundary, b.boundary)) / ST_Area(a.boundary)
            FROM regions a JOIN regions b ON b.parent_code = a.parent_code AND b.level = a.level AND a.boundary && b.boundary
            WHERE a.code = ANY ($1) AND a.code <> b.code AND (a.code < b.code OR NOT b.code = ANY ($1)) AND ST_Relate(a.boundary, b.boundary, '2********')
            """, Codes(plan), cancellation))
        {
            if (row.GetDouble(3) > 0.01)
            {
                misfits.Add((row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetDouble(3)));
            }
        }

        return misfits;
    }

    private static string[] Codes(RegionPlan plan) => [.. plan.Inserted.Concat(plan.Updated).Select(row => row.Code)];

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async IAsyncEnumerable<NpgsqlDataReader> RowsAsync(
        NpgsqlConnection connection, string sql, string[] codes, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        command.Parameters.Add(new NpgsqlParameter { Value = codes });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return reader;
        }
    }
}
