using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Volunteers;

/// <summary>Who could be called now, or is engaged, and roughly where: the picture behind the map.</summary>
internal static class Responders
{
    private static readonly string Sql = EmbeddedSql.Read("Responders.sql");

    internal sealed record View(
        Guid VolunteerId, string Name, string Duty, bool AvailableNow, double Longitude, double Latitude, DateTimeOffset? TakenAt, string LocatedBy, string? Engaged, string[] Qualifications);

    public static async Task<IResult> List(Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = caller.RegionPath });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var responders = new List<View>();
        while (await reader.ReadAsync(cancellation))
        {
            var engaged = reader.IsDBNull(5) ? null : reader.GetString(5);
            responders.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), engaged is null, reader.GetDouble(6), reader.GetDouble(7),
                reader.IsDBNull(4) ? null : reader.GetDateTime(4), reader.GetString(3), engaged, reader.GetFieldValue<string[]>(8)));
        }

        return TypedResults.Json(responders, Json.Options);
    }
}
