using Dispatch.Server.Records;
using Npgsql;
using NpgsqlTypes;
using Quartz;

namespace Dispatch.Server.Clock;

/// <summary>
/// Verifies the chain of the record by itself: what is open or ended lately every ten minutes, everything once a day. What it finds is a row that the
/// system page, the readiness of every node and the gauge <c>dispatch.record.flaws</c> read. ./dev verify is the auditor's own look, from outside.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class CheckRecords(NpgsqlDataSource source, ILogger<CheckRecords> log) : IJob
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    private const string AllIsDueSql = "SELECT NOT EXISTS (SELECT FROM record_checks WHERE scope = 'all' AND checked_at > now() - interval '1 day')";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        await using var ask = source.CreateCommand(AllIsDueSql);
        await RunAsync(recentOnly: !(bool)(await ask.ExecuteScalarAsync(cancellationToken))!, cancellationToken);
    }

    internal async Task RunAsync(bool recentOnly, CancellationToken cancellation)
    {
        var report = await VerifyRecords.RunAsync(source, recentOnly, kept: null, cancellation);
        var first = report.Flaws.Count > 0 ? report.Flaws[0] : null;
        foreach (var flaw in report.Flaws)
        {
            log.RecordIsFlawed(flaw.Of, flaw.Number, flaw.What);
        }

        // Everything includes what is recent: then both rows are of now.
        await using var write = source.CreateCommand("""
            INSERT INTO record_checks AS c (scope, checked_at, incidents, facts, flaws, first_incident, first_number, first_what, musters, first_muster)
            SELECT scope, clock_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9 FROM unnest($1) AS scope
            ON CONFLICT (scope) DO UPDATE SET checked_at = excluded.checked_at, incidents = excluded.incidents, facts = excluded.facts, flaws = excluded.flaws,
                first_incident = excluded.first_incident, first_number = excluded.first_number, first_what = excluded.first_what,
                musters = excluded.musters, first_muster = excluded.first_muster
            """);
        write.Parameters.Add(new() { Value = recentOnly ? new[] { "recent" } : ["recent", "all"] });
        write.Parameters.Add(new() { Value = report.Incidents });
        write.Parameters.Add(new() { Value = report.Facts });
        write.Parameters.Add(new() { Value = report.Flaws.Count });
        write.Parameters.Add(new() { Value = IdOf(RecordKind.Incident), NpgsqlDbType = NpgsqlDbType.Uuid });
        write.Parameters.Add(new() { Value = first is null ? DBNull.Value : first.Number, NpgsqlDbType = NpgsqlDbType.Bigint });
        write.Parameters.Add(new() { Value = first is null ? DBNull.Value : first.What, NpgsqlDbType = NpgsqlDbType.Text });
        write.Parameters.Add(new() { Value = report.Musters });
        write.Parameters.Add(new() { Value = IdOf(RecordKind.Muster), NpgsqlDbType = NpgsqlDbType.Uuid });
        await write.ExecuteNonQueryAsync(cancellation);

        object IdOf(RecordKind kind) => first?.Of.Kind == kind ? first.Of.Id : DBNull.Value;
    }
}
