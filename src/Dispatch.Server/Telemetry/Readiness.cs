using Dispatch.Server.Live;
using Dispatch.Server.Nodes;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Telemetry;

/// <summary>
/// Why this node cannot do its work, or does it worse than it should. Asked by load balancers and by every console every few seconds, so the answer
/// of one question serves all who come within the next second.
/// </summary>
internal sealed class Readiness(NpgsqlDataSource source, IDbContextFactory<DispatchDb> store, Quarantine quarantine, Hints hints, Drain drain, Self self, TimeProvider time) : IDisposable
{
    /// <summary>The auditor beats every second; after so many seconds of silence somebody has to watch the due times himself.</summary>
    public static readonly TimeSpan AuditorSilentAfter = TimeSpan.FromSeconds(10);

    private const int AnswerWithinSeconds = 2;
    private const long LeastFreeBytes = 2_000_000_000;

    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim one = new(1);
    private (long At, IReadOnlyList<Reason> Reasons)? last;
    private string[]? known;

    public async Task<IReadOnlyList<Reason>> CheckAsync(CancellationToken cancellation)
    {
        if (drain.HasBegun)
        {
            return [Reason.Draining]; // at once, whatever was said a moment ago
        }

        await one.WaitAsync(cancellation);
        try
        {
            if (last is { } recent && time.GetElapsedTime(recent.At) < GoodFor)
            {
                return recent.Reasons;
            }

            var reasons = await AskAsync(cancellation);
            last = (time.GetTimestamp(), reasons);
            return reasons;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private async Task<IReadOnlyList<Reason>> AskAsync(CancellationToken cancellation)
    {
        var reasons = new List<Reason>();
        try
        {
            await AskPostgresAsync(reasons, cancellation);
            if ((await quarantine.ReadAsync(cancellation)).Count(entry => entry.Alarm) is > 0 and var held)
            {
                reasons.Add(Reason.Quarantined(held));
            }
        }
        catch (Exception e) when (Parts.IsOutage(e) || e is NpgsqlException)
        {
            reasons.Add(Reason.Postgres);
        }

        if (hints.Redis == RedisState.Away)
        {
            reasons.Add(Reason.Redis);
        }

        if (self.Disk() is { } disk && (disk.Free < LeastFreeBytes || disk.Free < disk.All / 50))
        {
            reasons.Add(Reason.Disk(disk.Free));
        }

        return reasons;
    }

    private async Task AskPostgresAsync(List<Reason> reasons, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT (SELECT array_agg("MigrationId"::text) FROM "__EFMigrationsHistory"),
                   EXISTS (SELECT FROM data_protection_keys),
                   (SELECT extract(epoch FROM clock_timestamp() - beat_at)::float8 FROM auditor),
                   (SELECT coalesce(first_incident::text, 'muster ' || first_muster) || ' #' || first_number FROM record_checks WHERE flaws > 0 ORDER BY scope LIMIT 1)
            """);
        command.CommandTimeout = AnswerWithinSeconds;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var missing = Known().Except(reader.GetFieldValue<string[]>(0)).ToList();
        if (missing.Count > 0)
        {
            reasons.Add(Reason.Migrations(missing));
        }

        if (!reader.GetBoolean(1))
        {
            reasons.Add(Reason.Keys);
        }

        if (!reader.IsDBNull(3))
        {
            reasons.Add(Reason.RecordFlawed(reader.GetString(3)));
        }

        if (reader.IsDBNull(2))
        {
            if (time.GetUtcNow() - self.StartedAt > AuditorSilentAfter)
            {
                reasons.Add(Reason.AuditorNeverBeat);
            }
        }
        else if (reader.GetDouble(2) > AuditorSilentAfter.TotalSeconds && time.GetUtcNow() - self.StartedAt > AuditorSilentAfter)
        {
            reasons.Add(Reason.AuditorSilent(reader.GetDouble(2)));
        }
    }

    private string[] Known()
    {
        if (known is null)
        {
            using var db = store.CreateDbContext();
            known = [.. db.Database.GetMigrations()];
        }

        return known;
    }
}
