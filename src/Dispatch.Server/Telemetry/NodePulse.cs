using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Telemetry;

/// <summary>
/// This node's sign of life: every two seconds what it measures of itself, in its line among the nodes, every ten a sample for the plots. What is read back on the way feeds the gauges.
/// A node that is gone is seen by the others and by the person on duty, because its row is no longer renewed.
/// </summary>
internal sealed class NodePulse(
    NpgsqlDataSource source,
    Connections connections,
    Hints hints,
    Measures measures,
    DatabaseClock clock,
    Self self,
    TimeProvider time,
    ILogger<NodePulse> log) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <summary>An offer no phone has after so long is shown as undelivered; one so long past its time as overdue.</summary>
    public static readonly TimeSpan UndeliveredAfter = TimeSpan.FromSeconds(20), OverdueAfter = TimeSpan.FromSeconds(1);

    private const int BeatsPerSample = 5;

    private static readonly string PulseSql = EmbeddedSql.Read("WritePulse.sql"), SampleSql = EmbeddedSql.Read("WriteSample.sql");

    private volatile Read last = new(false, 0, 0, null, 0);
    private int beats;

    /// <summary>What the database said with the last beat. A beat that failed says that it does not answer.</summary>
    private sealed record Read(bool PostgresAnswers, int Undelivered, int Overdue, double? AuditorAgeSeconds, int RecordFlaws);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = measures.Meter;
        Gauge("dispatch.connections", "{connection}", "Phones connected to this node", () => connections.Phones.Count(), "phone");
        Gauge("dispatch.connections", "{connection}", "Consoles connected to this node", () => connections.Consoles.Count(), "console");
        meter.CreateObservableGauge("dispatch.queue.longest", () => Queues().Longest, "{message}", "The longest queue of one connection");
        meter.CreateObservableGauge("dispatch.queue.waiting", () => Queues().All, "{message}", "Messages waiting in all queues");
        meter.CreateObservableGauge("dispatch.pump.lag", () => measures.LagMs, "ms", "How far the pump is behind the record");
        meter.CreateObservableGauge("dispatch.callouts.undelivered", () => last.Undelivered, "{callout}", "Open offers no phone has for 20 s");
        meter.CreateObservableGauge("dispatch.callouts.overdue", () => last.Overdue, "{callout}", "Open offers past their due time by more than 1 s");
        meter.CreateObservableGauge("dispatch.auditor.age", () => last.AuditorAgeSeconds ?? -1, "s", "Since the auditor's last beat; -1: never");
        meter.CreateObservableGauge("dispatch.record.flaws", () => last.RecordFlaws, "{record}", "Incidents and musters whose record did not verify when it was last looked at");
        meter.CreateObservableGauge("dispatch.postgres.up", () => last.PostgresAnswers ? 1 : 0, "1", "1: the database answered the last beat");
        meter.CreateObservableGauge("dispatch.redis.up", () => hints.Redis switch { RedisState.Connected => 1, RedisState.Away => 0, _ => -1 }, "1", "1: connected, 0: away, -1: not configured");
        return base.StartAsync(cancellationToken);

        void Gauge(string name, string unit, string description, Func<int> value, string kind) =>
            meter.CreateObservableGauge(name, () => new Measurement<int>(value(), new KeyValuePair<string, object?>("kind", kind)), unit, description);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("node pulse", BeatAsync, log, stoppingToken);

    private async Task BeatAsync(CancellationToken cancellation)
    {
        try
        {
            last = await PulseAsync(cancellation);
        }
        catch
        {
            last = last with { PostgresAnswers = false };
            throw;
        }

        if (++beats % BeatsPerSample == 0)
        {
            await SampleAsync(cancellation);
        }

        await Task.Delay(Every, time, cancellation);
    }

    private async Task<Read> PulseAsync(CancellationToken cancellation)
    {
        var (longest, all) = Queues();
        var disk = self.Disk();
        await using var command = source.CreateCommand(PulseSql);
        command.CommandTimeout = 5;
        object?[] values =
        [
            self.Id, self.Name, self.Version, self.StartedAt.UtcDateTime, connections.Phones.Count(), connections.Consoles.Count(), longest, all, measures.LagMs,
            Environment.WorkingSet, disk?.Free, disk?.All, RedisWord(hints.Redis), UndeliveredAfter, OverdueAfter,
        ];
        foreach (var value in values)
        {
            command.Parameters.Add(value is null ? new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint } : new() { Value = value });
        }

        var asked = Stopwatch.GetTimestamp();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        clock.Learn(asked, reader.GetDateTime(0), Stopwatch.GetTimestamp());
        return new(true, reader.GetInt32(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetDouble(3), reader.GetInt32(4));
    }

    // Taken only when the database has just answered, so that an outage is in the plot that follows it.
    private async Task SampleAsync(CancellationToken cancellation)
    {
        var counts = measures.Take();
        await using var command = source.CreateCommand(SampleSql);
        command.CommandTimeout = 5;
        object[] values =
        [
            self.Id, connections.Phones.Count(), connections.Consoles.Count(), Queues().Longest, measures.LagMs, last.Undelivered, last.Overdue,
            measures.RaiseToPhone.Take(), measures.AcceptToConsole.Take(), counts.Cut, counts.Missed, counts.Failed, counts.NotConfirmed, counts.Raced,
        ];
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    private (int Longest, int All) Queues()
    {
        var (longest, all) = (0, 0);
        foreach (var connection in connections.All)
        {
            longest = Math.Max(longest, connection.Waiting);
            all += connection.Waiting;
        }

        return (longest, all);
    }

    private static string RedisWord(RedisState redis) => redis switch { RedisState.Connected => "connected", RedisState.Away => "away", _ => "notConfigured" };
}
