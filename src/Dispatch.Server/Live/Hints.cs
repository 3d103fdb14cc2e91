using System.Collections.Concurrent;
using System.Threading.Channels;
using StackExchange.Redis;

namespace Dispatch.Server.Live;

internal enum RedisState
{
    NotConfigured,
    Connected,
    Away,
}

/// <summary>
/// "Stream X moved": a word after the commit that saves the next step from waiting for its sweep. Never memory: a lost hint delays, and loses nothing.
/// With Redis configured the hint also reaches the other nodes; without, their polling does.
/// </summary>
internal sealed class Hints : IAsyncDisposable
{
    private static readonly RedisChannel Spoken = "dispatch:moved";

    private readonly string node = Guid.NewGuid().ToString("N");
    private readonly ILogger<Hints> log;
    private ISubscriber? redis;
    private ConnectionMultiplexer? multiplexer;

    public Hints(ILogger<Hints> log) => this.log = log;

    /// <summary>Whether Redis carries hints at this moment.</summary>
    public RedisState Redis => multiplexer switch { null => RedisState.NotConfigured, { IsConnected: true } => RedisState.Connected, _ => RedisState.Away };

    /// <summary>Incidents whose facts moved. A set with a wake-up: many hints for one incident are one look.</summary>
    public Signal<Guid> Incidents { get; } = new();

    /// <summary>Volunteers whose inbox moved.</summary>
    public Signal<Guid> Inboxes { get; } = new();

    /// <summary>Incidents that need somebody asked, recalled or called up: for this node only, every node sweeps.</summary>
    public Signal<Guid> Askings { get; } = new();

    /// <summary>Speaks to Redis when it is configured. Redis being down, now or later, costs speed and nothing else.</summary>
    public async Task ConnectAsync(string? connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return;
        }

        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        multiplexer = await ConnectionMultiplexer.ConnectAsync(options);
        redis = multiplexer.GetSubscriber();
        try
        {
            await redis.SubscribeAsync(Spoken, (_, message) => Hear(message!));
        }
        catch (RedisException e)
        {
            log.RedisIsAway(e.Message);
        }
    }

    public void IncidentMoved(Guid id)
    {
        Incidents.Raise(id);
        Publish('i', id);
    }

    public void InboxMoved(IReadOnlyCollection<Guid> volunteers)
    {
        foreach (var volunteer in volunteers)
        {
            Inboxes.Raise(volunteer);
            Publish('v', volunteer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (multiplexer is not null)
        {
            await multiplexer.CloseAsync();
            multiplexer.Dispose();
        }
    }

    private void Publish(char stream, Guid id) => redis?.Publish(Spoken, $"{node}{stream}{id:N}", CommandFlags.FireAndForget);

    private void Hear(string message)
    {
        if (message.Length != 65 || message.StartsWith(node, StringComparison.Ordinal) || !Guid.TryParseExact(message[33..], "N", out var id))
        {
            return;
        }

        (message[32] == 'i' ? Incidents : Inboxes).Raise(id);
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
