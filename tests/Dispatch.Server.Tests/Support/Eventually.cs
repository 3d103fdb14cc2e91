using System.Diagnostics;
using Xunit.Sdk;

namespace Dispatch.Server.Tests.Support;

/// <summary>Waits for what will be true, by polling with a deadline; says what it waited for when it never was.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary><paramref name="within"/>: where processes end and start, which a busy machine does slowly; a test that waits so asserts nothing about time.</summary>
    public static Task True(Func<bool> condition, string waitedFor, TimeSpan? within = null) =>
        Gives(() => Task.FromResult(condition()), met => met, waitedFor, within);

    public static Task True(Func<Task<bool>> condition, string waitedFor) => Gives(condition, met => met, waitedFor);

    public static async Task<T> Gives<T>(Func<Task<T>> read, Func<T, bool> good, string waitedFor, TimeSpan? within = null)
    {
        var (clock, deadline) = (Stopwatch.StartNew(), within ?? Deadline);
        while (true)
        {
            var value = await read();
            if (good(value))
            {
                return value;
            }

            if (clock.Elapsed > deadline)
            {
                throw new XunitException($"Waited {deadline.TotalSeconds} s in vain for: {waitedFor}. Last seen: {value}");
            }

            await Task.Delay(20);
        }
    }
}
