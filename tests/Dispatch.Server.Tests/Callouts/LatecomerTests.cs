using System.Text.Json.Nodes;
using Dispatch.Geo.Matching;
using Dispatch.Server.Tests.Musters;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>
/// Who said yes and can no longer be there in time keeps his place and his call-out, and the plan asks others in his stead. The next look by the clock
/// is put an hour away first, so that only a position can have made it. Twenty minutes; on foot and mixed a kilometre takes 565 s, by road.
/// </summary>
public sealed partial class LatecomerTests : IAsyncLifetime
{
    private const double Kilometre = 0.00975; // degrees of longitude at the place

    private TestNode node = null!;
    private ApiClient console = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        console = await node.SignInAsync("futian");
        await node.World.SqlAsync("UPDATE categories SET arrive_within = '20 minutes' WHERE key = 'flood'");
    }

    public async Task DisposeAsync()
    {
        console.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task One_who_moves_away_is_made_up_for_and_keeps_his_place()
    {
        var (id, slow, ids) = await AcceptedAloneAsync(4);
        using var _ = slow;

        await ReportAsync(slow, 5);

        var facts = await console.FactsAsync(id, "CalloutOffered", 4);
        Assert.Equal(ids[0], await VolunteerOfAsync(id, facts.Of("CalloutFellBehind").Single()));
        Assert.Equal(ids.Skip(1), facts.Of("CalloutOffered").Skip(1).Select(fact => (Guid)fact["data"]!["callout"]!["volunteer"]!["id"]!));
        var wave = facts.Of("WaveSent").Last()["data"]!["needs"]![0]!;
        Assert.Equal((3, 1, false), ((int)wave["asked"]!, (int)wave["late"]!, (bool)wave["exhausted"]!));
        var incident = await console.IncidentAsync(id);
        Assert.Equal(1, (int)incident["needs"]![0]!["filled"]!);
        var own = incident["callouts"]!.AsArray().Single(callout => (Guid)callout!["volunteer"]!["id"]! == ids[0])!;
        Assert.Equal("accepted", (string)own["state"]!);
        Assert.NotNull(own["lateSince"]);
        var (_, explanation) = await console.GetAsync($"/api/incidents/{id}/explanation");
        var plan = explanation!["waves"]![1]!["plans"]![0]!;
        Assert.StartsWith("1 who said yes is expected too late and not counted on in time; asked 3: 3 at 30 %", (string)plan["textEn"]!, StringComparison.Ordinal);
        Assert.EndsWith("the places stay taken, a yes now is standby", (string)plan["textEn"]!, StringComparison.Ordinal);
        Assert.StartsWith("已应召的 1 人预计晚到，不计入按时到场；召集 3 人", (string)plan["text"]!, StringComparison.Ordinal);
        await ReplaysAsync();
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task A_yes_in_his_stead_is_standby_and_is_called_up_when_he_turns_back()
    {
        var (id, slow, ids) = await AcceptedAloneAsync(2);
        using var first = slow;
        await node.World.TeamAsync("水上救援队", [ids[1]], captain: await node.World.VolunteerAsync(150, certificateUntil: "2021-01-01"));
        using var captain = await node.SignInAsync("v0003");
        await ReportAsync(slow, 5);
        using var second = await node.SignInAsync("v0002");
        await console.FactsAsync(id, "CalloutOffered", 2);
        Assert.True((bool)(await captain.GetAsync("/api/me/teams")).Body!["callouts"]![0]!["yesIsStandby"]!); // and so does who may answer for him
        await using var line = await LivePhone.ConnectAsync(node, second.Token);
        var heard = await line.WhenAsync("offered");
        Assert.True(heard.GetProperty("callout").GetProperty("yesIsStandby").GetBoolean()); // he learns it before he says yes
        Assert.True((bool)(await second.GetAsync("/api/callouts/mine")).Body!["callouts"]![0]!["yesIsStandby"]!);

        var (_, card) = await second.AnswerAsync(await second.MyCalloutAsync(), "accept");

        Assert.Equal(("standby", null), ((string)card!["state"]!, card["yesIsStandby"]));
        Assert.Equal(1, (int)(await console.IncidentAsync(id))["needs"]![0]!["filled"]!);
        await slow.ProgressAsync(await slow.MyCalloutAsync(), "turnedBack", "堵车");
        await console.FactsAsync(id, "CalloutCalledUp");
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Once_somebody_stands_by_who_could_be_in_time_nobody_else_is_asked()
    {
        var (id, slow, _) = await AcceptedAloneAsync(2);
        using var first = slow;
        await ReportAsync(slow, 5);
        using var second = await node.SignInAsync("v0002");
        await console.FactsAsync(id, "CalloutOffered", 2);
        await second.AnswerAsync(await second.MyCalloutAsync(), "accept");
        await console.FactsAsync(id, "CalloutStoodBy");
        var third = await node.World.VolunteerAsync(150);

        await node.World.SqlAsync("UPDATE incidents SET look_at = now()");
        await Eventually.True(() => node.World.ScalarAsync<bool>($"SELECT look_at IS NULL OR look_at > now() FROM incidents WHERE id = '{id}'"), "the look to be over");

        Assert.DoesNotContain((await console.IncidentAsync(id))["callouts"]!.AsArray(), callout => (Guid)callout!["volunteer"]!["id"]! == third);
    }

    [Fact]
    public async Task When_he_arrives_after_all_the_offers_in_his_stead_are_withdrawn()
    {
        var (id, slow, _) = await AcceptedAloneAsync(3);
        using var first = slow;
        await ReportAsync(slow, 5);
        await console.FactsAsync(id, "CalloutOffered", 3);

        await slow.ProgressAsync(await slow.MyCalloutAsync(), "onScene");

        var incident = await console.WhenAsync(id, "recalled", 2);
        Assert.Equal((1, 0), ((int)incident["needs"]![0]!["filled"]!, incident["callouts"]!.AsArray().Count(callout => callout!["lateSince"] is not null)));
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task One_who_catches_up_is_counted_on_again_and_the_offers_in_his_stead_are_withdrawn()
    {
        var (id, slow, _) = await AcceptedAloneAsync(3);
        using var first = slow;
        await ReportAsync(slow, 5);
        await console.FactsAsync(id, "CalloutOffered", 3);
        Assert.True(await WantsMoreThanItCanAskAsync()); // everybody there is was asked

        await Eventually.True(
            async () =>
            {
                await ReportAsync(slow, 0.3); // as often as a phone does: an incident is looked at for moves once in five seconds
                return (await console.FactsAsync(id)).Kinds().Contains("CalloutCaughtUp");
            },
            "him to have caught up");

        await console.WhenAsync(id, "recalled", 2);
        Assert.False(await WantsMoreThanItCanAskAsync());
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task While_enough_others_are_asked_in_his_stead_nobody_more_is_wanted_from_other_incidents()
    {
        var (id, slow, ids) = await AcceptedAloneAsync(25);
        using var _ = slow;

        await ReportAsync(slow, 5);

        var wave = (await console.FactsAsync(id, "CalloutOffered", 2)).Of("WaveSent").Last()["data"]!["needs"]![0]!;
        Assert.InRange((int)wave["asked"]!, 2, ids.Count - 2);
        Assert.False(await WantsMoreThanItCanAskAsync());
    }

    [Fact]
    public async Task When_the_one_who_takes_the_last_place_will_be_late_offers_to_people_in_time_stay_open()
    {
        var ids = await node.World.VolunteersAsync(3);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 3);
        using var far = await node.SignInAsync("v0003");
        await ReportAsync(far, 6);
        await Eventually.True(() => node.World.ScalarAsync<bool>($"SELECT count(*) = 1 FROM positions WHERE volunteer_id = '{ids[2]}' AND ST_Distance(location, (SELECT location FROM incidents)) > 5000"), "his fix to be stored");

        using var near = await node.SignInAsync("v0001");
        Assert.Null((await near.GetAsync("/api/callouts/mine")).Body!["callouts"]![0]!["yesIsStandby"]); // asked for a place

        await far.AnswerAsync(await far.MyCalloutAsync(), "accept");

        var facts = await console.FactsAsync(id, "CalloutFellBehind");
        Assert.Contains("NeedFilled", facts.Kinds());
        Assert.DoesNotContain("CalloutRecalled", facts.Kinds());
        Assert.True((bool)(await near.GetAsync("/api/callouts/mine")).Body!["callouts"]![0]!["yesIsStandby"]!); // and now in the other's stead
        Assert.Equal("standby", (string?)(await near.AnswerAsync(await near.MyCalloutAsync(), "accept")).Body!["state"]);
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Who_moves_on_as_he_should_changes_nothing()
    {
        var (id, quick, _) = await AcceptedAloneAsync(3);
        using var first = quick;
        var before = (await console.FactsAsync(id)).All.Count;

        await ReportAsync(quick, 0.4);
        await Eventually.True(() => node.World.ScalarAsync<bool>("SELECT count(*) = 1 FROM positions WHERE ST_Distance(location, (SELECT location FROM incidents)) > 350"), "the fix to be stored");

        Assert.Equal(before, (await console.FactsAsync(id)).All.Count);
        Assert.True(await node.World.ScalarAsync<bool>($"SELECT look_at > now() + interval '50 minutes' FROM incidents WHERE id = '{id}'"));
    }

    [Fact]
    public async Task One_who_stands_still_is_late_when_what_is_left_no_longer_does()
    {
        var (id, still, _) = await AcceptedAloneAsync(2);
        using var first = still;
        await ReportAsync(still, 1); // ten minutes: in time
        await Eventually.True(() => node.World.ScalarAsync<bool>("SELECT count(*) = 1 FROM positions WHERE ST_Distance(location, (SELECT location FROM incidents)) > 900"), "the fix to be stored");
        Assert.DoesNotContain("CalloutFellBehind", (await console.FactsAsync(id)).Kinds());
        await node.World.SqlAsync("UPDATE incidents SET raised_at = raised_at - interval '15 minutes'"); // a quarter of an hour later

        await ReportAsync(still, 1);

        var facts = await console.FactsAsync(id, "CalloutFellBehind");
        Assert.Single(facts.Of("CalloutFellBehind"));
    }

    /// <summary>One place; the nearest says yes while he alone is asked, and the others come on duty later.</summary>
    private async Task<(Guid Id, ApiClient Client, List<Guid> Ids)> AcceptedAloneAsync(int people)
    {
        var ids = new List<Guid> { await node.World.VolunteerAsync(100) };
        var client = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 1);
        await client.AnswerAsync(await client.MyCalloutAsync(), "accept");
        await console.FactsAsync(id, "NeedFilled");
        for (var number = 2; number <= people; number++)
        {
            ids.Add(await node.World.VolunteerAsync(100 + (10 * number)));
        }

        await node.World.SqlAsync("UPDATE incidents SET look_at = now() + interval '1 hour'");
        return (id, client, ids);
    }

    private static async Task ReportAsync(ApiClient volunteer, double kilometres)
    {
        var (status, answer) = await volunteer.PutAsync("/api/me/position", new
        {
            longitude = World.Centre.Longitude + (kilometres * Kilometre), latitude = World.Centre.Latitude, datum = "wgs84", accuracyMetres = 10, takenAt = TimeProvider.System.GetUtcNow(),
        });
        Assert.True(status is 200 or 202 or 204, $"{status} {answer}");
    }

    /// <summary>Whether others plan around the incident because of who is late in it.</summary>
    private Task<bool> WantsMoreThanItCanAskAsync() => node.World.ScalarAsync<bool>("SELECT no_stand_ins FROM needs");

    private async Task<Guid> VolunteerOfAsync(Guid id, JsonNode fact) =>
        (Guid)(await console.IncidentAsync(id))["callouts"]!.AsArray().Single(callout => (Guid)callout!["id"]! == (Guid)fact["calloutId"]!)!["volunteer"]!["id"]!;

    /// <summary>Every stored wave again from its stored inputs, byte for byte.</summary>
    private async Task ReplaysAsync()
    {
        var waves = await node.World.ScalarAsync<string>("SELECT json_agg(json_build_array(encode(inputs, 'base64'), encode(explanation, 'base64')))::text FROM waves");
        foreach (var wave in JsonNode.Parse(waves)!.AsArray())
        {
            Assert.Equal(Convert.FromBase64String((string)wave![1]!), Explanation.Write(Matcher.Match(Explanation.ReadInputs(Convert.FromBase64String((string)wave[0]!)))));
        }
    }
}
