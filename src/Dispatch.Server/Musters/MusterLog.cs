using System.Text.Json;
using Dispatch.Server.Live;
using Dispatch.Server.Telemetry;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Server.Musters;

internal enum MusterFactKind
{
    MusterCalled,
    MusterNotified,
    MusterDelivered,
    MusterAccepted,
    MusterDeclined,
    MusterCheckedIn,
    MusterStoodDown,
    MusterStandDownTold,
}

/// <summary>
/// The only way to change a muster. The same invariants as FactLog for incidents, over tables of its own (docs/decisions/0020): the muster's row is
/// locked first, so its facts are numbered without gaps and in commit order; people, inboxes and facts are written in one transaction or not at all;
/// hints go out after the commit.
/// </summary>
internal sealed class MusterLog(NpgsqlDataSource source, Hints hints, Measures measures) : IDisposable
{
    private const int Tries = 4;

    // A thousand people answer within seconds, and one lock numbers their answers: they wait in line here, not each with a connection of its own.
    private readonly SemaphoreSlim line = new(2);

    public async Task<Outcome<T>> ChangeAsync<T>(Guid musterId, Func<OpenMuster, Task<Outcome<T>>> change, CancellationToken cancellation)
    {
        await line.WaitAsync(cancellation);
        try
        {
            return await RetryAsync(
                async (connection, transaction) => await OpenMuster.LockAsync(connection, transaction, musterId, cancellation) is { } open
                    ? await CommitAsync(open, await change(open), cancellation)
                    : Problems.NotFound("集结", "muster"),
                cancellation);
        }
        finally
        {
            line.Release();
        }
    }

    /// <summary>Writes a new muster; <paramref name="begin"/> inserts its row. Of two equal calls at once the primary key decides which is first.</summary>
    public Task<Outcome<T>> BeginAsync<T>(Guid musterId, Func<NpgsqlConnection, NpgsqlTransaction, Task> begin, Func<OpenMuster, Task<Outcome<T>>> change, CancellationToken cancellation) =>
        RetryAsync(
            async (connection, transaction) =>
            {
                await begin(connection, transaction);
                var open = (await OpenMuster.LockAsync(connection, transaction, musterId, cancellation))!;
                return await CommitAsync(open, await change(open), cancellation);
            },
            cancellation);

    public void Dispose() => line.Dispose();

    private async Task<Outcome<T>> CommitAsync<T>(OpenMuster open, Outcome<T> outcome, CancellationToken cancellation)
    {
        if (outcome.Problem is not null)
        {
            return outcome;
        }

        await open.WriteAsync(cancellation);
        DrillSeam.Pass("before-muster-commit");
        await open.Transaction.CommitAsync(cancellation);
        if (open.Moved)
        {
            hints.MusterMoved(open.Id);
        }

        hints.InboxMoved(open.Notified);
        return outcome;
    }

    /// <summary>A deadlock or serialisation failure wrote nothing: the same change is run again.</summary>
    private async Task<Outcome<T>> RetryAsync<T>(Func<NpgsqlConnection, NpgsqlTransaction, Task<Outcome<T>>> run, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            try
            {
                return await run(connection, transaction);
            }
            catch (PostgresException e) when (attempt < Tries && e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                measures.RaceRetried();
                await transaction.RollbackAsync(CancellationToken.None);
                await Task.Delay(Random.Shared.Next(2, 10 * attempt), cancellation);
            }
        }
    }
}

/// <summary>A muster, open for writing under its row lock.</summary>
internal sealed class OpenMuster
{
    private readonly List<(MusterFactKind Kind, Actor By, Guid? Command, object Data)> facts = [];
    private readonly List<Guid> notified = [];

    private OpenMuster(NpgsqlConnection connection, NpgsqlTransaction transaction) => (Connection, Transaction) = (connection, transaction);

    public NpgsqlConnection Connection { get; }

    public NpgsqlTransaction Transaction { get; }

    public Guid Id { get; private init; }

    public string RegionPath { get; private init; } = "";

    public bool IsOpen { get; private init; }

    /// <summary>The database's clock when the lock was held.</summary>
    public DateTimeOffset Now { get; private init; }

    public bool Moved => facts.Count > 0;

    public IReadOnlyCollection<Guid> Notified => notified;

    private long LastFact { get; set; }

    public static async Task<OpenMuster?> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT region_path::text, state = 'open', last_fact, clock_timestamp() FROM musters WHERE id = $1 FOR UPDATE", connection, transaction);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(connection, transaction) { Id = id, RegionPath = reader.GetString(0), IsOpen = reader.GetBoolean(1), LastFact = reader.GetInt64(2), Now = reader.GetDateTime(3) }
            : null;
    }

    /// <summary>One numbered line of the record. The roll call as it then stands is added to it when it is written.</summary>
    public void Append(MusterFactKind kind, Actor by, object data, Guid? command = null) => facts.Add((kind, by, command, data));

    public void HaveHeard(IEnumerable<Guid> volunteers) => notified.AddRange(volunteers);

    public NpgsqlCommand Command(string sql, params object?[] arguments)
    {
        var command = new NpgsqlCommand(sql, Connection, Transaction);
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new() { Value = argument is DateTimeOffset time ? time.UtcDateTime : argument ?? DBNull.Value });
        }

        return command;
    }

    /// <summary>What was already carried out under this id: the kind of its fact, or null.</summary>
    public async Task<string?> FindOrderAsync(Guid commandId, CancellationToken cancellation)
    {
        await using var command = Command("SELECT kind FROM muster_facts WHERE muster_id = $1 AND command_id = $2", Id, commandId);
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    public async Task<RollCall> CountAsync(CancellationToken cancellation)
    {
        var at = new int[(int)MusterStage.CheckedIn + 1];
        await using var command = Command("SELECT stage, count(*)::int FROM muster_people WHERE muster_id = $1 GROUP BY stage", Id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            at[reader.GetInt16(0)] = reader.GetInt32(1);
        }

        return RollCall.Of(at);
    }

    internal async Task WriteAsync(CancellationToken cancellation)
    {
        if (facts.Count == 0)
        {
            return;
        }

        var counts = await CountAsync(cancellation);
        await using var command = Command(
            """
            WITH moved AS (UPDATE musters SET last_fact = $2 + cardinality($3::text[]) WHERE id = $1)
            INSERT INTO muster_facts (muster_id, number, kind, at, by_kind, by_id, command_id, data)
            SELECT $1, $2 + f.place, f.kind, $8, f.by_kind, f.by_id, f.command_id, f.data::jsonb || jsonb_build_object('counts', $9::jsonb)
            FROM unnest($3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[]) WITH ORDINALITY AS f (kind, by_kind, by_id, command_id, data, place)
            ORDER BY f.place -- each is chained to the one before it
            """,
            Id, LastFact, facts.Select(fact => fact.Kind.ToString()).ToArray(), facts.Select(fact => JsonNamingPolicy.CamelCase.ConvertName(fact.By.Kind.ToString())).ToArray(),
            facts.Select(fact => fact.By.Id).ToArray(), facts.Select(fact => fact.Command).ToArray(), facts.Select(fact => JsonSerializer.Serialize(fact.Data, Json.Options)).ToArray(), Now);
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(counts, Json.Options), NpgsqlDbType = NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
