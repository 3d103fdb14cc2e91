using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>Who says yes while others are being written is written together with all who wait.</summary>
public sealed class YesesOfOneMomentTests : IAsyncLifetime
{
    private readonly Dictionary<Guid, List<(Guid Callout, Guid Volunteer)>> offers = [];
    private TestNode node = null!;
    private ApiClient console = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        console = await node.SignInAsync("futian");
        await node.World.VolunteersAsync(100, everyMetres: 20);
    }

    public async Task DisposeAsync()
    {
        console.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task Who_waits_is_written_together_and_as_the_steps_would()
    {
        var incidents = await IncidentsAsync(4);
        List<Task<Card>> answers;
        await using (await GatherAsync(incidents))
        {
            // 0 and 1 have the two turns; 2 and 3 wait, three of the one for what is not the last place, four of the other for all there are.
            answers = [.. Say(incidents[0], 1), .. Say(incidents[1], 1), .. Say(incidents[2], 3), .. Say(incidents[3], 4), .. Say(incidents[2], 1)];
            Assert.DoesNotContain(answers, answer => answer.IsCompleted);
        }

        Assert.All(await Task.WhenAll(answers), card => Assert.Equal("accepted", card.State));

        // 0, 1, those who waited, and the last place in 3. The fifth of 2 said what he had said already, and nothing more was written.
        Assert.Equal(4, await node.World.ScalarAsync<long>("SELECT count(DISTINCT xmin::text) FROM facts WHERE kind = 'CalloutAccepted'"));
        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT count(DISTINCT (xmin::text)) FROM facts WHERE kind = 'CalloutAccepted' AND data ->> 'filled' IN ('2', '3')"));
        foreach (var (id, filled) in incidents.Zip(new[] { "1", "1", "1 2 3", "1 2 3 4" }))
        {
            Assert.Equal(filled, await node.World.ScalarAsync<string>($"SELECT string_agg(data ->> 'filled', ' ' ORDER BY number) FROM facts WHERE incident_id = '{id}' AND kind = 'CalloutAccepted'"));
            Assert.Equal(filled.Split(' ').Length, await node.World.ScalarAsync<short>($"SELECT filled FROM needs WHERE incident_id = '{id}'"));
            await History.HoldsAsync(console, id);
        }

        // Everything a yes writes, alone, together, or by steps, but for who and when.
        Assert.Equal(1, await node.World.ScalarAsync<long>("""
            SELECT count(DISTINCT jsonb_build_object(
                'callout', to_jsonb(c) - '{id,incident_id,volunteer_id,rank,distance_metres,located_by,offered_at,due_at,answered_at,changed_at,sent_at,delivered_at,seen_at,channels_look_at}'::text[],
                'timely', c.answered_at = c.changed_at AND f.at = c.changed_at AND c.changed_at BETWEEN c.offered_at AND now(),
                'fact', to_jsonb(f) - '{incident_id,number,at,by_id,callout_id,hash,data}'::text[], 'data', f.data - 'filled' - 'via', 'his', f.by_id = c.volunteer_id))
            FROM callouts c JOIN facts f ON f.callout_id = c.id AND f.kind = 'CalloutAccepted'
            """));
    }

    [Fact]
    public async Task An_incident_that_is_locked_holds_up_its_own_yes_only()
    {
        var incidents = await IncidentsAsync(4);
        List<Task<Card>> held, free;
        await using (await HeldLock.OnAsync(node.World, $"SELECT FROM incidents WHERE id = '{incidents[2]}' FOR UPDATE"))
        {
            await using (await GatherAsync(incidents))
            {
                free = [.. Say(incidents[0], 1), .. Say(incidents[1], 1)];
                held = Say(incidents[2], 1);
                free.AddRange(Say(incidents[3], 2));
            }

            await Task.WhenAll(free);
            Assert.False(held[0].IsCompleted);
        }

        Assert.Equal("accepted", (await held[0]).State);
    }

    [Fact]
    public async Task A_row_that_fails_fails_alone()
    {
        var incidents = await IncidentsAsync(4);
        var broken = offers[incidents[2]][0].Volunteer;
        await node.World.SqlAsync($"""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''this one fails''; END';
            CREATE TRIGGER fails BEFORE INSERT ON facts FOR EACH ROW WHEN (NEW.by_id = '{broken}') EXECUTE FUNCTION fail()
            """);
        List<Task<Card>> answers;
        await using (await GatherAsync(incidents))
        {
            answers = [.. Say(incidents[0], 1), .. Say(incidents[1], 1), .. Say(incidents[2], 2), .. Say(incidents[3], 2)];
        }

        Assert.Contains("this one fails", (await Assert.ThrowsAsync<PostgresException>(() => answers[2])).Message, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(answers.Where((_, at) => at != 2)), card => Assert.Equal("accepted", card.State));
        Assert.Equal("offered", await node.World.ScalarAsync<string>($"SELECT state FROM callouts WHERE volunteer_id = '{broken}'"));
        Assert.Equal(1, await node.World.ScalarAsync<short>($"SELECT filled FROM needs WHERE incident_id = '{incidents[2]}'"));
    }

    /// <summary>Incidents of four places each, and their offers.</summary>
    private async Task<List<Guid>> IncidentsAsync(int howMany)
    {
        for (var number = 0; number < howMany; number++)
        {
            var id = await console.RaiseAsync(ApiClient.Flood(count: 4));
            var incident = await console.IncidentAsync(id); // the first wave is asked in the raise
            offers[id] = [.. incident["callouts"]!.AsArray().Select(callout => ((Guid)callout!["id"]!, (Guid)callout["volunteer"]!["id"]!))];
        }

        await node.World.SqlAsync("UPDATE incidents SET look_at = NULL"); // nobody looks at them meanwhile: a lock of that moment would send a yes its way alone
        return [.. offers.Keys];
    }

    /// <summary>While this is held nobody can take a place: the first two are being written, the others wait.</summary>
    private async Task<HeldLock> GatherAsync(List<Guid> incidents) =>
        await HeldLock.OnAsync(node.World, $"SELECT FROM needs WHERE incident_id IN ('{string.Join("','", incidents)}') FOR UPDATE");

    private List<Task<Card>> Say(Guid incident, int yeses)
    {
        var answer = node.Services.GetRequiredService<AnswerCallout>();
        return [.. offers[incident].Take(yeses).Select(async offer =>
            (await answer.HandleAsync(new(Guid.Empty, Role.Volunteer, "", offer.Volunteer), offer.Callout, new("accept", null), CancellationToken.None)).Value!)];
    }
}
