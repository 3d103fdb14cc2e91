using System.Text.Json.Nodes;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>Waves as the planner sizes them, from policy, learned records and what has been heard of those asked before.</summary>
public sealed class PlannedWaveTests : IAsyncLifetime
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
    public async Task A_refusal_is_replaced_and_the_explanation_says_in_words_why_so_many_were_asked()
    {
        await node.World.VolunteersAsync(12);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 7);
        using var volunteer = await node.SignInAsync("v0001");

        await volunteer.AnswerAsync(await volunteer.MyCalloutAsync(), "decline");

        var incident = await Eventually.Gives(() => console.IncidentAsync(id), now => now["callouts"]!.AsArray().Count > 7, "the refusal to be replaced");
        Assert.All(incident["callouts"]!.AsArray().Skip(7), callout => Assert.Equal(2, (int)callout!["wave"]!));
        var (_, explanation) = await console.GetAsync($"/api/incidents/{id}/explanation");
        var plan = explanation!["waves"]![0]!["plans"]![0]!;
        Assert.StartsWith("asked 7: 7 at 30 % (30 %–30 %) reach 92 % of at least 1 within ", (string)plan["textEn"]!, StringComparison.Ordinal);
        Assert.StartsWith("召集 7 人：人均可能性 30 %", (string)plan["text"]!, StringComparison.Ordinal);
        await ReplaysAsync();
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Who_is_known_to_come_counts_for_more_and_who_never_does_for_less()
    {
        var ids = await node.World.VolunteersAsync(12);
        await node.World.SqlAsync($$"""
            INSERT INTO response_records (volunteer_id, asked, accepted) VALUES ('{{ids[0]}}', '{100,100,100}', '{95,95,95}');
            """);

        var incident = await console.WhenAsync(await console.RaiseAsync(ApiClient.Flood()), "offered", 1); // (95 + 8 x .3) / 108 = 90.2 %: he alone reaches 90 %

        Assert.Equal(ids[0], (Guid)incident["callouts"]!.AsArray().Single()!["volunteer"]!["id"]!);
    }

    [Fact]
    public async Task Records_are_learned_from_the_facts_by_class_of_hours()
    {
        var ids = await node.World.VolunteersAsync(3);
        var id = await console.RaiseAsync(ApiClient.Flood(count: 2));
        await console.WhenAsync(id, "offered", 3);
        using var yes = await node.SignInAsync("v0001");
        using var no = await node.SignInAsync("v0002");
        await yes.AnswerAsync(await yes.MyCalloutAsync(), "accept");
        await no.AnswerAsync(await no.MyCalloutAsync(), "decline");

        await node.World.SqlAsync("SELECT learn_responses()");
        await node.World.SqlAsync("SELECT learn_rates()");

        async Task<string> RecordAsync(Guid volunteer) => await node.World.ScalarAsync<string>(
            $"SELECT asked[h] || ' ' || accepted[h] || ' ' || declined[h] || ' ' || cardinality(alerted_at) FROM response_records, (SELECT response_hours(now(), 'Asia/Shanghai') AS h) hours WHERE volunteer_id = '{volunteer}'");
        Assert.Equal("1 1 0 1", await RecordAsync(ids[0]));
        Assert.Equal("1 0 1 1", await RecordAsync(ids[1]));
        Assert.Equal("0 0 0 1", await RecordAsync(ids[2])); // has not come to its end
        Assert.Equal("2 1 1", await node.World.ScalarAsync<string>("SELECT sum(asked) || ' ' || sum(accepted) || ' ' || sum(declined) FROM response_rates"));
    }

    [Fact]
    public async Task When_somebody_was_alerted_and_when_he_last_served_is_learned_from_all_his_offers()
    {
        var ids = await node.World.VolunteersAsync(2);
        using var served = await node.SignInAsync("v0001");
        foreach (var daysAgo in new[] { 40, 10, 3 })
        {
            var id = await console.RaiseAsync(ApiClient.Flood());
            await console.WhenAsync(id, "offered", 2);
            await served.AnswerAsync(await served.MyCalloutAsync(), "accept");
            await console.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid() });
            await console.WhenAsync(id, "released", 1);
            await node.World.SqlAsync(
                $"UPDATE callouts SET offered_at = date_trunc('day', now()) - interval '{daysAgo} days', changed_at = date_trunc('day', now()) - interval '{daysAgo - 1} days' WHERE incident_id = '{id}'");
        }

        await node.World.SqlAsync("SELECT learn_responses()");

        async Task<string> TimesAsync(Guid volunteer) => await node.World.ScalarAsync<string>($"""
            SELECT (SELECT string_agg(extract(day FROM date_trunc('day', now()) - at)::text, ' ' ORDER BY n) FROM unnest(alerted_at) WITH ORDINALITY AS a (at, n))
                   || ' / ' || coalesce(extract(day FROM date_trunc('day', now()) - served_until)::text, 'never')
            FROM response_records WHERE volunteer_id = '{volunteer}'
            """);
        Assert.Equal("10 3 / 2", await TimesAsync(ids[0]));
        Assert.Equal("10 3 / never", await TimesAsync(ids[1])); // asked as often; recalled is not served
    }

    [Fact]
    public async Task The_database_and_the_model_know_the_same_hours()
    {
        for (var hour = 0; hour < 7 * 24; hour++)
        {
            var local = new DateTime(2026, 11, 16).AddHours(hour);
            var hours = await node.World.ScalarAsync<int>($"SELECT response_hours(timestamp '{local:yyyy-MM-dd HH:mm}' AT TIME ZONE 'Asia/Shanghai', 'Asia/Shanghai')");
            Assert.Equal((local, 1 + (int)ResponseModel.HoursOf(local)), (local, hours));
        }
    }

    [Fact]
    public async Task Who_rests_or_has_been_alerted_often_enough_is_not_asked_unless_life_is_at_stake()
    {
        var ids = await node.World.VolunteersAsync(3, qualification: "convenience");
        await node.World.SqlAsync($$"""
            UPDATE categories SET alert_budget = 2, rest_floor = '8 hours' WHERE key = 'convenienceService';
            INSERT INTO response_records (volunteer_id, alerted_at) VALUES ('{{ids[0]}}', ARRAY[now() - interval '1 day', now() - interval '2 days']);
            INSERT INTO response_records (volunteer_id, served_until) VALUES ('{{ids[1]}}', now() - interval '1 hour');
            """);

        var id = await console.RaiseAsync(ApiClient.Flood(qualification: "convenience", category: "convenienceService"));
        var incident = await console.WhenAsync(id, "offered", 1);

        Assert.Equal(ids[2], (Guid)incident["callouts"]!.AsArray().Single()!["volunteer"]!["id"]!);
        var (_, explanation) = await console.GetAsync($"/api/incidents/{id}/explanation");
        var rules = explanation!["waves"]![0]!["lines"]!.AsArray().ToDictionary(line => (Guid)line!["volunteerId"]!, line => (string)line!["rule"]!);
        Assert.Equal((Rules.AlertBudgetSpent, Rules.Resting), (rules[ids[0]], rules[ids[1]]));
    }

    [Fact]
    public async Task With_everybody_resting_the_record_says_so_of_each_and_who_is_rested_first_is_asked()
    {
        var ids = await node.World.VolunteersAsync(3, qualification: "convenience");
        await node.World.SqlAsync("UPDATE categories SET rest_floor = '8 hours' WHERE key = 'convenienceService'");
        await node.World.SqlAsync(string.Join('\n', ids.Select(id => $"INSERT INTO response_records (volunteer_id, served_until) VALUES ('{id}', now() - interval '1 hour');")));

        var incident = await console.RaiseAsync(ApiClient.Flood(qualification: "convenience", category: "convenienceService"));
        await console.FactsAsync(incident, "NeedExhausted");
        var (_, explanation) = await console.GetAsync($"/api/incidents/{incident}/explanation");
        var lines = explanation!["waves"]![0]!["lines"]!.AsArray();
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.Equal((Rules.Resting, "resting: the last call-out ended 60 min ago, 8 h are due"), ((string)line!["rule"]!, (string)line["textEn"]!)));

        await node.World.SqlAsync($"UPDATE response_records SET served_until = now() - interval '9 hours' WHERE volunteer_id = '{ids[1]}'; UPDATE incidents SET look_at = now()");
        Assert.Equal(ids[1], (Guid)(await console.WhenAsync(incident, "offered", 1))["callouts"]!.AsArray().Single()!["volunteer"]!["id"]!);
    }

    [Fact]
    public async Task A_policy_changed_later_leaves_a_running_incident_alone()
    {
        await node.World.VolunteersAsync(20);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 7);
        await node.World.SqlAsync("UPDATE categories SET target_probability = 0.99, inner_target = 0.99, arrive_within = '5 minutes'");

        await console.OrderAsync($"/api/incidents/{id}/escalate");

        Assert.Equal(14, (await console.IncidentAsync(id))["callouts"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_order_to_widen_counts_on_the_offers_that_are_open()
    {
        await node.World.VolunteersAsync(4);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 4);
        await node.World.VolunteerAsync(600);

        await console.OrderAsync($"/api/incidents/{id}/escalate");

        var (_, explanation) = await console.GetAsync($"/api/incidents/{id}/explanation");
        var text = (string)explanation!["waves"]!.AsArray().Last()!["plans"]![0]!["textEn"]!;
        Assert.StartsWith("asked 1: 1 at 30 % (30 %–30 %) with 4 open before reach ", text, StringComparison.Ordinal);
        var all = (double)explanation["waves"]!.AsArray().Last()!["needs"]![0]!["plan"]!["after"]!;
        Assert.InRange(all, 0.8, 1 - Math.Pow(0.7, 5)); // five at 30 %, of whom four have been silent for a moment
        await ReplaysAsync();
    }

    /// <summary>Every stored wave again from its stored inputs, byte for byte.</summary>
    private async Task ReplaysAsync()
    {
        var waves = await node.World.ScalarAsync<string>("SELECT json_agg(json_build_array(encode(inputs, 'base64'), encode(explanation, 'base64')))::text FROM waves");
        foreach (var wave in JsonNode.Parse(waves)!.AsArray())
        {
            var inputs = Convert.FromBase64String((string)wave![0]!);
            Assert.Equal(Convert.FromBase64String((string)wave[1]!), Explanation.Write(Matcher.Match(Explanation.ReadInputs(inputs))));
        }
    }
}
