using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dispatch.Drills.Live;
using Microsoft.AspNetCore.SignalR.Client;

namespace Dispatch.Server.Tests.Support;

/// <summary>A signed-in client on the live line that keeps everything it hears, in the order of hearing.</summary>
internal abstract class LiveClient : IAsyncDisposable
{
    private readonly ConcurrentQueue<JsonElement> heard = [];
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected LiveClient(TestNode node, string token, string method)
    {
        Line = LiveLine.To(new Uri(node.Address + "/"), token);
        Line.On<JsonElement>(method, OnHeardAsync);
        Line.On<JsonElement>("Current", current => Current = current);
        Line.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
    }

    public HubConnection Line { get; }

    /// <summary>Ends when the line does.</summary>
    public Task Closed => closed.Task;

    /// <summary>The last sign of life.</summary>
    public JsonElement? Current { get; private set; }

    public IReadOnlyList<JsonElement> Heard => [.. heard];

    /// <summary>What else the server says.</summary>
    public IDisposable On(string method, Action<JsonNode> heard) => Line.On<JsonNode>(method, heard);

    /// <summary>What the hub answers to an order; the answer is a value whatever the outcome.</summary>
    public Task<JsonElement> OrderAsync(string method, params object?[] arguments) => Line.InvokeCoreAsync<JsonElement>(method, arguments);

    /// <summary>What has no answer.</summary>
    public Task SayAsync(string method, params object?[] arguments) => Line.InvokeCoreAsync(method, arguments);

    public ValueTask DisposeAsync() => Line.DisposeAsync();

    protected virtual Task OnHeardAsync(JsonElement message)
    {
        heard.Enqueue(message);
        return Task.CompletedTask;
    }
}

/// <summary>A volunteer's phone: hears its inbox and, like a real one, says what it has received.</summary>
internal sealed class LivePhone : LiveClient
{
    private readonly bool receipts;

    private LivePhone(TestNode node, string token, bool receipts)
        : base(node, token, "CallOut") => this.receipts = receipts;

    public long Cursor => Heard.Select(item => item.GetProperty("number").GetInt64()).DefaultIfEmpty().Max();

    public IEnumerable<long> Numbers => Heard.Select(item => item.GetProperty("number").GetInt64());

    /// <summary>What the hub answered when the phone began to watch.</summary>
    public JsonElement Watching { get; private set; }

    public static Task<LivePhone> ConnectAsync(TestNode node, string token, long cursor = 0, bool receipts = true) => ConnectAsync(node, token, (object)cursor, receipts);

    public static async Task<LivePhone> ConnectAsync(TestNode node, string token, object cursor, bool receipts = true)
    {
        var phone = await OpenAsync(node, token, receipts);
        phone.Watching = await phone.OrderAsync("Watch", cursor);
        return phone;
    }

    /// <summary>A line over which nothing has been said yet.</summary>
    public static async Task<LivePhone> OpenAsync(TestNode node, string token, bool receipts = true)
    {
        var phone = new LivePhone(node, token, receipts);
        await phone.Line.StartAsync();
        return phone;
    }

    public Task<JsonElement> WhenAsync(string kind, int howMany = 1) => Eventually.Gives(
        () => Task.FromResult(Heard.Where(item => item.GetProperty("kind").GetString() == kind).Skip(howMany - 1).FirstOrDefault()),
        item => item.ValueKind != JsonValueKind.Undefined,
        $"{howMany} {kind} on the phone, which heard {string.Join(' ', Heard.Select(item => item.GetProperty("kind").GetString()))}");

    protected override async Task OnHeardAsync(JsonElement message)
    {
        await base.OnHeardAsync(message);
        if (receipts)
        {
            await Line.SendAsync("Received", message.GetProperty("number").GetInt64());
        }
    }
}

/// <summary>An operator's console. Applies facts as docs/wire.md orders: the next one is applied, a repeated one is dropped, one too far is a gap.</summary>
internal sealed class LiveConsole : LiveClient
{
    private readonly ConcurrentDictionary<Guid, long> cursors = new();
    private int gaps;

    private LiveConsole(TestNode node, string token)
        : base(node, token, "Fact")
    {
    }

    /// <summary>Facts that came before the one they follow. A correct server sends none to a console that gave its cursors.</summary>
    public int Gaps => gaps;

    public IReadOnlyDictionary<Guid, long> Cursors => cursors;

    /// <param name="ahead">Cursors that are sent before the others, part by part.</param>
    public static async Task<LiveConsole> WatchAsync(TestNode node, string token, IReadOnlyDictionary<Guid, long>? beyond, params IEnumerable<Dictionary<Guid, long>> ahead)
    {
        var console = new LiveConsole(node, token);
        foreach (var (incident, number) in (beyond ?? new Dictionary<Guid, long>()).Concat(ahead.SelectMany(part => part)))
        {
            console.cursors[incident] = number;
        }

        await console.Line.StartAsync();
        foreach (var part in ahead)
        {
            await console.SayAsync("Cursors", part);
        }

        await console.OrderAsync("WatchBoard", beyond);
        return console;
    }

    public IEnumerable<string> KindsOf(Guid incident) => FactsOf(incident).Select(fact => fact.GetProperty("kind").GetString()!);

    public IEnumerable<long> NumbersOf(Guid incident) => FactsOf(incident).Select(fact => fact.GetProperty("number").GetInt64());

    public Task HearsAsync(Guid incident, string kind, int howMany = 1) => Eventually.True(
        () => KindsOf(incident).Count(heard => heard == kind) >= howMany,
        $"{howMany} {kind} on the console");

    public Task ReachesAsync(Guid incident, long number) => Eventually.Gives(
        () => Task.FromResult(cursors.GetValueOrDefault(incident)), reached => reached >= number, $"fact {number} on the console");

    protected override Task OnHeardAsync(JsonElement message)
    {
        var (incident, number) = (message.GetProperty("incidentId").GetGuid(), message.GetProperty("number").GetInt64());
        var last = cursors.GetValueOrDefault(incident);
        if (number <= last)
        {
            return Task.CompletedTask;
        }

        if (number > last + 1)
        {
            Interlocked.Increment(ref gaps);
        }

        cursors[incident] = number;
        return base.OnHeardAsync(message);
    }

    private IEnumerable<JsonElement> FactsOf(Guid incident) => Heard.Where(fact => fact.GetProperty("incidentId").GetGuid() == incident);
}
