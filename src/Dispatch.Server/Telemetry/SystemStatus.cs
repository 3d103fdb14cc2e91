using Dispatch.Server.Channels;
using Dispatch.Server.Live;
using Npgsql;

namespace Dispatch.Server.Telemetry;

/// <summary>
/// Is the system itself healthy? One sentence and one colour for the person on duty, and below it every part with its numbers, read from the rows
/// all nodes write. It is asked for by the console and never pushed: it has to work when the pump does not.
/// </summary>
internal sealed class SystemStatus(NpgsqlDataSource source, Readiness readiness, Quarantine quarantine, Hints hints, ChannelSettings channels, Self self, TimeProvider time)
{
    /// <summary>A node that has not renewed its row for so long is shown as gone.</summary>
    private static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(15);

    private const double SlowToPhoneMs = 1000;
    private const int EnoughToJudge = 20;

    internal enum Level
    {
        Good,
        Watch,
        Bad,
    }

    /// <summary><c>Parts</c> is null when the database does not answer: then nothing but the reasons is known.</summary>
    internal sealed record View(Level Level, string Sentence, string SentenceEn, IReadOnlyList<Reason> Reasons, DateTimeOffset ServerTime, Known? Parts);

    internal sealed record Known(
        IReadOnlyList<NodeRow> Nodes,
        PostgresState Postgres,
        RedisState Redis,
        double? AuditorAgeSeconds,
        int Undelivered,
        int Overdue,
        int Quarantined,
        RecordCheck? Record,
        IReadOnlyList<ChannelHealth> Channels,
        Latency RaiseToPhone,
        Latency AcceptToConsole,
        LastHour LastHour,
        Plots Plots);

    internal sealed record NodeRow(
        Guid Id, string Name, string Version, DateTimeOffset StartedAt, double SilentSeconds, bool Gone, int Phones, int Consoles, int QueueMax, int QueueSum,
        double LagMs, long MemoryBytes, long? DiskFreeBytes, long? DiskBytes, bool Answering, bool Draining);

    internal sealed record PostgresState(string Version, int Connections, int MostConnections, double RoundTripMs);

    /// <summary>The last verification of everything; <c>Flaws</c> is of that and of the later, smaller ones. Null: none yet.</summary>
    internal sealed record RecordCheck(DateTimeOffset CheckedAt, DateTimeOffset AllCheckedAt, long Facts, int Flaws);

    internal sealed record Latency(double? P50Ms, double? P95Ms, long Count);

    internal sealed record LastHour(long ClientsCut, long TimersMissed, long Errors, long NotConfirmed, long Races);

    public static async Task<IResult> Handle(SystemStatus status, CancellationToken cancellation) => TypedResults.Json(await status.ReadAsync(cancellation), Json.Options);

    public async Task<View> ReadAsync(CancellationToken cancellation)
    {
        var reasons = new List<Reason>(await readiness.CheckAsync(cancellation));
        Known? parts = null;
        if (!reasons.Contains(Reason.Postgres))
        {
            try
            {
                parts = await ReadPartsAsync(cancellation);
                reasons.AddRange(Judge(parts));
            }
            catch (Exception e) when (Parts.IsOutage(e) || e is NpgsqlException)
            {
                reasons.Add(Reason.Postgres);
            }
        }

        var level = reasons.Any(IsBad) ? Level.Bad : reasons.Count > 0 ? Level.Watch : Level.Good;
        var (sentence, sentenceEn) = Say(level, reasons, parts);
        return new(level, sentence, sentenceEn, [.. reasons.OrderByDescending(IsBad)], time.GetUtcNow(), parts);
    }

    /// <summary>Bad: call-outs may not go as they should. Everything else can wait for the morning.</summary>
    private static bool IsBad(Reason reason) => reason.Weight == Weight.NotReady || reason.Code is "auditorSilent" or "overdue";

    private static IEnumerable<Reason> Judge(Known parts)
    {
        foreach (var node in parts.Nodes.Where(node => node.Gone))
        {
            yield return Reason.NodeGone(node.Name, node.SilentSeconds);
        }

        if (parts.Overdue > 0)
        {
            yield return Reason.Overdue(parts.Overdue);
        }

        foreach (var channel in parts.Channels.Where(channel => channel.GatewayFailures > 0))
        {
            yield return Reason.ChannelFails(channel);
        }

        if (parts.RaiseToPhone is { Count: >= EnoughToJudge, P95Ms: > SlowToPhoneMs and var slow })
        {
            yield return Reason.SlowToPhone(slow);
        }
    }

