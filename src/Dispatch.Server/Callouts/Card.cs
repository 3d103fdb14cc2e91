using System.Text.Json.Serialization;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Callouts;

/// <summary>A call-out as its volunteer sees it: what, where, how far, what risk, until when. At most a few hundred bytes (limit 16 KB).</summary>
internal sealed record Card(
    Guid Id,
    string State,
    Card.IncidentPart Incident,
    Card.NeedPart Need,
    double DistanceMetres,
    string LocatedBy,
    short Ring,
    DateTimeOffset OfferedAt,
    DateTimeOffset DueAt,
    DateTimeOffset? AnsweredAt,
    DateTimeOffset ChangedAt,
    string? Reason)
{
    internal sealed record IncidentPart(
        Guid Id, string Category, string CategoryName, string CategoryNameEn, bool Hazardous, string Risk, string Address,
        double Longitude, double Latitude, string[] RegionNames, string State, string TimeZone, bool Drill);

    internal sealed record NeedPart(string Qualification, string Name, string NameEn);

    [JsonIgnore]
    public Guid VolunteerId { get; init; }

    /// <summary>His captain gave the answer: whose word it was, and how it was heard.</summary>
    internal sealed record OnBehalf(string CaptainName, string Channel, string Reason, DateTimeOffset? RepudiatedAt);

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OnBehalf? AnsweredBy { get; init; }

    /// <summary>All places are taken and somebody may come late: whoever says yes now stands by in his stead. As of now, not as of the asking: a place may open.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool YesIsStandby { get; init; }

    public const int Columns = 32;

    public static readonly string Sql = EmbeddedSql.Read("Cards.sql");

    /// <summary>$1 the call-out.</summary>
    public static readonly string OneSql = Sql + " WHERE c.id = $1";

    public static Card Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(2),
        new(
            row.GetGuid(11), row.GetString(12), row.GetString(13), row.GetString(14), row.GetBoolean(15), row.GetString(16), row.GetString(17),
            row.GetDouble(18), row.GetDouble(19), row.GetFieldValue<string[]>(20), row.GetString(21), row.GetString(22), row.GetBoolean(30)),
        new(row.GetString(23), row.GetString(24), row.GetString(25)),
        float.IsFinite(row.GetFloat(3)) ? Math.Round(row.GetFloat(3), 1) : throw new InvalidCastException("distance_metres is no number"),
        row.GetString(4),
        row.GetInt16(5),
        row.GetDateTime(6),
        row.GetDateTime(7),
        row.IsDBNull(8) ? null : row.GetDateTime(8),
        row.GetDateTime(9),
        row.IsDBNull(10) ? null : row.GetString(10))
    {
        VolunteerId = row.GetGuid(1),
        AnsweredBy = row.IsDBNull(26) ? null : new(row.GetString(29), row.GetString(26), row.GetString(27), row.IsDBNull(28) ? null : row.GetDateTime(28)),
        YesIsStandby = row.GetBoolean(31),
    };

    /// <summary>The card of one call-out, as of now.</summary>
    public static async Task<Card> ReadAsync(NpgsqlConnection connection, Guid calloutId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(OneSql, connection);
        command.Parameters.Add(new() { Value = calloutId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return Read(reader);
    }
}
