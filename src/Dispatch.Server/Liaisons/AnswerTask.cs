using Dispatch.Server.Access;
using Dispatch.Server.Live;
using Npgsql;

namespace Dispatch.Server.Liaisons;

/// <summary>
/// A liaison, or the station when it has come to that, says what became of the silent people of a wave. The first answer counts; repeating it changes
/// nothing. It answers for nobody: whoever can come says so himself, or his captain does for him.
/// </summary>
internal sealed class AnswerTask(NpgsqlDataSource source, FactLog log)
{
    internal sealed record Request(string? Outcome, string? Note);

    public async Task<Outcome<LiaisonTask>> HandleAsync(Caller caller, Guid taskId, Request request, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        if (request.Outcome is not ("reached" or "partly" or "unreachable"))
        {
            faults.Add(new("outcome", "应为 reached、partly 或 unreachable", "must be reached, partly or unreachable"));
        }

        Text.Check(faults, "note", request.Note, 300, required: false);
        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        var (missing, incident) = (Problems.NotFound("任务", "task"), Guid.Empty);
        await using (var connection = await source.OpenConnectionAsync(cancellation))
        {
            await using var find = new NpgsqlCommand("SELECT t.incident_id, t.liaison_id, t.station_path::text, i.region_path::text FROM liaison_tasks t JOIN incidents i ON i.id = t.incident_id WHERE t.id = $1", connection);
            find.Parameters.Add(new() { Value = taskId });
            await using var row = await find.ExecuteReaderAsync(cancellation);
            if (!await row.ReadAsync(cancellation))
            {
                return missing;
            }

            var his = caller.Role == Role.Volunteer
                ? !row.IsDBNull(1) && row.GetGuid(1) == caller.VolunteerId
                : caller.Commands(row.GetString(2)) || caller.Commands(row.GetString(3));
            if (!his)
            {
                return missing;
            }

            incident = row.GetGuid(0);
        }

        return await log.ChangeAsync<LiaisonTask>(
            incident,
            async record =>
            {
                var by = caller.Role == Role.Volunteer ? Actor.Volunteer(caller.VolunteerId) : Actor.Operator(caller.AccountId);
                await using var answer = SilentWaves.Command(
                    record,
                    """
                    UPDATE liaison_tasks SET state = 'answered', outcome = $2, note = $3::text, answered_by_kind = $4, answered_by = $5, answered_at = $6
                    WHERE id = $1 AND state IN ('open', 'escalated') RETURNING team_id
                    """,
                    taskId, request.Outcome, string.IsNullOrWhiteSpace(request.Note) ? null : request.Note.Trim(), by.Kind == ActorKind.Volunteer ? "volunteer" : "operator", by.Id, record.Now.UtcDateTime);
                var team = await answer.ExecuteScalarAsync(cancellation);
                if (team is Guid teamId)
                {
                    record.Append(FactKind.LiaisonAnswered, by, new { taskId, teamId, outcome = request.Outcome, note = request.Note });
                }

                var task = (await LiaisonTask.ReadAsync(record.Connection, "t.id = $1", taskId, cancellation)).Single();
                return team is Guid || (task.State == "answered" && task.Outcome == request.Outcome)
                    ? task
                    : Problems.Conflict("任务已答复或已结束", "The task was answered before, or has ended", task);
            },
            cancellation);
    }
}
