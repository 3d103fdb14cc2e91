using System.Collections.Concurrent;
using Dispatch.Server.Telemetry;
using Npgsql;

namespace Dispatch.Server.Live;

internal enum QuarantineKind
{
    /// <summary>An incident that cannot be advanced. Its people are not asked by itself: somebody has to act.</summary>
    Incident,

    /// <summary>A fact that cannot be read; clients get its number without its content.</summary>
    Fact,

    /// <summary>An inbox item whose card cannot be made; the phone gets no such item, and it does not count as delivered.</summary>
    InboxItem,

    /// <summary>A card left out of a volunteer's list.</summary>
    Callout,

    /// <summary>A receipt that could not be recorded.</summary>
    Receipt,

    /// <summary>A position that could not be stored.</summary>
    Position,
}

/// <summary>
/// What fails for a reason of its own, kept apart so that the rest flows. Invariants: an outage never lands here; nothing here is forgotten before
/// it works again; every entry is counted and logged, and is an alarm from the failure on that proves it no accident.
/// </summary>
internal sealed class Quarantine(NpgsqlDataSource source, Measures measures, ILogger<Quarantine> log)
{
    private const int ProvenAfter = 3;

    // Taking out what works again must not cost every healthy change a statement.
    private readonly ConcurrentDictionary<(QuarantineKind Kind, Guid Subject, long Number), byte> known = new();

    internal sealed record Entry(
        QuarantineKind Kind, Guid Subject, long Number, string Error, int Failures, DateTimeOffset FirstFailedAt, DateTimeOffset LastFailedAt, DateTimeOffset RetryAt)
    {
        /// <summary>What is read fails the same way each time; what is done may have met a passing obstacle.</summary>
        public bool Alarm => Kind is not (QuarantineKind.Incident or QuarantineKind.Receipt) || Failures >= ProvenAfter;
    }

    /// <summary>All of it, oldest first.</summary>
    public async Task<IReadOnlyList<Entry>> ReadAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "SELECT kind, subject, number, error, failures, first_failed_at, last_failed_at, retry_at FROM quarantine ORDER BY first_failed_at LIMIT 1000");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var entries = new List<Entry>();
        while (await reader.ReadAsync(cancellation))
        {
            var entry = Read(reader);
            known[(entry.Kind, entry.Subject, entry.Number)] = 0;
            entries.Add(entry);
        }

        return entries;
    }

    /// <summary>Counts a failure. The next try is due after 1, 2, 4 ... seconds, at most a minute.</summary>
    public async Task<Entry> PutAsync(QuarantineKind kind, Guid subject, long number, Exception error, CancellationToken cancellation)
    {
        known[(kind, subject, number)] = 0;
        await using var command = source.CreateCommand("""
            INSERT INTO quarantine AS q (kind, subject, number, error, retry_at) VALUES ($1, $2, $3, $4, clock_timestamp() + interval '1 second')
            ON CONFLICT (kind, subject, number) DO UPDATE SET error = excluded.error, failures = q.failures + 1, last_failed_at = clock_timestamp(),
                retry_at = clock_timestamp() + least(interval '1 minute', interval '1 second' * power(2, least(q.failures, 10)))
            RETURNING kind, subject, number, error, failures, first_failed_at, last_failed_at, retry_at
            """);
        command.Parameters.Add(new() { Value = NameOf(kind) });
        command.Parameters.Add(new() { Value = subject });
        command.Parameters.Add(new() { Value = number });
        command.Parameters.Add(new() { Value = Describe(error) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var entry = Read(reader);
        measures.Quarantined(NameOf(kind));
        if (entry.Alarm)
        {
            log.Quarantined(error, kind, subject, number, entry.Failures);
        }
        else
        {
            log.FailedByItself(error, kind, subject, number, entry.Failures);
        }

        return entry;
    }

    /// <summary>It worked. Costs nothing when it had never failed.</summary>
    public async Task ReleaseAsync(QuarantineKind kind, Guid subject, long number, CancellationToken cancellation)
    {
        if (!known.ContainsKey((kind, subject, number)))
        {
            return;
        }

        await using var command = source.CreateCommand("DELETE FROM quarantine WHERE kind = $1 AND subject = $2 AND number = $3");
        command.Parameters.Add(new() { Value = NameOf(kind) });
        command.Parameters.Add(new() { Value = subject });
        command.Parameters.Add(new() { Value = number });
        await command.ExecuteNonQueryAsync(cancellation);
        known.TryRemove((kind, subject, number), out _);
    }

    /// <summary>What went wrong, without a word of the data: messages of the database quote rows.</summary>
    private static string Describe(Exception error)
    {
        var cause = error;
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause is PostgresException postgres ? $"{postgres.SqlState} {postgres.ConstraintName ?? postgres.Routine}".Trim() : cause.GetType().Name;
    }

    private static string NameOf(QuarantineKind kind) => kind switch
    {
        QuarantineKind.Incident => "incident",
        QuarantineKind.Fact => "fact",
        QuarantineKind.InboxItem => "inboxItem",
        QuarantineKind.Callout => "callout",
        QuarantineKind.Receipt => "receipt",
        _ => "position",
    };

    private static Entry Read(NpgsqlDataReader row) => new(
        Enum.Parse<QuarantineKind>(row.GetString(0), true), row.GetGuid(1), row.GetInt64(2), row.GetString(3), row.GetInt32(4), row.GetDateTime(5), row.GetDateTime(6), row.GetDateTime(7));
}
