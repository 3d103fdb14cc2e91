using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Live;
using Microsoft.AspNetCore.SignalR.Client;

namespace Dispatch.Drills.Clients;

/// <summary>
/// An operator's console that resumes from its cursors, applies facts as docs/wire.md orders, and fetches what a sign of life says it lacks. Of musters
/// it reads the picture anew whenever it has a line again.
/// </summary>
internal sealed class DrillConsole
{
    private static readonly TimeSpan FetchAfter = TimeSpan.FromSeconds(6);

    /// <summary>As many as a message of 16 KB holds, with room to spare.</summary>
    private const int CursorsAPart = 250;

    private readonly History history;
    private readonly Route route;
    private readonly string token;
    private readonly SocketRecord socket;
    private readonly Teller teller;
    private readonly Dictionary<Guid, (long Head, DateTimeOffset Since)> behind = [];
    private volatile HubConnection? live;
    private string? epoch;

    public DrillConsole(History history, HttpClient http, Route route, string name, string regionPath, string token)
    {
        (this.history, this.route, this.token) = (history, route, token);
        socket = history.Socket($"console {name}", null, regionPath);
        Record = history.Console(name, regionPath);
        teller = new Teller(history, http, route, $"console {name}", token, socket);
    }

    public ConsoleRecord Record { get; }

    public bool IsConnected => live is { State: HubConnectionState.Connected };

    /// <summary>Called with every fact that was applied and when it was heard (Stopwatch).</summary>
    public Action<Fact, long>? Applied { get; init; }

    public async Task StayConnectedAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using var connection = LiveLine.To(route.Server, token, socket.Read);
                await JoinAsync(connection, cancellation);
            }
            catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException or InvalidOperationException or OperationCanceledException
                or TimeoutException or System.Net.Sockets.SocketException or Microsoft.AspNetCore.SignalR.HubException)
            {
                // The same as for a phone: again.
            }

            route.Failed();
            await Task.Delay(TimeSpan.FromSeconds(0.3 + (0.7 * Random.Shared.NextDouble())), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task JoinAsync(HubConnection connection, CancellationToken cancellation)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        connection.On<Fact>("Fact", fact => HearAsync(fact, cancellation));
        var line = new Dictionary<Guid, long>();
        connection.On<MusterFact>("Muster", fact => HearMuster(fact, line));
        connection.On<JsonElement>("Current", current => CompareAsync(current, cancellation));
        connection.On<JsonElement>("Move", _ => closed.TrySetResult()); // its node leaves: to the next one
        await connection.StartAsync(cancellation);
        if (epoch is null)
        {
            Record.Heads.Clear();
            Record.MusterHeads.Clear();
            behind.Clear();
        }

        live = connection;
        try
        {
            var parts = Record.Heads.Chunk(CursorsAPart).Select(part => part.ToDictionary()).ToList();
            foreach (var part in parts.SkipLast(1))
            {
                await connection.InvokeAsync("Cursors", part, cancellation);
            }

            var watching = await connection.InvokeAsync<JsonElement>("WatchBoard", parts.LastOrDefault() ?? [], cancellation);
            if (watching.GetProperty("epoch").GetString() is var current && epoch is not null && epoch != current)
            {
                // The server was restored to an earlier state: its numbers mean other facts. From the beginning, on a line of its own.
                history.Odd("a console was of another epoch and began again");
                epoch = null;
                return;
            }

            epoch = current;
            Record.Connected();
            var picture = ReadMustersAsync(closed.Task, cancellation);
            if (connection.State == HubConnectionState.Connected)
            {
                await closed.Task.WaitAsync(cancellation);
            }

            await picture;
        }
        finally
        {
            live = null;
        }
    }

    private async Task HearAsync(Fact fact, CancellationToken cancellation)
    {
        var heard = Stopwatch.GetTimestamp();
        var head = Record.Heads.GetValueOrDefault(fact.IncidentId);
        if (fact.Number <= head)
        {
            return;
        }

        if (fact.Number > head + 1)
        {
            Record.Broke($"fact {fact.Number} of incident {fact.IncidentId} came at {history.Now:HH:mm:ss.fff} on an unbroken line where {head + 1} was next");
            await FetchAsync(fact.IncidentId, cancellation);
            return;
        }

        Record.Heads[fact.IncidentId] = fact.Number;
        Applied?.Invoke(fact, heard);
    }

    /// <summary><paramref name="line"/>: what this connection has brought of each muster.</summary>
    private void HearMuster(MusterFact fact, Dictionary<Guid, long> line)
    {
        if (line.TryGetValue(fact.MusterId, out var last) && fact.Number != last + 1)
        {
            Record.Broke($"fact {fact.Number} of muster {fact.MusterId} came at {history.Now:HH:mm:ss.fff} on an unbroken line where {last + 1} was next");
        }

        line[fact.MusterId] = fact.Number;
        Record.MusterHeads.AddOrUpdate(fact.MusterId, fact.Number, (_, head) => Math.Max(head, fact.Number));
        history.Add(new RollReading(teller.Client, fact.MusterId, fact.Number, history.Now, fact.Data.Counts, null));
    }

    /// <summary>There is no replay of musters: the board and those that have ended are read again, until it succeeds or the line is gone.</summary>
    private async Task ReadMustersAsync(Task closed, CancellationToken cancellation)
    {
        foreach (var state in new[] { "open", "ended" })
        {
            MusterBoard? board;
            while ((board = await teller.FindAsync<MusterBoard>($"api/musters?state={state}", cancellation)) is null)
            {
                await Task.WhenAny(closed, Task.Delay(500, cancellation));
                if (closed.IsCompleted || cancellation.IsCancellationRequested)
                {
                    return;
                }
            }

            foreach (var muster in board.Musters)
            {
                Record.MusterHeads.AddOrUpdate(muster.Id, muster.LastFact, (_, head) => Math.Max(head, muster.LastFact));
                history.Add(new RollReading(teller.Client, muster.Id, muster.LastFact, history.Now, muster.Counts, null));
            }
        }
    }

    /// <summary>A head beyond ours, and still beyond it at the next sign of life, is asked for.</summary>
    private async Task CompareAsync(JsonElement current, CancellationToken cancellation)
    {
        foreach (var head in current.GetProperty("heads").EnumerateObject())
        {
            var (incident, number) = (Guid.Parse(head.Name), head.Value.GetInt64());
            if (number <= Record.Heads.GetValueOrDefault(incident))
            {
                behind.Remove(incident);
            }
            else if (!behind.TryGetValue(incident, out var known) || known.Head <= Record.Heads.GetValueOrDefault(incident))
            {
                behind[incident] = (number, history.Now);
            }
            else if (history.Now - known.Since > FetchAfter)
            {
                history.Odd("a console had to fetch what the line did not bring");
                await FetchAsync(incident, cancellation);
            }
        }
    }

    private async Task FetchAsync(Guid incident, CancellationToken cancellation)
    {
        try
        {
            var head = Record.Heads.GetValueOrDefault(incident);
            var page = await teller.ReadAsync<FactPage>($"api/incidents/{incident}/facts?after={head}", cancellation);
            foreach (var fact in page!.Facts.Where(fact => fact.Number == Record.Heads.GetValueOrDefault(incident) + 1))
            {
                Record.Heads[incident] = fact.Number;
            }

            Record.Fetch();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            // the next sign of life asks again
        }
    }
}
