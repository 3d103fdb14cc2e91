using System.Net.WebSockets;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Live;
using Microsoft.AspNetCore.SignalR.Client;

namespace Dispatch.Drills.Clients;

/// <summary>
/// A volunteer's phone that comes back from whatever happens, resumes from its cursor, and writes down what it applied. What the person does with
/// an offer is <see cref="Conduct"/>, with a muster <see cref="MusterConduct"/>.
/// </summary>
internal sealed class DrillPhone
{
    private static readonly double[] BackOffSeconds = [0.3, 0.7, 1.5, 3];

    private readonly History history;
    private readonly Route route;
    private readonly string token;
    private readonly SocketRecord socket;
    private readonly Busy busy = new();
    private readonly Conduct conduct;
    private readonly MusterConduct musters;
    private volatile HubConnection? live;
    private volatile Action? cut;
    private string? epoch;

    public DrillPhone(History history, HttpClient http, Route route, Guid volunteer, string token, long cursor, Random chance)
    {
        (this.history, this.route, this.token) = (history, route, token);
        var name = $"the phone of volunteer {volunteer}";
        socket = history.Socket(name, volunteer, "");
        Record = history.Phone(volunteer);
        Record.BeginAt(cursor);
        var teller = new Teller(history, http, route, name, token, socket);
        conduct = new Conduct(history, teller, TryByHubAsync, busy, chance);
        musters = new MusterConduct(teller, volunteer, busy, new Random(chance.Next()));
    }

    public PhoneRecord Record { get; }

    public bool IsConnected => live is { State: HubConnectionState.Connected };

    /// <summary>When it was last seen to be connected and joined, by the history's clock.</summary>
    public DateTimeOffset JoinedAt { get; private set; }

    public int Joins { get; private set; }

    /// <summary>What its owner has begun and not finished.</summary>
    public Task BusyAsync() => busy.UntilDoneAsync();

    /// <summary>From now on its owner answers nothing new.</summary>
    public void Rest() => busy.Rest();

    /// <summary>Cuts its line without a word; it comes back by itself.</summary>
    public void Cut() => cut?.Invoke();

    /// <summary>Says something and waits for nothing; lost when there is no line.</summary>
    public Task SayAsync(string method, object said) => live is { State: HubConnectionState.Connected } line ? line.SendAsync(method, said) : Task.CompletedTask;

    public async Task StayConnectedAsync(CancellationToken cancellation)
    {
        for (var failures = 0; !cancellation.IsCancellationRequested; failures++)
        {
            try
            {
                await using var connection = LiveLine.To(route.Server, token, socket.Read, abort => cut = abort);
                await JoinAsync(connection, cancellation);
                failures = 0;
            }
            catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException or InvalidOperationException or OperationCanceledException
                or TimeoutException or System.Net.Sockets.SocketException or Microsoft.AspNetCore.SignalR.HubException)
            {
                // Refused, cut or timed out: all the same to a phone, it tries again.
            }

            route.Failed();
            var seconds = BackOffSeconds[Math.Min(failures, BackOffSeconds.Length - 1)];
            await Task.Delay(TimeSpan.FromSeconds(seconds * (0.5 + Random.Shared.NextDouble())), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        connection.On<CallOut>("CallOut", item => TakeAsync(connection, item));
        connection.On<System.Text.Json.JsonElement>("Move", _ => closed.TrySetResult()); // its node leaves: to the next one
        await connection.StartAsync(cancellation);
        var watching = await connection.InvokeAsync<Watching>("Watch", epoch is null ? Record.Cursor : new { number = Record.Cursor, epoch }, cancellation);
        if (watching.Cursor < Record.Cursor || (epoch is not null && epoch != watching.Epoch))
        {
            // The server was restored to an earlier state: what we have seen after that never was. We go on from its picture.
            history.Odd("a phone was ahead of the server and began again");
            Record.BeginAt(watching.Cursor);
        }

        epoch = watching.Epoch;

        JoinedAt = history.Now;
        Joins++;
        live = connection;
        try
        {
            if (connection.State == HubConnectionState.Connected)
            {
                await closed.Task.WaitAsync(cancellation);
            }
        }
        finally
        {
            live = null;
        }
    }

    private async Task TakeAsync(HubConnection connection, CallOut item)
    {
        // Handlers of one connection run one after another, and a phone has one connection at a time.
        var last = Record.Cursor;
        if (item.Number <= last)
        {
            Record.Duplicate();
            return;
        }

        if (item.Number > last + 1)
        {
            Record.Broke($"{item.Kind} came as number {item.Number} at {history.Now:HH:mm:ss.fff} where {last + 1} was next");
            await connection.SendAsync("Watch", last);
            return;
        }

        Record.Apply(new(item.Number, item.Kind, item.Callout?.Id, history.Now));
        await connection.SendAsync("Received", item.Number);
        conduct.Hear(item);
        musters.Hear(item);
    }

    /// <summary>The same order over the hub; unknown when there is no line.</summary>
    private async Task<(Ending, string)> TryByHubAsync(string method, object?[] arguments, CancellationToken cancellation)
    {
        if (live is not { } connection)
        {
            return (Ending.Unknown, "no line");
        }

        try
        {
            var answered = await connection.InvokeCoreAsync<Answered>(method, arguments, cancellation).WaitAsync(TimeSpan.FromSeconds(6), cancellation);
            if (answered.Ok)
            {
                return (Ending.Ok, "");
            }

            var type = answered.Problem?.GetProperty("type").GetString() ?? "";
            return (type.EndsWith("/notConfirmed", StringComparison.Ordinal) || type.EndsWith("/tooMany", StringComparison.Ordinal) ? Ending.Unknown : Ending.Refused, type);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (e is Microsoft.AspNetCore.SignalR.HubException)
            {
                history.Odd($"the hub failed: {method}: {e.Message}");
            }

            return (Ending.Unknown, e.Message);
        }
    }
}
