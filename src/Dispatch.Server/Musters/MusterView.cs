using System.Text.Json.Serialization;
using Npgsql;

namespace Dispatch.Server.Musters;

/// <summary>A muster as operators see it: docs/wire.md, "Musters".</summary>
internal sealed record MusterView(
    Guid Id, string Purpose, string Address, double Longitude, double Latitude, DateTimeOffset AssembleAt, MusterView.Place Region, string TimeZone, string State,
    DateTimeOffset CalledAt, MusterView.Named CalledBy, DateTimeOffset? EndedAt, string? EndReason, long LastFact, RollCall Counts, IReadOnlyList<MusterView.TeamPart> Teams)
{
    internal sealed record Place(string Code, string Name);

    internal sealed record Named(Guid Id, string? Name);

    /// <summary>Id null: the people of the list.</summary>
    internal sealed record TeamPart(Guid? Id, string? Name, RollCall Counts);

    /// <summary>Engaged: an incident has called him out, so he may well be missed here.</summary>
    internal sealed record Person(
        Guid VolunteerId, string Name, Guid? TeamId, MusterStage Stage, string? Reason, bool Engaged, DateTimeOffset? NotifiedAt, DateTimeOffset? DeliveredAt,
        DateTimeOffset? AnsweredAt, DateTimeOffset? CheckedInAt, string? CheckedInBy, float? CheckedInMetres);

    /// <summary>How many of the teams and people named were not called, by reason.</summary>
    internal sealed record LeftOutPart(string Reason, int Count);

    /// <summary>演练: called drill phones alone.</summary>
    public bool Drill { get; init; }

    /// <summary>Absent on the board: a thousand people are read when their muster is opened.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Person>? People { get; init; }

    /// <summary>Absent on the board, like the people.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LeftOutPart>? LeftOut { get; init; }

    private const string Sql = """
        SELECT m.id, m.purpose, m.address, ST_X(m.location::geometry), ST_Y(m.location::geometry), m.assemble_at, r.code, r.name, m.time_zone, m.state, m.called_at, a.id, a.name,
               m.ended_at, m.end_reason, m.last_fact, m.drill
        FROM musters m JOIN regions r ON r.code = m.region JOIN accounts a ON a.id = m.called_by
        """;

    private const string StagesSql = """
        SELECT p.muster_id, p.team_id, t.name, p.stage, count(*)::int
        FROM muster_people p LEFT JOIN teams t ON t.id = p.team_id LEFT JOIN muster_teams o ON o.muster_id = p.muster_id AND o.team_id = p.team_id
        WHERE p.muster_id = ANY ($1) GROUP BY p.muster_id, p.team_id, t.name, o.ordinal, p.stage ORDER BY o.ordinal NULLS LAST
        """;

    public static async Task<MusterView> ReadAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql + " WHERE m.id = $1", connection);
        command.Parameters.Add(new() { Value = id });
        var view = (await ReadAsync(connection, command, cancellation)).Single();
        return view with { People = await PeopleAsync(connection, id, cancellation), LeftOut = await LeftOutAsync(connection, id, cancellation) };
    }

    public static async Task<IReadOnlyList<MusterView>> ListAsync(NpgsqlConnection connection, string regionPath, bool ended, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            Sql + (ended ? " WHERE m.region_path <@ $1::ltree AND m.state <> 'open' ORDER BY m.called_at DESC LIMIT 50" : " WHERE m.region_path <@ $1::ltree AND m.state = 'open' ORDER BY m.called_at DESC"), connection);
        command.Parameters.Add(new() { Value = regionPath });
        return await ReadAsync(connection, command, cancellation);
    }

    private static async Task<List<MusterView>> ReadAsync(NpgsqlConnection connection, NpgsqlCommand command, CancellationToken cancellation)
    {
        var rows = new List<MusterView>();
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            while (await row.ReadAsync(cancellation))
            {
                rows.Add(new(
                    row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetDouble(3), row.GetDouble(4), row.GetDateTime(5), new(row.GetString(6), row.GetString(7)), row.GetString(8),
                    row.GetString(9), row.GetDateTime(10), new(row.GetGuid(11), row.GetString(12)), row.IsDBNull(13) ? null : row.GetDateTime(13),
                    row.IsDBNull(14) ? null : row.GetString(14), row.GetInt64(15), RollCall.Of(Array.Empty<int>()), [])
                {
                    Drill = row.GetBoolean(16),
                });
            }
        }

        await using var stages = new NpgsqlCommand(StagesSql, connection);
        stages.Parameters.Add(new() { Value = rows.Select(row => row.Id).ToArray() });
        var counted = new List<(Guid Muster, Guid? Team, string? Name, short Stage, int Count)>();
        await using (var row = await stages.ExecuteReaderAsync(cancellation))
        {
            while (await row.ReadAsync(cancellation))
            {
                counted.Add((row.GetGuid(0), row.IsDBNull(1) ? null : row.GetGuid(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetInt16(3), row.GetInt32(4)));
            }
        }

        return rows.ConvertAll(view =>
        {
            var own = counted.Where(one => one.Muster == view.Id).ToList();
            return view with
            {
                Counts = Of(own),
                Teams = [.. own.GroupBy(one => (one.Team, one.Name)).Select(team => new TeamPart(team.Key.Team, team.Key.Name, Of(team)))],
            };
        });
    }

    private static RollCall Of(IEnumerable<(Guid Muster, Guid? Team, string? Name, short Stage, int Count)> counted)
    {
        var at = new int[(int)MusterStage.CheckedIn + 1];
        foreach (var one in counted)
        {
            at[one.Stage] += one.Count;
        }

        return RollCall.Of(at);
    }

    // Counts alone: the fact holds ids, and some of them are of other commands, whose names are not this one's to read.
    private static async Task<List<LeftOutPart>> LeftOutAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT one ->> 'reason', count(*)::int FROM muster_facts f CROSS JOIN jsonb_array_elements(f.data -> 'leftOut') AS one WHERE f.muster_id = $1 AND f.number = 1 GROUP BY 1 ORDER BY 1",
            connection);
        command.Parameters.Add(new() { Value = id });
        var parts = new List<LeftOutPart>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            parts.Add(new(row.GetString(0), row.GetInt32(1)));
        }

        return parts;
    }

    private static async Task<List<Person>> PeopleAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT p.volunteer_id, v.name, p.team_id, p.stage, p.reason,
                   EXISTS (SELECT FROM callouts c WHERE c.volunteer_id = p.volunteer_id AND c.state IN ('accepted', 'enRoute', 'onScene')),
                   p.notified_at, p.delivered_at, p.answered_at, p.checked_in_at, p.checked_in_by, p.checked_in_metres
            FROM muster_people p JOIN volunteers v ON v.id = p.volunteer_id WHERE p.muster_id = $1 ORDER BY v.name, v.id
            """,
            connection);
        command.Parameters.Add(new() { Value = id });
        var people = new List<Person>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : row.GetDateTime(column);
            people.Add(new(
                row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2), (MusterStage)row.GetInt16(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetBoolean(5),
                Time(6), Time(7), Time(8), Time(9), row.IsDBNull(10) ? null : row.GetString(10), row.IsDBNull(11) ? null : row.GetFloat(11)));
        }

        return people;
    }
}
