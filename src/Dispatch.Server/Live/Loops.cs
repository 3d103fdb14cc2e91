namespace Dispatch.Server.Live;

internal static class Loops
{
    /// <summary>Runs one step of a loop again and again. A failure is logged loudly and retried after a pause; only shutdown ends it.</summary>
    public static async Task RunAsync(string name, Func<CancellationToken, Task> step, ILogger log, CancellationToken cancellation)
    {
        var pause = TimeSpan.Zero;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await step(cancellation);
                pause = TimeSpan.Zero;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                pause = TimeSpan.FromMilliseconds(Math.Clamp(pause.TotalMilliseconds * 2, 100, 2000));
                log.LoopFailed(e, name, pause);
                await Task.Delay(pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
