using Dispatch.Server.Clock;
using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Live;

/// <summary>What fails for a reason of its own is set apart, shown, and taken out when it works again.</summary>
public sealed class QuarantineTests : IAsyncLifetime
{
    private TestNode node = null!;

    private Quarantine Quarantine => node.Services.GetRequiredService<Quarantine>();

    public async Task InitializeAsync() => node = await TestNode.StartAsync();

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task Failures_are_counted_and_the_third_of_an_incident_is_an_alarm()
    {
        var incident = Guid.NewGuid();
        for (var failures = 1; failures <= 3; failures++)
        {
            var entry = await Quarantine.PutAsync(QuarantineKind.Incident, incident, 0, new InvalidOperationException("secret"), default);
            Assert.Equal((failures, failures == 3), (entry.Failures, entry.Alarm));
            Assert.True(entry.RetryAt > entry.LastFailedAt);
        }

        var shown = Assert.Single(await Quarantine.ReadAsync(default));
        Assert.Equal((QuarantineKind.Incident, incident, "InvalidOperationException"), (shown.Kind, shown.Subject, shown.Error));

        await Quarantine.ReleaseAsync(QuarantineKind.Incident, incident, 0, default);
        Assert.Empty(await Quarantine.ReadAsync(default));
    }

    [Fact]
    public async Task A_fact_that_cannot_be_read_keeps_its_number_and_stops_no_other()
    {
        using var console = await node.SignInAsync("futian");
        var poisoned = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(poisoned, until: "NeedExhausted");
        await using var screen = await LiveConsole.WatchAsync(node, console.Token, new Dictionary<Guid, long>());
        await screen.HearsAsync(poisoned, "NeedExhausted");

        await node.World.SqlAsync($"""
            BEGIN;
            UPDATE incidents SET last_fact = last_fact + 3 WHERE id = '{poisoned}';
            INSERT INTO facts (incident_id, number, kind, at, by_kind, data)
            SELECT id, last_fact - 3 + n, CASE n WHEN 2 THEN 'CalloutOffered' ELSE 'CallingResumed' END, now(), 'system', CASE n WHEN 2 THEN '"no object"'::jsonb ELSE jsonb_build_object() END
            FROM incidents, generate_series(1, 3) AS n WHERE id = '{poisoned}';
            COMMIT;
            """);
        var head = await node.World.ScalarAsync<long>($"SELECT last_fact FROM incidents WHERE id = '{poisoned}'");
        var healthy = await console.RaiseAsync(ApiClient.Flood());

        await screen.ReachesAsync(poisoned, head);
        await screen.HearsAsync(healthy, "NeedExhausted");
        Assert.Equal(0, screen.Gaps);
        Assert.Equal(["CallingResumed", "Unreadable", "CallingResumed"], screen.KindsOf(poisoned).TakeLast(3));
        Assert.Equal("Unreadable", (await console.FactsAsync(poisoned)).Kinds().SkipLast(1).Last());
        var entry = Assert.Single(await Quarantine.ReadAsync(default));
        Assert.Equal((QuarantineKind.Fact, poisoned, head - 1, true), (entry.Kind, entry.Subject, entry.Number, entry.Alarm));

        await RetryAsync();
        Assert.Single(await Quarantine.ReadAsync(default));
        await node.World.TamperAsync("UPDATE facts SET kind = 'CallingResumed', data = '{}' WHERE data = '\"no object\"'");
        await RetryAsync();
        Assert.Empty(await Quarantine.ReadAsync(default));
    }

    [Fact]
    public async Task A_card_that_cannot_be_made_is_left_out_does_not_count_as_delivered_and_stops_no_other()
    {
        await node.World.VolunteersAsync(2);
        using var console = await node.SignInAsync("futian");
        using var first = await node.SignInAsync("v0001");
        using var second = await node.SignInAsync("v0002");
        var poisoned = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(poisoned, "offered", 2);
        var broken = await first.MyCalloutAsync();
        await node.World.SqlAsync($"UPDATE callouts SET distance_metres = 'NaN' WHERE id = '{broken}'");

        await using var one = await LivePhone.ConnectAsync(node, first.Token);
        await using var other = await LivePhone.ConnectAsync(node, second.Token);
        await other.WhenAsync("offered");
        await console.PostAsync($"/api/incidents/{poisoned}/cancel", new { commandId = Guid.NewGuid(), reason = "误报" });
        await other.WhenAsync("recalled");
        await console.RaiseAsync(ApiClient.Flood());
        await one.WhenAsync("offered");
        Assert.Equal([3], one.Numbers); // 1 and 2 are about the card that cannot be made: gaps, for which a phone asks
        var (status, mine) = await first.GetAsync("/api/callouts/mine");
        Assert.Equal((200, 3L), (status, (long)mine!["cursor"]!));
        Assert.Equal("offered", (string?)Assert.Single(mine["callouts"]!.AsArray())!["state"]);

        await Eventually.True(async () => await node.World.ScalarAsync<bool>("SELECT bool_and(delivered = 3) FROM inbox_heads"), "both phones' receipts");
        Assert.Equal(1, await node.World.ScalarAsync<long>($"SELECT count(*) FROM callouts WHERE id = '{broken}' AND delivered_at IS NULL"));
        Assert.Equal(
            [(QuarantineKind.InboxItem, 1L), (QuarantineKind.InboxItem, 2L), (QuarantineKind.Callout, 0L)],
            (await Quarantine.ReadAsync(default)).Select(entry => (entry.Kind, entry.Number)).Distinct().OrderBy(entry => entry.Number == 0 ? 9 : entry.Number));
        await node.World.SqlAsync("UPDATE callouts SET distance_metres = 100 WHERE distance_metres = 'NaN'");
        await RetryAsync();
        Assert.Empty(await Quarantine.ReadAsync(default));
    }

