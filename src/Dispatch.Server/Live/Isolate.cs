namespace Dispatch.Server.Live;

internal static class Isolate
{
    /// <summary>
    /// Does something for many at once. When that fails for a reason of its own, it is done for each half, until what is to blame stands alone; the
    /// others have then all been served. An outage is nobody's fault and is thrown.
    /// </summary>
    public static async Task RunAsync<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, Task> run, Func<T, Exception, Task> blame)
    {
        if (items.Count == 0)
        {
            return;
        }

        try
        {
            await run(items);
            return;
        }
        catch (Exception e) when (e is not OperationCanceledException && !Parts.IsOutage(e))
        {
            if (items.Count == 1)
            {
                await blame(items[0], e);
                return;
            }
        }

        var half = items.Count / 2;
        await RunAsync([.. items.Take(half)], run, blame);
        await RunAsync([.. items.Skip(half)], run, blame);
    }
}
