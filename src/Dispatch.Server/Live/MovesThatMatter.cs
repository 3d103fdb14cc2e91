using System.Collections.Concurrent;
using Dispatch.Geo.Waves;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>
/// Positions that change a plan: somebody asked and silent is no longer where he was counted on, somebody on his way can no longer be there in time (or
/// can again), or somebody who may be asked moves where nobody was left to ask. Bounded: a move of a silent one counts from 300 m and a quarter of the
/// way, and an incident is looked at for moves once in five seconds.
/// </summary>
internal sealed class MovesThatMatter(NpgsqlDataSource source, Hints hints, TimeProvider time)
{
    private const double LeastMetres = 300, LeastShare = 0.25;

    private static readonly TimeSpan OnceIn = TimeSpan.FromSeconds(5), ForgetAfter = TimeSpan.FromMinutes(10);

    private static readonly string ComingSql = EmbeddedSql.Read("ComingIntoReach.sql");

    private readonly ConcurrentDictionary<Guid, (double Metres, DateTimeOffset At)> countedOn = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> lookedAt = new();

    /// <summary>Somebody silent is so far away now; when he was asked, so far.</summary>
    public void Silent(Guid incident, Guid callout, double metres, double whenAsked)
    {
        var before = countedOn.TryGetValue(callout, out var known) ? known.Metres : whenAsked;
        if (Matters(before, metres) && Look(incident))
        {
            countedOn[callout] = (metres, time.GetUtcNow());
        }
    }

    /// <summary>Somebody said yes and was seen on his way. What was decided about him before stands in his row, so any node sees the change.</summary>
    public void Underway(Guid incident, Underway way, DateTimeOffset deadline, bool wasLate)
    {
        if (way.IsLate(deadline, wasLate) != wasLate)
        {
            Look(incident);
        }
    }

    /// <summary>Those who moved since the last time.</summary>
    public async Task LookAsync(IReadOnlyCollection<Guid> moved, CancellationToken cancellation)
    {
        Forget();
        if (moved.Count == 0)
        {
            return;
        }

        await using var command = source.CreateCommand(ComingSql);
        command.Parameters.Add(new() { Value = moved.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            Look(reader.GetGuid(0));
        }
    }

    internal static bool Matters(double before, double now) => Math.Abs(now - before) >= Math.Max(LeastMetres, LeastShare * before);

    private bool Look(Guid incident)
    {
        var now = time.GetUtcNow();
        if (lookedAt.TryGetValue(incident, out var last) && now - last < OnceIn)
        {
            return false; // the next report says it again
        }

        lookedAt[incident] = now;
        hints.Askings.Raise(incident);
        return true;
    }

    private void Forget()
    {
        var old = time.GetUtcNow() - ForgetAfter;
        foreach (var one in countedOn.Where(one => one.Value.At < old))
        {
            countedOn.TryRemove(one);
        }

        foreach (var one in lookedAt.Where(one => one.Value < old))
        {
            lookedAt.TryRemove(one);
        }
    }
}
