using Dispatch.Geo.Waves;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>Which other incidents count: also one whose places are taken by somebody who will be late, and never one whose rows are broken.</summary>
public sealed partial class CompetingTests
{
    [Fact]
    public async Task One_with_a_need_wanted_anew_because_somebody_is_late_is_planned_around_before_anybody_is_asked()
    {
        // His hour is nearly over, ten kilometres away: the first wants one again, and of those who come on duty one mostly comes and three do often.
        await node.World.SqlAsync("UPDATE categories SET arrive_within = '60 minutes', life_critical = false WHERE key = 'flood'");
        await node.World.VolunteerAsync(100);
        using var slow = await node.SignInAsync("v0001");
        var first = await console.RaiseAsync(ApiClient.Flood());
        await slow.AnswerAsync(await slow.MyCalloutAsync(), "accept");
        await slow.PutAsync("/api/me/position", new
        {
            longitude = World.Centre.Longitude + 0.1, latitude = World.Centre.Latitude, datum = "wgs84", accuracyMetres = 10, takenAt = TimeProvider.System.GetUtcNow(),
        });
        await console.FactsAsync(first, "CalloutFellBehind");
        List<Guid> ids = [];
        foreach (var metres in new[] { 200, 250, 300, 350 })
        {
            ids.Add(await node.World.VolunteerAsync(metres, duty: "off"));
        }

        var rates = new[] { 0.85, 0.55, 0.5, 0.45 };
        await SetRatesAsync(ids, rates);
        var second = await console.RaiseAsync(ApiClient.Flood(2));
        await console.FactsAsync(second, "NeedExhausted");

        // The second looks; the first has an hour yet, so that nothing but the second's own plan can leave anybody to it.
        await node.World.SqlAsync($"""
            BEGIN;
            UPDATE volunteers SET duty = 'on';
            UPDATE incidents SET look_at = CASE id WHEN '{second}' THEN now() ELSE now() + interval '1 hour' END;
            COMMIT;
            """);
        var asked = await Eventually.Gives(() => OfferedAsync(first, second), offers => offers.Count == 4, "all four to be asked");

        Assert.Contains(first, asked.Values);
        List<Contender> contenders = [new(1, 1, 0.9, [], SomebodyComes: true), new(1, 2, 0.9, [])];
        List<Contested> people = [.. ids.Select((id, i) => new Contested(id, [rates[i], rates[i]]))];
        var loss = CompetingPlanner.Loss(contenders, people, [.. ids.Select(id => asked[id] == first ? 0 : (int?)1)]);
        var best = Enumerable.Range(0, 1 << 4).Min(mask => CompetingPlanner.Loss(contenders, people, [.. ids.Select((_, i) => (int?)((mask >> i) & 1))]));
        Assert.True(loss <= best + 1e-6, $"loss {loss:0.0000}, best {best:0.0000}: {string.Join(' ', ids.Select(id => asked[id] == first ? 1 : 2))}");
        Assert.All(await LeftLinesAsync(second), line => Assert.Equal(first, (Guid)line["numbers"]!["leftTo"]!));
        Assert.NotEmpty(await LeftLinesAsync(second));
        Assert.Empty((await console.FactsAsync(second)).Of("CalloutRecalled")); // left beforehand, not taken over afterwards
        await ReplaysAsync();
        await History.HoldsAsync(console, first);
        await History.HoldsAsync(console, second);
    }

    /// <summary>Eight holders are looked at, and none of the first eight has more than its only one: those give nothing.</summary>
    [Fact]
    public async Task Of_more_holders_than_are_looked_at_the_one_with_people_to_spare_is_found()
    {
        for (var i = 0; i < 8; i++)
        {
            await node.World.VolunteerAsync(300 + (50 * i));
            await HeldAsync(await console.RaiseAsync(ApiClient.Flood()), offered: 1);
        }

        await node.World.VolunteersAsync(3, firstMetresEast: 800);
        var last = new Guid("ffffffff-ffff-7fff-bfff-ffffffffffff"); // by its id
        Assert.Equal(201, (await console.PutAsync($"/api/incidents/{last}", ApiClient.Flood())).Status);
        await HeldAsync(last, offered: 3);

        var starving = await console.RaiseAsync(ApiClient.Flood());

        await console.WhenAsync(starving, "offered", 1);
        Assert.Equal(["offered", "recalled"], (await console.IncidentAsync(last))["callouts"]!.AsArray().Select(callout => (string)callout!["state"]!).Distinct().Order()); // gave, and kept its own

        async Task HeldAsync(Guid incident, int offered)
        {
            await console.WhenAsync(incident, "offered", offered);
            await node.World.SqlAsync($"""
                UPDATE incidents SET calling = false, look_at = now() + interval '1 hour' WHERE id = '{incident}'; -- keeps whom it has and wants nobody more
                UPDATE callouts SET due_at = now() + interval '1 hour' WHERE incident_id = '{incident}';
                """);
        }
    }

    [Theory]
    [InlineData("ALTER TABLE callouts ADD CONSTRAINT broken CHECK (incident_id <> '{0}') NOT VALID", "ALTER TABLE callouts DROP CONSTRAINT broken")] // cannot be changed
    [InlineData("UPDATE callouts SET offered_at = '20000-01-01' WHERE incident_id = '{0}'", "UPDATE callouts SET offered_at = now() WHERE incident_id = '{0}'")] // cannot be read
    public async Task An_incident_whose_rows_are_broken_stops_itself_and_not_the_one_that_wants_its_people(string breakIt, string mend)
    {
        await node.World.VolunteersAsync(6);
        var broken = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(broken, "offered", 6);
        await node.World.SqlAsync(breakIt.Replace("{0}", $"{broken}", StringComparison.Ordinal));
        await node.World.SqlAsync($"UPDATE incidents SET look_at = now() + interval '1 hour' WHERE id = '{broken}'"); // only who looks at it from outside can find it
        await node.World.NoteQuarantineAsync();

        var second = await console.RaiseAsync(ApiClient.Flood()); // would take over its part
        await Eventually.True(() => node.World.ScalarAsync<bool>($"SELECT count(*) = 1 FROM quarantine WHERE kind = 'incident' AND subject = '{broken}'"), "the broken one to be set apart");
        var came = await node.World.VolunteerAsync(700);
        await node.World.SqlAsync($"UPDATE incidents SET look_at = now() WHERE id = '{second}'");

        Assert.Equal(came, (Guid)(await console.WhenAsync(second, "offered", 1))["callouts"]!.AsArray().Single()!["volunteer"]!["id"]!);
        Assert.Equal($"{broken}", await node.World.SetApartAsync()); // and the other not for a moment
        Assert.Equal(200, (await console.PostAsync($"/api/incidents/{second}/escalate", new { commandId = Guid.NewGuid() })).Status); // nor an order

        await node.World.SqlAsync($"{mend.Replace("{0}", $"{broken}", StringComparison.Ordinal)}; UPDATE quarantine SET retry_at = now(); UPDATE incidents SET look_at = now() WHERE id = '{broken}'");
        await Eventually.True(() => node.World.ScalarAsync<bool>("SELECT count(*) = 0 FROM quarantine"), "it to work again");
    }
}