    private static (string Text, string TextEn) Say(Level level, List<Reason> reasons, Known? parts)
    {
        var nodes = parts?.Nodes.Count(node => !node.Gone) ?? 0;
        return level switch
        {
            Level.Good => ($"系统正常：{nodes} 个节点在线，时限有人盯着", $"The system is healthy: {nodes} {(nodes == 1 ? "node" : "nodes")} up, due times are watched"),
            Level.Watch => ($"系统可用，有 {reasons.Count} 项要留意", $"The system works; {reasons.Count} {(reasons.Count == 1 ? "thing needs" : "things need")} a look"),
            _ => (reasons.First(IsBad).Text, reasons.First(IsBad).TextEn),
        };
    }

    private async Task<Known> ReadPartsAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var began = time.GetTimestamp();
        await using (var ping = new NpgsqlCommand("SELECT 1", connection) { CommandTimeout = 2 })
        {
            await ping.ExecuteScalarAsync(cancellation);
        }

        var roundTrip = time.GetElapsedTime(began).TotalMilliseconds;
        var nodes = await ReadNodesAsync(connection, cancellation);
        var (now, postgres, auditor, undelivered, overdue) = await ReadRestAsync(connection, roundTrip, cancellation);
        var samples = await Sample.ReadAsync(connection, cancellation);
        var recent = samples.Where(sample => sample.At > now - Recent).ToList();
        return new(
            nodes, postgres, hints.Redis, auditor, undelivered, overdue,
            (await quarantine.ReadAsync(cancellation)).Count(entry => entry.Alarm),
            await ReadRecordCheckAsync(connection, cancellation),
            await ChannelHealth.ReadAsync(connection, channels, cancellation),
            LatencyOf(recent.Select(sample => sample.RaiseToPhone)),
            LatencyOf(recent.Select(sample => sample.AcceptToConsole)),
            new(samples.Sum(sample => (long)sample.Cut), samples.Sum(sample => (long)sample.Missed), samples.Sum(sample => (long)sample.Errors),
                samples.Sum(sample => (long)sample.NotConfirmed), samples.Sum(sample => (long)sample.Races)),
            Plots.Of(samples, now));
    }

    private async Task<List<NodeRow>> ReadNodesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            SELECT id, name, version, started_at, extract(epoch FROM clock_timestamp() - seen_at)::float8, phones, consoles, queue_max, queue_sum, lag_ms,
                   memory_bytes, disk_free_bytes, disk_bytes, state = 'draining'
            FROM nodes WHERE state <> 'stopped' AND version IS NOT NULL AND seen_at > now() - interval '1 hour' ORDER BY started_at
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var nodes = new List<NodeRow>();
        while (await reader.ReadAsync(cancellation))
        {
            var silent = Math.Max(0, reader.GetDouble(4));
            nodes.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetDateTime(3), silent, silent > GoneAfter.TotalSeconds,
                reader.GetInt32(5), reader.GetInt32(6), reader.GetInt32(7), reader.GetInt32(8), reader.GetDouble(9), reader.GetInt64(10),
                reader.IsDBNull(11) ? null : reader.GetInt64(11), reader.IsDBNull(12) ? null : reader.GetInt64(12), reader.GetGuid(0) == self.Id, reader.GetBoolean(13)));
        }

        return nodes;
    }

    private static async Task<(DateTimeOffset Now, PostgresState Postgres, double? AuditorAge, int Undelivered, int Overdue)> ReadRestAsync(
        NpgsqlConnection connection, double roundTrip, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            SELECT clock_timestamp(), current_setting('server_version'), (SELECT count(*)::integer FROM pg_stat_activity WHERE backend_type = 'client backend'),
                   current_setting('max_connections')::integer, (SELECT extract(epoch FROM clock_timestamp() - beat_at)::float8 FROM auditor),
                   count(*) FILTER (WHERE delivered_at IS NULL AND offered_at < now() - $1::interval)::integer,
                   count(*) FILTER (WHERE due_at < now() - $2::interval)::integer
            FROM callouts WHERE state = 'offered'
            """, connection);
        command.Parameters.Add(new() { Value = NodePulse.UndeliveredAfter });
        command.Parameters.Add(new() { Value = Clock.Sweep.SilentAfter }); // what the auditor has had two chances to move
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetDateTime(0), new(reader.GetString(1).Split(' ')[0], reader.GetInt32(2), reader.GetInt32(3), roundTrip),
            reader.IsDBNull(4) ? null : reader.GetDouble(4), reader.GetInt32(5), reader.GetInt32(6));
    }

    private static async Task<RecordCheck?> ReadRecordCheckAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT max(checked_at), max(checked_at) FILTER (WHERE scope = 'all'), max(facts) FILTER (WHERE scope = 'all'), max(flaws) FROM record_checks HAVING bool_or(scope = 'all')", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new(reader.GetDateTime(0), reader.GetDateTime(1), reader.GetInt64(2), reader.GetInt32(3)) : null;
    }

    private static Latency LatencyOf(IEnumerable<int[]> tallies)
    {
        var counts = Sample.Add(tallies);
        return new(Tally.Percentile(counts, 0.5), Tally.Percentile(counts, 0.95), counts.Sum());
    }
}
