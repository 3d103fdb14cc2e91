using System.Collections.Concurrent;
using Dispatch.Server.Access;
using Dispatch.Server.Telemetry;
using Microsoft.AspNetCore.SignalR;

namespace Dispatch.Server.Live;

/// <summary>
/// Everybody who is connected to this node. Invariants: each connection has its own bounded queue and its own writer, so a stalled client
/// delays nobody else; a queue that overflows or a send that stalls ends that connection, which then resumes from its own cursor.
/// </summary>
internal sealed class Connections(IHubContext<DispatchHub> hub, Measures measures, ILogger<Connections> log)
{
    // Everybody who is connected, whether or not he has said yet what he watches.
    private readonly ConcurrentDictionary<string, (HubCallerContext Context, Caller Caller)> lines = new();

    private readonly ConcurrentDictionary<string, LiveConnection> all = new();
    private readonly ConcurrentDictionary<Guid, PhoneConnection[]> phones = new(); // nearly always one; an array is never changed, but replaced
    private readonly ConcurrentDictionary<string, ConsoleConnection> consoles = new();

    // Joining and leaving are rare; what is read in between needs no lock.
    private readonly Lock gate = new();

    public int Count => all.Count;

    public IEnumerable<LiveConnection> All => all.Values;

    public IEnumerable<ConsoleConnection> Consoles => consoles.Values;

    // Not by Values, which copies them: ten thousand phones are looked at twice a second.
    public IEnumerable<PhoneConnection> Phones => phones.SelectMany(one => one.Value);

    public IEnumerable<PhoneConnection> PhonesOf(Guid volunteer) => phones.GetValueOrDefault(volunteer, []);

    public bool IsConnected(Guid volunteer) => phones.ContainsKey(volunteer);

    public IReadOnlyCollection<Caller> Callers => lines.Values.Select(line => line.Caller).ToHashSet();

    public void Open(HubCallerContext context, Caller caller)
    {
        lines[context.ConnectionId] = (context, caller);
        context.ConnectionAborted.Register(() => lines.TryRemove(context.ConnectionId, out _));
    }

    /// <summary>Ends the lines of these callers. What was queued for them is not sent.</summary>
    public void Cut(Func<Caller, bool> whose, string reason)
    {
        foreach (var (context, _) in lines.Values.Where(line => whose(line.Caller)))
        {
            log.ConnectionCut(context.ConnectionId, reason);
            if (all.TryGetValue(context.ConnectionId, out var connection))
            {
                connection.Drop();
            }

            context.Abort();
        }
    }

    public PhoneConnection Join(HubCallerContext context, Guid volunteer, long cursor)
    {
        var connection = new PhoneConnection(hub, measures, log, context, volunteer, cursor);
        lock (gate)
        {
            Replace(connection);
            phones[volunteer] = [.. PhonesOf(volunteer).Where(other => other.Id != connection.Id), connection];
        }

        return LeavingWith(context, connection);
    }

    public ConsoleConnection Join(HubCallerContext context, Caller caller, bool replays)
    {
        var connection = new ConsoleConnection(hub, measures, log, context, caller, replays);
        lock (gate)
        {
            Replace(connection);
            consoles[connection.Id] = connection;
        }

        return LeavingWith(context, connection);
    }

    private void Replace(LiveConnection connection)
    {
        if (all.TryRemove(connection.Id, out var earlier))
        {
            earlier.Close(); // the same connection watches again, from another cursor
        }

        all[connection.Id] = connection;
    }

    /// <summary>A line may be cut while its client is still joining: it leaves with the cut, whichever comes first.</summary>
    private T LeavingWith<T>(HubCallerContext context, T connection)
        where T : LiveConnection
    {
        context.ConnectionAborted.Register(() => Leave(connection));
        return connection;
    }

    private void Leave(LiveConnection connection)
    {
        lock (gate)
        {
            connection.Close();
            if (!all.TryRemove(KeyValuePair.Create(connection.Id, connection)))
            {
                return; // it had been replaced
            }

            consoles.TryRemove(connection.Id, out _);
            if (connection is not PhoneConnection phone)
            {
                return;
            }

            if (PhonesOf(phone.Volunteer).Where(other => other != phone).ToArray() is { Length: > 0 } others)
            {
                phones[phone.Volunteer] = others;
            }
            else
            {
                phones.TryRemove(phone.Volunteer, out _);
            }
        }
    }
}
