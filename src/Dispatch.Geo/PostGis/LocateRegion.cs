using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Geo.PostGis;

public sealed record CoveringRegion(string Code, string Name, string Path);

public sealed record NearestRegion(string Code, string Name, double DistanceMetres);

/// <summary>
/// The deepest region that covers a place, or, when none does, the nearest one and its distance in metres on the ellipsoid; both null when no
/// region has a boundary. A place on a shared border is always in the region with the lower code.
/// </summary>
public sealed record LocateRegion(CoveringRegion? Region, NearestRegion? Nearest)
{
    private static readonly string Covering = SpatialSql.Read("CoveringRegion.sql");
    private static readonly string Closest = SpatialSql.Read("NearestRegion.sql");

    /// <summary>For EF: every column of the regions from the root down to the deepest one that covers a place, {0}, none when it is outside of all.</summary>
    public static readonly string LineSql =
        $"SELECT * FROM regions WHERE path @> (SELECT path::ltree FROM ({Covering.Replace("$1", "{0}", StringComparison.Ordinal)}) AS deepest)";

    /// <summary>One round trip, two when the place is outside. Opens the connection if need be.</summary>
    public static async Task<LocateRegion> FindAsync(NpgsqlConnection connection, Position place, CancellationToken cancellation)
    {
        if (connection.State != System.Data.ConnectionState.Open)
        {
            await connection.OpenAsync(cancellation);
        }

        await using (var command = new NpgsqlCommand(Covering, connection) { Parameters = { Geometry(place) } })
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            if (await reader.ReadAsync(cancellation))
            {
                return new(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)), null);
            }
        }

        // A degree of longitude is shorter than one of latitude by the cosine: 1 % is for the ellipsoid, 5 degrees for boundaries farther north.
        var stretch = 1.01 / Math.Cos(Math.Min(Math.Abs(place.Latitude) + 5.0, 85.0) * Math.PI / 180.0);
        await using var nearest = new NpgsqlCommand(Closest, connection) { Parameters = { Geometry(place), new() { Value = stretch } } };
        await using var row = await nearest.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? new(null, new(row.GetString(0), row.GetString(1), row.GetDouble(2))) : new(null, null);
    }

    /// <summary>The place as <c>CoveringRegion.sql</c> and <see cref="LineSql"/> take it.</summary>
    public static NpgsqlParameter Geometry(Position place) => new() { Value = place.ToPoint(), NpgsqlDbType = NpgsqlDbType.Geometry };
}
