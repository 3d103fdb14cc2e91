using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Field;

/// <summary>
/// Asks every node five times a second whether it is ready. What it finds is the field's own word on its health: a time in which no node said yes
/// for a second or longer is an outage, on a slow machine as after a crash.
/// </summary>
internal sealed class Prober(DrillField field, History history)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200), Outage = TimeSpan.FromSeconds(1);

    private DateTimeOffset lastReady = history.Now;

    /// <summary>When any node was last ready, by the history's clock.</summary>
    public DateTimeOffset LastReady => lastReady;

    /// <summary>How long the last answer took, or how long none has come.</summary>
    public TimeSpan LastAnswerTook { get; private set; }

    /// <summary>The longest time without a ready node.</summary>
    public TimeSpan Longest { get; private set; }

    public async Task RunAsync(CancellationToken cancellation)
    {
        lastReady = history.Now;
        while (!cancellation.IsCancellationRequested)
        {
            var from = history.Now;
            var asked = field.Nodes.Where(node => node.IsRunning).Select(node => AskAsync(node, cancellation)).ToList();
            while (asked.Count > 0)
            {
                var answered = await Task.WhenAny(asked);
                asked.Remove(answered);
                if (await answered)
                {
                    LastAnswerTook = history.Now - from;
                    Ready();
                    break; // one is enough; a frozen node is not waited for
                }
            }

            await Task.Delay(Every, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Ready();
    }

    private async Task<bool> AskAsync(NodeProcess node, CancellationToken cancellation)
    {
        try
        {
            return await node.IsReadyAsync(field.Http, cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Ready()
    {
        var now = history.Now;
        var silence = now - lastReady;
        if (silence > Longest)
        {
            Longest = silence;
        }

        if (silence > Outage)
        {
            history.Add(new Outage(lastReady, now, "no node was ready"));
        }

        lastReady = now;
    }
}
