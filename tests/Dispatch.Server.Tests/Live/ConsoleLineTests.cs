using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Live;

/// <summary>What an operator's console hears on the live line: every fact of its region, in order, without a gap, and nothing else.</summary>
public sealed class ConsoleLineTests : IAsyncLifetime
{
    private static readonly Dictionary<Guid, long> Nothing = [];

    private TestNode node = null!;

    public async Task InitializeAsync() => node = await TestNode.StartAsync();

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_console_that_watches_from_now_on_hears_every_fact_of_a_new_incident()
    {
        await node.World.VolunteersAsync(3);
        using var operatorOf = await node.SignInAsync("futian");
        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, null);

        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await console.HearsAsync(id, "CalloutOffered", 3);
        await operatorOf.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid() });
        await console.HearsAsync(id, "IncidentClosed");

        var stored = await operatorOf.FactsAsync(id);
        Assert.Equal(stored.Numbers(), console.NumbersOf(id));
        Assert.Equal(stored.Kinds(), console.KindsOf(id));
        Assert.Equal(0, console.Gaps);
    }

    [Fact]
    public async Task A_console_that_knows_nothing_is_told_every_open_incident_from_its_first_fact()
    {
        await node.World.VolunteersAsync(3);
        using var operatorOf = await node.SignInAsync("futian");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        var head = (await operatorOf.FactsAsync(id, until: "CalloutOffered", howMany: 3)).All.Count;

        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, Nothing);

        await console.ReachesAsync(id, head);
        Assert.Equal(Enumerable.Range(1, head).Select(number => (long)number), console.NumbersOf(id));
    }

    [Fact]
    public async Task A_console_that_was_cut_off_resumes_after_its_own_last_fact()
    {
        await node.World.VolunteersAsync(3);
        using var operatorOf = await node.SignInAsync("futian");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        IReadOnlyDictionary<Guid, long> cursors;
        await using (var before = await LiveConsole.WatchAsync(node, operatorOf.Token, Nothing))
        {
            await before.HearsAsync(id, "CalloutOffered", 3);
            cursors = before.Cursors;
        }

        await operatorOf.PostAsync($"/api/incidents/{id}/recall", new { commandId = Guid.NewGuid(), reason = "等待" });
        var later = await operatorOf.RaiseAsync(ApiClient.Flood());
        var head = (await operatorOf.FactsAsync(id)).All.Count;
        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, cursors);

        await console.ReachesAsync(id, head);
        await console.HearsAsync(later, "IncidentRaised");
        Assert.Equal(cursors[id] + 1, console.NumbersOf(id).First());
        Assert.Equal(0, console.Gaps);
    }

    [Fact]
    public async Task A_console_with_more_incidents_than_a_message_holds_resumes_from_cursors_sent_in_parts()
    {
        await node.World.VolunteersAsync(3);
        using var operatorOf = await node.SignInAsync("futian");
        var (early, late) = (await operatorOf.RaiseAsync(ApiClient.Flood()), await operatorOf.RaiseAsync(ApiClient.Flood()));
        var known = new Dictionary<Guid, long> { [early] = (await operatorOf.FactsAsync(early)).All.Count, [late] = (await operatorOf.FactsAsync(late)).All.Count };
        foreach (var id in known.Keys)
        {
            await operatorOf.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid() });
        }

        // What a province has open in an earthquake. In one message the line would end, every time it is tried.
        var others = Enumerable.Range(0, 1000).Select(_ => KeyValuePair.Create(Guid.CreateVersion7(), 40L)).ToList();
        var all = others.Prepend(KeyValuePair.Create(early, known[early])).ToDictionary();
        await Assert.ThrowsAnyAsync<Exception>(() => LiveConsole.WatchAsync(node, operatorOf.Token, all));

        await using var console = await LiveConsole.WatchAsync(
            node, operatorOf.Token, new Dictionary<Guid, long> { [late] = known[late] }, all.Chunk(250).Select(part => part.ToDictionary()));

        foreach (var id in known.Keys)
        {
            await console.HearsAsync(id, "IncidentClosed");
            Assert.Equal(known[id] + 1, console.NumbersOf(id).First());
        }

        Assert.Equal(0, console.Gaps);
    }

    [Fact]
    public async Task Cursors_without_end_are_refused_and_the_line_goes_on()
    {
        using var operatorOf = await node.SignInAsync("futian");
        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, null);
        Dictionary<Guid, long> Part() => Enumerable.Range(0, 250).ToDictionary(_ => Guid.NewGuid(), _ => 1L);
        for (var sent = 0; sent < 20_000; sent += 250)
        {
            await console.SayAsync("Cursors", Part());
        }

        var refused = await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => console.SayAsync("Cursors", Part()));
        Assert.Contains("tooManyCursors", refused.Message);
        Assert.True((await console.OrderAsync("WatchBoard", [null])).TryGetProperty("epoch", out _));
    }

    [Fact]
    public async Task A_console_that_knows_an_ended_incident_is_told_how_it_ended()
    {
        using var operatorOf = await node.SignInAsync("futian");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid() });
        await node.World.SqlAsync("UPDATE incidents SET ended_at = now() - interval '2 hours', rests_since = now() - interval '2 hours'");

        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, new Dictionary<Guid, long> { [id] = 1 });

        await console.HearsAsync(id, "IncidentClosed");
        Assert.Equal(0, console.Gaps);
    }

    [Fact]
    public async Task While_facts_are_being_written_a_replay_runs_into_the_present_without_a_gap()
    {
        await node.World.VolunteersAsync(8);
        using var operatorOf = await node.SignInAsync("futian");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood(category: "drowning"));
        using var stop = new CancellationTokenSource();
        var writing = EscalateUntilAsync(operatorOf, id, stop.Token);

        var consoles = new List<LiveConsole>();
        for (var i = 0; i < 12; i++)
        {
            consoles.Add(await LiveConsole.WatchAsync(node, operatorOf.Token, Nothing));
        }

        await stop.CancelAsync();
        await writing;
        var head = (long)(await operatorOf.IncidentAsync(id))["lastFact"]!;
        foreach (var console in consoles)
        {
            await console.ReachesAsync(id, head);
            Assert.Equal(0, console.Gaps);
            await console.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_record_longer_than_any_queue_is_replayed_whole()
    {
        using var operatorOf = await node.SignInAsync("futian");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.FactsAsync(id, until: "NeedExhausted");
        await node.World.SqlAsync($$"""
            BEGIN;
            INSERT INTO facts (incident_id, number, kind, at, by_kind, data)
            SELECT id, last_fact + n, 'CallingResumed', now(), 'system', jsonb_build_object('note', repeat('x', 2000)) FROM incidents, generate_series(1, 12000) AS n WHERE id = '{{id}}';
            UPDATE incidents SET last_fact = last_fact + 12000 WHERE id = '{{id}}';
            COMMIT;
            """);

        // A node that starts now finds them all in the past.
        await using var another = await TestNode.StartAsync(node.World);
        await using var console = await LiveConsole.WatchAsync(another, operatorOf.Token, Nothing);

        await console.ReachesAsync(id, (long)(await operatorOf.IncidentAsync(id))["lastFact"]!);
        Assert.Equal(0, console.Gaps);
    }

    [Fact]
    public async Task A_console_of_another_region_hears_not_one_fact_whatever_it_asks_for()
    {
        await node.World.VolunteersAsync(2);
        using var own = await node.SignInAsync("futian");
        using var other = await node.SignInAsync("luohu");
        await using var live = await LiveConsole.WatchAsync(node, other.Token, null);
        var id = await own.RaiseAsync(ApiClient.Flood());
        await own.FactsAsync(id, until: "CalloutOffered", howMany: 2);
        await using var replayed = await LiveConsole.WatchAsync(node, other.Token, Nothing);
        await using var asking = await LiveConsole.WatchAsync(node, other.Token, new Dictionary<Guid, long> { [id] = 0 });

        var neighbours = await other.RaiseAsync(ApiClient.Flood(longitude: 114.15, latitude: 22.55));
        foreach (var console in new[] { live, replayed, asking })
        {
            await console.HearsAsync(neighbours, "IncidentRaised");
            await Eventually.True(() => console.Current is not null, "a sign of life");
            Assert.Empty(console.NumbersOf(id));
            Assert.DoesNotContain(id.ToString(), console.Current!.Value.GetRawText(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_city_hears_the_incidents_of_its_districts()
    {
        using var futian = await node.SignInAsync("futian");
        using var luohu = await node.SignInAsync("luohu");
        using var city = await node.SignInAsync("shenzhen");
        await using var console = await LiveConsole.WatchAsync(node, city.Token, null);

        var here = await futian.RaiseAsync(ApiClient.Flood());
        var there = await luohu.RaiseAsync(ApiClient.Flood(longitude: 114.15, latitude: 22.55));

        await console.HearsAsync(here, "IncidentRaised");
        await console.HearsAsync(there, "IncidentRaised");
    }

    [Fact]
    public async Task A_sign_of_life_tells_how_far_each_incident_has_come()
    {
        using var operatorOf = await node.SignInAsync("futian");
        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, null);
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.FactsAsync(id, until: "NeedExhausted");

        var head = (long)(await operatorOf.IncidentAsync(id))["lastFact"]!;
        await Eventually.True(
            () => console.Current is { } current && current.GetProperty("heads").TryGetProperty(id.ToString(), out var told) && told.GetInt64() == head,
            $"a sign of life with head {head}");
    }

    [Fact]
    public async Task The_name_of_who_acted_is_told_with_the_fact_and_kept_out_of_the_record()
    {
        await node.World.VolunteerAsync(100);
        using var operatorOf = await node.SignInAsync("futian");
        using var volunteer = await node.SignInAsync("v0001");
        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, null);
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await volunteer.PutAsync($"/api/callouts/{await volunteer.MyCalloutAsync()}/answer", new { answer = "accept" });
        await console.HearsAsync(id, "CalloutAccepted");

        var accepted = console.Heard.Single(fact => fact.GetProperty("kind").GetString() == "CalloutAccepted");
        var offered = console.Heard.Single(fact => fact.GetProperty("kind").GetString() == "CalloutOffered");
        var raised = console.Heard.Single(fact => fact.GetProperty("kind").GetString() == "IncidentRaised");
        Assert.Equal("福田指挥员", raised.GetProperty("data").GetProperty("incident").GetProperty("raisedBy").GetProperty("name").GetString());
        Assert.Equal("志愿者1", accepted.GetProperty("by").GetProperty("name").GetString());
        Assert.Equal("志愿者1", offered.GetProperty("data").GetProperty("callout").GetProperty("volunteer").GetProperty("name").GetString());
        Assert.Equal(0, await node.World.ScalarAsync<long>("SELECT count(*) FROM facts WHERE data::text LIKE '%志愿者%' OR data::text LIKE '%指挥员%'"));
    }

    private static async Task EscalateUntilAsync(ApiClient operatorOf, Guid id, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Assert.Equal(200, (await operatorOf.PostAsync($"/api/incidents/{id}/escalate", new { commandId = Guid.NewGuid() })).Status);
        }
    }
}
