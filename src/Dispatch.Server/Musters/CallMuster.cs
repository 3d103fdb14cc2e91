using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dispatch.Geo;
using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Musters;

/// <summary>
/// An operator calls teams, or people by name, to one place at one time, under an id of his own. Everybody is written down at once; their phones are
/// told right after the commit, some hundred at a time (TellPeople). An invitation like every call: nobody is obliged (志愿服务条例 25). A muster holds
/// nobody: an incident may call him out all the same. A drill 演练 calls the drill phones of the same teams and people.
/// </summary>
internal sealed class CallMuster(NpgsqlDataSource source, MusterLog log, TellPeople telling, GeoBounds bounds)
{
    internal sealed record Request(
        string? Purpose, string? Address, RaiseIncident.PlaceRequest? Position, DateTimeOffset? AssembleAt, IReadOnlyList<Guid>? Teams, IReadOnlyList<Guid>? Volunteers)
    {
        /// <summary>A drill. Absent in requests of earlier clients, and then absent from their hash.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public bool? Drill { get; init; }
    }

    internal sealed record LeftOut(Guid VolunteerId, string Reason);

    private const int MostTeams = 200, MostListed = 5000;

    private static readonly string ListSql = EmbeddedSql.Read("ListPeople.sql");

    public static async Task<IResult> Handle(Guid id, Request request, Caller caller, CallMuster call, CancellationToken cancellation)
    {
        var (outcome, created) = await call.HandleAsync(caller, id, request, cancellation);
        return outcome.Problem is null && created ? TypedResults.Json(outcome.Value, Json.Options, statusCode: StatusCodes.Status201Created) : outcome.ToResult();
    }

