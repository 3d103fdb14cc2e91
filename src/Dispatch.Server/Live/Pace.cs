using System.Collections.Concurrent;
using Dispatch.Server.Access;
using Microsoft.AspNetCore.SignalR;

namespace Dispatch.Server.Live;

/// <summary>
/// How fast a client may call: a token bucket for its connection and one for its account, so that neither one wild page nor a hundred of them
/// take what others need. Refused calls change nothing and say so; a connection that goes on regardless is ended.
/// </summary>
internal sealed class Pace(TimeProvider time, ILogger<Pace> log) : IHubFilter
{
    private readonly ConcurrentDictionary<Guid, Shared> accounts = new();

    /// <summary>Accounts that are connected; nothing is kept of those who left.</summary>
    public int Accounts => accounts.Count;

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        var account = Caller.Of(context.Context.User!).AccountId;
        Shared bucket;
        do
        {
            bucket = accounts.GetOrAdd(account, _ => new(time));
        }
        while (!bucket.Enter());

        context.Context.Items[typeof(Pace)] = new Own(new(LiveLimits.ConnectionBurst, LiveLimits.ConnectionPerSecond, time), bucket);
        await next(context);
    }

    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        if (context.Context.Items[typeof(Pace)] is Own own && own.Account.Leave())
        {
            accounts.TryRemove(Caller.Of(context.Context.User!).AccountId, out _);
        }

        await next(context, exception);
    }

    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var own = (Own)invocationContext.Context.Items[typeof(Pace)]!;
        if (own.Connection.Take() && own.Account.Bucket.Take())
        {
            own.Refusals = Math.Max(0, own.Refusals - 1);
            return next(invocationContext);
        }

        if (++own.Refusals > LiveLimits.MostRefusals)
        {
            log.ConnectionCut(invocationContext.Context.ConnectionId, "it calls too fast and does not stop");
            invocationContext.Context.Abort();
        }

        // An order is refused as every order is: by a value.
        return invocationContext.HubMethod.IsDefined(typeof(AnswersWithAProblemAttribute), false)
            ? ValueTask.FromResult<object?>(new { ok = false, problem = Problems.TooMany() })
            : throw new HubException("tooMany");
    }

    private sealed class Own(TokenBucket connection, Shared account)
    {
        public TokenBucket Connection => connection;

        public Shared Account => account;

        /// <summary>More than were served since the first. A client's calls come one after another.</summary>
        public int Refusals { get; set; }
    }

    /// <summary>Lives as long as the account is connected.</summary>
    private sealed class Shared(TimeProvider time)
    {
        private int connections; // -1: everybody has left, and it is being taken away

        public TokenBucket Bucket { get; } = new(LiveLimits.AccountBurst, LiveLimits.AccountPerSecond, time);

        public bool Enter()
        {
            lock (Bucket)
            {
                return connections >= 0 && ++connections > 0;
            }
        }

        public bool Leave()
        {
            lock (Bucket)
            {
                if (--connections > 0)
                {
                    return false;
                }

                connections = -1;
                return true;
            }
        }
    }
}

/// <summary>Marks a hub method whose refusals are values.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AnswersWithAProblemAttribute : Attribute;

/// <summary>Full at first; what is taken comes back steadily.</summary>
internal sealed class TokenBucket(int burst, int perSecond, TimeProvider time)
{
    private readonly Lock gate = new();
    private double tokens = burst;
    private long filledAt = time.GetTimestamp();

    public bool Take()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(burst, tokens + (time.GetElapsedTime(filledAt, now).TotalSeconds * perSecond));
            filledAt = now;
            if (tokens < 1)
            {
                return false;
            }

            tokens--;
            return true;
        }
    }
}
