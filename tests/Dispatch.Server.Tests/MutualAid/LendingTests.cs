using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>A region asks its neighbour for people: who is asked, who may answer, what is kept, who comes, and how they go home again.</summary>
public sealed class LendingTests : AidWorld
{
    [Fact]
    public async Task The_lending_desk_names_whom_it_lends_and_only_they_are_called()
    {
        var near = await LenderAsync(400);
        var far = await LenderAsync(900);
        var unwilling = await LenderAsync(300, consents: false);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        Assert.Equal(200, (await AskAsync(id)).Status);

        var request = await RequestAsync(id);
        Assert.Equal(("罗湖区", "福田区", "desk", true), ((string)request["lender"]!["name"]!, (string)request["borrower"]!["name"]!, (string)request["stage"]!, (bool)request["mayAnswer"]!));
        Assert.Equal([near, far], request["offer"]!["people"]!.AsArray().Select(person => (Guid)person!["id"]!)); // nearest first, and nobody who does not consent
        Assert.DoesNotContain(unwilling, request["offer"]!["people"]!.AsArray().Select(person => (Guid)person!["id"]!));
        Assert.Equal(3, request["offer"]!["cover"]![0]!["people"]!.AsArray().Count);
        Assert.Equal(200, (await AnswerAsync(LuohuDesk, request, "approve", new[] { far }, "支援")).Status);

        var incident = await FutianDesk.WhenAsync(id, "offered", 1);
        Assert.Equal((far, 10), ((Guid)incident["callouts"]!.AsArray().Single()!["volunteer"]!["id"]!, (int)incident["callouts"]![0]!["ring"]!));
        var released = (await FutianDesk.FactsAsync(id, until: "AidReleased")).Of("AidReleased").Single();
        Assert.Equal(("approval", "罗湖区", "luohu"), ((string)released["data"]!["ground"]!, (string)released["data"]!["regionName"]!, (string)released["by"]!["name"]! == "罗湖指挥员" ? "luohu" : ""));
        await History.HoldsAsync(FutianDesk, id);
    }

    [Fact]
    public async Task Who_was_lent_is_back_in_his_home_pool_when_he_is_released()
    {
        var lent = await LenderAsync(400);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await AskAsync(id);
        await AnswerAsync(LuohuDesk, await RequestAsync(id), "approve", new[] { lent });
        using var phone = await Node.SignInAsync("v0001");
        var callout = await phone.MyCalloutAsync();
        await phone.AnswerAsync(callout, "accept");
        await phone.ProgressAsync(callout, "onScene");
        var out1 = (await LuohuDesk.GetAsync("/api/mutual-aid")).Body!["lent"]![0]!["people"]![0]!;
        Assert.Equal(("onScene", null), ((string)out1["state"]!, (string?)out1["returnedAt"]));

        await FutianDesk.OrderAsync($"/api/callouts/{callout}/release");

        var home = (await LuohuDesk.GetAsync("/api/mutual-aid")).Body!["lent"]![0]!["people"]![0]!;
        Assert.NotNull((string?)home["returnedAt"]);
        var own = await LuohuDesk.RaiseAsync(ApiClient.Flood(longitude: 114.15, latitude: 22.55));
        Assert.Equal(lent, (Guid)(await LuohuDesk.WhenAsync(own, "offered", 1))["callouts"]![0]!["volunteer"]!["id"]!);
    }

    [Fact]
    public async Task A_refusal_needs_a_reason_and_nobody_comes()
    {
        await LenderAsync(400);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await AskAsync(id);
        var request = await RequestAsync(id);

        var (status, body) = await AnswerAsync(LuohuDesk, request, "refuse");
        Assert.Equal((422, "reason"), (status, (string)body!["errors"]![0]!["field"]!));
        Assert.Equal(200, (await AnswerAsync(LuohuDesk, request, "refuse", reason: "本区正有汛情")).Status);

        var fact = (await FutianDesk.FactsAsync(id, until: "AidRefused")).Of("AidRefused").Single();
        Assert.Equal("本区正有汛情", (string)fact["data"]!["reason"]!);
        Assert.Equal(("desk", Luohu, "罗湖区"), ((string)fact["data"]!["answeredAs"]!, (string)fact["data"]!["forCode"]!, (string)fact["data"]!["forName"]!));
        Assert.Empty((await FutianDesk.IncidentAsync(id))["callouts"]!.AsArray());
    }

    [Fact]
    public async Task Of_two_desks_that_answer_one_request_at_once_one_has_answered()
    {
        for (var round = 0; round < 3; round++)
        {
            var lent = await LenderAsync(400 + round);
            var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
            await AskAsync(id);
            var request = await RequestAsync(id);
            using var second = await Node.SignInAsync("luohu");

            var both = await Task.WhenAll(AnswerAsync(LuohuDesk, request, "approve", new[] { lent }), AnswerAsync(second, request, "refuse", reason: "不便"));

            Assert.Equal([200, 409], both.Select(answer => answer.Status).Order());
            var loser = both.Single(answer => answer.Status == 409).Body!;
            Assert.Contains((string)loser["current"]!["state"]!, new[] { "approved", "refused" });
            var facts = await FutianDesk.FactsAsync(id);
            Assert.Single(facts.Kinds(), kind => kind is "AidReleased" or "AidRefused");
            await FutianDesk.OrderAsync($"/api/incidents/{id}/close");
        }
    }

