using Dispatch.Server.Storage;
using Dispatch.Server.Volunteers;
using Microsoft.EntityFrameworkCore;
using Quartz;

namespace Dispatch.Server.Clock;

/// <summary>
/// Every job of the timetable, its interval, and what is late if it stops. Quartz, clustered and persistent in Postgres, runs each on one node at a
/// time. Nothing here decides anything: due times are columns, judged by the database's clock.
/// </summary>
internal static class Schedules
{
    public static IServiceCollection AddSchedules(this IServiceCollection services, string connectionString)
    {
        services.AddQuartz(quartz =>
        {
            quartz.UsePersistentStore(store =>
            {
                store.ProvisionSchema();
                store.UsePostgres(connectionString);
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

            // Late: nothing but disk space.
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

/// <summary>Inbox items that every phone has had for a week, used activation codes and nodes of yesterday are of no use to anybody.</summary>
[DisallowConcurrentExecution]
internal sealed class ForgetDelivered(IDbContextFactory<DispatchDb> store) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        await using var db = await store.CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            DELETE FROM inbox item USING inbox_heads head
            WHERE head.volunteer_id = item.volunteer_id AND item.number <= head.delivered AND item.at < now() - interval '7 days'
            """, cancellationToken);
        await db.Database.ExecuteSqlAsync($"WITH gone AS (DELETE FROM nodes WHERE seen_at < now() - interval '1 day' RETURNING id) DELETE FROM presence p USING gone WHERE p.node_id = gone.id", cancellationToken);
        await db.Database.ExecuteSqlAsync($"DELETE FROM activation_codes WHERE coalesce(used_at, expires_at) < now() - interval '7 days'", cancellationToken);
    }
}
