using System.Net;
using System.Text.Json.Nodes;
using Dispatch.Drills.Live;
using Dispatch.Drills.Phones;
using Dispatch.Server.Live;
using Dispatch.Server.Nodes;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;

namespace Dispatch.Server.Tests.Nodes;

/// <summary>A node that leaves is not missed: it says so first, hands its clients over in batches, and only then stops.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private static readonly string[] Quick = ["--Drain:NoticeSeconds=1", "--Drain:MoveSeconds=2", "--Drain:GraceSeconds=2"];

    private TestNode leaving = null!, staying = null!;

    public async Task InitializeAsync()
    {
        leaving = await TestNode.StartAsync(Quick);
        staying = await TestNode.StartAsync(leaving.World, Quick);
        await Eventually.True(() => leaving.Services.GetRequiredService<Hints>().Neighbours == 1, "the nodes to see each other");
    }

    public async Task DisposeAsync()
    {
        await staying.DisposeAsync();
        await leaving.DisposeAsync();
    }

    [Fact]
    public async Task Readiness_says_draining_at_once_and_due_work_is_left_to_the_others()
    {
        using var anybody = leaving.Stranger();
        Assert.Equal(200, (await anybody.GetAsync("/health/ready")).Status);

        Drain();

        var (status, body) = await Eventually.Gives(() => anybody.GetAsync("/health/ready"), answer => answer.Status == 503, "readiness to refuse");
        Assert.Equal(["draining"], body!["reasons"]!.AsArray().Select(reason => (string)reason!["code"]!));
        Assert.Equal(200, (await anybody.GetAsync("/health/live")).Status);
        await Eventually.True(async () => (await leaving.Services.GetRequiredService<ISchedulerFactory>().GetScheduler()).Status == SchedulerStatus.Standby, "Quartz to stand by");
        Assert.Equal(SchedulerStatus.Running, (await staying.Services.GetRequiredService<ISchedulerFactory>().GetScheduler()).Status);
        using var console = await staying.SignInAsync("futian");
        await Eventually.True(
            async () => (await console.GetAsync("/api/nodes")).Body!["all"]!.AsArray().Any(node => (string?)node!["state"] == "draining"), "the other node to list it as draining");
        await StoppingAsync();
    }

    [Fact]
    public async Task A_kept_alive_connection_is_let_go()
    {
        using var http = new HttpClient { BaseAddress = new Uri(leaving.Address) };
        using var before = await http.GetAsync("/health/live");
        Assert.NotEqual(true, before.Headers.ConnectionClose);

        Drain();

        await Eventually.True(async () => (await http.GetAsync("/health/live")).Headers.ConnectionClose == true, "the connection to be let go");
    }

    [Fact]
    public async Task Clients_are_told_to_move_in_batches_and_the_node_stops_when_they_have_gone()
    {
        var phones = new List<(ApiClient Volunteer, LivePhone Phone)>();
        var told = new System.Collections.Concurrent.ConcurrentBag<DateTimeOffset>();
        await leaving.World.VolunteersAsync(12);
        for (var number = 1; number <= 12; number++)
        {
            var volunteer = await leaving.SignInAsync($"v{number:0000}");
            var phone = await LivePhone.ConnectAsync(leaving, volunteer.Token);
            phones.Add((volunteer, phone));
            phone.On("Move", move =>
            {
                Assert.Equal("draining", (string?)move["reason"]);
                told.Add(TimeProvider.System.GetUtcNow());
                _ = phone.DisposeAsync().AsTask();
            });
        }

        Drain();

        await StoppingAsync();
        Assert.Equal(12, told.Count);
        Assert.True(told.Select(at => at.ToUnixTimeMilliseconds() / 100).Distinct().Count() > 3, "all were told at once"); // twelve over two seconds
        foreach (var (volunteer, _) in phones)
        {
            volunteer.Dispose();
        }
    }

    [Fact]
    public async Task A_client_that_does_not_understand_is_cut_after_its_grace_and_resumes_elsewhere()
    {
        await leaving.World.VolunteerAsync(100);
        using var volunteer = await leaving.SignInAsync("v0001");
        using var console = await staying.SignInAsync("futian");
        await using var deaf = await LivePhone.ConnectAsync(leaving, volunteer.Token);

        Drain();
        var id = await console.RaiseAsync(ApiClient.Flood());
        await deaf.Closed.WaitAsync(TimeSpan.FromSeconds(20));

        await using var again = await LivePhone.ConnectAsync(staying, volunteer.Token, deaf.Cursor);
        await Eventually.True(() => deaf.Cursor + again.Numbers.Count() == 1, "the offer, once, on one of the two lines");
        await console.WhenAsync(id, "offered", 1);
    }

    [Fact]
    public async Task An_answer_under_way_is_still_given_on_the_old_line()
    {
        await leaving.World.VolunteerAsync(100);
        using var volunteer = await leaving.SignInAsync("v0001");
        using var console = await staying.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(leaving, volunteer.Token);
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        var moving = new TaskCompletionSource();
        phone.On("Move", _ => moving.TrySetResult());
        await using var held = await HeldLock.OnAsync(leaving.World, $"SELECT 1 FROM incidents WHERE id = '{id}' FOR UPDATE");
        var answering = phone.OrderAsync("Answer", callout, new { answer = "accept" });
        await held.IsWaitedForAsync(leaving.World);

        Drain();
        await moving.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await held.DisposeAsync();

        Assert.True((await answering).GetProperty("ok").GetBoolean());
        Assert.Equal("accepted", (string?)(await console.WhenAsync(id, "accepted", 1))["callouts"]![0]!["state"]);
    }

    [Fact]
    public async Task A_simulated_phone_moves_without_losing_its_line_or_an_order()
    {
        await leaving.World.VolunteerAsync(100);
        using var volunteer = await leaving.SignInAsync("v0001");
        using var console = await staying.SignInAsync("futian");
        await using var balancer = Dispatch.Drills.Nodes.Balancer.Start(0, [new Uri(leaving.Address), new Uri(staying.Address)]);
        using var http = new HttpClient { BaseAddress = balancer.Address };
        var counts = new PhoneCounts();
        var phone = new Phone(balancer.Address, new PhoneSignIn(http, new SignedIn(volunteer.Token, "", 3600), TimeProvider.System), 0, counts);
        using var stop = new CancellationTokenSource();
        using var enough = new CancellationTokenSource();
        var connected = phone.StayConnectedAsync(stop.Token);
        var unknown = 0;
        var orders = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                var duty = await phone.OrderAsync("Duty", CancellationToken.None, new { duty = "on" });
                if (duty is null && counts.Connects > 0)
                {
                    unknown++;
                }

                await Task.Delay(20);
            }
        });
        await Eventually.True(() => counts.Connected == 1, "the phone to be connected");
        var connects = 1;
        if (staying.Services.GetRequiredService<Connections>().Count == 1)
        {
            (leaving, staying) = (staying, leaving); // whichever it came to is the one that leaves
        }

        Drain();
        await Eventually.True(() => staying.Services.GetRequiredService<Connections>().Count == 1 && counts.Connects > connects, "the phone on the other node");
        using var raises = await staying.SignInAsync("futian");
        await raises.RaiseAsync(ApiClient.Flood());
        var offered = await phone.Inbox.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        await enough.CancelAsync();
        await orders;
        await stop.CancelAsync();
        await connected;
        Assert.Equal("offered", offered.Kind);
        Assert.Equal(0, unknown);
        Assert.Equal((0, 0), (counts.Gaps, counts.Duplicates));
    }

    [Fact]
    public async Task Who_is_alone_has_nobody_to_hand_over_to_and_stops_at_once()
    {
        await staying.DisposeAsync();
        await Eventually.True(() => leaving.Services.GetRequiredService<Hints>().Neighbours == 0, "the other node to be gone");
        await leaving.World.VolunteerAsync(100);
        using var volunteer = await leaving.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(leaving, volunteer.Token);
        var moved = false;
        phone.On("Move", _ => moved = true);

        Drain();

        await StoppingAsync();
        Assert.False(moved);
    }

    [Fact]
    public async Task Only_the_topmost_operator_may_ask_a_node_to_drain_and_he_asks_at_any_node()
    {
        using var district = await staying.SignInAsync("futian");
        using var city = await staying.SignInAsync("shenzhen");
        var id = leaving.Services.GetRequiredService<Server.Telemetry.Self>().Id;

        Assert.Equal(403, (await district.PostAsync($"/api/nodes/{id}/drain")).Status);
        Assert.Equal(404, (await city.PostAsync($"/api/nodes/{Guid.NewGuid()}/drain")).Status);
        Assert.Equal(202, (await city.PostAsync($"/api/nodes/{id}/drain")).Status);
        Assert.Contains((await city.PostAsync($"/api/nodes/{id}/drain")).Status, new[] { 202, 404 }); // harmless to repeat; perhaps it is gone

        await StoppingAsync();
        Assert.False(staying.Services.GetRequiredService<Drain>().HasBegun);
    }

    private void Drain() => leaving.Services.GetRequiredService<Drain>().BeginAndStop();

    private Task StoppingAsync() => Eventually.True(
        () => leaving.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested, "the node to stop");
}
