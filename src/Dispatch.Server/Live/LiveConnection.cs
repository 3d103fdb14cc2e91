using System.Diagnostics;
using System.Threading.Channels;
using Dispatch.Server.Telemetry;
using Microsoft.AspNetCore.SignalR;

namespace Dispatch.Server.Live;

/// <summary>One connected client with its queue and writer.</summary>
internal abstract class LiveConnection
{
    private volatile bool dropped;

    private readonly Channel<(string Method, object Message, Action? Sent)> queue =
        Channel.CreateBounded<(string, object, Action?)>(new BoundedChannelOptions(LiveLimits.MostQueued) { SingleReader = true });

    private readonly HubCallerContext context;
    private readonly ILogger log;

    protected LiveConnection(IHubContext<DispatchHub> hub, Measures measures, ILogger log, HubCallerContext context)
    {
        (this.context, Measures, this.log) = (context, measures, log);
        Id = context.ConnectionId;
        JoinedAt = measures.DatabaseNow;
        _ = WriteAsync(hub.Clients.Client(Id));
    }

    public string Id { get; }

    /// <summary>By the database's clock, as facts are.</summary>
    public DateTimeOffset JoinedAt { get; }

    protected Measures Measures { get; }

    /// <summary>Messages its writer has not taken yet.</summary>
    public int Waiting => queue.Reader.Count;

    public void Close() => queue.Writer.TryComplete();

    /// <summary>Closes, and forgets what is still queued.</summary>
    public void Drop()
    {
        Close();
        dropped = true;
    }

    /// <summary>
    /// Sends the client to another node. Nothing follows on this line: what comes from now on it hears there, from its cursor. The line stays open
    /// for a while, for the answers the client still waits for.
    /// </summary>
    public void Move()
    {
        Enqueue("Move", new { reason = "draining" });
        Close();
    }

    public void End() => context.Abort();

    /// <summary>For those who may wait for this client, and for no other: its own replay.</summary>
    protected async Task EnqueueAsync(string method, object message)
    {
        try
        {
            await queue.Writer.WriteAsync((method, message, null), context.ConnectionAborted);
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            // the client is gone, or was cut because it does not read
        }
    }

    protected void Enqueue(string method, object message, Action? sent = null)
    {
        if (!queue.Writer.TryWrite((method, message, sent)) && queue.Writer.TryComplete())
        {
            Cut("queueFull", "its queue is full");
        }
    }

    private async Task WriteAsync(ISingleClientProxy client)
    {
        try
        {
            await foreach (var (method, message, sent) in queue.Reader.ReadAllAsync(context.ConnectionAborted))
            {
                if (dropped)
                {
                    return;
                }

                await client.SendCoreAsync(method, [message], context.ConnectionAborted).WaitAsync(LiveLimits.Send, context.ConnectionAborted);
                sent?.Invoke();
            }
        }
        catch (OperationCanceledException)
        {
            // the client is gone; whatever was queued it asks for again with its cursor
        }
        catch (TimeoutException)
        {
            Cut("sendStalled", "a send stalled");
        }
        catch (Exception e)
        {
            log.SendFailed(e, Id); // a message that cannot be written is a bug of ours: loud, and the client resumes
            Cut("sendFailed", "a send failed");
        }
    }

    protected void Cut(string kind, string reason)
    {
        Measures.ClientCut(kind);
        log.ConnectionCut(Id, reason);
        Close();
        context.Abort();
    }
}

/// <summary>A volunteer's phone: hears its own inbox and nothing else.</summary>
internal sealed class PhoneConnection(IHubContext<DispatchHub> hub, Measures measures, ILogger log, HubCallerContext context, Guid volunteer, long cursor)
    : LiveConnection(hub, measures, log, context)
{
    public Guid Volunteer { get; } = volunteer;

    /// <summary>Number of the last inbox item that was queued. Written by the pump alone.</summary>
    public long Cursor { get; set; } = cursor;

    public void Send(InboxItem item, Action sent)
    {
        var since = Stopwatch.GetTimestamp();
        Enqueue("CallOut", item, () =>
        {
            sent();
            if (item.Callout is { } card)
            {
                Spans.Wrote("to phone", item.Trace, since, item.Kind, card.Id);
            }
        });
    }

    public void SendCurrent(Guid epoch, DateTimeOffset serverTime) => Enqueue("Current", new { epoch, cursor = Cursor, serverTime });

    public void SendTest(Channels.TestLine.Notice test) => Enqueue("Test", test);
}

/// <summary>An operator's console: hears the facts of its region and all below it.</summary>
internal sealed class ConsoleConnection(IHubContext<DispatchHub> hub, Measures measures, ILogger log, HubCallerContext context, Access.Caller caller, bool replays)
    : LiveConnection(hub, measures, log, context)
{
    private readonly Lock gate = new();

    // While the past is replayed the present waits here, so that the client sees one ascending line per incident.
    private List<FactView>? held = replays ? [] : null;

    public string RegionPath { get; } = caller.RegionPath;

    public Guid Account { get; } = caller.AccountId;

    public void Send(FactView fact)
    {
        lock (gate)
        {
            if (held is not null)
            {
                held.Add(fact);
                if (held.Count == LiveLimits.MostQueued)
                {
                    Cut("replayTooSlow", "it replays slower than facts come");
                }

                return;
            }
        }

        // The yes is what the operator waits for: how long it takes to reach him is measured.
        var since = Stopwatch.GetTimestamp();
        Enqueue("Fact", fact, fact.Kind != nameof(FactKind.CalloutAccepted) || fact.Drill ? null : () =>
        {
            Measures.ReachedConsole(fact.At);
            Spans.Wrote("to console", fact.Trace, since, fact.Kind, fact.CalloutId!.Value);
        });
    }

    public void SendMuster(Musters.MusterFactView fact) => Enqueue("Muster", fact);

    /// <summary>As fast as this client reads: a record may be longer than any queue.</summary>
    public async Task ReplayAsync(IEnumerable<FactView> facts)
    {
        foreach (var fact in facts)
        {
            await EnqueueAsync("Fact", fact);
        }
    }

    public async Task EndReplayAsync()
    {
        while (true)
        {
            List<FactView> present;
            lock (gate)
            {
                if (held is null or [])
                {
                    held = null;
                    return;
                }

                (present, held) = (held, []);
            }

            await ReplayAsync(present);
        }
    }

    /// <summary>Positions are the latest only: a console that is behind on facts gets none until it has caught up.</summary>
    public void SendPositions(object positions)
    {
        if (Waiting < 64)
        {
            Enqueue("Positions", positions);
        }
    }

    /// <summary>A word that something moved on the mutual-aid desk, also to the home station of those who are lent and to its liaisons; the desk reads it there.</summary>
    public void SendAid(FactView fact) => Enqueue("Aid", new { kind = fact.Kind, at = fact.At });

    /// <summary>A word that an order to a region was put on record: the console reads again what it shows of modes, policies and agreements.</summary>
    public void SendRegionOrder(string kind, DateTimeOffset at) => Enqueue("RegionOrder", new { kind, at });

    /// <summary><paramref name="stuck"/>: incidents of its region that the system cannot advance by itself.</summary>
    public void SendCurrent(Guid epoch, IReadOnlyDictionary<Guid, long> heads, IReadOnlyCollection<Guid> stuck, DateTimeOffset serverTime) =>
        Enqueue("Current", new { epoch, heads, stuck, serverTime });
}
