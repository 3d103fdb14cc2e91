using System.Text.Json.Nodes;
using Dispatch.Geo.Matching;
using Dispatch.Server.Tests.Support;
using Npgsql;

namespace Dispatch.Server.Tests.Policies;

/// <summary>Modes and policies as data: what is in force where, who changed it, and that a running incident keeps the plan it was raised with.</summary>
public sealed class PolicyTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient futian = null!, shenzhen = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        futian = await node.SignInAsync("futian");
        shenzhen = await node.SignInAsync("shenzhen");
    }

    public async Task DisposeAsync()
    {
        futian.Dispose();
        shenzhen.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task Without_any_policy_the_categorys_own_plan_holds()
    {
        var incident = await futian.IncidentAsync(await futian.RaiseAsync(ApiClient.Flood()));

        Assert.Equal((3, 120.0, 20000), ((int)incident["firstRing"]!, (double)incident["answerWithinSeconds"]!, (int)incident["radiusMetres"]!));
        Assert.Equal(("peacetime", 3, "operator"), ((string)incident["mode"]!, (int)incident["plan"]!["lastRing"]!, (string)incident["plan"]!["aid"]!));
    }

    [Fact]
    public async Task A_region_inherits_field_by_field_from_the_nearest_that_says_something()
    {
        await SetAsync(shenzhen, "4403", category: null, new { answerWithinSeconds = 60, radiusMetres = 9000 });
        await SetAsync(shenzhen, "4403", category: "flood", new { radiusMetres = 8000, targetProbability = 0.8 });
        await SetAsync(futian, "440304", category: null, new { answerWithinSeconds = 75 });

        var flood = await futian.IncidentAsync(await futian.RaiseAsync(ApiClient.Flood()));
        var fire = await futian.IncidentAsync(await futian.RaiseAsync(ApiClient.Flood(category: "fire")));

        Assert.Equal((75.0, 8000, 0.8), ((double)flood["answerWithinSeconds"]!, (int)flood["radiusMetres"]!, (double)flood["plan"]!["targetProbability"]!));
        Assert.Equal((75.0, 9000), ((double)fire["answerWithinSeconds"]!, (int)fire["radiusMetres"]!));
        var page = await PageAsync(futian, "440304");
        var plan = page["plans"]!.AsArray().Single(plan => (string?)plan!["category"] == "flood" && (string?)plan["mode"] == "peacetime")!;
        Assert.Equal(("440304", "4403", "4403"), ((string)plan["from"]!["answerWithinSeconds"]!, (string)plan["from"]!["radiusMetres"]!, (string)plan["from"]!["targetProbability"]!));
    }

    [Fact]
    public async Task The_gravest_mode_of_the_region_and_its_superiors_is_in_force_and_each_mode_has_its_own_plan()
    {
        await SetAsync(futian, "440304", category: "flood", new { answerWithinSeconds = 30 }, mode: "disaster");
        await SwitchAsync(futian, "440304", "urgent");
        Assert.Equal(120.0, (double)(await futian.IncidentAsync(await futian.RaiseAsync(ApiClient.Flood())))["answerWithinSeconds"]!);

        await SwitchAsync(shenzhen, "4403", "disaster");

        var incident = await futian.IncidentAsync(await futian.RaiseAsync(ApiClient.Flood()));
        Assert.Equal(("disaster", 30.0), ((string)incident["mode"]!, (double)incident["answerWithinSeconds"]!));
        var page = await PageAsync(futian, "440304");
        Assert.Equal(("urgent", "disaster"), ((string)page["ownMode"]!, (string)page["mode"]!));
    }

    [Fact]
    public async Task A_mode_switched_mid_wave_and_a_policy_edited_leave_a_running_incident_alone()
    {
        await node.World.VolunteersAsync(20);
        var id = await futian.RaiseAsync(ApiClient.Flood());
        await futian.WhenAsync(id, "offered", 7);

        await SetAsync(futian, "440304", category: "flood", new { answerWithinSeconds = 15, radiusMetres = 100, targetProbability = 0.5 }, mode: "wartime");
        await SwitchAsync(futian, "440304", "wartime");
        await futian.OrderAsync($"/api/incidents/{id}/escalate");

        var incident = await futian.IncidentAsync(id);
        Assert.Equal(("peacetime", 20000), ((string)incident["mode"]!, (int)incident["radiusMetres"]!));
        Assert.Equal(14, incident["callouts"]!.AsArray().Count);
        Assert.All(incident["callouts"]!.AsArray(), callout => Assert.Equal(120, ((DateTimeOffset)callout!["dueAt"]! - (DateTimeOffset)callout["offeredAt"]!).TotalSeconds, 1.0));
        var next = await futian.IncidentAsync(await futian.RaiseAsync(ApiClient.Flood()));
        Assert.Equal(("wartime", 100), ((string)next["mode"]!, (int)next["radiusMetres"]!));
    }

    [Fact]
    public async Task Every_change_is_on_record_with_who_when_from_to_and_why_and_a_repeat_changes_nothing()
    {
        var command = Guid.NewGuid();
        var body = new { commandId = command, mode = "urgent", reason = "暴雨红色预警" };
        Assert.Equal(200, (await futian.PostAsync("/api/regions/440304/mode", body)).Status);
        await SwitchAsync(futian, "440304", "disaster");

        Assert.Equal(200, (await futian.PostAsync("/api/regions/440304/mode", body)).Status);

        var page = await PageAsync(futian, "440304");
        Assert.Equal("disaster", (string)page["ownMode"]!);
        var orders = page["orders"]!.AsArray();
        Assert.Equal(2, orders.Count);
        Assert.Equal(("modeSwitched", "peacetime", "urgent", "暴雨红色预警", "福田指挥员"), ((string)orders[1]!["kind"]!, (string)orders[1]!["before"]!["mode"]!,
            (string)orders[1]!["after"]!["mode"]!, (string)orders[1]!["reason"]!, (string)orders[1]!["by"]!["name"]!));
        Assert.Equal(422, (await shenzhen.PostAsync("/api/regions/4403/mode", body)).Status); // the same id for another order
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => node.World.SqlAsync("UPDATE region_orders SET reason = 'nothing'"));
        Assert.Equal("region_orders_are_never_changed", refusal.ConstraintName);
    }

    [Fact]
    public async Task Of_two_who_edit_one_line_at_once_the_second_is_told()
    {
        await SetAsync(futian, "440304", category: "flood", new { radiusMetres = 5000 });

        var both = await Task.WhenAll(new[] { 6000, 7000 }.Select(metres => PutAsync(futian, "440304", "flood", new { radiusMetres = metres }, version: 1)));

        Assert.Equal([200, 409], both.Select(answer => answer.Status).Order());
        Assert.Equal(2, (int)both.Single(answer => answer.Status == 409).Body!["current"]!["version"]!);
    }

    [Fact]
    public async Task A_line_that_says_nothing_any_more_is_gone_and_the_superiors_word_counts_again()
    {
        await SetAsync(shenzhen, "4403", category: "flood", new { radiusMetres = 8000 });
        await SetAsync(futian, "440304", category: "flood", new { radiusMetres = 5000 });
        await PutAsync(futian, "440304", "flood", new { }, version: 1);

        Assert.Equal(8000, (int)(await futian.IncidentAsync(await futian.RaiseAsync(ApiClient.Flood())))["radiusMetres"]!);
        Assert.DoesNotContain((await PageAsync(futian, "440304"))["lines"]!.AsArray(), line => (string?)line!["region"] == "440304");
    }

    [Fact]
    public async Task Every_field_that_is_wrong_is_named()
    {
        var (status, body) = await futian.PutAsync("/api/policies", new
        {
            region = "440304", category = "flood", mode = "party", firstRing = 5, lastRing = 4, radiusMetres = 5, answerWithinSeconds = 1, arriveWithinSeconds = 1, targetProbability = 2,
            innerTarget = 0, alertBudget = -1, alertPeriodSeconds = 1, restFloorSeconds = -1, quietFrom = "22点", aid = "maybe", aidAnswerWithinSeconds = 1, lendForSeconds = 1, approver = "nobody",
        });

        Assert.Equal(422, status);
        Assert.Equal(
            ["aid", "aidAnswerWithinSeconds", "alertBudget", "alertPeriodSeconds", "answerWithinSeconds", "approver", "arriveWithinSeconds", "commandId", "firstRing", "innerTarget", "lastRing",
                "lendForSeconds", "mode", "quietFrom", "quietTo", "radiusMetres", "reason", "restFloorSeconds", "targetProbability"],
            body!["errors"]!.AsArray().Select(error => (string)error!["field"]!).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nobody_sets_or_reads_the_policy_of_a_region_that_is_not_his()
    {
        using var luohu = await node.SignInAsync("luohu");
        Assert.Equal(404, (await PutAsync(luohu, "440304", "flood", new { radiusMetres = 5000 })).Status);
        Assert.Equal(404, (await luohu.PostAsync("/api/regions/440304/mode", new { commandId = Guid.NewGuid(), mode = "urgent", reason = "x" })).Status);
        Assert.Equal(404, (await luohu.GetAsync("/api/policies?region=440304")).Status);
        Assert.Equal(404, (await futian.PostAsync("/api/regions/4403/mode", new { commandId = Guid.NewGuid(), mode = "urgent", reason = "x" })).Status);
    }

    [Fact]
    public async Task In_quiet_hours_only_who_switched_himself_on_duty_is_asked_unless_life_is_at_stake()
    {
        var awake = await node.World.VolunteerAsync(500, "convenience");
        var byHours = await node.World.VolunteerAsync(100, "convenience", duty: "byHours");
        await node.World.SqlAsync($"""
            INSERT INTO weekly_hours SELECT '{byHours}', day, '00:00', '24:00' FROM generate_series(0, 6) AS day;
            SELECT refresh_candidates(ARRAY['{byHours}']::uuid[], now() - interval '15 minutes');
            """);
        var now = await node.World.ScalarAsync<TimeOnly>("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::time");
        string At(double minutes) => now.AddMinutes(minutes).ToString("HH:mm", null);
        await SetAsync(futian, "440304", category: null, new { quietFrom = At(-60), quietTo = At(60) });

        var id = await futian.RaiseAsync(ApiClient.Flood(qualification: "convenience", category: "convenienceService"));
        await futian.WhenAsync(id, "offered", 1);
        var (_, explanation) = await futian.GetAsync($"/api/incidents/{id}/explanation");
        var rules = explanation!["waves"]![0]!["lines"]!.AsArray().ToDictionary(line => (Guid)line!["volunteerId"]!, line => (string)line!["rule"]!);
        Assert.Equal((Rules.Nearest, Rules.QuietHours), (rules[awake], rules[byHours]));

        var urgent = await futian.WhenAsync(await futian.RaiseAsync(ApiClient.Flood(qualification: "convenience")), "offered", 1);
        Assert.Equal(byHours, (Guid)urgent["callouts"]![0]!["volunteer"]!["id"]!);
    }

    [Fact]
    public async Task A_rest_floor_and_a_budget_are_set_and_lifted_by_policy()
    {
        var tired = await node.World.VolunteerAsync(100, "convenience");
        await node.World.SqlAsync($"INSERT INTO response_records (volunteer_id, served_until) VALUES ('{tired}', now() - interval '1 hour')");
        var resting = await futian.RaiseAsync(ApiClient.Flood(qualification: "convenience", category: "convenienceService"));
        await futian.FactsAsync(resting, until: "NeedExhausted"); // all volunteers resting: said so, and looked at again
        await SetAsync(futian, "440304", category: null, new { restFloorSeconds = 0, alertBudget = 0 }, mode: "wartime");
        await SwitchAsync(futian, "440304", "wartime");

        var called = await futian.WhenAsync(await futian.RaiseAsync(ApiClient.Flood(qualification: "convenience", category: "convenienceService")), "offered", 1);

        Assert.Equal(tired, (Guid)called["callouts"]![0]!["volunteer"]!["id"]!);
        Assert.Null((await futian.IncidentAsync(resting))["callouts"]!.AsArray().FirstOrDefault());
    }

    private static async Task SetAsync(ApiClient desk, string region, string? category, object values, string mode = "peacetime")
    {
        var (status, body) = await PutAsync(desk, region, category, values, mode: mode);
        Assert.True(status == 200, $"{status} {body}");
    }

    private static Task<(int Status, JsonNode? Body)> PutAsync(ApiClient desk, string region, string? category, object values, int version = 0, string mode = "peacetime")
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(values)!.AsObject();
        (body["commandId"], body["region"], body["category"], body["mode"], body["version"], body["reason"]) = (Guid.NewGuid(), region, category, mode, version, "试行");
        return desk.PutAsync("/api/policies", body);
    }

    private static async Task SwitchAsync(ApiClient desk, string region, string mode)
    {
        var (status, body) = await desk.PostAsync($"/api/regions/{region}/mode", new { commandId = Guid.NewGuid(), mode, reason = "防汛" });
        Assert.True(status == 200, $"{status} {body}");
    }

    private static async Task<JsonNode> PageAsync(ApiClient desk, string region) => (await desk.GetAsync($"/api/policies?region={region}")).Body!;
}
