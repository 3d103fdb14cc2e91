using System.Collections.Concurrent;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>What releases without asking: agreements made in advance, and unified command; within the reserve floors, and only while they hold.</summary>
public sealed class AgreementTests : AidWorld
{
    [Fact]
    public async Task A_standing_agreement_releases_at_once_and_the_home_station_hears_of_it_in_the_same_moment()
    {
        var lent = await LenderAsync(400);
        await AgreeAsync(category: "flood");
        await using var station = await LiveConsole.WatchAsync(Node, LuohuDesk.Token, null);
        var told = new ConcurrentQueue<string>();
        using var listening = station.On("Aid", word => told.Enqueue((string)word["kind"]!));

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());

        var incident = await FutianDesk.WhenAsync(id, "offered", 1);
        Assert.Equal(lent, (Guid)incident["callouts"]![0]!["volunteer"]!["id"]!);
        await Eventually.True(() => told.Contains("AidReleased"), "the home station to hear of it");
        var desk = (await LuohuDesk.GetAsync("/api/mutual-aid")).Body!;
        Assert.Equal(("agreement", lent), ((string)desk["lent"]![0]!["ground"]!, (Guid)desk["lent"]![0]!["people"]![0]!["id"]!));
        Assert.Empty(station.Heard); // of the incident itself nothing: it is not theirs
        await History.HoldsAsync(FutianDesk, id);
    }

    [Fact]
    public async Task Of_two_with_one_neighbour_the_one_that_lasts_is_taken()
    {
        await LenderAsync(400);
        await AgreeAsync(until: Now.AddMinutes(10));
        var lasting = await AgreeAsync(category: "flood");
        await AgreeAsync(until: Now.AddMinutes(20));

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());

        await FutianDesk.WhenAsync(id, "offered", 1);
        Assert.Equal(lasting, await World.ScalarAsync<Guid>("SELECT agreement_id FROM releases"));
    }

    [Fact]
    public async Task It_holds_for_its_category_mode_direction_and_time_only()
    {
        await LenderAsync(400);
        var other = await AgreeAsync(category: "fire");
        var wartime = await AgreeAsync(category: "flood", mode: "wartime");
        await World.SqlAsync("INSERT INTO agreements (id, lender, borrower, both_ways, valid_from, valid_until, proposed_by) SELECT gen_random_uuid(), '440304', '440303', false, now(), now() + interval '1 day', id FROM accounts WHERE username = 'shenzhen'");
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.FactsAsync(id, until: "NeedExhausted");
        Assert.DoesNotContain("AidReleased", (await FutianDesk.FactsAsync(id)).Kinds());

        await World.SqlAsync("UPDATE agreements SET both_ways = true WHERE lender = '440304'");
        await FutianDesk.WhenAsync(await FutianDesk.RaiseAsync(ApiClient.Flood()), "offered", 1);
        Assert.NotEqual(other, wartime);
    }

    [Fact]
    public async Task One_party_proposes_and_it_is_in_force_when_the_other_accepts_until_either_ends_it()
    {
        var lent = await LenderAsync(400);
        var id = Guid.NewGuid();
        var (status, body) = await FutianDesk.PutAsync($"/api/agreements/{id}", new
        {
            commandId = Guid.NewGuid(), lender = Luohu, borrower = Futian, category = "flood", validUntil = Now.AddDays(1), reason = "请求联动",
        });
        Assert.True(status == 200, $"{body}");
        Assert.Equal(403, (await FutianDesk.PostAsync($"/api/agreements/{id}/accept", new { commandId = Guid.NewGuid(), reason = "自己接受" })).Status);
        var waiting = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.FactsAsync(waiting, until: "NeedExhausted");
        Assert.DoesNotContain("AidReleased", (await FutianDesk.FactsAsync(waiting)).Kinds());

        Assert.Equal(200, (await LuohuDesk.PostAsync($"/api/agreements/{id}/accept", new { commandId = Guid.NewGuid(), reason = "同意" })).Status);
        await FutianDesk.OrderAsync($"/api/incidents/{waiting}/escalate");
        Assert.Equal(lent, (Guid)(await FutianDesk.WhenAsync(waiting, "offered", 1))["callouts"]![0]!["volunteer"]!["id"]!);
        await FutianDesk.OrderAsync($"/api/incidents/{waiting}/close");

        Assert.Equal(200, (await LuohuDesk.PostAsync($"/api/agreements/{id}/end", new { commandId = Guid.NewGuid(), reason = "终止" })).Status);
        var after = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.FactsAsync(after, until: "NeedExhausted");
        Assert.DoesNotContain("AidReleased", (await FutianDesk.FactsAsync(after)).Kinds());
    }

    [Fact]
    public async Task An_agreement_does_not_go_below_the_lenders_floor_either()
    {
        for (var i = 0; i < 3; i++)
        {
            await LenderAsync(400 + (50 * i));
        }

        await LuohuDesk.PutAsync($"/api/reserve-floors/{Guid.NewGuid()}", new { commandId = Guid.NewGuid(), region = Luohu, qualification = "rescue.water", count = 2, reason = "保底" });
        await AgreeAsync();

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());

        await FutianDesk.WhenAsync(id, "offered", 1);
        await FutianDesk.OrderAsync($"/api/incidents/{id}/escalate");
        Assert.Single((await FutianDesk.IncidentAsync(id))["callouts"]!.AsArray());
    }

    [Fact]
    public async Task An_agreement_ended_while_people_are_being_released_on_it_is_either_in_time_or_not_used()
    {
        for (var round = 0; round < 6; round++)
        {
            await LenderAsync(400 + round);
            var agreement = await AgreeAsync(category: "flood");
            var raising = FutianDesk.RaiseAsync(ApiClient.Flood());
            await Task.Delay(round * 4);
            await LuohuDesk.PostAsync($"/api/agreements/{agreement}/end", new { commandId = Guid.NewGuid(), reason = "终止" });
            var id = await raising;
            await FutianDesk.FactsAsync(id, until: "NeedExhausted");

            // By the database's own order: no release was written after the end of what it stands on.
            Assert.Equal(0L, await World.ScalarAsync<long>("SELECT count(*) FROM releases r JOIN agreements a ON a.id = r.agreement_id WHERE r.given_at > a.ended_at"));
            await FutianDesk.OrderAsync($"/api/incidents/{id}/close");
        }
    }

    [Fact]
    public async Task An_agreement_that_runs_out_between_plan_and_release_is_not_used_and_the_need_goes_on_without_it()
    {
        await LenderAsync(400);
        var agreement = await AgreeAsync(category: "flood");
        await World.NoteQuarantineAsync();
        Guid id;
        await using (var held = await HeldLock.OnAsync(World, "SELECT pg_advisory_xact_lock(hashtext('lending 440303'))"))
        {
            id = await FutianDesk.RaiseAsync(ApiClient.Flood());
            await held.IsWaitedForAsync(World); // the plan counts on the agreement and is about to release
            await World.SqlAsync($"UPDATE agreements SET valid_until = clock_timestamp() WHERE id = '{agreement}'");
        }

        await FutianDesk.FactsAsync(id, until: "NeedExhausted");
        Assert.Equal(0L, await World.ScalarAsync<long>("SELECT (SELECT count(*) FROM releases) + (SELECT count(*) FROM callouts)"));
        Assert.Equal("", await World.SetApartAsync()); // a race like any other: planned anew at once, and nobody's trouble
    }

    [Fact]
    public async Task A_policy_for_disasters_opens_the_city_by_unified_command_and_only_for_what_was_raised_under_it()
    {
        var lent = await LenderAsync(400);
        await SetAsync(CityDesk, "4403", new { lastRing = 2 }, mode: "disaster");
        var before = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.FactsAsync(before, until: "NeedExhausted");
        Assert.Equal(200, (await CityDesk.PostAsync("/api/regions/4403/mode", new { commandId = Guid.NewGuid(), mode = "disaster", reason = "台风" })).Status);
        Assert.Equal(200, (await CityDesk.PutAsync($"/api/unified-command/{Guid.NewGuid()}", new { commandId = Guid.NewGuid(), region = "4403", until = Now.AddHours(2), reason = "台风" })).Status);
        await World.SqlAsync("UPDATE incidents SET look_at = now()");
        await Eventually.True(() => World.ScalarAsync<bool>("SELECT look_at > now() FROM incidents"), "it to be looked at again");
        Assert.Empty((await FutianDesk.IncidentAsync(before))["callouts"]!.AsArray()); // keeps the plan it was raised with
        await FutianDesk.OrderAsync($"/api/incidents/{before}/close");

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());

        Assert.Equal(lent, (Guid)(await FutianDesk.WhenAsync(id, "offered", 1))["callouts"]![0]!["volunteer"]!["id"]!);
        Assert.Equal("unifiedCommand", (string)(await FutianDesk.FactsAsync(id, until: "AidReleased")).Of("AidReleased").Single()["data"]!["ground"]!);
    }

    [Fact]
    public async Task Unified_command_opens_the_city_where_policy_permits_it_and_while_it_is_on()
    {
        var lent = await LenderAsync(400);
        await PolicyAsync(new { lastRing = 2 });
        var before = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.FactsAsync(before, until: "NeedExhausted");
        Assert.Empty((await FutianDesk.IncidentAsync(before))["callouts"]!.AsArray());
        await FutianDesk.OrderAsync($"/api/incidents/{before}/close");
        Assert.Equal(404, (await FutianDesk.PutAsync($"/api/unified-command/{Guid.NewGuid()}", new { commandId = Guid.NewGuid(), region = "4403", until = Now.AddHours(2), reason = "x" })).Status);

        var unified = Guid.NewGuid();
        var (status, body) = await CityDesk.PutAsync($"/api/unified-command/{unified}", new { commandId = Guid.NewGuid(), region = "4403", until = Now.AddHours(2), reason = "台风" });
        Assert.True(status == 200, $"{body}");

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        Assert.Equal(lent, (Guid)(await FutianDesk.WhenAsync(id, "offered", 1))["callouts"]![0]!["volunteer"]!["id"]!);
        var released = (await FutianDesk.FactsAsync(id, until: "AidReleased")).Of("AidReleased").Single()["data"]!;
        Assert.Equal("unifiedCommand", (string)released["ground"]!);
        var extend = $"/api/releases/{(Guid)released["releaseId"]!}/extend";
        Assert.Equal(403, (await LuohuDesk.PostAsync(extend, new { commandId = Guid.NewGuid(), until = Now.AddHours(3), reason = "x" })).Status);
        Assert.Equal("until", (string)(await CityDesk.PostAsync(extend, new { commandId = Guid.NewGuid(), until = Now.AddHours(3), reason = "x" })).Body!["errors"]![0]!["field"]!);
        await FutianDesk.OrderAsync($"/api/incidents/{id}/close");
        Assert.Equal(200, (await CityDesk.PostAsync($"/api/unified-command/{unified}/end", new { commandId = Guid.NewGuid(), reason = "解除" })).Status);
        var after = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.FactsAsync(after, until: "NeedExhausted");
        Assert.Empty((await FutianDesk.IncidentAsync(after))["callouts"]!.AsArray());
    }
}
