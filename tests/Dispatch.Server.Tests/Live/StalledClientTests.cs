using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Live;

/// <summary>Clients that misbehave harm themselves and nobody else.</summary>
public sealed class StalledClientTests : IAsyncLifetime
{
    private TestNode node = null!;

    private int Connected => node.Services.GetRequiredService<Connections>().Count;

    public async Task InitializeAsync() => node = await TestNode.StartAsync();

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_console_that_reads_nothing_delays_nobody_and_is_cut_off()
    {
        using var operatorOf = await node.SignInAsync("futian");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.FactsAsync(id, until: "NeedExhausted");
        await using var healthy = await LiveConsole.WatchAsync(node, operatorOf.Token, null);
        var alone = await SlowestAsync(healthy, id, batches: 4);
        using var stalled = await RawAsync(operatorOf.Token, """{"type":1,"invocationId":"1","target":"WatchBoard","arguments":[null]}""");
        await Eventually.True(() => Connected == 2, "the console that will read nothing");

        var besideTheOther = await SlowestAsync(healthy, id, batches: 24);

        await Eventually.True(() => Connected == 1, "the console that reads nothing to be cut off");
        Assert.InRange(besideTheOther, TimeSpan.Zero, alone + TimeSpan.FromSeconds(2.5)); // a send to the other stalls for three
    }

    [Fact]
    public async Task Lines_cut_in_the_middle_of_joining_leave_nothing_behind()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var operatorOf = await node.SignInAsync("futian");
        for (var again = 0; again < 40; again++)
        {
            using var phone = await RawAsync(volunteer.Token, """{"type":1,"invocationId":"1","target":"Watch","arguments":[0]}""");
            using var console = await RawAsync(operatorOf.Token, """{"type":1,"invocationId":"1","target":"WatchBoard","arguments":[{}]}""");
            phone.Abort();
            console.Abort();
        }

        await Eventually.True(() => Connected == 0, "everybody to have left");
    }

    [Fact]
    public async Task One_of_two_phones_that_leaves_does_not_take_the_other_with_it()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var operatorOf = await node.SignInAsync("futian");
        await using var stays = await LivePhone.ConnectAsync(node, volunteer.Token);
        var leaves = await LivePhone.ConnectAsync(node, volunteer.Token);
        await leaves.DisposeAsync();
        await Eventually.True(() => Connected == 1, "the one to have left");

        await operatorOf.RaiseAsync(ApiClient.Flood());

        await stays.WhenAsync("offered");
    }

    [Fact]
    public async Task A_phone_that_watches_again_on_the_same_line_gets_what_it_missed_again()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var operatorOf = await node.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        await operatorOf.RaiseAsync(ApiClient.Flood());
        await phone.WhenAsync("offered");

        await phone.OrderAsync("Watch", 0L);

        await phone.WhenAsync("offered", 2);
        Assert.Equal(1, Connected);
    }

    [Theory]
    [InlineData("""{"type":1,"invocationId":"1","target":"Watch","arguments":["zero"]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Answer","arguments":["not an id",{"answer":"accept"}]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Answer","arguments":["01890000-0000-7000-8000-000000000000",null]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Duty","arguments":[{"dooty":"on"}]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Position","arguments":[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"DropEverything","arguments":[]}""")]
    [InlineData("this is not even JSON")]
    public async Task Nonsense_on_the_line_hurts_nobody_else(string message)
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var operatorOf = await node.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        using var nonsense = await RawAsync(volunteer.Token, message);
        using var tooLong = await RawAsync(volunteer.Token, $$"""{"type":1,"invocationId":"1","target":"Watch","arguments":["{{new string('x', 20_000)}}"]}""");

        await operatorOf.RaiseAsync(ApiClient.Flood());

        await phone.WhenAsync("offered");
    }

    /// <summary>How long the slowest of so many batches of facts took to reach the console.</summary>
    private async Task<TimeSpan> SlowestAsync(LiveConsole console, Guid incident, int batches)
    {
        var slowest = TimeSpan.Zero;
        for (var batch = 0; batch < batches; batch++)
        {
            var head = await WriteFactsAsync(incident, 400);
            var clock = Stopwatch.StartNew();
            await console.ReachesAsync(incident, head);
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }

        return slowest;
    }

    private async Task<long> WriteFactsAsync(Guid incident, int howMany)
    {
        await node.World.SqlAsync($"""
            BEGIN;
            UPDATE incidents SET last_fact = last_fact + {howMany} WHERE id = '{incident}';
            INSERT INTO facts (incident_id, number, kind, at, by_kind, data)
            SELECT id, last_fact - {howMany} + n, 'CallingResumed', now(), 'system', jsonb_build_object('note', repeat('x', 4000)) FROM incidents, generate_series(1, {howMany}) AS n WHERE id = '{incident}';
            COMMIT;
            """);
        return await node.World.ScalarAsync<long>($"SELECT last_fact FROM incidents WHERE id = '{incident}'");
    }

    /// <summary>A line that says one thing and never reads.</summary>
    private async Task<ClientWebSocket> RawAsync(string token, string message)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"{node.Address.Replace("http", "ws", StringComparison.Ordinal)}/live?access_token={Uri.EscapeDataString(token)}"), CancellationToken.None);
        foreach (var said in new[] { """{"protocol":"json","version":1}""", message })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(said + '\u001e'), WebSocketMessageType.Text, true, CancellationToken.None);
        }

        return socket;
    }
}
