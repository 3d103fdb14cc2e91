using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Liaisons;

/// <summary>
/// When nobody of a wave has answered in time, the liaison of each team among them gets a task with a deadline; one that he leaves unanswered goes to
/// the station above the team. Invariants: each wave is looked at once, after its last offer has ended, under the incident's lock; due times are
/// columns; whichever node looks goes on where another stopped.
/// </summary>
internal sealed class SilentWaves(NpgsqlDataSource source, FactLog log, Hints hints, ILogger<SilentWaves> logger) : BackgroundService
{
    private static readonly string TeamsSql = EmbeddedSql.Read("SilentTeams.sql"), AppendSql = EmbeddedSql.Read("AppendTask.sql");

    // Index waves_not_looked_at. What is older than a day nobody has to hear of any more.
    private const string WavesSql = """
        SELECT w.incident_id, w.number FROM waves w JOIN incidents i ON i.id = w.incident_id
        WHERE w.liaison_looked_at IS NULL AND w.at > now() - interval '1 day' AND w.at + i.answer_within <= now() AND i.state = 'open'
          AND NOT EXISTS (SELECT FROM callouts c WHERE c.incident_id = w.incident_id AND c.wave = w.number AND c.state = 'offered')
        ORDER BY w.at LIMIT 50
        """;

    // Index liaison_tasks_due.
    private const string DueSql = "SELECT id, incident_id FROM liaison_tasks WHERE state = 'open' AND due_at <= now() ORDER BY due_at LIMIT 50";

    private const string EndSql = """
        UPDATE liaison_tasks t SET state = 'ended' FROM incidents i WHERE i.id = t.incident_id AND i.state <> 'open' AND t.state IN ('open', 'escalated')
        """;

    /// <summary>Twice the time the people themselves had, at least two minutes and at most a quarter of an hour.</summary>
    public static TimeSpan Within(TimeSpan answerWithin) => TimeSpan.FromSeconds(Math.Clamp(2 * answerWithin.TotalSeconds, 120, 900));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("liaison tasks", LookAsync, logger, stoppingToken);

    private async Task LookAsync(CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        foreach (var (incident, wave) in await PairsAsync(WavesSql, reader => (reader.GetGuid(0), reader.GetInt32(1)), cancellation))
        {
            var asked = new List<Guid>();
            await log.ChangeAsync(incident, record => AskLiaisonsAsync(record, wave, asked, cancellation), cancellation);
            hints.InboxMoved(asked);
        }

        foreach (var (task, incident) in await PairsAsync(DueSql, reader => (reader.GetGuid(0), reader.GetGuid(1)), cancellation))
        {
            await log.ChangeAsync(incident, record => EscalateAsync(record, task, cancellation), cancellation);
        }

        await using var end = source.CreateCommand(EndSql);
        await end.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<Outcome<bool>> AskLiaisonsAsync(OpenRecord record, int wave, List<Guid> asked, CancellationToken cancellation)
    {
        asked.Clear();
        var incident = record.Incident;
        await using var look = Command(
            record,
            """
            UPDATE waves w SET liaison_looked_at = $3 WHERE incident_id = $1 AND number = $2 AND liaison_looked_at IS NULL
            RETURNING EXISTS (SELECT FROM callouts c WHERE c.incident_id = $1 AND c.wave = $2)
                  AND NOT EXISTS (SELECT FROM callouts c WHERE c.incident_id = $1 AND c.wave = $2 AND c.state <> 'expired')
            """,
            incident.Id, wave, record.Now.UtcDateTime);
        if (await look.ExecuteScalarAsync(cancellation) is not true || incident.State != IncidentState.Open)
        {
            return true; // somebody answered, or another node was first
        }

        var teams = new List<(Guid Id, string Name, Guid? Liaison, string Station, string Path, Guid[] Silent)>();
        await using (var find = Command(record, TeamsSql, incident.Id, wave))
        {
            await using var row = await find.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
            {
                teams.Add((row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetFieldValue<Guid[]>(5)));
            }
        }

        foreach (var team in teams)
        {
            var (task, due) = (Guid.CreateVersion7(record.Now), record.Now + Within(incident.AnswerWithin));
            await using var insert = Command(
                record,
                """
                INSERT INTO liaison_tasks (id, incident_id, wave, team_id, liaison_id, station, station_path, silent, state, created_at, due_at, escalated_at)
                SELECT $1, $2, $3, $4, $5::uuid, $6, $7::ltree, $8, CASE WHEN $5::uuid IS NULL THEN 'escalated' ELSE 'open' END, $9, $10, CASE WHEN $5::uuid IS NULL THEN $9 END
                """,
                task, incident.Id, wave, team.Id, team.Liaison, team.Station, team.Path, team.Silent, record.Now.UtcDateTime, due.UtcDateTime);
            await insert.ExecuteNonQueryAsync(cancellation);
            record.Append(FactKind.LiaisonAsked, Actor.System, new { taskId = task, wave, teamId = team.Id, teamName = team.Name, liaisonId = team.Liaison, silent = team.Silent.Length, dueAt = due });
            if (team.Liaison is { } liaison)
            {
                await using var tell = Command(record, AppendSql, liaison, task, record.Now.UtcDateTime);
                await tell.ExecuteNonQueryAsync(cancellation);
                asked.Add(liaison);
            }
            else
            {
                record.Append(FactKind.LiaisonEscalated, Actor.System, new { taskId = task, teamId = team.Id, teamName = team.Name, station = team.Station });
            }
        }

        return true;
    }

    private static async Task<Outcome<bool>> EscalateAsync(OpenRecord record, Guid task, CancellationToken cancellation)
    {
        await using var command = Command(
            record,
            "UPDATE liaison_tasks t SET state = 'escalated', escalated_at = $2 FROM teams WHERE t.id = $1 AND t.state = 'open' AND teams.id = t.team_id RETURNING t.team_id, teams.name, t.station",
            task, record.Now.UtcDateTime);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (await row.ReadAsync(cancellation))
        {
            record.Append(FactKind.LiaisonEscalated, Actor.System, new { taskId = task, teamId = row.GetGuid(0), teamName = row.GetString(1), station = row.GetString(2) });
        }

        return true;
    }

    internal static NpgsqlCommand Command(OpenRecord record, string sql, params object?[] arguments)
    {
        var command = new NpgsqlCommand(sql, record.Connection, record.Transaction);
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new() { Value = argument ?? DBNull.Value });
        }

        return command;
    }

    private async Task<List<T>> PairsAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(read(reader));
        }

        return found;
    }
}
