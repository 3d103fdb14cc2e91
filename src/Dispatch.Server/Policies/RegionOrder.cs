using System.Text.Json;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Policies;

/// <summary>An order of a region's command that belongs to no incident: who, when, from, to, why. Written once, under the caller's command id.</summary>
internal sealed class RegionOrder
{
    public required Guid Id { get; init; }

    public required string Region { get; init; }

    public required string Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Guid ById { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }

    public required string Reason { get; init; }

    public static string? Write(object? value) => value is null ? null : JsonSerializer.Serialize(value, Json.Options);

    /// <summary>
    /// Runs <paramref name="change"/> in one transaction with the order's own line. The same id again changes nothing: it answers like the first
    /// time when kind and region are the same, and is refused otherwise.
    /// </summary>
    public static async Task<Problem?> CarryOutAsync(
        IDbContextFactory<DispatchDb> store, Guid id, string region, string kind, Guid by, string reason,
        Func<DispatchDb, DateTimeOffset, Task<(Problem? Refusal, object? Before, object? After)>> change, CancellationToken cancellation)
    {
        for (var again = false; ; again = true)
        {
            await using var db = await store.CreateDbContextAsync(cancellation);
            if (await db.RegionOrders.AsNoTracking().SingleOrDefaultAsync(order => order.Id == id, cancellation) is { } earlier)
            {
                return earlier.Kind == kind && earlier.Region == region && earlier.ById == by ? null : Problems.DifferentBody(new { earlier.Kind, earlier.Region });
            }

            await using var transaction = await db.BeginAsync(cancellation);
            try
            {
                // The region's row is the lock of all orders to it: two of them at once come one after the other.
                await db.Database.ExecuteSqlAsync($"SELECT FROM regions WHERE code = {region} FOR NO KEY UPDATE", cancellation);
                var now = await db.Database.SqlQuery<DateTime>($"SELECT clock_timestamp() AS \"Value\"").SingleAsync(cancellation);
                var (refusal, before, after) = await change(db, now);
                if (refusal is not null)
                {
                    return refusal;
                }

                db.RegionOrders.Add(new() { Id = id, Region = region, Kind = kind, At = now, ById = by, Before = Write(before), After = Write(after), Reason = reason.Trim() });
                await db.SaveChangesAsync(cancellation);
                await transaction.CommitAsync(cancellation);
                return null;
            }
            catch (DbUpdateException e) when (!again && e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
            {
                // The same order, or the same line, was written in the same instant: look again.
            }
        }
    }
}