    [Fact]
    public async Task An_incident_that_cannot_be_advanced_is_told_to_the_consoles_and_the_others_go_on()
    {
        await node.World.VolunteersAsync(2);
        using var console = await node.SignInAsync("futian");
        using var volunteer = await node.SignInAsync("v0001");
        await using var screen = await LiveConsole.WatchAsync(node, console.Token, null);
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token, receipts: false);
        var poisoned = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(poisoned, "offered", 2);
        await phone.WhenAsync("offered");
        await node.World.SqlAsync($"""
            UPDATE incidents SET look_at = now() WHERE id = '{poisoned}';
            UPDATE callouts SET due_at = '20000-01-01' WHERE incident_id = '{poisoned}';
            """); // no clock of ours reaches so far
        await phone.SayAsync("Received", 1L); // and the receipt cannot be written either

        await Eventually.True(
            () => screen.Current is { } current && current.GetProperty("stuck").EnumerateArray().Any(stuck => stuck.GetGuid() == poisoned),
            "the console to be told");
        await Eventually.True(async () => (await Quarantine.ReadAsync(default)).Any(entry => entry is { Kind: QuarantineKind.Receipt, Alarm: true }), "the receipts to be set aside");
        var healthy = await console.RaiseAsync(ApiClient.Flood(qualification: "medical"));
        await console.FactsAsync(healthy, until: "NeedExhausted");

        await node.World.SqlAsync($"SELECT FROM incidents WHERE id = '{poisoned}' FOR UPDATE; UPDATE callouts SET due_at = now() + interval '5 minutes' WHERE incident_id = '{poisoned}'; UPDATE quarantine SET retry_at = now();");
        await Eventually.True(async () => (await Quarantine.ReadAsync(default)).All(entry => entry.Kind != QuarantineKind.Incident), "the incident to be advanced");
        await phone.SayAsync("Received", 1L);
        await console.FactsAsync(poisoned, until: "CalloutDelivered");
        await Eventually.True(async () => (await Quarantine.ReadAsync(default)).Count == 0, "nothing left in quarantine");
    }

    [Fact]
    public async Task An_incident_stands_when_nobody_can_be_asked_and_is_asked_for_when_it_works_again()
    {
        await node.World.VolunteersAsync(2);
        using var console = await node.SignInAsync("futian");
        await node.World.SqlAsync("ALTER TABLE callouts ADD CONSTRAINT broken CHECK (wave <> 1) NOT VALID");

        var incident = await console.RaiseAsync(ApiClient.Flood());
        Assert.Equal(["IncidentRaised"], (await console.FactsAsync(incident)).Kinds());
        await Eventually.True(async () => (await Quarantine.ReadAsync(default)).Any(entry => entry.Kind == QuarantineKind.Incident && entry.Subject == incident), "somebody to be told");

        await node.World.SqlAsync("ALTER TABLE callouts DROP CONSTRAINT broken; UPDATE quarantine SET retry_at = now()");
        await console.WhenAsync(incident, "offered", 2);
        await Eventually.True(async () => (await Quarantine.ReadAsync(default)).Count == 0, "nothing left in quarantine");
    }

    [Fact]
    public async Task A_position_that_cannot_be_stored_stops_no_other()
    {
        var volunteers = await node.World.VolunteersAsync(3);
        var feed = node.Services.GetRequiredService<PositionFeed>();
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (volunteer, accuracy) in volunteers.Zip([5f, -1f, 7f]))
        {
            feed.Report(volunteer, new(114.02, 22.53, accuracy, now));
        }

        await Eventually.True(async () => await node.World.ScalarAsync<long>("SELECT count(*) FROM positions WHERE accuracy_metres IN (5, 7)") == 2, "the other two stored");
        var entry = Assert.Single(await Quarantine.ReadAsync(default));
        Assert.Equal((QuarantineKind.Position, volunteers[1]), (entry.Kind, entry.Subject));
    }

    [Fact]
    public async Task What_is_to_blame_is_found_among_many_and_an_outage_is_nobodys_fault()
    {
        var (served, blamed) = (new List<int>(), new List<int>());
        Task Serve(IReadOnlyList<int> some, Func<Exception> failure)
        {
            if (some.Any(number => number is 3 or 7))
            {
                throw failure();
            }

            served.AddRange(some);
            return Task.CompletedTask;
        }

        Task Blame(int number, Exception error)
        {
            blamed.Add(number);
            return Task.CompletedTask;
        }

        await Isolate.RunAsync([.. Enumerable.Range(0, 10)], some => Serve(some, () => new InvalidOperationException()), Blame);
        Assert.Equal([0, 1, 2, 4, 5, 6, 8, 9], served.Order());
        Assert.Equal([3, 7], blamed);

        await Assert.ThrowsAsync<TimeoutException>(() => Isolate.RunAsync([.. Enumerable.Range(0, 10)], some => Serve(some, () => new TimeoutException()), Blame));
        Assert.Equal(2, blamed.Count);
    }

    private async Task RetryAsync()
    {
        await node.World.SqlAsync("UPDATE quarantine SET retry_at = now() - interval '1 minute'");
        await ActivatorUtilities.CreateInstance<RetryQuarantined>(node.Services).RunAsync(default);
    }
}
