using Dispatch.Server.Live;
using Quartz;

namespace Dispatch.Server.Nodes;

/// <summary>
/// Leaves without being missed. Readiness says "draining" at once, so that the balancer brings nobody new; no more due work is claimed; then
/// clients are told batch by batch to go to another node, and only when they have gone, or have had their time, does the process stop.
/// With no other node to go to nobody is moved: the clients come back to the next process from their own cursors.
/// </summary>
internal sealed class Drain : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly Connections connections;
    private readonly Hints hints;
    private readonly ISchedulerFactory timetable;
    private readonly IHostApplicationLifetime process;
    private readonly TimeProvider time;
    private readonly ILogger<Drain> log;
    private readonly CancellationTokenSource begun = new();
    private readonly TimeSpan notice, spread, grace;
    private int begins;

    public Drain(
        Connections connections, Hints hints, ISchedulerFactory timetable, IHostApplicationLifetime process, TimeProvider time, IConfiguration settings, ILogger<Drain> log)
    {
        (this.connections, this.hints, this.timetable, this.process, this.time, this.log) = (connections, hints, timetable, process, time, log);
        notice = TimeSpan.FromSeconds(settings.GetValue("Drain:NoticeSeconds", 2.0)); // longer than a balancer takes to notice
        spread = TimeSpan.FromSeconds(settings.GetValue("Drain:MoveSeconds", 10.0));
        grace = TimeSpan.FromSeconds(settings.GetValue("Drain:GraceSeconds", 5.0)); // for the answers a client still waits for on the old line
    }

    public bool HasBegun => begun.IsCancellationRequested;

    /// <summary>Cancelled when draining begins: for work that is claimed rather than asked for.</summary>
    public CancellationToken Begun => begun.Token;

    /// <summary>Begins in the background and stops the process when done. Asking again changes nothing.</summary>
    public void BeginAndStop()
    {
        if (Interlocked.Exchange(ref begins, 1) == 0)
        {
            _ = RunAsync();
        }
    }

    public void Dispose() => begun.Dispose();

    private async Task RunAsync()
    {
        try
        {
            var clients = connections.Count;
            log.DrainBegins(clients, hints.Neighbours);
            await begun.CancelAsync();
            await (await timetable.GetScheduler()).Standby();
            if (hints.Neighbours > 0)
            {
                await MoveClientsAsync(process.ApplicationStopping);
            }

            log.DrainEnds(connections.Count);
        }
        catch (OperationCanceledException) when (process.ApplicationStopping.IsCancellationRequested)
        {
            // told to stop at once
        }
        catch (Exception e)
        {
            log.DrainFailed(e); // who was not moved comes back from his cursor, as after a crash
        }

        process.StopApplication();
    }

    private async Task MoveClientsAsync(CancellationToken stopping)
    {
        await Task.Delay(notice, time, stopping);
        var batch = (int)Math.Ceiling(Math.Max(1, connections.Count) / Math.Max(1, spread / Tick));
        var told = new Dictionary<LiveConnection, long>();
        for (var began = time.GetTimestamp(); time.GetElapsedTime(began) < spread + spread + grace;)
        {
            foreach (var connection in connections.All.Where(each => !told.ContainsKey(each)).Take(batch))
            {
                connection.Move();
                told[connection] = time.GetTimestamp();
            }

            foreach (var (late, _) in told.Where(each => time.GetElapsedTime(each.Value) > grace).ToList())
            {
                late.End();
            }

            if (connections.Count == 0)
            {
                return;
            }

            await Task.Delay(Tick, time, stopping);
        }
    }
}
