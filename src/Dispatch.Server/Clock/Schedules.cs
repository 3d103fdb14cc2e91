using Dispatch.Server.Storage;
using Dispatch.Server.Telemetry;
using Dispatch.Server.Volunteers;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Quartz;

namespace Dispatch.Server.Clock;

/// <summary>
/// Every job of the timetable, its interval, and what is late if it stops. Quartz, clustered and persistent in Postgres, runs each on one node at a
/// time. Nothing here decides anything: due times are columns, judged by the database's clock.
/// </summary>
internal static class Schedules
{
    public static IServiceCollection AddSchedules(this IServiceCollection services, string connectionString, DatabaseClock clock)
    {
        services.AddQuartz(quartz =>
        {
            quartz.UseTimeProvider(clock); // by its own, a node whose clock is minutes behind would be taken for dead by the others
            quartz.UsePersistentStore(store =>
            {
                store.ProvisionSchema();
                store.UsePostgres(Database.ForTimetable(connectionString));
                store.UseSystemTextJsonSerializer();
                store.UseClustering(cluster =>
                {
                    cluster.CheckinInterval = TimeSpan.FromSeconds(2);
                    cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(1); // a killed node's jobs run elsewhere about three seconds later
                });
            });

            // Late: a wave widens, and an offer expires, when the auditor (Sweep) finds it: up to two seconds after its time, and counted as missed.
            quartz.Every<AdvanceDue>(TimeSpan.FromMilliseconds(500));

            // Late: people whose phone has been silent stand on the map where they were; the matcher judges the age of a fix itself.
            quartz.Every<FallBackToAddress>(TimeSpan.FromSeconds(15));

            // Late: the planner judges people by what they did a minute earlier, and everybody by an hour earlier.
            quartz.Every<LearnResponses>(TimeSpan.FromMinutes(1));
            quartz.Every<LearnRates>(TimeSpan.FromHours(1));

            // Late: an alarm stays up although its cause is gone.
            quartz.Every<RetryQuarantined>(TimeSpan.FromMinutes(1));

            // Late: that somebody changed the record is known later. The chain itself is written with every fact.
            quartz.Every<CheckRecords>(CheckRecords.Every);

            // Late: nothing but disk space. How long inboxes are kept is a promise, not a limit.
            quartz.Every<ForgetDelivered>(TimeSpan.FromHours(1));
        });
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        return services;
    }

    private static void Every<TJob>(this IQuartzBuilder quartz, TimeSpan interval)
        where TJob : IJob
    {
        var key = new JobKey(typeof(TJob).Name);
        quartz.AddJob<TJob>(job => job.WithIdentity(key));
        quartz.AddTrigger(trigger => trigger.ForJob(key).WithIdentity(typeof(TJob).Name)
            .WithSimpleSchedule(schedule => schedule.WithInterval(interval).RepeatForever()));
    }
}

/// <summary>The clock of due times: whatever is due moves on, on one node of all. Why a cadence and not a trigger per due time: decision 0013.</summary>
[DisallowConcurrentExecution]
internal sealed class AdvanceDue(DueIncidents due) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await due.AdvanceAsync((await due.FindAsync(TimeSpan.Zero, cancellationToken)).Select(incident => incident.Incident), cancellationToken);
}

/// <summary>Volunteers whose fix is no longer fresh stand at their registered address again, if they allowed that.</summary>
[DisallowConcurrentExecution]
internal sealed class FallBackToAddress(IDbContextFactory<DispatchDb> store) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        await using var db = await store.CreateDbContextAsync(cancellationToken);
        await Candidates.FallBackFromStaleFixesAsync(db, cancellationToken);
    }
}

/// <summary>
/// Inbox items of more than a week ago are given up, delivered or not, and the inbox remembers up to where: a phone that comes back from further
/// away is reset with a snapshot. Used activation codes and ended sign-ins that no token can name any more go too, and the nodes of yesterday.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class ForgetDelivered(NpgsqlDataSource source) : IJob
{
    internal static readonly TimeSpan KeepInboxesFor = TimeSpan.FromDays(7);

    private const int InboxesAtOnce = 500;

    private static readonly string PruneSql = EmbeddedSql.Read("PruneInboxes.sql");

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await RunAsync(cancellationToken);

    internal async Task RunAsync(CancellationToken cancellation)
    {
        int changed;
        do
        {
            // A few inboxes at a time, so that nobody's call-out waits for the lock of his head.
            await using var prune = source.CreateCommand(PruneSql);
            prune.Parameters.Add(new() { Value = KeepInboxesFor });
            prune.Parameters.Add(new() { Value = InboxesAtOnce });
            changed = (int)(await prune.ExecuteScalarAsync(cancellation))!;
        }
        while (changed == InboxesAtOnce);

        await using var codes = source.CreateCommand("DELETE FROM activation_codes WHERE coalesce(used_at, expires_at) < now() - interval '7 days'");
        await codes.ExecuteNonQueryAsync(cancellation);
        await using var signIns = source.CreateCommand("DELETE FROM ended_sign_ins WHERE ended_at < now() - interval '100 days'"); // refresh tokens live for 90
        await signIns.ExecuteNonQueryAsync(cancellation);
        await using var nodes = source.CreateCommand(
            "WITH gone AS (DELETE FROM nodes WHERE seen_at < now() - interval '1 day' RETURNING id) DELETE FROM presence p USING gone WHERE p.node_id = gone.id");
        await nodes.ExecuteNonQueryAsync(cancellation);
        await using var events = source.CreateCommand("DELETE FROM channel_events WHERE received_at < now() - interval '30 days'"); // no gateway repeats itself after a month
        await events.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>How each volunteer answers, how often he was alerted and when he last served: counted anew for everybody of a recent incident.</summary>
[DisallowConcurrentExecution]
internal sealed class LearnResponses(IDbContextFactory<DispatchDb> store) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        await using var db = await store.CreateDbContextAsync(cancellationToken);
        await Learning.RunAsync(db, "SELECT learn_responses()", cancellationToken);
    }
}

/// <summary>How everybody together answers, by class of hours.</summary>
[DisallowConcurrentExecution]
internal sealed class LearnRates(IDbContextFactory<DispatchDb> store) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        await using var db = await store.CreateDbContextAsync(cancellationToken);
        await Learning.RunAsync(db, "SELECT learn_rates()", cancellationToken);
    }
}

/// <summary>What is learned is gathered from a year of offers, beside a disaster if need be: it may take longer than a statement that somebody waits for.</summary>
file static class Learning
{
    public static async Task RunAsync(DispatchDb db, string sql, CancellationToken cancellation)
    {
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(1));
        await using var transaction = await db.BeginAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync("SET LOCAL statement_timeout = '1min'", cancellation);
        await db.Database.ExecuteSqlRawAsync(sql, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