    [Fact]
    public async Task A_reserve_floor_holds_also_against_the_desks_own_word_and_is_named()
    {
        var people = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            people.Add(await LenderAsync(400 + (100 * i)));
        }

        Assert.Equal(200, (await LuohuDesk.PutAsync($"/api/reserve-floors/{Guid.NewGuid()}", new
        {
            commandId = Guid.NewGuid(), region = Luohu, qualification = "rescue.water", count = 2, withinMetres = 5000, place = "罗湖口岸",
            position = new { longitude = World.Centre.Longitude, latitude = World.Centre.Latitude, datum = "wgs84" }, reason = "汛期保底",
        })).Status);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await AskAsync(id);
        var request = await RequestAsync(id);
        Assert.Equal(1, request["offer"]!["people"]!.AsArray().Count(person => (bool)person!["proposed"]!));

        var (status, body) = await AnswerAsync(LuohuDesk, request, "approve", people.Take(2));

        Assert.Equal((409, "https://dispatch.invalid/problems/reserveFloor"), (status, (string)body!["type"]!));
        Assert.Contains("保留 2 名水域救援（罗湖口岸 5000 米内），借出后只剩 1 名", (string)body["detail"]!, StringComparison.Ordinal);
        Assert.Equal(200, (await AnswerAsync(LuohuDesk, request, "approve", people.Take(1))).Status);
    }

    [Fact]
    public async Task Two_loans_at_once_to_two_incidents_do_not_break_a_floor_together()
    {
        var people = new List<Guid> { await LenderAsync(400), await LenderAsync(500), await LenderAsync(600) };
        await LuohuDesk.PutAsync($"/api/reserve-floors/{Guid.NewGuid()}", new { commandId = Guid.NewGuid(), region = Luohu, qualification = "rescue.water", count = 2, reason = "保底" });
        var ids = new[] { await FutianDesk.RaiseAsync(ApiClient.Flood()), await FutianDesk.RaiseAsync(ApiClient.Flood()) };
        await AskAsync(ids[0]);
        await AskAsync(ids[1]);
        var requests = new[] { await RequestAsync(ids[0]), await RequestAsync(ids[1]) };

        var both = await Task.WhenAll(AnswerAsync(LuohuDesk, requests[0], "approve", people.Take(1)), AnswerAsync(LuohuDesk, requests[1], "approve", people.Skip(1).Take(1)));

        Assert.Equal([200, 409], both.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task By_policy_the_neighbours_are_asked_as_soon_as_nobody_is_left()
    {
        await PolicyAsync(new { aid = "automatic" });
        await LenderAsync(400);

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());

        var fact = (await FutianDesk.FactsAsync(id, until: "AidRequested")).Of("AidRequested").Single();
        Assert.Equal(("system", "罗湖区", "深圳市"), ((string)fact["by"]!["kind"]!, (string)fact["data"]!["regionName"]!, (string)fact["data"]!["through"]!));
        Assert.Equal("open", (string)(await RequestAsync(id))["state"]!);
    }

    [Fact]
    public async Task A_silent_desk_is_followed_by_its_liaison_and_then_by_the_superior()
    {
        var lent = await LenderAsync(400);
        await World.SqlAsync("""
            INSERT INTO accounts (id, username, password_hash, role, name, region)
            SELECT gen_random_uuid(), 'liaison', password_hash, 'operator', '罗湖联络员', '440303001' FROM accounts WHERE username = 'luohu';
            """);
        using var liaison = await Node.SignInAsync("liaison");
        Assert.Equal(422, (await LuohuDesk.PutAsync($"/api/regions/{Luohu}/liaisons", new { commandId = Guid.NewGuid(), usernames = new[] { "futian" }, reason = "值守" })).Status);
        Assert.Equal(200, (await LuohuDesk.PutAsync($"/api/regions/{Luohu}/liaisons", new { commandId = Guid.NewGuid(), usernames = new[] { "liaison" }, reason = "值守" })).Status);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await AskAsync(id);
        var request = await RequestAsync(id);
        Assert.Equal(403, (await AnswerAsync(CityDesk, request, "approve", new[] { lent })).Status);
        Assert.Equal(403, (await AnswerAsync(liaison, request, "approve", new[] { lent })).Status);
        Assert.Equal(404, (await AnswerAsync(FutianDesk, request, "approve", new[] { lent })).Status);

        await TimePassesAsync(id);
        await FutianDesk.FactsAsync(id, until: "AidEscalated");
        Assert.Equal("liaison", (string)(await RequestAsync(id, liaison))["stage"]!);
        Assert.Equal(403, (await AnswerAsync(CityDesk, request, "approve", new[] { lent })).Status);
        await TimePassesAsync(id);
        await FutianDesk.FactsAsync(id, until: "AidEscalated", howMany: 2);

        Assert.Equal(200, (await AnswerAsync(CityDesk, request, "approve", new[] { lent })).Status);
        var released = (await FutianDesk.FactsAsync(id, until: "AidReleased")).Of("AidReleased").Single()["data"]!;
        Assert.Equal(("superior", "4403", "深圳市", Luohu), ((string)released["answeredAs"]!, (string)released["forCode"]!, (string)released["forName"]!, (string)released["regionCode"]!));
        await FutianDesk.WhenAsync(id, "offered", 1);
    }

    [Fact]
    public async Task When_every_stage_is_silent_the_request_counts_as_unanswered()
    {
        await LenderAsync(400);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await AskAsync(id);
        for (var stage = 1; stage <= 2; stage++)
        {
            await TimePassesAsync(id);
            await FutianDesk.FactsAsync(id, until: stage == 1 ? "AidEscalated" : "AidUnanswered");
        }

        Assert.Equal("unanswered", (string)(await RequestAsync(id))["state"]!);
    }

    [Fact]
    public async Task Where_policy_leaves_lending_to_the_superior_the_desk_cannot_lend()
    {
        await SetAsync(LuohuDesk, Luohu, new { approver = "superior" });
        var lent = await LenderAsync(400);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await AskAsync(id);
        var request = await RequestAsync(id, CityDesk);

        Assert.Equal(403, (await AnswerAsync(LuohuDesk, request, "approve", new[] { lent })).Status);
        Assert.Equal(200, (await AnswerAsync(CityDesk, request, "approve", new[] { lent })).Status);
    }

    [Fact]
    public async Task A_region_without_neighbours_is_told_so()
    {
        await World.SqlAsync("UPDATE regions SET has_authority = false WHERE code = '440303'");
        await PolicyAsync(new { aid = "automatic" });
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());

        await FutianDesk.FactsAsync(id, until: "AidUnavailable");
        var (status, body) = await AskAsync(id);
        await World.SqlAsync("UPDATE incidents SET look_at = now()");
        await Eventually.True(() => World.ScalarAsync<bool>("SELECT look_at > now() FROM incidents"), "it to be looked at again");

        Assert.Single((await FutianDesk.FactsAsync(id)).Of("AidUnavailable")); // told once, and not at every look
        Assert.Equal((409, "没有共同上级之下的相邻辖区可以求援"), (status, (string)body!["title"]!));
    }

    [Fact]
    public async Task What_is_asked_of_whom_and_how_is_checked()
    {
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        var (status, body) = await AskAsync(id, ["440303", "999"]);
        Assert.Equal((422, "regions[1]"), (status, (string)body!["errors"]![0]!["field"]!));
        await AskAsync(id);
        Assert.Equal(409, (await AskAsync(id, ["440303"])).Status); // is being asked
        var request = await RequestAsync(id);
        Assert.Equal("people", (string)(await AnswerAsync(LuohuDesk, request, "approve")).Body!["errors"]![0]!["field"]!);
        Assert.Equal("people[0]", (string)(await AnswerAsync(LuohuDesk, request, "approve", new[] { Guid.NewGuid() })).Body!["errors"]![0]!["field"]!);
        var lent = await LenderAsync(400);
        Assert.Equal("until", (string)(await AnswerAsync(LuohuDesk, request, "approve", new[] { lent }, until: Now.AddDays(-1))).Body!["errors"]![0]!["field"]!);
        await FutianDesk.OrderAsync($"/api/incidents/{id}/close");
        Assert.Equal(409, (await AnswerAsync(LuohuDesk, request, "approve", new[] { lent })).Status); // no longer wanted
    }

    [Fact]
    public async Task Consent_that_runs_out_recalls_nobody_on_his_way_and_the_desks_are_told()
    {
        var lent = await LenderAsync(400);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await AskAsync(id);
        await AnswerAsync(LuohuDesk, await RequestAsync(id), "approve", new[] { lent });
        using var phone = await Node.SignInAsync("v0001");
        var callout = await phone.MyCalloutAsync();
        await phone.AnswerAsync(callout, "accept");
        await phone.ProgressAsync(callout, "enRoute");

        await TimePassesAsync(id);

        var fact = (await FutianDesk.FactsAsync(id, until: "AidLapsed")).Of("AidLapsed").Single();
        Assert.Equal(callout, (Guid)fact["data"]!["stillOut"]![0]!);
        Assert.Equal("enRoute", (string)(await FutianDesk.IncidentAsync(id))["callouts"]![0]!["state"]!);
        Assert.Equal(200, (await phone.ProgressAsync(callout, "onScene")).Status);
    }
}
