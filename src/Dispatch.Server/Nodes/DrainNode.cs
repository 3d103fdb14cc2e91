using Dispatch.Server.Access;
using Dispatch.Server.Telemetry;
using Npgsql;

namespace Dispatch.Server.Nodes;

/// <summary>
/// An operator sees the nodes and asks one to drain and stop, whichever node he speaks to: the wish is a row, and the node finds it within a second.
/// Only he whose region covers every operator's may: the nodes serve all of them.
/// </summary>
internal static class DrainNode
{
    internal sealed record Node(Guid Id, string Name, string State, DateTimeOffset StartedAt, DateTimeOffset SeenAt, int Phones, int Consoles, bool Self);

    internal sealed record Nodes(IReadOnlyList<Node> All);

    public static async Task<IResult> List(NpgsqlDataSource source, Self self, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT id, name, CASE WHEN state = 'stopped' OR seen_at > now() - interval '5 seconds' THEN state ELSE 'lost' END, started_at, seen_at, phones, consoles
            FROM nodes WHERE seen_at > now() - interval '10 minutes' ORDER BY started_at
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var nodes = new List<Node>();
        while (await reader.ReadAsync(cancellation))
        {
            nodes.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetDateTime(3), reader.GetDateTime(4), reader.GetInt32(5), reader.GetInt32(6),
                reader.GetGuid(0) == self.Id));
        }

        return TypedResults.Json(new Nodes(nodes), Json.Options);
    }

    public static async Task<IResult> Handle(Guid id, Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var others = source.CreateCommand("SELECT EXISTS (SELECT FROM accounts a JOIN regions r ON r.code = a.region WHERE NOT r.path <@ $1::ltree)");
        others.Parameters.Add(new() { Value = caller.RegionPath });
        if ((bool)(await others.ExecuteScalarAsync(cancellation))!)
        {
            return Problems.Forbidden("服务器节点为所有辖区共用，只有最高一级的指挥员可以让其下线", "The nodes serve every region: only the topmost operator may drain one");
        }

        await using var ask = source.CreateCommand("""
            UPDATE nodes SET drain_asked_at = coalesce(drain_asked_at, now()), drain_asked_by = coalesce(drain_asked_by, $2)
            WHERE id = $1 AND state <> 'stopped' AND seen_at > now() - interval '5 seconds'
            """);
        ask.Parameters.Add(new() { Value = id });
        ask.Parameters.Add(new() { Value = caller.AccountId });
        return await ask.ExecuteNonQueryAsync(cancellation) == 1 ? TypedResults.Accepted((string?)null) : Problems.NotFound("运行中的节点", "running node");
    }
}
