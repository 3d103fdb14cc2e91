using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Live;

/// <summary>Two nodes over one database, without Redis: each finds by itself what the other wrote.</summary>
public class TwoNodesTests : IAsyncLifetime
{
    protected TestNode One { get; private set; } = null!;

    protected TestNode Other { get; private set; } = null!;

    protected virtual Task<string[]> SettingsAsync() => Task.FromResult<string[]>([]);

    public virtual async Task InitializeAsync()
    {
        var settings = await SettingsAsync();
        One = await TestNode.StartAsync(settings);
        Other = await TestNode.StartAsync(One.World, settings);
    }

    public virtual async Task DisposeAsync()
    {
        await Other.DisposeAsync();
        await One.DisposeAsync();
    }

    [Fact]
    public async Task A_phone_on_one_node_and_a_console_on_the_other_are_both_live()
    {
        await One.World.VolunteerAsync(100);
        using var volunteer = await One.SignInAsync("v0001");
        using var operatorOf = await Other.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(One, volunteer.Token);
        await using var console = await LiveConsole.WatchAsync(Other, operatorOf.Token, null);

        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        await phone.SayAsync("Seen", callout);
        await phone.OrderAsync("Answer", callout, new { answer = "accept" });

        await console.HearsAsync(id, "CalloutAccepted");
        await console.HearsAsync(id, "CalloutSeen");
        Assert.Equal(0, console.Gaps);
    }

    [Fact]
    public async Task A_phone_that_moves_to_the_other_node_goes_on_after_its_cursor()
    {
        await One.World.VolunteerAsync(100);
        using var volunteer = await One.SignInAsync("v0001");
        using var operatorOf = await One.SignInAsync("futian");
        await using (var before = await LivePhone.ConnectAsync(One, volunteer.Token))
        {
            await operatorOf.RaiseAsync(ApiClient.Flood());
            var callout = (await before.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
            await operatorOf.PostAsync($"/api/callouts/{callout}/recall", new { commandId = Guid.NewGuid() });
            await before.WhenAsync("recalled");
        }

        await using var after = await LivePhone.ConnectAsync(Other, volunteer.Token, cursor: 1);
        await after.WhenAsync("recalled");
        Assert.Equal(2, after.Numbers.First());
    }

    [Fact]
    public async Task Two_phones_of_one_volunteer_on_two_nodes_both_hear_it()
    {
        await One.World.VolunteerAsync(100);
        using var volunteer = await One.SignInAsync("v0001");
        using var operatorOf = await One.SignInAsync("futian");
        await using var near = await LivePhone.ConnectAsync(One, volunteer.Token);
        await using var far = await LivePhone.ConnectAsync(Other, volunteer.Token);

        await operatorOf.RaiseAsync(ApiClient.Flood());

        await near.WhenAsync("offered");
        await far.WhenAsync("offered");
    }

    [Fact]
    public async Task A_node_that_is_kept_busy_still_hears_what_the_other_wrote()
    {
        await One.World.VolunteerAsync(100);
        using var volunteer = await Other.SignInAsync("v0001");
        using var operatorOf = await One.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(Other, volunteer.Token);
        await using var console = await LiveConsole.WatchAsync(Other, operatorOf.Token, null);
        using var stop = new CancellationTokenSource();
        var busy = KeepBusyAsync(Other.Services.GetRequiredService<Hints>(), stop.Token);

        var id = await operatorOf.RaiseAsync(ApiClient.Flood());

        await phone.WhenAsync("offered");
        await console.HearsAsync(id, "CalloutOffered");
        await stop.CancelAsync();
        await busy;
    }

    [Fact]
    public async Task A_phone_that_comes_back_long_after_the_end_is_told_of_on_the_other_node()
    {
        await One.World.VolunteerAsync(100);
        using var volunteer = await One.SignInAsync("v0001");
        using var operatorOf = await One.SignInAsync("futian");
        await using var console = await LiveConsole.WatchAsync(Other, operatorOf.Token, null);
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid() });
        await console.HearsAsync(id, "IncidentClosed");
        await One.World.SqlAsync($"UPDATE incidents SET ended_at = now() - interval '2 hours', rests_since = now() - interval '2 hours' WHERE id = '{id}'");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            // The other node has looked since, and looked again: the incident is none of those it looks after.
            await console.HearsAsync(await operatorOf.RaiseAsync(ApiClient.Flood()), "IncidentRaised");
        }

        await using var phone = await LivePhone.ConnectAsync(One, volunteer.Token);

        await console.HearsAsync(id, "CalloutDelivered");
        Assert.Equal(0, console.Gaps);
    }

    [Fact]
    public async Task Both_nodes_sweep_and_an_offer_expires_once()
    {
        await One.World.SqlAsync("UPDATE categories SET answer_within = '1 second' WHERE key = 'flood'");
        await One.World.VolunteersAsync(3);
        using var operatorOf = await One.SignInAsync("futian");

        var id = await operatorOf.RaiseAsync(ApiClient.Flood());

        var facts = await operatorOf.FactsAsync(id, until: "CalloutExpired", howMany: 3);
        Assert.Equal(3, facts.Of("CalloutExpired").Count());
        Assert.Equal(Enumerable.Range(1, facts.All.Count).Select(number => (long)number), facts.Numbers());
    }

    /// <summary>Hints about things nobody here watches, quicker than any poll.</summary>
    private static async Task KeepBusyAsync(Hints hints, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            hints.Incidents.Raise(Guid.NewGuid());
            hints.Inboxes.Raise(Guid.NewGuid());
            await Task.Delay(20, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
