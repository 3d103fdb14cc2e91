using System.Data;
using Dispatch.Geo.Regions;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Storage;
using Dispatch.Server.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>
/// The only way to change an incident, its needs or its call-outs. Invariants:
/// the incident's row is locked first, so its facts are numbered 1, 2, 3 ... without gaps and in commit order;
/// state, facts and inbox items are written in one transaction, or none of them;
/// hints go out after the commit, never before.
/// </summary>
internal class FactLog(DispatchLane store, Hints hints, Measures measures, Quarantine quarantine)
{
    private const int Tries = 4;
    private const string LockByCallout = "SELECT FROM incidents WHERE id = (SELECT incident_id FROM callouts WHERE id = $1) FOR UPDATE";

    private const string LockByCalloutNow = LockByCallout + " NOWAIT";

    // Waits for nobody: whoever holds one of these would hold up all the others, and two that wait for each other's would be a deadlock.
    private const string LockWhatIsFree = """
        SELECT c.id FROM callouts c JOIN incidents i ON i.id = c.incident_id WHERE c.id = ANY ($1)
        FOR UPDATE OF i SKIP LOCKED FOR NO KEY UPDATE OF c SKIP LOCKED
        """;

    private static readonly string CardsOf = Card.Sql + " WHERE c.id = ANY ($1)";

    /// <summary>Runs <paramref name="change"/> under the lock of the incident and commits when it gives a value; a problem writes nothing.</summary>
    public Task<Outcome<T>> ChangeAsync<T>(Guid incidentId, Func<OpenRecord, Task<Outcome<T>>> change, CancellationToken cancellation) =>
        RunAsync(
            db => db.Incidents.FromSql($"SELECT * FROM incidents WHERE id = {incidentId} FOR UPDATE"),
            Problems.NotFound("警情", "incident"),
            change,
            cancellation);

    /// <summary>The same, for the incident that a call-out belongs to.</summary>
    public Task<Outcome<T>> ChangeByCalloutAsync<T>(Guid calloutId, Func<OpenRecord, Task<Outcome<T>>> change, CancellationToken cancellation) =>
        RunAsync(
            db => db.Incidents.FromSql($"SELECT * FROM incidents WHERE id = (SELECT incident_id FROM callouts WHERE id = {calloutId}) FOR UPDATE"),
            Problems.NotFound("召集", "call-out"),
            change,
            cancellation);

    /// <summary>Writes a new incident with its first facts. The primary key decides which of two equal raises is first.</summary>
    public Task<Outcome<T>> BeginAsync<T>(Func<DispatchDb, DateTimeOffset, (Incident Incident, RegionTree Regions, Func<OpenRecord, Task<Outcome<T>>> Change)> begin, CancellationToken cancellation) =>
        RetryAsync(
            async (db, apart) =>
            {
                using var span = Spans.Raise();
                var now = await NowAsync(db, cancellation);
                var (incident, regions, change) = begin(db, now);
                incident.Trace = System.Diagnostics.Activity.Current?.Id; // with the row, so that what follows on any node belongs to it
                db.Incidents.Add(incident);
                var record = new OpenRecord(db, incident, now) { Regions = regions, Apart = apart };
                var outcome = await CommitAsync(record, await change(record), cancellation);
                span?.SetTag("dispatch.incident", incident.Id.ToString());
                span.Tell(record.Written);
                return outcome;
            },
            cancellation);

