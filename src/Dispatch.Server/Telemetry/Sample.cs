using Npgsql;

namespace Dispatch.Server.Telemetry;

/// <summary>What one node did in ten seconds.</summary>
internal sealed record Sample(
    DateTimeOffset At, int Phones, int Consoles, int QueueMax, double LagMs, int Undelivered, int Overdue, int[] RaiseToPhone, int[] AcceptToConsole,
    int Cut, int Missed, int Errors, int NotConfirmed, int Races, Guid Node)
{
    /// <summary>Those of all nodes in the last hour, oldest first: 360 rows a node. Primary key (at, node).</summary>
    public static async Task<List<Sample>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            SELECT at, phones, consoles, queue_max, lag_ms, undelivered, overdue, raise_to_phone, accept_to_console, clients_cut, timers_missed, errors,
                   not_confirmed, races, node
            FROM node_samples WHERE at > now() - interval '1 hour' ORDER BY at
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var samples = new List<Sample>();
        while (await reader.ReadAsync(cancellation))
        {
            samples.Add(new(
                reader.GetDateTime(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetDouble(4), reader.GetInt32(5), reader.GetInt32(6),
                reader.GetFieldValue<int[]>(7), reader.GetFieldValue<int[]>(8), reader.GetInt32(9), reader.GetInt32(10), reader.GetInt32(11), reader.GetInt32(12),
                reader.GetInt32(13), reader.GetGuid(14)));
        }

        return samples;
    }

    /// <summary>The sum of several tallies, bucket by bucket. One of a version with other buckets does not count.</summary>
    public static long[] Add(IEnumerable<int[]> tallies)
    {
        var sum = new long[Tally.BoundsMs.Count + 1];
        foreach (var tally in tallies.Where(tally => tally.Length == sum.Length))
        {
            for (var bucket = 0; bucket < sum.Length; bucket++)
            {
                sum[bucket] += tally[bucket];
            }
        }

        return sum;
    }
}
