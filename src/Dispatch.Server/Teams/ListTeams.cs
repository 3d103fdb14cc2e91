using Dispatch.Server.Access;
using Dispatch.Server.Regions;
using Npgsql;

namespace Dispatch.Server.Teams;

/// <summary>Shows an operator the teams of his region: kind, captain 队长, liaison 联络员, how many belong to each, and how many of those it calls have a drill phone.</summary>
internal static class ListTeams
{
    internal sealed record Named(Guid Id, string Name);

    internal sealed record Place(string Code, string Name);

    internal sealed record View(
        Guid Id, string ExternalId, string Name, string Kind, string KindName, Place HomeRegion, Named? Parent, Named? Captain, Named? Liaison, long Members, long DrillPhones);

    public static async Task<IResult> Handle(string? region, Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (await OwnRegion.PathAsync(region, caller, source, cancellation) is not { } path)
        {
            return Problems.NotFound("属地", "region");
        }

        // Members of sub-teams belong to the team above too. A muster calls captains and liaisons with them, so their drill phones count.
        await using var command = source.CreateCommand("""
            WITH drilled AS (
                SELECT t.id, count(DISTINCT one.volunteer_id) AS phones
                FROM volunteers twin
                JOIN (SELECT team_id, volunteer_id FROM team_members UNION ALL SELECT id, captain_id FROM teams UNION ALL SELECT id, liaison_id FROM teams) AS one ON one.volunteer_id = twin.twin_of
                JOIN teams own ON own.id = one.team_id
                CROSS JOIN LATERAL (VALUES (own.id), (own.parent_id)) AS t (id)
                WHERE twin.drill GROUP BY t.id
            ), counted AS ( -- all teams in one pass: team by team every member there is was looked through again
                SELECT t.id, count(DISTINCT m.volunteer_id) AS members
                FROM team_members m JOIN teams own ON own.id = m.team_id
                CROSS JOIN LATERAL (VALUES (own.id), (own.parent_id)) AS t (id)
                GROUP BY t.id
            )
            SELECT t.id, t.external_id, t.name, t.kind, t.kind_name, r.code, r.name, up.id, up.name, captain.id, captain.name, liaison.id, liaison.name,
                   coalesce(c.members, 0), coalesce(d.phones, 0)
            FROM teams t JOIN regions r ON r.code = t.home_region
            LEFT JOIN teams up ON up.id = t.parent_id LEFT JOIN volunteers captain ON captain.id = t.captain_id LEFT JOIN volunteers liaison ON liaison.id = t.liaison_id
            LEFT JOIN drilled d ON d.id = t.id LEFT JOIN counted c ON c.id = t.id
            WHERE r.path <@ $1::ltree ORDER BY t.external_id
            """);
        command.Parameters.Add(new() { Value = path });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var teams = new List<View>();
        while (await reader.ReadAsync(cancellation))
        {
            teams.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), new(reader.GetString(5), reader.GetString(6)),
                Of(reader, 7), Of(reader, 9), Of(reader, 11), reader.GetInt64(13), reader.GetInt64(14)));
        }

        return TypedResults.Json(teams, Json.Options);
    }

    private static Named? Of(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new(reader.GetGuid(column), reader.GetString(column + 1));
}
