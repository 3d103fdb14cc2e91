using System.Text.Json.Nodes;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>Several open incidents over the same people: planned together, nobody asked twice, none left without anybody.</summary>
public sealed partial class CompetingTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient console = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        console = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        console.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task Two_that_want_the_same_scarce_people_at_once_divide_them_as_the_exhaustive_search_does()
    {
        // One who mostly comes, two who often do, three as everybody: worth it to give the first to the incident that wants two.
        var ids = await node.World.VolunteersAsync(6);
        var rates = new[] { 0.85, 0.6, 0.55, 0.3, 0.25, 0.2 };
        await SetRatesAsync(ids, rates);
        var (first, second) = await RaiseBeforeAnybodyIsOnDutyAsync(1, 2);

        await EverybodyComesOnDutyAsync(first, second);
        var asked = await Eventually.Gives(() => OfferedAsync(first, second), offers => offers.Count == 6, "all six to be asked");

        List<Contender> contenders = [new(1, 1, 0.9, []), new(1, 2, 0.9, [])];
        List<Contested> people = [.. ids.Select((id, i) => new Contested(id, [rates[i], rates[i]]))];
        var loss = CompetingPlanner.Loss(contenders, people, [.. ids.Select(id => asked[id] == first ? 0 : (int?)1)]);
        var best = Enumerable.Range(0, 1 << 6).Min(mask => CompetingPlanner.Loss(contenders, people, [.. ids.Select((_, i) => (int?)((mask >> i) & 1))]));
        Assert.True(loss <= best + 1e-6, $"loss {loss:0.0000}, best {best:0.0000}: {string.Join(' ', ids.Select(id => asked[id] == first ? 1 : 2))}");

        var left = await LeftLinesAsync(first, second);
        Assert.NotEmpty(left);
        Assert.All(left, line => Assert.StartsWith("left to another incident, which lacks ", (string)line["textEn"]!, StringComparison.Ordinal));
        Assert.All(left, line => Assert.StartsWith("留给另一起警情：那里还缺 ", (string)line["text"]!, StringComparison.Ordinal));
        await ReplaysAsync();
        await History.HoldsAsync(console, first);
        await History.HoldsAsync(console, second);
    }

    [Fact]
    public async Task A_second_and_a_third_do_not_starve_beside_one_that_has_asked_everybody()
    {
        await node.World.VolunteersAsync(6);
        var first = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(first, "offered", 6);

        var second = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(second, "offered", 3);
        var third = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(third, "offered", 1);

        var offered = await Eventually.Gives(() => OfferedAsync(first, second, third), offers => offers.Count == 6, "all six to be asked by somebody");
        Assert.All(new[] { first, second, third }, id => Assert.Contains(id, offered.Values));
        var facts = await console.FactsAsync(first, "CalloutRecalled", 3);
        Assert.All(facts.Of("CalloutRecalled"), fact => Assert.Equal("leftToOther", (string?)fact["data"]!["reason"]));
        foreach (var id in new[] { first, second, third })
        {
            await History.HoldsAsync(console, id);
        }
    }

    [Fact]
    public async Task Who_has_nobody_takes_over_whom_another_asked_only_because_somebody_is_late()
    {
        await node.World.SqlAsync("UPDATE categories SET arrive_within = '60 minutes' WHERE key = 'flood'");
        await node.World.VolunteerAsync(100);
        using var slow = await node.SignInAsync("v0001");
        var first = await console.RaiseAsync(ApiClient.Flood());
        await slow.AnswerAsync(await slow.MyCalloutAsync(), "accept");
        await console.FactsAsync(first, "NeedFilled");
        await node.World.VolunteersAsync(2, firstMetresEast: 200);
        await slow.PutAsync("/api/me/position", new
        {
            longitude = World.Centre.Longitude + 0.1, latitude = World.Centre.Latitude, datum = "wgs84", accuracyMetres = 10, takenAt = TimeProvider.System.GetUtcNow(), // ten kilometres: too far for an hour
        });
        await console.WhenAsync(first, "offered", 2); // both of them, to stand by in his stead

        var second = await console.RaiseAsync(ApiClient.Flood());

        await console.WhenAsync(second, "offered", 1);
        var recalled = (await console.FactsAsync(first, "CalloutRecalled")).Of("CalloutRecalled").ToList();
        Assert.All(recalled, fact => Assert.Equal("leftToOther", (string?)fact["data"]!["reason"]));
        var incident = await console.IncidentAsync(first);
        Assert.Equal((1, 1), ((int)incident["needs"]![0]!["filled"]!, incident["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "accepted")));
        await ReplaysAsync();
        await History.HoldsAsync(console, first);
        await History.HoldsAsync(console, second);
    }

    [Fact]
    public async Task Nobody_is_taken_over_who_has_the_offer_on_his_screen_or_has_said_yes()
    {
        await node.World.VolunteersAsync(3);
        using var accepting = await node.SignInAsync("v0002");
        var first = await console.RaiseAsync(ApiClient.Flood(count: 2));
        await console.WhenAsync(first, "offered", 3);
        foreach (var name in new[] { "v0001", "v0003" })
        {
            using var seeing = await node.SignInAsync(name);
            await seeing.PutAsync($"/api/callouts/{await seeing.MyCalloutAsync()}/seen");
        }

        await console.FactsAsync(first, "CalloutSeen", 2);
        await accepting.AnswerAsync(await accepting.MyCalloutAsync(), "accept");

        var second = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(second, "NeedExhausted");
        await LooksAsync();
        Assert.Equal(["accepted", "offered", "offered"], (await console.IncidentAsync(first))["callouts"]!.AsArray().Select(callout => (string)callout!["state"]!).Order());

        await node.World.SqlAsync("UPDATE callouts SET seen_at = NULL WHERE volunteer_id = (SELECT id FROM volunteers WHERE external_id = 'v0003')"); // one had not, after all
        await LooksAsync();
        var incident = await console.WhenAsync(second, "offered", 1);

        async Task LooksAsync()
        {
            await node.World.SqlAsync($"UPDATE incidents SET look_at = now() WHERE id = '{second}'");
            await Eventually.True(() => node.World.ScalarAsync<bool>($"SELECT look_at IS NULL OR look_at > now() FROM incidents WHERE id = '{second}'"), "the second to be looked at");
        }

        Assert.Equal("志愿者3", (string?)incident["callouts"]!.AsArray().Single()!["volunteer"]!["name"]);
        Assert.Equal(["accepted", "offered", "recalled"], (await console.IncidentAsync(first))["callouts"]!.AsArray().Select(callout => (string)callout!["state"]!).Order());
    }

    [Fact]
    public async Task Ten_raised_at_the_same_moment_on_two_nodes_all_get_somebody()
    {
        await node.World.VolunteersAsync(20);
        await using var another = await TestNode.StartAsync(node.World);
        using var there = await another.SignInAsync("futian");

        var raised = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => (n % 2 == 0 ? console : there).RaiseAsync(ApiClient.Flood(count: 1 + (n % 3)))));

        await Eventually.Gives(() => OfferedAsync(raised), offers => raised.All(id => offers.ContainsValue(id)), "every incident to have somebody");
        await Task.WhenAll(raised.Select(id => console.OrderAsync($"/api/incidents/{id}/close")));
        foreach (var id in raised)
        {
            await History.HoldsAsync(console, id);
        }
    }

    [Fact]
    public async Task Incidents_that_can_be_filled_beside_each_other_leave_each_other_alone()
    {
        await node.World.VolunteersAsync(20);
        var first = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(first, "offered", 7);
        var second = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(second, "offered", 7);

        Assert.Empty(await LeftLinesAsync(first, second));
        Assert.Equal(0L, await node.World.ScalarAsync<long>("SELECT count(*) FROM callouts WHERE state = 'recalled'"));
    }

    [Fact]
    public async Task A_drill_never_competes_with_the_real_thing()
    {
        var people = await node.World.VolunteersAsync(3);
        foreach (var person in people)
        {
            Assert.Equal(200, (await console.PostAsync($"/api/volunteers/{person}/drill-phone")).Status);
        }

        var drill = Guid.CreateVersion7();
        Assert.Equal(201, (await console.PutAsync($"/api/incidents/{drill}", Drill(count: 4))).Status); // wants more than there are
        await console.WhenAsync(drill, "offered", 3);
        var real = await console.RaiseAsync(ApiClient.Flood(count: 4));
        await console.WhenAsync(real, "offered", 3);
        var another = await console.RaiseAsync(ApiClient.Flood()); // takes over from the real one, whatever the drill holds
        await console.WhenAsync(another, "offered", 1);

        Assert.Equal(3, (await console.IncidentAsync(drill))["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "offered"));
        Assert.Empty(await LeftLinesAsync(drill));
        Assert.Empty((await console.FactsAsync(drill)).Of("CalloutRecalled"));
        Assert.All(await LeftLinesAsync(real, another), line => Assert.NotEqual(drill, (Guid)line["numbers"]!["leftTo"]!));
        var twins = await node.World.ScalarAsync<long>("SELECT count(*) FROM callouts c JOIN incidents i ON i.id = c.incident_id WHERE c.drill <> i.drill");
        Assert.Equal(0, twins);
    }

    private static JsonNode Drill(int count)
    {
        var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(ApiClient.Flood(count)))!;
        body["drill"] = true;
        return body;
    }

    /// <summary>Own records so long that a rate is what was set: (8 x 0.3 + accepted) / (8 + asked).</summary>
    private Task SetRatesAsync(List<Guid> ids, double[] rates) => node.World.SqlAsync(string.Join('\n', ids.Select((id, i) =>
    {
        var accepted = (rates[i] * 1008) - 2.4;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $$"""INSERT INTO response_records (volunteer_id, asked, accepted) VALUES ('{{id}}', '{1000,1000,1000}', '{{{accepted}},{{accepted}},{{accepted}}}');""");
    })));

    private async Task<(Guid First, Guid Second)> RaiseBeforeAnybodyIsOnDutyAsync(int wantedFirst, int wantedSecond)
    {
        await node.World.SqlAsync("UPDATE volunteers SET duty = 'off'");
        var first = await console.RaiseAsync(ApiClient.Flood(wantedFirst));
        var second = await console.RaiseAsync(ApiClient.Flood(wantedSecond));
        await console.FactsAsync(first, "NeedExhausted");
        await console.FactsAsync(second, "NeedExhausted");
        return (first, second);
    }

    private Task EverybodyComesOnDutyAsync(Guid first, Guid second) => node.World.SqlAsync($"""
        BEGIN;
        UPDATE volunteers SET duty = 'on';
        UPDATE incidents SET look_at = now() WHERE id IN ('{first}', '{second}');
        COMMIT;
        """);

    /// <summary>Who holds an open offer, and of which of these incidents.</summary>
    private async Task<Dictionary<Guid, Guid>> OfferedAsync(params Guid[] incidents) => JsonNode.Parse(await node.World.ScalarAsync<string>($"""
        SELECT coalesce(json_object_agg(volunteer_id, incident_id)::text, chr(123) || chr(125)) FROM callouts
        WHERE state = 'offered' AND incident_id IN ({string.Join(',', incidents.Select(id => $"'{id}'"))})
        """))!.AsObject().ToDictionary(pair => Guid.Parse(pair.Key), pair => (Guid)pair.Value!);

    private async Task<List<JsonNode>> LeftLinesAsync(params Guid[] incidents)
    {
        var lines = new List<JsonNode>();
        foreach (var id in incidents)
        {
            var (_, explanation) = await console.GetAsync($"/api/incidents/{id}/explanation");
            lines.AddRange(explanation!["waves"]!.AsArray().SelectMany(wave => wave!["lines"]!.AsArray()).Where(line => (string?)line!["rule"] == Rules.LeftToOther).Select(line => line!));
        }

        return lines;
    }

    private async Task ReplaysAsync()
    {
        var waves = await node.World.ScalarAsync<string>("SELECT json_agg(json_build_array(encode(inputs, 'base64'), encode(explanation, 'base64')))::text FROM waves");
        foreach (var wave in JsonNode.Parse(waves)!.AsArray())
        {
            Assert.Equal(Convert.FromBase64String((string)wave![1]!), Explanation.Write(Matcher.Match(Explanation.ReadInputs(Convert.FromBase64String((string)wave[0]!)))));
        }
    }
}
