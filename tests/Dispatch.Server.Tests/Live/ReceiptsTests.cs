using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Live;

/// <summary>What reached a phone is recorded, whatever stands in the way of the record for a while.</summary>
public sealed class ReceiptsTests : IAsyncLifetime
{
    private TestNode node = null!;

    public async Task InitializeAsync() => node = await TestNode.StartAsync();

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_receipt_that_meets_a_locked_incident_is_recorded_when_the_lock_is_gone()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var console = await node.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token, receipts: false);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await phone.WhenAsync("offered");
        await console.FactsAsync(id, until: "CalloutSent");

        await using (var lockedBy = await LockAsync(id))
        {
            await phone.SayAsync("Received", 1L);
            await lockedBy.WasMetAsync(node.World); // and given up: the server waits two seconds for a lock
        }

        await console.FactsAsync(id, until: "CalloutDelivered");
    }

    [Fact]
    public async Task An_incident_that_cannot_be_written_does_not_hold_up_the_receipts_of_another()
    {
        await node.World.VolunteerAsync(100);
        await node.World.VolunteerAsync(200, qualification: "medical.nurse");
        using var console = await node.SignInAsync("futian");
        using var firstVolunteer = await node.SignInAsync("v0001");
        using var secondVolunteer = await node.SignInAsync("v0002");
        await using var first = await LivePhone.ConnectAsync(node, firstVolunteer.Token, receipts: false);
        await using var second = await LivePhone.ConnectAsync(node, secondVolunteer.Token, receipts: false);
        var blocked = await console.RaiseAsync(ApiClient.Flood());
        var free = await console.RaiseAsync(ApiClient.Flood(qualification: "medical"));
        await first.WhenAsync("offered");
        await second.WhenAsync("offered");
        await console.FactsAsync(blocked, until: "CalloutSent");
        await console.FactsAsync(free, until: "CalloutSent");

        await using (var held = await LockAsync(blocked))
        {
            await first.SayAsync("Received", 1L);
            await second.SayAsync("Received", 1L);
            await held.WasMetAsync(node.World);
            await console.FactsAsync(free, until: "CalloutDelivered");
        }

        await console.FactsAsync(blocked, until: "CalloutDelivered");
    }

    [Fact]
    public async Task Seen_stands_for_delivered_too()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var console = await node.SignInAsync("futian");
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = await volunteer.MyCalloutAsync();

        var (status, _) = await volunteer.PutAsync($"/api/callouts/{callout}/seen");

        Assert.Equal(204, status);
        var facts = await console.FactsAsync(id, until: "CalloutSeen");
        Assert.Single(facts.Of("CalloutDelivered"));
    }

    [Fact]
    public async Task A_receipt_said_again_is_no_second_fact()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var console = await node.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token, receipts: false);
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        for (var again = 0; again < 3; again++)
        {
            await phone.SayAsync("Received", 1L);
            await phone.SayAsync("Seen", callout);
            await console.FactsAsync(id, until: "CalloutSeen");
        }

        await volunteer.PutAsync($"/api/callouts/{callout}/answer", new { answer = "accept" });
        var facts = await console.FactsAsync(id, until: "CalloutAccepted");
        Assert.Single(facts.Of("CalloutSent"));
        Assert.Single(facts.Of("CalloutDelivered"));
        Assert.Single(facts.Of("CalloutSeen"));
    }

    [Fact]
    public async Task A_receipt_for_somebody_elses_call_out_changes_nothing()
    {
        await node.World.VolunteersAsync(2);
        using var volunteer = await node.SignInAsync("v0001");
        using var stranger = await node.SignInAsync("v0002");
        using var console = await node.SignInAsync("futian");
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = await volunteer.MyCalloutAsync();

        await stranger.PutAsync($"/api/callouts/{callout}/seen");
        await volunteer.PutAsync($"/api/callouts/{await volunteer.MyCalloutAsync()}/answer", new { answer = "decline" });
        await stranger.PutAsync($"/api/callouts/{await stranger.MyCalloutAsync()}/seen");

        var facts = await console.FactsAsync(id, until: "CalloutSeen");
        Assert.NotEqual(callout, (Guid)facts.Of("CalloutSeen").Single()["calloutId"]!);
    }

    private async Task<HeldLock> LockAsync(Guid incident) => await HeldLock.OnAsync(node.World, $"SELECT FROM incidents WHERE id = '{incident}' FOR UPDATE");
}
