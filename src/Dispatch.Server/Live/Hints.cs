using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Dispatch.Server.Live;

/// <summary>
/// "Stream X moved": a word after the commit that saves the next step from waiting for its sweep. Never memory: a lost hint delays, and loses nothing.
/// With Redis configured the hint also reaches the other nodes; without, their polling does.
/// </summary>
internal sealed class Hints
{
    private const string Spoken = "dispatch:moved";

    internal static readonly TimeSpan PollTold = TimeSpan.FromMilliseconds(500), PollUntold = TimeSpan.FromMilliseconds(200);

    private readonly Redis redis;

    public Hints(Redis redis)
    {
        this.redis = redis;
        redis.Hear(Spoken, Hear);
    }

    /// <summary>How long who waits for a hint waits before he looks for himself: shortly when other nodes write and nothing tells us of it.</summary>
    public TimeSpan PollAfter => Neighbours > 0 && !redis.IsThere ? PollUntold : PollTold;

    /// <summary>Whether Redis carries hints at this moment.</summary>
    public RedisState Redis => redis.State;

    /// <summary>Other nodes that are ready, as last counted by <see cref="Nodes.Presence"/>.</summary>
    public int Neighbours { get; set; }

    /// <summary>Incidents whose facts moved. A set with a wake-up: many hints for one incident are one look.</summary>
    public Signal<Guid> Incidents { get; } = new();

    /// <summary>Volunteers whose inbox moved.</summary>
    public Signal<Guid> Inboxes { get; } = new();

    /// <summary>Musters whose record moved.</summary>
    public Signal<Guid> Musters { get; } = new();

    /// <summary>Incidents that need somebody asked, recalled or called up: for this node only, every node sweeps.</summary>
    public Signal<Guid> Askings { get; } = new();

    public void IncidentMoved(Guid id)
    {
        Incidents.Raise(id);
        Publish('i', id);
    }

    public void MusterMoved(Guid id)
    {
        Musters.Raise(id);
        Publish('m', id);
    }

    public void InboxMoved(IReadOnlyCollection<Guid> volunteers)
    {
        foreach (var volunteer in volunteers)
        {
            Inboxes.Raise(volunteer);
            Publish('v', volunteer);
        }
    }

    private void Publish(char stream, Guid id) => redis.Publish(Spoken, $"{stream}{id:N}");

    private void Hear(string message)
    {
        if (message.Length == 33 && Guid.TryParseExact(message[1..], "N", out var id))
        {
            (message[0] switch { 'i' => Incidents, 'm' => Musters, _ => Inboxes }).Raise(id);
        }
    }

    /// <summary>A set that can be waited for. Raising what is already in it changes nothing, so it cannot grow beyond the keys there are.</summary>
    internal sealed class Signal<TKey>
        where TKey : notnull
    {
        private readonly ConcurrentDictionary<TKey, byte> raised = new();
        private readonly Channel<byte> wake = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public void Raise(TKey key)
        {
            raised.TryAdd(key, 0);
            wake.Writer.TryWrite(0);
        }

        /// <summary>Waits until something is raised or the time is over, and takes all of it.</summary>
        public async Task<List<TKey>> TakeAsync(TimeSpan atMost, CancellationToken cancellation)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(atMost);
            try
            {
                await wake.Reader.ReadAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // nothing was said in time: the caller sweeps
            }

            var taken = new List<TKey>();
            foreach (var key in raised.Keys)
            {
                if (raised.TryRemove(key, out _))
                {
                    taken.Add(key);
                }
            }

            return taken;
        }
    }
}
