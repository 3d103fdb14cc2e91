using System.Text.Json.Serialization;
using Dispatch.Server.Access;
using Dispatch.Server.Liaisons;
using Npgsql;

namespace Dispatch.Server.Teams;

/// <summary>What a captain or liaison sees on his phone: his teams, their members' call-outs in open incidents, and his tasks. A captain is a volunteer like any other.</summary>
internal static class TeamDesk
{
    internal sealed record TeamPart(Guid Id, string Name, bool Captain, bool Liaison);

    internal sealed record IncidentPart(Guid Id, string CategoryName, string CategoryNameEn, string Address, string Risk, string TimeZone);

    /// <summary>mayAnswer: he is the captain, and nobody has answered yet.</summary>
    internal sealed record CalloutPart(
        Guid Id, Guid VolunteerId, string Name, string TeamName, string State, string NeedName, string NeedNameEn, IncidentPart Incident, DateTimeOffset OfferedAt, DateTimeOffset DueAt,
        bool Delivered, bool MayAnswer, bool OnBehalf, bool Repudiated)
    {
        /// <summary>As on the member's own card: all places are taken, and a yes for him stands by.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool YesIsStandby { get; init; }
    }

    internal sealed record View(IReadOnlyList<TeamPart> Teams, IReadOnlyList<CalloutPart> Callouts, IReadOnlyList<LiaisonTask> Tasks, DateTimeOffset ServerTime);

    public static async Task<IResult> Handle(Caller caller, NpgsqlDataSource source, TimeProvider time, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var teams = new List<TeamPart>();
        await using (var command = new NpgsqlCommand(
            "SELECT id, name, coalesce(captain_id = $1, false), coalesce(liaison_id = $1, false) FROM teams WHERE $1 IN (captain_id, liaison_id) ORDER BY name", connection))
        {
            command.Parameters.Add(new() { Value = caller.VolunteerId });
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
            {
                teams.Add(new(row.GetGuid(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3)));
            }
        }

        if (teams.Count == 0)
        {
            return TypedResults.Json(new View([], [], [], time.GetUtcNow()), Json.Options);
        }

        return TypedResults.Json(
            new View(
                teams, await CalloutsAsync(connection, caller.VolunteerId, cancellation),
                await LiaisonTask.ReadAsync(connection, "t.liaison_id = $1 AND t.state <> 'ended' AND (t.state <> 'answered' OR t.answered_at > now() - interval '1 day')", caller.VolunteerId, cancellation),
                time.GetUtcNow()),
            Json.Options);
    }

    private static async Task<List<CalloutPart>> CalloutsAsync(NpgsqlConnection connection, Guid volunteer, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH own AS (
                SELECT t.id, t.name, coalesce($1 IN (t.captain_id, up.captain_id), false) AS captain FROM teams t LEFT JOIN teams up ON up.id = t.parent_id
                WHERE $1 IN (t.captain_id, t.liaison_id, up.captain_id, up.liaison_id)
            ), members AS (
                SELECT DISTINCT ON (m.volunteer_id) m.volunteer_id, own.name, own.captain FROM own JOIN team_members m ON m.team_id = own.id
                WHERE m.volunteer_id <> $1 ORDER BY m.volunteer_id, own.captain DESC, own.name
            )
            SELECT c.id, v.id, v.name, members.name, c.state, q.name, q.name_en, i.id, k.name, k.name_en, i.address, i.risk, i.region_zone, c.offered_at, c.due_at, c.delivered_at IS NOT NULL,
                   members.captain AND c.on_behalf_by IS NULL AND c.state IN ('offered', 'expired'), c.on_behalf_by IS NOT NULL, c.repudiated_at IS NOT NULL,
                   c.state = 'offered' AND n.filled >= n.count
            FROM members
            JOIN callouts c ON c.volunteer_id = members.volunteer_id AND c.offered_at > now() - interval '2 days'
            JOIN incidents i ON i.id = c.incident_id AND i.state = 'open'
            JOIN volunteers v ON v.id = c.volunteer_id
            JOIN categories k ON k.key = i.category
            JOIN needs n ON n.incident_id = c.incident_id AND n.ordinal = c.need_ordinal
            JOIN qualifications q ON q.id = n.qualification_id
            ORDER BY c.offered_at DESC, v.name LIMIT 200
            """,
            connection);
        command.Parameters.Add(new() { Value = volunteer });
        var callouts = new List<CalloutPart>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            callouts.Add(new(
                row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6),
                new(row.GetGuid(7), row.GetString(8), row.GetString(9), row.GetString(10), row.GetString(11), row.GetString(12)), row.GetDateTime(13), row.GetDateTime(14),
                row.GetBoolean(15), row.GetBoolean(16), row.GetBoolean(17), row.GetBoolean(18))
            {
                YesIsStandby = row.GetBoolean(19),
            });
        }

        return callouts;
    }
}
