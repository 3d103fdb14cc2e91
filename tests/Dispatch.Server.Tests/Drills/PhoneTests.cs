using System.Collections.Concurrent;
using Dispatch.Drills.Live;
using Dispatch.Drills.Phones;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dispatch.Server.Tests.Drills;

/// <summary>The simulated phone against a hub that does what servers do at their worst: repeats, skips, and hangs up.</summary>
public sealed class PhoneTests : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource stop = new(TimeSpan.FromSeconds(60));
    private readonly PhoneCounts counts = new();
    private readonly WebApplication server;

    public PhoneTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR(options => options.MaximumReceiveMessageSize = null);
        builder.Services.AddSingleton<Script>();
        server = builder.Build();
        server.MapHub<ScriptedHub>("/live");
    }

    private Script Script => server.Services.GetRequiredService<Script>();

    private Uri Address => new(server.Urls.First() + "/");

    public Task InitializeAsync() => server.StartAsync();

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await server.DisposeAsync();
    }

    public void Dispose() => stop.Dispose();

    [Fact]
    public async Task A_message_longer_than_every_buffer_arrives_whole_in_both_directions()
    {
        await using var connection = LiveLine.To(Address, "nobody");
        await connection.StartAsync(stop.Token);
        var word = string.Concat(Enumerable.Repeat("召集", 500_000));

        Assert.Equal(word, await connection.InvokeAsync<string>("Echo", word, stop.Token));
    }

    [Fact]
    public async Task A_connection_that_the_server_aborts_is_closed_here_too()
    {
        await using var connection = LiveLine.To(Address, "nobody");
        var closed = new TaskCompletionSource();
        connection.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await connection.StartAsync(stop.Token);

        await Assert.ThrowsAnyAsync<Exception>(() => connection.InvokeAsync("HangUp", stop.Token));

        await closed.Task.WaitAsync(stop.Token);
        Assert.Equal(HubConnectionState.Disconnected, connection.State);
    }

    [Fact]
    public async Task An_item_sent_twice_is_taken_once()
    {
        Script.Send = [1, 2, 2, 1, 3];

        Assert.Equal([1, 2, 3], await TakenAsync(3));
        Assert.Equal(2, counts.Duplicates);
    }

    [Fact]
    public async Task A_gap_is_asked_for_and_nothing_beyond_it_is_taken_before()
    {
        Script.Send = [1, 4];

        Assert.Equal([1, 2, 3, 4], await TakenAsync(4));
        Assert.Equal(1, counts.Gaps);
    }

    [Fact]
    public async Task A_phone_whose_line_was_cut_resumes_from_its_cursor()
    {
        Script.Send = [1, 2];
        Script.HangUpAfterSending = true;

        Assert.Equal([1, 2, 3, 4], await TakenAsync(4));
        Assert.Equal([0, 2], Script.Watched.Take(2));
        Assert.Equal(0, counts.Duplicates + counts.Gaps);
    }

    [Fact]
    public async Task What_was_taken_is_receipted()
    {
        Script.Send = [1, 2, 3];
        await TakenAsync(3);

        await foreach (var cursor in Script.Receipts.Reader.ReadAllAsync(stop.Token))
        {
            if (cursor == 3)
            {
                break;
            }
        }
    }

    private async Task<List<long>> TakenAsync(int count)
    {
        var signedIn = new SignedIn("nobody", "nothing", 3600);
        var phone = new Phone(Address, new PhoneSignIn(new HttpClient(), signedIn, TimeProvider.System), 0, counts);
        _ = phone.StayConnectedAsync(stop.Token);
        var taken = new List<long>();
        while (taken.Count < count)
        {
            taken.Add((await phone.Inbox.ReadAsync(stop.Token)).Number);
        }

        return taken;
    }
}

/// <summary>What the hub sends to the first <c>Watch</c>; every later one is answered truthfully, up to item 4.</summary>
internal sealed class Script
{
    public IReadOnlyList<long> Send { get; set; } = [];

    public bool HangUpAfterSending { get; set; }

    public ConcurrentQueue<long> Watched { get; } = [];

    public System.Threading.Channels.Channel<long> Receipts { get; } = System.Threading.Channels.Channel.CreateUnbounded<long>();
}

internal sealed class ScriptedHub(Script script) : Microsoft.AspNetCore.SignalR.Hub
{
    public string Echo(string word) => word;

    public void HangUp() => Context.Abort();

    public void Received(long cursor) => script.Receipts.Writer.TryWrite(cursor);

    public async Task<object> Watch(long cursor)
    {
        script.Watched.Enqueue(cursor);
        var first = script.Watched.Count == 1;
        foreach (var number in first ? script.Send : Enumerable.Range((int)cursor + 1, (int)(4 - cursor)).Select(number => (long)number))
        {
            var incident = new { id = Guid.NewGuid(), category = "flood", longitude = 114.05, latitude = 22.54, state = "open" };
            var callout = new { id = Guid.NewGuid(), state = "offered", incident, distanceMetres = 100.0, dueAt = DateTimeOffset.UnixEpoch, changedAt = DateTimeOffset.UnixEpoch };
            await Clients.Caller.SendAsync("CallOut", new { number, kind = "offered", at = DateTimeOffset.UnixEpoch, callout });
        }

        if (first && script.HangUpAfterSending)
        {
            Context.Abort();
        }

        return new { epoch = "one", serverTime = DateTimeOffset.UnixEpoch, cursor = 4 };
    }
}
