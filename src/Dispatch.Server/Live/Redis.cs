using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Dispatch.Server.Live;

internal enum RedisState
{
    NotConfigured,
    Connected,
    Away,
}

/// <summary>
/// What the nodes say to each other at once: hints and positions, by publish and subscribe. Never memory: whatever is said while Redis is away is
/// lost, and the readers of Postgres find it. Invariants: whether Redis is there is judged by hearing our own echo, which a stalled server or a
/// lost subscription does not give; without the echo nothing is published, so nothing piles up.
/// </summary>
internal sealed class Redis(TimeProvider time, ILogger<Redis> log) : BackgroundService
{
    private const string Echo = "dispatch:echo";

    private static readonly TimeSpan EchoEvery = TimeSpan.FromSeconds(1), AwayAfter = TimeSpan.FromSeconds(3);

    private readonly string node = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, Action<string>> hearers = new();
    private ConnectionMultiplexer? multiplexer;
    private ISubscriber? subscriber;
    private long echoedAt;
    private bool wasThere;

    public RedisState State => multiplexer is null ? RedisState.NotConfigured : IsThere ? RedisState.Connected : RedisState.Away;

    public bool IsThere => Interlocked.Read(ref echoedAt) is not 0 and var at && time.GetElapsedTime(at) < AwayAfter;

    /// <summary>Before <see cref="ConnectAsync"/>: what other nodes say on a channel. Our own words are not heard.</summary>
    public void Hear(string channel, Action<string> heard) => hearers[channel] = heard;

    public void Publish(string channel, string message)
    {
        if (IsThere)
        {
            subscriber!.Publish(channel, node + message, CommandFlags.FireAndForget);
        }
    }

    /// <summary>Redis being down, now or later, costs speed and nothing else.</summary>
    public async Task ConnectAsync(string? connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return;
        }

        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        options.KeepAlive = 2;
        multiplexer = await ConnectionMultiplexer.ConnectAsync(options);
        subscriber = multiplexer.GetSubscriber();
        hearers[Echo] = _ => { };
        await SubscribeAsync();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (multiplexer is not null)
        {
            await multiplexer.CloseAsync(allowCommandsToComplete: false);
            multiplexer.Dispose();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        subscriber is null ? Task.CompletedTask : Loops.RunAsync("redis", EchoAsync, log, stoppingToken);

    private async Task EchoAsync(CancellationToken cancellation)
    {
        if (multiplexer!.IsConnected)
        {
            subscriber!.Publish(Echo, node, CommandFlags.FireAndForget);
        }

        await Task.Delay(EchoEvery, time, cancellation);
        if (IsThere != wasThere)
        {
            wasThere = !wasThere;
            if (wasThere)
            {
                log.RedisIsBack();
            }
            else
            {
                log.RedisIsAway("no echo");
            }
        }

        if (!wasThere && multiplexer.IsConnected)
        {
            await SubscribeAsync(); // connected again, but nothing is heard: the subscription did not survive
        }
    }

    private async Task SubscribeAsync()
    {
        try
        {
            foreach (var channel in hearers.Keys)
            {
                await subscriber!.UnsubscribeAsync(channel);
                await subscriber.SubscribeAsync(channel, (_, message) => Heard(channel, message!));
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            log.RedisIsAway(e.Message);
        }
    }

    private void Heard(string channel, string message)
    {
        if (message.StartsWith(node, StringComparison.Ordinal))
        {
            if (channel == Echo)
            {
                Interlocked.Exchange(ref echoedAt, time.GetTimestamp());
            }
        }
        else if (message.Length > node.Length)
        {
            hearers[channel](message[node.Length..]);
        }
    }
}
