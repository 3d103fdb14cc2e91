using System.Reflection;
using System.Threading.Channels;
using Dispatch.Server.Live;
using Dispatch.Server.Telemetry;
using Dispatch.Server.Tests.Support;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Dispatch.Server.Tests.Live;

/// <summary>The limits of the live line are set, and whoever breaks one is the only one to feel it.</summary>
public sealed class LimitsTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient volunteer = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        await node.World.VolunteersAsync(2);
        volunteer = await node.SignInAsync("v0001");
    }

    public async Task DisposeAsync()
    {
        volunteer.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public void The_settings_are_those_we_promise()
    {
        var hub = node.Services.GetRequiredService<IOptions<HubOptions>>().Value;
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(12)), (hub.HandshakeTimeout, hub.KeepAliveInterval, hub.ClientTimeoutInterval));
        Assert.Equal((16 * 1024L, 1, false), (hub.MaximumReceiveMessageSize, hub.MaximumParallelInvocationsPerClient, hub.EnableDetailedErrors));

        var transport = new HttpConnectionDispatcherOptions();
        LiveLimits.Configure(transport);
        Assert.Equal((HttpTransportType.WebSockets, TimeSpan.FromSeconds(3), true, false),
            (transport.Transports, transport.TransportSendTimeout, transport.CloseOnAuthenticationExpiration, transport.AllowStatefulReconnects));
    }

    [Fact]
    public void No_hub_method_streams()
    {
        static bool Streams(Type type) => type.IsGenericType
            && (type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>) || type.GetGenericTypeDefinition() == typeof(ChannelReader<>) || type.GetGenericArguments().Any(Streams));

        var methods = typeof(DispatchHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        Assert.NotEmpty(methods);
        Assert.DoesNotContain(methods, method => Streams(method.ReturnType) || method.GetParameters().Any(parameter => Streams(parameter.ParameterType)));
    }

    [Fact]
    public async Task Stateful_reconnect_is_not_given_to_those_who_ask_for_it()
    {
        var (status, body) = await volunteer.PostAsync("/live/negotiate?negotiateVersion=1&useStatefulReconnect=true");

        Assert.Equal(200, status);
        Assert.NotEqual(true, (bool?)body!["useStatefulReconnect"]);
    }

    [Fact]
    public async Task A_message_of_more_than_16_KB_ends_the_line_and_one_just_below_does_not()
    {
        using var below = await RawLine.OpenAsync(node, volunteer.Token);
        await below.SayAsync($$"""{"type":1,"invocationId":"1","target":"DropEverything","arguments":["{{new string('x', 16_000)}}"]}""");
        await below.HearsAsync("\"invocationId\":\"1\"");

        using var above = await RawLine.OpenAsync(node, volunteer.Token);
        await above.SayAsync($$"""{"type":1,"invocationId":"1","target":"DropEverything","arguments":["{{new string('x', 16 * 1024)}}"]}""");
        await above.EndsAsync();
    }

    [Fact]
    public async Task A_line_without_a_handshake_and_a_line_gone_silent_are_ended()
    {
        using var mute = await RawLine.OpenAsync(node, volunteer.Token, handshake: false);
        using var silent = await RawLine.OpenAsync(node, volunteer.Token);
        await silent.SayAsync("""{"type":1,"invocationId":"1","target":"Watch","arguments":[0]}""");
        await silent.SayAsync("""{"type":6}"""); // a sign of life; no other follows

        await Task.WhenAll(mute.EndsAsync(), silent.EndsAsync());
    }

    [Fact]
    public async Task One_client_has_one_call_at_a_time()
    {
        using var console = await node.SignInAsync("futian");
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 1);
        var callout = await volunteer.MyCalloutAsync();
        using var line = await RawLine.OpenAsync(node, volunteer.Token);
        await using (var held = await HeldLock.OnAsync(node.World, $"SELECT FROM incidents WHERE id = '{id}' FOR UPDATE"))
        {
            await line.SayAsync($$"""{"type":1,"invocationId":"first","target":"Answer","arguments":["{{callout}}",{"answer":"accept"}]}""");
            await held.IsWaitedForAsync(node.World);
            await line.SayAsync("""{"type":1,"invocationId":"second","target":"Duty","arguments":[{"duty":"on"}]}""");
        }

        await line.HearsAsync("\"invocationId\":\"second\"");
        Assert.True(line.Heard.IndexOf("\"first\"", StringComparison.Ordinal) < line.Heard.IndexOf("\"second\"", StringComparison.Ordinal), line.Heard);
    }

    [Fact]
    public async Task Who_calls_too_fast_is_refused_by_a_value_and_others_are_not()
    {
        using var neighbour = await node.SignInAsync("v0002");
        await using var wild = await LivePhone.ConnectAsync(node, volunteer.Token);
        await using var calm = await LivePhone.ConnectAsync(node, neighbour.Token);

        var answers = await Task.WhenAll(Enumerable.Range(0, LiveLimits.ConnectionBurst + 200).Select(_ => wild.OrderAsync("Duty", new { duty = "never" })));

        var names = answers.Select(answer => answer.GetProperty("problem").GetProperty("type").GetString()!.Split('/')[^1]).ToList();
        Assert.All(names, name => Assert.True(name is "invalid" or "tooMany", name));
        Assert.True(names.Count(name => name == "invalid") >= LiveLimits.ConnectionBurst - 5, "the burst is served, but for what joining took");
        Assert.Contains("tooMany", names);
        Assert.Equal("invalid", (await calm.OrderAsync("Duty", new { duty = "never" })).GetProperty("problem").GetProperty("type").GetString()!.Split('/')[^1]);
    }

    [Fact]
    public async Task Who_goes_on_calling_too_fast_is_ended()
    {
        using var line = await RawLine.OpenAsync(node, volunteer.Token);
        var ends = line.EndsAsync();
        var call = string.Concat(Enumerable.Repeat("""{"type":1,"target":"Received","arguments":[0]}""" + '\u001e', 100));
        while (!ends.IsCompleted && await line.TrySayAsync(call))
        {
        }

        await ends;
        await Eventually.True(() => node.Services.GetRequiredService<Pace>().Accounts == 0, "nothing kept of those who left");
    }

    [Fact]
    public async Task A_full_queue_ends_the_connection_whose_it_is_and_no_other()
    {
        using var stuck = new DeafClient();
        using var other = new DeafClient();
        PhoneConnection To(DeafClient client) => new(
            client, node.Services.GetRequiredService<Measures>(), NullLogger.Instance, client, Guid.NewGuid(), 0);
        var (full, spared) = (To(stuck), To(other));

        // One message is on its way and never arrives; the others wait behind it.
        for (var sent = 0; sent <= LiveLimits.MostQueued + 1 && !stuck.IsAborted; sent++)
        {
            full.SendCurrent(Guid.Empty, default);
            Assert.True(sent >= LiveLimits.MostQueued || !stuck.IsAborted, $"cut after {sent} messages");
        }

        spared.SendCurrent(Guid.Empty, default);
        Assert.True(stuck.IsAborted);
        Assert.False(other.IsAborted);
        await Eventually.True(() => other.IsAborted, "the other to be cut for its own stalled send");
    }

    [Fact]
    public void A_bucket_gives_its_burst_and_then_what_it_earns()
    {
        var clock = new ManualTime();
        var bucket = new TokenBucket(3, 2, clock);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.Take()));

        clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => bucket.Take()));

        clock.Pass(TimeSpan.FromHours(1));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.Take()));
    }

    /// <summary>A clock that stands still unless told.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Pass(TimeSpan time) => now += time.Ticks;
    }
}
