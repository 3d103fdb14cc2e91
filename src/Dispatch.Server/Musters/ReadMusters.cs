using System.Data;
using Dispatch.Server.Access;
using Npgsql;

namespace Dispatch.Server.Musters;

/// <summary>The musters of an operator's region, one with its people, and its record. Each answer is one picture: row, people and counts of one instant.</summary>
internal static class ReadMusters
{
    private const int MostFacts = 500;

    internal sealed record Board(IReadOnlyList<MusterView> Musters, DateTimeOffset ServerTime);

    internal sealed record Record(IReadOnlyList<MusterFactView> Facts, long LastFact);

    public static async Task<IResult> List(string? state, Caller caller, NpgsqlDataSource source, TimeProvider time, CancellationToken cancellation)
    {
        if (state is not (null or "open" or "ended"))
        {
            return Problems.Invalid(new Fault("state", "应为 open 或 ended", "must be open or ended"));
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var picture = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return TypedResults.Json(new Board(await MusterView.ListAsync(connection, caller.RegionPath, state == "ended", cancellation), time.GetUtcNow()), Json.Options);
    }

    public static async Task<IResult> Get(Guid id, Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var picture = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return await IsOwnAsync(connection, id, caller, cancellation)
            ? TypedResults.Json(await MusterView.ReadAsync(connection, id, cancellation), Json.Options)
            : Problems.NotFound("集结", "muster");
    }

    public static async Task<IResult> Facts(Guid id, long? after, Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (after < 0)
        {
            return Problems.Invalid(new Fault("after", "不能为负", "must not be negative"));
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (!await IsOwnAsync(connection, id, caller, cancellation))
        {
            return Problems.NotFound("集结", "muster");
        }

        var facts = await MusterFacts.ReadAsync(source, [KeyValuePair.Create(id, after ?? 0)], MostFacts, cancellation);
        await using var head = new NpgsqlCommand("SELECT last_fact FROM musters WHERE id = $1", connection);
        head.Parameters.Add(new() { Value = id });
        return TypedResults.Json(new Record(facts, (long)(await head.ExecuteScalarAsync(cancellation))!), Json.Options);
    }

    private static async Task<bool> IsOwnAsync(NpgsqlConnection connection, Guid id, Caller caller, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT region_path::text FROM musters WHERE id = $1", connection);
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellation) is string path && caller.Commands(path);
    }
}
