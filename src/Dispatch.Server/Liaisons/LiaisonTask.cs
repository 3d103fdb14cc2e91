using Npgsql;

namespace Dispatch.Server.Liaisons;

/// <summary>A task of a liaison as he and the station above him see it: docs/wire.md, "Captains and liaisons".</summary>
internal sealed record LiaisonTask(
    Guid Id, LiaisonTask.IncidentPart Incident, int Wave, LiaisonTask.Named Team, LiaisonTask.Named? Liaison, string Station, string State, DateTimeOffset CreatedAt, DateTimeOffset DueAt,
    DateTimeOffset? EscalatedAt, string? Outcome, string? Note, DateTimeOffset? AnsweredAt, IReadOnlyList<LiaisonTask.Silent> SilentPeople)
{
    internal sealed record IncidentPart(Guid Id, string CategoryName, string CategoryNameEn, string Address, string TimeZone);

    internal sealed record Named(Guid Id, string Name);

    internal sealed record Silent(Guid CalloutId, string Name, string State);

    private const string Sql = """
        SELECT t.id, i.id, k.name, k.name_en, i.address, i.region_zone, t.wave, team.id, team.name, l.id, l.name, station.name, t.state, t.created_at, t.due_at, t.escalated_at,
               t.outcome, t.note, t.answered_at, people.ids, people.names, people.states
        FROM liaison_tasks t
        JOIN incidents i ON i.id = t.incident_id
        JOIN categories k ON k.key = i.category
        JOIN teams team ON team.id = t.team_id
        JOIN regions station ON station.code = t.station
        LEFT JOIN volunteers l ON l.id = t.liaison_id
        CROSS JOIN LATERAL (SELECT array_agg(c.id ORDER BY v.name, c.id) AS ids, array_agg(v.name ORDER BY v.name, c.id) AS names, array_agg(c.state ORDER BY v.name, c.id) AS states
                            FROM callouts c JOIN volunteers v ON v.id = c.volunteer_id WHERE c.id = ANY (t.silent)) AS people
        """;

    public static async Task<List<LiaisonTask>> ReadAsync(NpgsqlConnection connection, string where, object argument, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Sql} WHERE {where} ORDER BY t.created_at DESC LIMIT 100", connection);
        command.Parameters.Add(new() { Value = argument });
        var tasks = new List<LiaisonTask>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : row.GetDateTime(column);
            string? Word(int column) => row.IsDBNull(column) ? null : row.GetString(column);
            var (ids, names, states) = row.IsDBNull(19) ? ([], [], []) : (row.GetFieldValue<Guid[]>(19), row.GetFieldValue<string[]>(20), row.GetFieldValue<string[]>(21));
            tasks.Add(new(
                row.GetGuid(0), new(row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5)), row.GetInt32(6), new(row.GetGuid(7), row.GetString(8)),
                row.IsDBNull(9) ? null : new(row.GetGuid(9), row.GetString(10)), row.GetString(11), row.GetString(12), row.GetDateTime(13), row.GetDateTime(14), Time(15), Word(16), Word(17), Time(18),
                [.. ids.Select((id, place) => new Silent(id, names[place], states[place]))]));
        }

        return tasks;
    }
}