    public async Task<(Outcome<MusterView> Outcome, bool Created)> HandleAsync(Caller caller, Guid id, Request request, CancellationToken cancellation)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Json.Options));
        if (await RepeatAsync(caller, id, hash, cancellation) is { } repeat)
        {
            return (repeat, false);
        }

        var faults = new List<Fault>();
        var place = await CheckAsync(caller, id, request, faults, cancellation);
        if (faults.Count > 0)
        {
            return (Problems.Invalid(faults), false);
        }

        try
        {
            var outcome = await log.BeginAsync<MusterView>(
                id, (connection, transaction) => InsertAsync(connection, transaction, caller, id, hash, request, place, cancellation),
                open => ListAsync(open, caller, request, cancellation), cancellation);
            telling.Wake();
            return (outcome, outcome.Problem is null);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "musters_pkey" or "muster_teams_pkey" })
        {
            return ((await RepeatAsync(caller, id, hash, cancellation))!.Value, false); // the same call came twice at once; the other was first
        }
    }

    private async Task<Outcome<MusterView>?> RepeatAsync(Caller caller, Guid id, byte[] hash, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT request_hash, region_path::text FROM musters WHERE id = $1", connection);
        command.Parameters.Add(new() { Value = id });
        byte[] before;
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation))
            {
                return null;
            }

            if (!caller.Commands(reader.GetString(1)))
            {
                return Problems.NotFound("集结", "muster");
            }

            before = reader.GetFieldValue<byte[]>(0);
        }

        var view = await MusterView.ReadAsync(connection, id, cancellation);
        return before.AsSpan().SequenceEqual(hash) ? view : Problems.DifferentBody(view);
    }

    private async Task<Position> CheckAsync(Caller caller, Guid id, Request request, List<Fault> faults, CancellationToken cancellation)
    {
        if (id == Guid.Empty)
        {
            faults.Add(new("id", "编号不能全为零，应由客户端生成 UUID", "must be a UUID made by the client, not all zeros"));
        }

        Text.Check(faults, "purpose", request.Purpose, 500);
        Text.Check(faults, "address", request.Address, 200);
        var (teams, people) = (request.Teams ?? [], request.Volunteers ?? []);
        if (teams.Count + people.Count == 0)
        {
            faults.Add(new("teams", "请选择队伍或人员", "choose teams or people"));
        }

        if (teams.Count > MostTeams)
        {
            faults.Add(new("teams", $"最多 {MostTeams} 支队伍", $"at most {MostTeams} teams"));
        }

        if (people.Count > MostListed)
        {
            faults.Add(new("volunteers", $"最多 {MostListed} 人", $"at most {MostListed} people"));
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using (var clock = new NpgsqlCommand("SELECT clock_timestamp()", connection))
        {
            var now = (DateTimeOffset)(DateTime)(await clock.ExecuteScalarAsync(cancellation))!;
            if (request.AssembleAt is null)
            {
                faults.Add(new("assembleAt", "缺少集结时间", "is missing"));
            }
            else if (request.AssembleAt < now.AddMinutes(-5) || request.AssembleAt > now.AddDays(30))
            {
                faults.Add(new("assembleAt", "集结时间应在现在至 30 天之内", "must lie between now and 30 days ahead"));
            }
        }

        if (teams.Count is > 0 and <= MostTeams)
        {
            await CheckIdsAsync(
                "teams", new("", "没有此队伍，或不在您的辖区内", "no such team, or not in your region"), teams,
                """
                SELECT t.id, t.name, NOT $3 OR EXISTS (
                    SELECT FROM teams own
                    CROSS JOIN LATERAL (SELECT m.volunteer_id FROM team_members m WHERE m.team_id = own.id UNION SELECT own.captain_id UNION SELECT own.liaison_id) AS one
                    JOIN volunteers twin ON twin.twin_of = one.volunteer_id
                    WHERE own.id = t.id OR own.parent_id = t.id)
                FROM teams t JOIN regions r ON r.code = t.home_region WHERE t.id = ANY ($1) AND r.path <@ $2::ltree
                """);
        }

        if (people.Count is > 0 and <= MostListed)
        {
            await CheckIdsAsync(
                "volunteers", new("", "没有此志愿者，或不在您的辖区内", "no such volunteer, or not in your region"), people,
                """
                SELECT v.id, v.name, NOT $3 OR EXISTS (SELECT FROM volunteers twin WHERE twin.twin_of = v.id)
                FROM volunteers v JOIN regions r ON r.code = v.home_region WHERE v.id = ANY ($1) AND NOT v.drill AND r.path <@ $2::ltree
                """);
        }

        return Places.Read(faults, "position", request.Position?.Longitude, request.Position?.Latitude, request.Position?.Datum, bounds);

        // A drill that would call nobody of a team, or not the person named, is refused by name: it would look as if they had stayed away.
        async Task CheckIdsAsync(string field, Fault unknown, IReadOnlyList<Guid> ids, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new() { Value = ids.ToArray() });
            command.Parameters.Add(new() { Value = caller.RegionPath });
            command.Parameters.Add(new() { Value = request.Drill == true });
            var known = new Dictionary<Guid, (string Name, bool Reached)>();
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                known[reader.GetGuid(0)] = (reader.GetString(1), reader.GetBoolean(2));
            }

            faults.AddRange(ids.Select((one, place) => !known.TryGetValue(one, out var found) ? unknown with { Field = $"{field}[{place}]" }
                : found.Reached ? null
                : new Fault($"{field}[{place}]", $"{found.Name}没有演练手机：请先在名册里发演练手机", $"{found.Name} has no drill phone: issue one on the roster first"))
                .OfType<Fault>().Take(20));
        }
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Caller caller, Guid id, byte[] hash, Request request, Position place, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH muster AS (
                INSERT INTO musters (id, request_hash, purpose, address, location, assemble_at, region, region_path, time_zone, called_by, called_at, drill)
                SELECT $1, $2, $3, $4, ST_SetSRID(ST_MakePoint($5, $6), 4326)::geography, $7, code, path, time_zone, $8, clock_timestamp(), $11 FROM regions WHERE path = $9::ltree
            )
            INSERT INTO muster_teams (muster_id, team_id, ordinal) SELECT $1, t.id, min(t.place) FROM unnest($10::uuid[]) WITH ORDINALITY AS t (id, place) GROUP BY t.id
            """,
            connection, transaction);
        foreach (var value in new object[]
        {
            id, hash, request.Purpose!.Trim(), request.Address!.Trim(), place.Longitude, place.Latitude, request.AssembleAt!.Value.UtcDateTime,
            caller.AccountId, caller.RegionPath, request.Teams?.ToArray() ?? [], request.Drill == true,
        })
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<Outcome<MusterView>> ListAsync(OpenMuster open, Caller caller, Request request, CancellationToken cancellation)
    {
        var (listed, leftOut) = (0, new List<LeftOut>());
        await using (var command = open.Command(
            ListSql, open.Id, request.Teams?.ToArray() ?? [], request.Volunteers?.ToArray() ?? [], caller.RegionPath, open.Now, request.Drill == true))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                if (reader.IsDBNull(1))
                {
                    listed++;
                }
                else
                {
                    leftOut.Add(new(reader.GetGuid(0), reader.GetString(1)));
                }
            }
        }

        if (listed is 0 or > MostListed)
        {
            return listed == 0
                ? Problems.Invalid(new Fault("teams", "所选队伍和人员中没有可以召集的人", "nobody of these teams and people can be called"))
                : Problems.Invalid(new Fault("teams", $"共 {listed} 人，一次最多 {MostListed} 人", $"these are {listed} people; at most {MostListed} at once"));
        }

        open.Append(MusterFactKind.MusterCalled, Actor.Operator(caller.AccountId), new { people = listed, leftOut });
        var view = await MusterView.ReadAsync(open.Connection, open.Id, cancellation);
        return view with { LastFact = 1, LeftOut = [.. leftOut.GroupBy(one => one.Reason).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => new MusterView.LeftOutPart(group.Key, group.Count()))] }; // its fact is written with the commit
    }
}
