using Dispatch.Drills.Gateway;
using Dispatch.Server.Tests.Drills;
using Dispatch.Server.Tests.Support;
using Npgsql;
using static Dispatch.Server.Tests.Musters.MusterSupport;

namespace Dispatch.Server.Tests.Musters;

/// <summary>A muster's drill is the real muster over drill phones: it says so everywhere, reaches nobody else, and counts nowhere.</summary>
public sealed class MusterDrillTests(MusterDrillTests.Ground ground) : IClassFixture<MusterDrillTests.Ground>
{
    /// <summary>One node with a gateway for real people and one for drills, for the whole class.</summary>
    public sealed class Ground : IAsyncLifetime
    {
        internal FakeGateway Real { get; private set; } = null!;

        internal FakeGateway Drills { get; private set; } = null!;

        internal TestNode Node { get; private set; } = null!;

        internal ApiClient Futian { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            (Real, Drills) = (await FakeGateway.StartAsync(), await FakeGateway.StartAsync());
            var url = Drills.Settings().Single(setting => setting.Contains("Sms:Url", StringComparison.Ordinal)).Split('=', 2)[1];
            Node = await TestNode.StartAsync([.. Real.Settings($"--Channels:Sms:Secret={new string('r', 40)}"), $"--Channels:Drill:Sms:Url={url}", $"--Channels:Drill:Sms:Secret={FakeGateway.Secret}"]);
            Futian = await Node.SignInAsync("futian");
        }

        public async Task DisposeAsync()
        {
            Futian.Dispose();
            await Node.DisposeAsync();
            await Drills.DisposeAsync();
            await Real.DisposeAsync();
        }
    }

    private readonly TestNode node = ground.Node;
    private readonly ApiClient futian = ground.Futian;

    [Fact]
    public async Task A_drill_calls_the_drill_phones_of_a_team_alone_and_says_so_in_view_board_record_card_and_live()
    {
        var people = await node.World.VolunteersAsync(3);
        var team = await node.World.TeamAsync("演练队", [people[0], people[2]], captain: people[1]);
        using var real = await node.SignInAsync(await UsernameAsync(people[0]));
        using var member = await node.DrillPhoneAsync(futian, people[0]);
        using var captain = await node.DrillPhoneAsync(futian, people[1]);
        Assert.Equal((2, 2), await SizesAsync(team));
        await using var phone = await LivePhone.ConnectAsync(node, member.Token);
        var heard = new List<System.Text.Json.Nodes.JsonNode>();
        await using var console = await LiveConsole.WatchAsync(node, futian.Token, null);
        using var hearing = console.On("Muster", heard.Add);

        var id = await CallAsync(futian, [team], [], drill: true);

        Assert.True((await phone.WhenAsync("mustered")).GetProperty("muster").GetProperty("drill").GetBoolean());
        var muster = await futian.MusterWhenAsync(id, "delivered", 1);
        Assert.True((bool)muster["drill"]!);
        Assert.Equal(2, (int)muster["counts"]!["people"]!);
        Assert.All(muster["people"]!.AsArray(), person => Assert.StartsWith("演练·", (string?)person!["name"], StringComparison.Ordinal));
        Assert.True((bool)(await futian.GetAsync("/api/musters")).Body!["musters"]!.AsArray().Single(one => (Guid)one!["id"]! == id)!["drill"]!);
        var leftOut = (await futian.MusterFactsAsync(id))[0]["data"]!["leftOut"]!.AsArray().Single()!;
        Assert.Equal("""[{"reason":"noDrillPhone","count":1}]""", muster["leftOut"]!.ToJsonString());
        Assert.Equal((people[2], "noDrillPhone"), ((Guid)leftOut["volunteerId"]!, (string?)leftOut["reason"]));

        Assert.Equal("accepted", (string?)(await member.PutAsync($"/api/musters/{id}/answer", new { answer = "accept" })).Body!["stage"]);
        Assert.True((bool)(await member.PutAsync($"/api/musters/{id}/check-in", new { })).Body!["drill"]!);
        Assert.Empty((await real.GetAsync("/api/callouts/mine")).Body!["musters"]!.AsArray());
        Assert.Equal(404, (await real.PutAsync($"/api/musters/{id}/answer", new { answer = "accept" })).Status);
        Assert.Equal(200, (await futian.PostAsync($"/api/musters/{id}/stand-down", new { commandId = Guid.NewGuid(), reason = "演练结束" })).Status);
        await phone.WhenAsync("musterStoodDown");
        await Eventually.True(() => heard.Any(fact => (string?)fact["kind"] == "MusterStoodDown"), "the stand-down on the console");
        Assert.All((await futian.MusterFactsAsync(id)).Concat(heard.Where(fact => (Guid)fact["musterId"]! == id)), fact => Assert.True((bool?)fact["drill"] ?? false, fact.ToJsonString()));

        // Nothing of it went out by a gateway, or was learned of anybody.
        await node.World.SqlAsync("SELECT learn_responses(); SELECT learn_rates();");
        Assert.Equal((0L, 0L), (await node.World.ScalarAsync<long>("SELECT count(*) FROM channel_messages"), await node.World.ScalarAsync<long>("SELECT count(*) FROM response_records")));
        Assert.Empty(ground.Real.Arrivals);
        Assert.Empty(ground.Drills.Arrivals);
        Assert.Equal(0, ground.Real.BadSignatures);
    }

