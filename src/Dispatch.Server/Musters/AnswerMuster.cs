using Dispatch.Geo;
using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Npgsql;

namespace Dispatch.Server.Musters;

/// <summary>
/// A volunteer says whether he comes to a muster, and checks in when he is there. He may change his mind until he has checked in; a no after a yes
/// needs a reason, and costs nothing. Repeating what was said gives the same card. Checking in without an answer is an answer. The newest thing he said
/// counts, whichever arrives last: an answer numbered below the highest that was carried out is not carried out.
/// </summary>
internal sealed class AnswerMuster(MusterLog log, GeoBounds bounds)
{
    /// <summary>The largest whole number that every client's JSON keeps exactly.</summary>
    private const long MostSaid = (1L << 53) - 1;

    /// <summary><c>Said</c> is the phone's own count of what the person said: higher for something new, the same for a repeat. Without it the answer counts as it arrives.</summary>
    internal sealed record Request(string? Answer, string? Reason, long? Said = null);

    internal sealed record CheckInRequest(RaiseIncident.PlaceRequest? Position);

    private sealed record Person(MusterStage Stage, long Said);

    public Task<Outcome<MusterCard>> AnswerAsync(Caller caller, Guid musterId, Request request, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        if (request.Answer is not ("accept" or "decline"))
        {
            faults.Add(new("answer", "应为 accept 或 decline", "must be accept or decline"));
        }

        if (request.Said is < 1 or > MostSaid)
        {
            faults.Add(new("said", $"应为 1 到 {MostSaid} 的整数", $"must be a whole number from 1 to {MostSaid}"));
        }

        Text.Check(faults, "reason", request.Reason, 200, required: false);
        if (faults.Count > 0)
        {
            return Task.FromResult<Outcome<MusterCard>>(Problems.Invalid(faults));
        }

        var next = request.Answer == "accept" ? MusterStage.Accepted : MusterStage.Responded;
        return ChangeAsync(caller, musterId, async (open, person) =>
        {
            var again = next == MusterStage.Accepted ? person.Stage >= next : person.Stage == next;
            if (again && !DrillSeam.Breaks("no-muster-guard"))
            {
                if (request.Said > person.Said)
                {
                    await HearAsync(open, caller.VolunteerId, request.Said.Value, cancellation);
                }

                return null;
            }

            if (Refusal(open) is { } refusal)
            {
                return refusal;
            }

            if (person.Stage == MusterStage.CheckedIn)
            {
                return Problems.Conflict("您已签到，不能再改为不来", "You have checked in and can no longer say that you do not come");
            }

            if (!again && request.Said <= person.Said)
            {
                return Problems.Conflict("您后来已另作答复，这一条不再执行", "You have answered otherwise since: this answer is not carried out");
            }

            if (next != MusterStage.Accepted && person.Stage == MusterStage.Accepted && string.IsNullOrWhiteSpace(request.Reason))
            {
                return Problems.Invalid(new Fault("reason", "已答应后不能来，请说明原因", "having said yes, a reason is needed"));
            }

            await MoveAsync(open, caller.VolunteerId, next, request, cancellation);
            open.Append(next == MusterStage.Accepted ? MusterFactKind.MusterAccepted : MusterFactKind.MusterDeclined, Actor.Volunteer(caller.VolunteerId),
                new { volunteerId = caller.VolunteerId, reason = next == MusterStage.Accepted ? null : request.Reason });
            return null;
        }, cancellation);
    }

    public Task<Outcome<MusterCard>> CheckInAsync(Caller caller, Guid musterId, CheckInRequest request, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        Position? place = request.Position is { } given ? Places.Read(faults, "position", given.Longitude, given.Latitude, given.Datum, bounds) : null;
        if (faults.Count > 0)
        {
            return Task.FromResult<Outcome<MusterCard>>(Problems.Invalid(faults));
        }

        return ChangeAsync(caller, musterId, async (open, person) =>
        {
            if (person.Stage == MusterStage.CheckedIn)
            {
                return null;
            }

            if (Refusal(open) is { } refusal)
            {
                return refusal;
            }

            var metres = await CheckInAsync(open, caller.VolunteerId, "volunteer", place, cancellation);
            open.Append(MusterFactKind.MusterCheckedIn, Actor.Volunteer(caller.VolunteerId), new { volunteerId = caller.VolunteerId, metres });
            return null;
        }, cancellation);
    }

    /// <summary>Returns how far from the assembly point it was, if that was said.</summary>
    public static async Task<float?> CheckInAsync(OpenMuster open, Guid volunteer, string by, Position? place, CancellationToken cancellation)
    {
        await using var command = open.Command(
            """
            UPDATE muster_people p SET stage = 5, checked_in_at = $3, checked_in_by = $4, to_tell = CASE WHEN to_tell = 'mustered' THEN NULL ELSE to_tell END, changed_at = $3,
                checked_in_metres = ST_Distance(m.location, ST_SetSRID(ST_MakePoint($5::float8, $6::float8), 4326)::geography)
            FROM musters m WHERE m.id = $1 AND p.muster_id = $1 AND p.volunteer_id = $2
            RETURNING checked_in_metres
            """,
            open.Id, volunteer, open.Now, by, place?.Longitude, place?.Latitude);
        return await command.ExecuteScalarAsync(cancellation) is float metres ? metres : null;
    }

    private static Problem? Refusal(OpenMuster open) => open.IsOpen ? null : Problems.Conflict("集结已解除", "The muster has been stood down");

    private static async Task MoveAsync(OpenMuster open, Guid volunteer, MusterStage next, Request request, CancellationToken cancellation)
    {
        await using var command = open.Command(
            """
            UPDATE muster_people SET stage = $3, reason = $4::text, answered_at = $5, changed_at = $5, said = greatest(said, $6::bigint)
            WHERE muster_id = $1 AND volunteer_id = $2
            """,
            open.Id, volunteer, (short)next, next == MusterStage.Accepted ? null : request.Reason, open.Now, request.Said);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>He said again what he had said before: nothing of it changes, but what he said in between, and was not heard, is older than this.</summary>
    private static async Task HearAsync(OpenMuster open, Guid volunteer, long said, CancellationToken cancellation)
    {
        await using var command = open.Command("UPDATE muster_people SET said = $3 WHERE muster_id = $1 AND volunteer_id = $2", open.Id, volunteer, said);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private Task<Outcome<MusterCard>> ChangeAsync(Caller caller, Guid musterId, Func<OpenMuster, Person, Task<Problem?>> change, CancellationToken cancellation) =>
        log.ChangeAsync<MusterCard>(
            musterId,
            async open =>
            {
                if (await FindAsync(open, caller.VolunteerId, cancellation) is not { } person)
                {
                    return Problems.NotFound("集结", "muster");
                }

                var refusal = await change(open, person);
                var card = (await MusterCard.ReadAsync(open.Connection, caller.VolunteerId, open.Id, cancellation))!;
                return refusal is null ? card : refusal with { Current = card };
            },
            cancellation);

    private static async Task<Person?> FindAsync(OpenMuster open, Guid volunteer, CancellationToken cancellation)
    {
        await using var command = open.Command("SELECT stage, said FROM muster_people WHERE muster_id = $1 AND volunteer_id = $2", open.Id, volunteer);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new((MusterStage)reader.GetInt16(0), reader.GetInt64(1)) : null;
    }
}
