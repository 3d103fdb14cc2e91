using Npgsql;

namespace Dispatch.Geo.PostGis;

public sealed record CoveringRegion(string Code, string Name, string Path);

public sealed record NearestRegion(string Code, string Name, double DistanceMetres);

/// <summary>The deepest region that covers a place, or the nearest one when none does.</summary>
public sealed record LocateRegion(CoveringRegion? Region, NearestRegion? Nearest)
{
    public static async Task<LocateRegion> FindAsync(NpgsqlConnection connection, Position place, CancellationToken cancellation)
    {
        if (connection.State != System.Data.ConnectionState.Open)
        {
            await connection.OpenAsync(cancellation);
        }

        await using (var command = new NpgsqlCommand(
            "SELECT code, name, path::text FROM regions WHERE ST_Covers(boundary, ST_SetSRID(ST_MakePoint($1, $2), 4326)) ORDER BY level DESC, code LIMIT 1", connection))
        {
            command.Parameters.Add(new() { Value = place.Longitude });
            command.Parameters.Add(new() { Value = place.Latitude });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            if (await reader.ReadAsync(cancellation))
            {
                return new(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)), null);
            }
        }

        await using var nearest = new NpgsqlCommand(
            """
            SELECT code, name, ST_Distance(boundary::geography, ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography) AS metres
            FROM regions WHERE boundary IS NOT NULL ORDER BY metres, level DESC, code LIMIT 1
            """, connection);
        nearest.Parameters.Add(new() { Value = place.Longitude });
        nearest.Parameters.Add(new() { Value = place.Latitude });
        await using var row = await nearest.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? new(null, new(row.GetString(0), row.GetString(1), row.GetDouble(2))) : new(null, null);
    }
}