    /// <summary>
    /// A change that is one guarded statement with one fact: lock, statement and the card after it are one round trip and one transaction. Null: the
    /// guard did not hold or another transaction was in the way, nothing is written, and the change is to be made step by step.
    /// <paramref name="statement"/> gives incident and trace if it wrote; <paramref name="asks"/>: others are asked then.
    /// </summary>
    /// <exception cref="PostgresException">LockNotAvailable: another transaction has the incident, and this one does not wait for it, or has for too long.</exception>
    public async Task<Card?> TryAtOnceAsync(NpgsqlBatchCommand statement, FactKind fact, Guid calloutId, bool wait, CancellationToken cancellation, bool asks = false)
    {
        var began = TimeProvider.System.GetUtcNow();
        await using var connection = await store.Source.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) // without a transaction of its own it is one: it commits with its last statement
        {
            BatchCommands =
            {
                new(wait ? LockByCallout : LockByCalloutNow) { Parameters = { new() { Value = calloutId } } },
                statement,
                new(Card.OneSql) { Parameters = { new() { Value = calloutId } } },
            },
        };
        Guid incident;
        Card card;
        string? trace;
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            await reader.NextResultAsync(cancellation);
            if (!await reader.ReadAsync(cancellation))
            {
                return null;
            }

            (incident, trace) = (reader.GetGuid(0), reader.IsDBNull(1) ? null : reader.GetString(1));
            await reader.NextResultAsync(cancellation);
            await reader.ReadAsync(cancellation);
            card = Card.Read(reader);
            await reader.CloseAsync(); // the answer to the commit
        }
        catch (PostgresException e) when (IsRace(e))
        {
            measures.RaceRetried();
            return null;
        }

        Told(incident, trace, fact, began);
        if (asks)
        {
            hints.Askings.Raise(incident);
        }

        return card;
    }

    /// <summary>
    /// The same for many call-outs in one transaction of three round trips. Only what nobody else has locked is tried; who gets no card was written
    /// nothing of. <paramref name="sql"/> takes $1 call-outs, $2 volunteers, all of them locked, and gives call-out, incident and trace of each
    /// it wrote.
    /// </summary>
    /// <returns>The cards of those that were written, and the call-outs that were tried.</returns>
    public async Task<(Dictionary<Guid, Card> Written, HashSet<Guid> Tried)> TryTogetherAsync(
        string sql, FactKind fact, IReadOnlyList<(Guid Callout, Guid Volunteer)> changes, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetUtcNow();
        await using var connection = await store.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var tried = new HashSet<Guid>();
        await using (var locks = new NpgsqlCommand(LockWhatIsFree, connection) { Parameters = { new() { Value = changes.Select(change => change.Callout).ToArray() } } })
        await using (var reader = await locks.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                tried.Add(reader.GetGuid(0));
            }
        }

        var free = changes.Where(change => tried.Contains(change.Callout)).ToList();
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                new(sql) { Parameters = { new() { Value = free.Select(change => change.Callout).ToArray() }, new() { Value = free.Select(change => change.Volunteer).ToArray() } } },
                new(CardsOf) { Parameters = { new() { Value = free.Select(change => change.Callout).ToArray() } } },
            },
        };
        var (written, cards) = (new List<(Guid Callout, Guid Incident, string? Trace)>(), new Dictionary<Guid, Card>());
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                written.Add((reader.GetGuid(0), reader.GetGuid(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
            }

            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var card = Card.Read(reader);
                cards.Add(card.Id, card);
            }
        }

        DrillSeam.Pass("before-commit");
        await transaction.CommitAsync(cancellation);
        foreach (var change in written.DistinctBy(change => change.Incident))
        {
            Told(change.Incident, change.Trace, fact, began);
        }

        return (written.ToDictionary(change => change.Callout, change => cards[change.Callout]), tried);
    }

    private void Told(Guid incident, string? trace, FactKind fact, DateTimeOffset began)
    {
        DrillSeam.Pass("after-commit-before-hint");
        using var span = Spans.Change(incident, trace, began);
        span.NameAfter([fact.ToString()]);
        hints.IncidentMoved(incident);
    }

    private Task<Outcome<T>> RunAsync<T>(
        Func<DispatchDb, IQueryable<Incident>> locked, Problem missing, Func<OpenRecord, Task<Outcome<T>>> change, CancellationToken cancellation) =>
        RetryAsync(
            async (db, apart) =>
            {
                // Nothing may be joined to the locked row: it would be read as of before the wait for the lock. The clock is read when the row is
                // handed out, which is after the wait, and not now(), when the transaction began: facts must not go back in time.
                var row = (await locked(db).Select(incident => new { Incident = incident, Now = DispatchDb.ClockTimestamp() }).ToListAsync(cancellation)).SingleOrDefault();
                if (row is null)
                {
                    return missing;
                }

                using var span = Spans.Change(row.Incident.Id, row.Incident.Trace);
                var record = new OpenRecord(db, row.Incident, row.Now) { Apart = apart };
                var outcome = await CommitAsync(record, await change(record), cancellation);
                span.NameAfter(record.Written);
                return outcome;
            },
            cancellation);

    private async Task<Outcome<T>> CommitAsync<T>(OpenRecord record, Outcome<T> outcome, CancellationToken cancellation)
    {
        if (outcome.Problem is not null)
        {
            return outcome;
        }

        await EndAsync(record, cancellation);
        return outcome;
    }

    /// <summary>Writes and commits; then, and not before, says what has moved.</summary>
    protected virtual async Task EndAsync(OpenRecord record, CancellationToken cancellation)
    {
        await record.WriteAsync(cancellation);
        DrillSeam.Pass("before-commit");
        await record.Db.Database.CurrentTransaction!.CommitAsync(cancellation);
        DrillSeam.Pass("after-commit-before-hint");
        hints.InboxMoved(record.Notified); // the phones first
        if (record.Moved)
        {
            hints.IncidentMoved(record.Incident.Id);
        }

        if (record.NeedsAsking)
        {
            hints.Askings.Raise(record.Incident.Id);
        }

        foreach (var other in record.OthersToAsk)
        {
            hints.Askings.Raise(other);
        }
    }

    /// <summary>A deadlock or serialisation failure wrote nothing: the same change is run again on a new context. So it is without another incident whose rows stopped it.</summary>
    private async Task<Outcome<T>> RetryAsync<T>(Func<DispatchDb, IReadOnlySet<Guid>, Task<Outcome<T>>> run, CancellationToken cancellation)
    {
        var apart = new HashSet<Guid>();
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await store.CreateDbContextAsync(cancellation);
            await using var transaction = await db.BeginAsync(cancellation);
            try
            {
                return await run(db, apart);
            }
            catch (Exception e) when (attempt < Tries && IsRace(e))
            {
                measures.RaceRetried();
                await transaction.RollbackAsync(CancellationToken.None);
                await Task.Delay(Random.Shared.Next(2, 10 * attempt), cancellation);
            }
            catch (OtherIncidentFailed e) when (attempt < Tries && apart.Add(e.Incident))
            {
                await transaction.RollbackAsync(CancellationToken.None);
                await quarantine.PutAsync(QuarantineKind.Incident, e.Incident, 0, e, cancellation);
                hints.Askings.Raise(e.Incident); // its own look proves it, or takes it out again
            }
            catch (InvalidOperationException e) when (db.Database.GetDbConnection().State != ConnectionState.Open)
            {
                // The server ended the transaction under us (idle for too long, shut down): an outage, although the driver calls it a misuse.
                throw new TimeoutException("The database connection was lost within a transaction.", e);
            }
        }
    }

    // EF wraps what Postgres said once or twice.
    private static bool IsRace(Exception? e) => e switch
    {
        null => false,
        DbUpdateConcurrencyException => true,
        PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure } => true,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "callouts_one_active_per_volunteer" } => true, // another incident has just asked him
        // What it would have stood on ran out, or was ended, between the plan and the writing: the next plan does without.
        PostgresException { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: "callouts_within_ring_or_released" or "callouts_lent_with_consent" or "releases_stand_on_a_live_ground" } => true,
        _ => IsRace(e.InnerException),
    };

    private static async Task<DateTimeOffset> NowAsync(DispatchDb db, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", (NpgsqlConnection)db.Database.GetDbConnection());
        command.Transaction = (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();
        return (DateTime)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
