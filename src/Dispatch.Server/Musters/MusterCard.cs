using System.Text.Json.Serialization;
using Npgsql;

namespace Dispatch.Server.Musters;

/// <summary>A muster as one of the people called sees it on his phone: what for, where, when, and how far he has come himself.</summary>
internal sealed record MusterCard(
    Guid Id, string Purpose, string Address, double Longitude, double Latitude, DateTimeOffset AssembleAt, string TimeZone, string CommandName, string? TeamName, string State,
    MusterStage Stage, string? Reason, string? EndReason, DateTimeOffset CalledAt, DateTimeOffset? AnsweredAt, DateTimeOffset? CheckedInAt, DateTimeOffset ChangedAt, bool Drill, long Said)
{
    [JsonIgnore]
    public Guid VolunteerId { get; init; }

    private const string Sql = """
        SELECT m.id, m.purpose, m.address, ST_X(m.location::geometry), ST_Y(m.location::geometry), m.assemble_at, m.time_zone, r.name, t.name, m.state,
               p.stage, p.reason, m.end_reason, m.called_at, p.answered_at, p.checked_in_at, greatest(p.changed_at, m.ended_at), m.drill, p.said, p.volunteer_id
        FROM muster_people p JOIN musters m ON m.id = p.muster_id JOIN regions r ON r.code = m.region LEFT JOIN teams t ON t.id = p.team_id
        """;

    public static async Task<MusterCard?> ReadAsync(NpgsqlConnection connection, Guid volunteer, Guid muster, CancellationToken cancellation) =>
        (await ReadAsync(connection, [volunteer], [muster], cancellation)).SingleOrDefault();

    /// <summary>The cards of pairs of person and muster. Primary key of muster_people.</summary>
    public static async Task<List<MusterCard>> ReadAsync(NpgsqlConnection connection, Guid[] volunteers, Guid[] musters, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Sql} JOIN unnest($1::uuid[], $2::uuid[]) AS w (volunteer_id, muster_id) ON p.volunteer_id = w.volunteer_id AND p.muster_id = w.muster_id", connection);
        command.Parameters.Add(new() { Value = volunteers });
        command.Parameters.Add(new() { Value = musters });
        return await ReadAsync(command, cancellation);
    }

    /// <summary>A volunteer's musters: the open ones and those that ended in the last day. Only what his inbox tells of.</summary>
    public static async Task<List<MusterCard>> OfAsync(NpgsqlConnection connection, Guid volunteer, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"{Sql} WHERE p.volunteer_id = $1 AND p.stage > 0 AND (m.state = 'open' OR m.ended_at > now() - interval '24 hours') ORDER BY m.called_at DESC LIMIT 20", connection);
        command.Parameters.Add(new() { Value = volunteer });
        return await ReadAsync(command, cancellation);
    }

    private static async Task<List<MusterCard>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var cards = new List<MusterCard>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            cards.Add(new(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetDouble(3), row.GetDouble(4), row.GetDateTime(5), row.GetString(6), row.GetString(7),
                row.IsDBNull(8) ? null : row.GetString(8), row.GetString(9), (MusterStage)row.GetInt16(10), row.IsDBNull(11) ? null : row.GetString(11),
                row.IsDBNull(12) ? null : row.GetString(12), row.GetDateTime(13), row.IsDBNull(14) ? null : row.GetDateTime(14), row.IsDBNull(15) ? null : row.GetDateTime(15), row.GetDateTime(16), row.GetBoolean(17), row.GetInt64(18))
            {
                VolunteerId = row.GetGuid(19),
            });
        }

        return cards;
    }
}