    [Fact]
    public async Task The_same_team_mustered_in_earnest_calls_the_people_and_no_drill_phone_and_says_nothing_of_a_drill()
    {
        var person = await node.World.VolunteerAsync(100);
        var team = await node.World.TeamAsync("真队", [person]);
        using var twin = await node.DrillPhoneAsync(futian, person);
        var id = await CallAsync(futian, [team], []);
        var muster = await futian.MusterWhenAsync(id, "notified", 1);
        Assert.Equal((false, person), ((bool)muster["drill"]!, (Guid)muster["people"]!.AsArray().Single()!["volunteerId"]!));
        Assert.Empty((await twin.GetAsync("/api/callouts/mine")).Body!["musters"]!.AsArray());
        Assert.All(await futian.MusterFactsAsync(id), fact => Assert.Null(fact["drill"]));
    }

    [Fact]
    public async Task The_database_refuses_whatever_would_join_a_drill_and_a_real_person_or_a_muster_and_a_twin()
    {
        var people = await node.World.VolunteersAsync(2);
        using var phone = await node.DrillPhoneAsync(futian, people[0]);
        var twin = await TwinAsync(people[0]);
        var drill = await CallAsync(futian, [], [people[0]], drill: true);
        var real = await CallAsync(futian, [], [people[0]]);
        await futian.MusterWhenAsync(drill, "notified", 1);
        await futian.MusterWhenAsync(real, "notified", 1);

        foreach (var (muster, person) in new[] { (drill, people[1]), (real, twin) })
        {
            foreach (var said in new[] { "false", "true" })
            {
                var refused = await RefusedAsync($"INSERT INTO muster_people (muster_id, volunteer_id, changed_at, drill) VALUES ('{muster}', '{person}', now(), {said})");
                Assert.StartsWith("muster_people_drill_as_the_", refused, StringComparison.Ordinal);
            }

            Assert.Equal("inbox_musters_those_called", await RefusedAsync($"INSERT INTO inbox (volunteer_id, number, at, kind, muster_id) VALUES ('{person}', 999, now(), 'mustered', '{muster}')"));
        }

        Assert.StartsWith("muster_people_drill_as_the_", await RefusedAsync($"UPDATE musters SET drill = false WHERE id = '{drill}'"), StringComparison.Ordinal);
        Assert.StartsWith("muster_people_drill_as_the_", await RefusedAsync($"UPDATE muster_people SET drill = false WHERE muster_id = '{drill}'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drill_of_a_team_or_a_person_without_a_drill_phone_is_refused_by_name_and_nothing_is_written()
    {
        var people = await node.World.VolunteersAsync(2);
        using var phone = await node.DrillPhoneAsync(futian, people[1]);
        var without = await node.World.TeamAsync("无手机队", [people[0]]);
        var with = await node.World.TeamAsync("有手机队", [], captain: people[1]);
        Assert.Equal((1, 0), await SizesAsync(without));
        var id = Guid.CreateVersion7();

        var (status, problem) = await futian.PutAsync($"/api/musters/{id}", Drill([with, without], [people[1], people[0], await TwinAsync(people[1])]));

        Assert.Equal(422, status);
        Assert.Equal(["teams[1]", "volunteers[1]", "volunteers[2]"], problem!["errors"]!.AsArray().Select(fault => (string)fault!["field"]!));
        Assert.Equal("无手机队没有演练手机：请先在名册里发演练手机", (string?)problem["errors"]![0]!["message"]);
        Assert.Equal("无手机队 has no drill phone: issue one on the roster first", (string?)problem["errors"]![0]!["messageEn"]);
        Assert.Equal("no such volunteer, or not in your region", (string?)problem["errors"]![2]!["messageEn"]); // a twin is nobody of the roster
        Assert.Equal(422, (await futian.PutAsync($"/api/musters/{id}", Body([], [await TwinAsync(people[1])]))).Status);
        Assert.Equal(404, (await futian.GetAsync($"/api/musters/{id}")).Status);
    }

    [Fact]
    public async Task The_same_call_again_is_the_same_drill_and_without_the_word_another_body()
    {
        var person = await node.World.VolunteerAsync(100);
        using var phone = await node.DrillPhoneAsync(futian, person);
        var id = Guid.CreateVersion7();
        Assert.Equal(201, (await futian.PutAsync($"/api/musters/{id}", Drill([], [person]))).Status);
        Assert.Equal(200, (await futian.PutAsync($"/api/musters/{id}", Drill([], [person]))).Status);
        Assert.Equal(422, (await futian.PutAsync($"/api/musters/{id}", Body([], [person]))).Status);
        Assert.Equal(1L, await node.World.ScalarAsync<long>($"SELECT count(*) FROM muster_people WHERE muster_id = '{id}'"));
    }

    private Task<Guid> TwinAsync(Guid person) => node.World.ScalarAsync<Guid>($"SELECT id FROM volunteers WHERE twin_of = '{person}'");

    private Task<string> UsernameAsync(Guid person) => node.World.ScalarAsync<string>($"SELECT username FROM accounts WHERE volunteer_id = '{person}'");

    /// <summary>Members of a team, and how many drill phones a muster of it would call.</summary>
    private async Task<(int Members, int DrillPhones)> SizesAsync(Guid team)
    {
        var found = (await futian.GetAsync("/api/teams")).Body!.AsArray().Single(one => (Guid)one!["id"]! == team)!;
        return ((int)found["members"]!, (int)found["drillPhones"]!);
    }

    private async Task<string?> RefusedAsync(string sql) => (await Assert.ThrowsAsync<PostgresException>(() => node.World.SqlAsync(sql))).ConstraintName;
}
