using System.Text.Json.Nodes;
using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Nodes;

/// <summary>A phone on the first node, an operator on the second, a console on the third: together they behave as one. Here without Redis.</summary>
public class ThreeNodesTests : IAsyncLifetime
{
    protected TestNode First { get; private set; } = null!;

    protected TestNode Second { get; private set; } = null!;

    protected TestNode Third { get; private set; } = null!;

    protected virtual Task<string[]> SettingsAsync() => Task.FromResult<string[]>([]);

    public virtual async Task InitializeAsync()
    {
        var settings = await SettingsAsync();
        First = await TestNode.StartAsync(settings);
        Second = await TestNode.StartAsync(First.World, settings);
        Third = await TestNode.StartAsync(First.World, settings);
    }

    public virtual async Task DisposeAsync()
    {
        await Third.DisposeAsync();
        await Second.DisposeAsync();
        await First.DisposeAsync();
    }

    [Fact]
    public async Task A_phone_answers_on_one_node_what_was_raised_on_another_and_a_console_on_the_third_shows_it()
    {
        await First.World.VolunteerAsync(100);
        using var volunteer = await First.SignInAsync("v0001");
        using var raises = await Second.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(First, volunteer.Token);
        await using var console = await LiveConsole.WatchAsync(Third, raises.Token, null); // signed in at the second, which the third believes

        var id = await raises.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        await phone.OrderAsync("Answer", callout, new { answer = "accept" });
        await phone.OrderAsync("Progress", callout, new { state = "enRoute" });

        await console.HearsAsync(id, "CalloutDelivered");
        await console.HearsAsync(id, "CalloutAccepted");
        await console.HearsAsync(id, "CalloutEnRoute");
        Assert.Equal(0, console.Gaps);
        await History.HoldsAsync(raises, id);
    }

    [Fact]
    public async Task A_position_reported_on_one_node_moves_on_the_console_of_another()
    {
        var person = await First.World.VolunteerAsync(100);
        using var volunteer = await First.SignInAsync("v0001");
        using var raises = await Second.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(First, volunteer.Token);
        await using var console = await LiveConsole.WatchAsync(Third, raises.Token, null);
        var moved = new System.Collections.Concurrent.ConcurrentQueue<JsonNode>();
        using var hearing = console.On("Positions", positions => moved.Enqueue(positions));
        await raises.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        await phone.OrderAsync("Answer", callout, new { answer = "accept" });

        foreach (var longitude in new[] { 114.0131, 114.0132 })
        {
            await phone.OrderAsync("Position", new { longitude, latitude = 22.5251, datum = "wgs84", accuracyMetres = 10, takenAt = DateTimeOffset.Parse(await Now(), null) });
            await Eventually.True(
                () => moved.SelectMany(batch => batch.AsArray()).Any(one => (Guid)one!["volunteerId"]! == person && (Guid)one["calloutId"]! == callout && Math.Abs((double)one["longitude"]! - longitude) < 1e-9),
                $"the position {longitude} on the console, which heard {string.Join(' ', moved.Select(batch => batch.ToJsonString()))}");
        }

        var times = moved.SelectMany(batch => batch.AsArray()).Select(one => (string)one!["takenAt"]!).ToList();
        Assert.Equal(times.Distinct(), times); // each once, by whichever way it came

        async Task<string> Now() => await First.World.ScalarAsync<string>("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
    }

    [Fact]
    public async Task A_position_of_another_region_stays_there()
    {
        await First.World.VolunteerAsync(100);
        using var volunteer = await First.SignInAsync("v0001");
        using var raises = await Second.SignInAsync("futian");
        using var neighbour = await Third.SignInAsync("luohu");
        using var city = await Third.SignInAsync("shenzhen");
        await using var phone = await LivePhone.ConnectAsync(First, volunteer.Token);
        await using var near = await LiveConsole.WatchAsync(Third, neighbour.Token, null);
        await using var above = await LiveConsole.WatchAsync(Third, city.Token, null);
        var (nearHeard, aboveHeard) = (0, 0);
        using var one = near.On("Positions", _ => Interlocked.Increment(ref nearHeard));
        using var other = above.On("Positions", _ => Interlocked.Increment(ref aboveHeard));
        await raises.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        await phone.OrderAsync("Answer", callout, new { answer = "accept" });

        await phone.OrderAsync("Position", new { longitude = 114.0131, latitude = 22.5251, datum = "wgs84", accuracyMetres = 10, takenAt = TimeProvider.System.GetUtcNow() });

        await Eventually.True(() => aboveHeard > 0, "the position on the city's console");
        Assert.Equal(0, nearHeard);
    }

    [Fact]
    public async Task A_phone_connected_to_one_node_is_shown_as_connected_by_the_others_until_it_leaves()
    {
        await First.World.VolunteerAsync(100);
        using var volunteer = await First.SignInAsync("v0001");
        using var console = await Third.SignInAsync("futian");
        async Task<bool> ConnectedAsync() => (bool)(await console.GetAsync("/api/volunteers")).Body!["volunteers"]![0]!["connected"]!;
        Assert.False(await ConnectedAsync());

        var phone = await LivePhone.ConnectAsync(First, volunteer.Token);
        await Eventually.True(ConnectedAsync, "the phone to be shown as connected");

        // A database that crashed has forgotten who was there; the node says it again.
        await First.World.SqlAsync("TRUNCATE presence");
        await Eventually.True(ConnectedAsync, "the phone to be shown as connected again");

        await phone.DisposeAsync();
        await Eventually.True(async () => !await ConnectedAsync(), "the phone to be shown as gone");
    }

    [Fact]
    public async Task Every_node_lists_all_of_them()
    {
        using var console = await Third.SignInAsync("futian");

        var nodes = await Eventually.Gives(
            async () => (await console.GetAsync("/api/nodes")).Body!["all"]!.AsArray(), all => all.Count == 3, "three nodes");

        Assert.All(nodes, node => Assert.Equal("ready", (string?)node!["state"]));
        Assert.Single(nodes, node => (bool)node!["self"]!);
    }

    /// <summary>Whether the nodes hear each other by Redis, and so how long they wait before they look for themselves.</summary>
    protected static Task PollsAfterAsync(TestNode node, int milliseconds) => Eventually.True(
        () => node.Services.GetRequiredService<Hints>().PollAfter == TimeSpan.FromMilliseconds(milliseconds), $"a poll every {milliseconds} ms");

    [Fact]
    public virtual async Task They_look_for_themselves_as_often_as_needed() => await PollsAfterAsync(Third, 200);
}
