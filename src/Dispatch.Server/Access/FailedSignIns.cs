using System.Threading.RateLimiting;

namespace Dispatch.Server.Access;

/// <summary>
/// Slows down guessing: after ten failures within five minutes a user name, or an address that tries activation codes, has to wait. Counts failures
/// only, so a thousand phones behind one address that sign in correctly never notice. Per node, in memory.
/// </summary>
internal sealed class FailedSignIns : IDisposable
{
    private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetSlidingWindowLimiter(
        key, _ => new() { PermitLimit = 10, Window = TimeSpan.FromMinutes(5), SegmentsPerWindow = 5, QueueLimit = 0 }));

    public bool TooMany(string key) => limiter.GetStatistics(key) is { CurrentAvailablePermits: 0 };

    public void Count(string key) => limiter.AttemptAcquire(key).Dispose();

    public void Dispose() => limiter.Dispose();
}
