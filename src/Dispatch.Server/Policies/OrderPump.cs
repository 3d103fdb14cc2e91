using Dispatch.Server.Access;
using Dispatch.Server.Live;
using Npgsql;

namespace Dispatch.Server.Policies;

/// <summary>
/// Tells this node's consoles that an order to a region was put on record: a mode, a policy, an agreement, a floor, a liaison, unified command. A word
/// without content to the desks it concerns (the region's, those above and below, both parties of an agreement); they read again what they show.
/// No number counts these orders, and they commit in another order than they are dated: each look goes a minute behind the last one, which is longer
/// than any transaction may run, and what it has seen before it does not tell twice.
/// </summary>
internal sealed class OrderPump(Hints hints, Connections connections, SendReview review, NpgsqlDataSource source, TimeProvider time, ILogger<OrderPump> log) : BackgroundService
{
    // Index region_orders_by_time.
    private const string Sql = """
        SELECT now(), NULL::uuid, NULL, NULL::timestamptz, NULL::text[]
        UNION ALL
        SELECT now(), o.id, o.kind, o.at, ARRAY(
            SELECT r.path::text FROM regions r
            WHERE r.code IN (o.region, o.before ->> 'lender', o.before ->> 'borrower', o.after ->> 'lender', o.after ->> 'borrower'))
        FROM region_orders o WHERE o.at > coalesce($1, now()) - interval '1 minute'
        """;

    private readonly Dictionary<Guid, DateTime> known = [];
    private DateTime? lookedAt;
    private Guid epoch;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("region order pump", PumpAsync, log, stoppingToken);

    private async Task PumpAsync(CancellationToken cancellation)
    {
        await Task.Delay(hints.PollAfter, time, cancellation);
        var (now, orders) = await LookAsync(cancellation);
        if (await review.RunAsync(cancellation) is var reviewed && reviewed != epoch)
        {
            // The first look, or a restored database. What the last minute brought is told to whoever is there already: he may have read before it,
            // and to read once more costs him nothing.
            epoch = reviewed;
            known.Clear();
        }

        foreach (var order in orders.Where(order => known.TryAdd(order.Id, order.At)))
        {
            foreach (var console in connections.Consoles.Where(console => order.Paths.Any(path => Caller.Covers(path, console.RegionPath) || Caller.Covers(console.RegionPath, path))))
            {
                console.SendRegionOrder(order.Kind, order.At);
            }
        }

        lookedAt = now;
        foreach (var (id, _) in known.Where(one => one.Value < now.AddMinutes(-2)).ToList())
        {
            known.Remove(id);
        }
    }

    private async Task<(DateTime Now, List<(Guid Id, string Kind, DateTime At, string[] Paths)> Orders)> LookAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = (object?)lookedAt ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var now = default(DateTime);
        var orders = new List<(Guid, string, DateTime, string[])>();
        while (await row.ReadAsync(cancellation))
        {
            now = row.GetDateTime(0);
            if (!row.IsDBNull(1))
            {
                orders.Add((row.GetGuid(1), row.GetString(2), row.GetDateTime(3), row.GetFieldValue<string[]>(4)));
            }
        }

        return (now, orders);
    }
}
