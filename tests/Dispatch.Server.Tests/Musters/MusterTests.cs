using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Dispatch.Server.Tests.Musters.MusterSupport;

namespace Dispatch.Server.Tests.Musters;

public sealed class MusterTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient futian = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        futian = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        futian.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task Teams_with_their_sub_teams_and_a_list_are_called_and_every_phone_has_it_live()
    {
        var people = await node.World.VolunteersAsync(5);
        var team = await node.World.TeamAsync("水上救援队", [people[0]], captain: people[1]);
        await node.World.TeamAsync("一分队", [people[0], people[2]], parent: team);
        using var member = await node.SignInAsync("v0003");
        await using var phone = await LivePhone.ConnectAsync(node, member.Token);
        var heard = new List<System.Text.Json.Nodes.JsonNode>();
        await using var console = await LiveConsole.WatchAsync(node, futian.Token, null);
        using var hearing = console.On("Muster", fact => heard.Add(fact));

        var id = await CallAsync(futian, [team], [people[3], people[0]]);

        var item = await phone.WhenAsync("mustered");
        Assert.False(item.TryGetProperty("callout", out _));
        Assert.Equal("景田体育场东门", item.GetProperty("muster").GetProperty("address").GetString());
        Assert.Equal("水上救援队", item.GetProperty("muster").GetProperty("teamName").GetString());
        var muster = await futian.MusterWhenAsync(id, "delivered", 1);
        Assert.Equal([4, 4, 1, 0, 0, 0], Numbers(muster["counts"]!));
        Assert.Equal(["水上救援队:3", ":1"], muster["teams"]!.AsArray().Select(one => $"{one!["name"]}:{one["counts"]!["people"]}"));

        Assert.Equal("accepted", (string?)(await member.PutAsync($"/api/musters/{id}/answer", new { answer = "accept" })).Body!["stage"]);
        var (status, card) = await member.PutAsync($"/api/musters/{id}/check-in", new { position = new { longitude = World.Centre.Longitude, latitude = World.Centre.Latitude + 0.001, datum = "wgs84" } });
        Assert.Equal((200, "checkedIn"), (status, (string?)card!["stage"]));
        muster = await futian.MusterAsync(id);
        Assert.Equal([4, 4, 1, 1, 1, 1], Numbers(muster["counts"]!));
        Assert.InRange((double)muster["people"]!.AsArray().Single(one => (Guid)one!["volunteerId"]! == people[2])!["checkedInMetres"]!, 105, 116);

        await Eventually.True(() => heard.Any(fact => (string?)fact["kind"] == "MusterCheckedIn"), "the check-in on the console");
        Assert.Equal(Enumerable.Range(1, heard.Count).Select(n => (long)n), heard.Select(fact => (long)fact["number"]!));
        Assert.Equal("志愿者3", (string?)heard.Single(fact => (string?)fact["kind"] == "MusterCheckedIn")["by"]!["name"]);
        Assert.Equal([4, 4, 1, 1, 1, 1], Numbers(heard[^1]["data"]!["counts"]!));
    }

    [Fact]
    public async Task The_same_call_again_is_the_same_muster_and_another_under_its_id_is_refused()
    {
        var people = await node.World.VolunteersAsync(2);
        var id = Guid.CreateVersion7();
        var body = Body([await node.World.TeamAsync("同一队", people)], people); // with teams: they have a key of their own
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => futian.PutAsync($"/api/musters/{id}", body)));
        Assert.Equal([200, 200, 200, 200, 200, 201], answers.Select(answer => answer.Status).Order());
        Assert.Equal(422, (await futian.PutAsync($"/api/musters/{id}", Body([], [people[0]]))).Status);
        await futian.MusterWhenAsync(id, "notified", 2);
        Assert.Equal(2L, await node.World.ScalarAsync<long>($"SELECT count(*) FROM inbox WHERE muster_id = '{id}'"));
    }

    /// <summary>A reader closed twice once closed the next user's: phones then heard nothing until the node was started again.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Many_who_read_musters_at_once_do_not_disturb_each_other()
    {
        var people = await node.World.VolunteersAsync(2);
        var id = await CallAsync(futian, [], people);
        await futian.MusterWhenAsync(id, "notified", 2);
        var (inboxes, review) = (node.Services.GetRequiredService<InboxReader>(), node.Services.GetRequiredService<SendReview>());
        KeyValuePair<Guid, long>[] cursors = [.. people.Select(one => KeyValuePair.Create(one, 0L))];

        await Parallel.ForEachAsync(Enumerable.Range(0, 3000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (turn, token) =>
        {
            if (turn % 2 == 0)
            {
                await review.RunAsync(token);
                return;
            }

            var page = await inboxes.ReadAsync(cursors, 10, token);
            Assert.Empty(page.Unreadable);
            Assert.Equal(2, page.Items.Count(item => item.Muster?.Id == id));
        });
    }

    [Fact]
    public async Task Standing_down_tells_everybody_who_was_told_and_ends_the_answers()
    {
        var people = await node.World.VolunteersAsync(3);
        using var member = await node.SignInAsync("v0001");
        using var other = await node.SignInAsync("v0002");
        await using var phone = await LivePhone.ConnectAsync(node, member.Token);
        await using var second = await LivePhone.ConnectAsync(node, other.Token);
        var id = await CallAsync(futian, [], people);
        await phone.WhenAsync("mustered");
        await member.PutAsync($"/api/musters/{id}/answer", new { answer = "decline" });
        var order = new { commandId = Guid.NewGuid(), reason = "险情解除" };
        Assert.Equal(200, (await futian.PostAsync($"/api/musters/{id}/stand-down", order)).Status);
        Assert.Equal(200, (await futian.PostAsync($"/api/musters/{id}/stand-down", order)).Status);
        Assert.Equal(409, (await futian.PostAsync($"/api/musters/{id}/stand-down", new { commandId = Guid.NewGuid(), reason = "again" })).Status);

        Assert.Equal("stoodDown", (await phone.WhenAsync("musterStoodDown")).GetProperty("muster").GetProperty("state").GetString());
        await second.WhenAsync("musterStoodDown");
        var facts = await Eventually.Gives(() => futian.MusterFactsAsync(id), all => all.Any(fact => (string?)fact["kind"] == "MusterStandDownTold"), "told of the stand-down");
        Assert.Equal(3, facts.Where(fact => (string?)fact["kind"] == "MusterStandDownTold").Sum(fact => fact["data"]!["people"]!.AsArray().Count));
        Assert.Equal(409, (await member.PutAsync($"/api/musters/{id}/answer", new { answer = "accept" })).Status);
        Assert.Equal(200, (await member.PutAsync($"/api/musters/{id}/answer", new { answer = "decline" })).Status); // the same again
        Assert.Empty((await futian.GetAsync("/api/musters")).Body!["musters"]!.AsArray());
        Assert.Contains(id.ToString(), (await futian.GetAsync("/api/musters?state=ended")).Body!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_muster_holds_nobody_and_shows_who_is_out_on_an_incident()
    {
        var people = await node.World.VolunteersAsync(1);
        using var member = await node.SignInAsync("v0001");
        var id = await CallAsync(futian, [], people);
        await futian.MusterWhenAsync(id, "notified", 1);
        await member.PutAsync($"/api/musters/{id}/answer", new { answer = "accept" });

        await futian.RaiseAsync(ApiClient.Flood());
        await member.AnswerAsync(await member.MyCalloutAsync(), "accept");
        Assert.True((bool)(await futian.MusterAsync(id))["people"]![0]!["engaged"]!);
        var mine = (await member.GetAsync("/api/callouts/mine")).Body!;
        Assert.Equal((1, 1), (mine["callouts"]!.AsArray().Count, mine["musters"]!.AsArray().Count));
    }

    [Fact]
    public async Task Minors_and_people_of_other_regions_are_left_out_with_the_reason_and_a_person_without_a_phone_is_checked_in_by_hand()
    {
        var grown = await node.World.VolunteerAsync(100);
        var minor = await node.World.VolunteerAsync(150, dateOfBirth: TimeProvider.System.GetUtcNow().AddYears(-17).ToString("yyyy-MM-dd", null));
        var elsewhere = await node.World.VolunteerAsync(200, home: "440303001");
        var team = await node.World.TeamAsync("混编队", [grown, minor, elsewhere]);
        var id = Guid.CreateVersion7();
        var (_, told) = await futian.PutAsync($"/api/musters/{id}", Body([team], []));
        Assert.Equal("""[{"reason":"notAdult","count":1},{"reason":"otherRegion","count":1}]""", told!["leftOut"]!.ToJsonString());
        Assert.Equal(told["leftOut"]!.ToJsonString(), (await futian.MusterAsync(id))["leftOut"]!.ToJsonString());
        var called = (await futian.MusterFactsAsync(id))[0]["data"]!;
        Assert.Equal(1, (int)called["people"]!);
        Assert.Equal(
            new[] { (minor, "notAdult"), (elsewhere, "otherRegion") }.OrderBy(one => one.Item1),
            called["leftOut"]!.AsArray().Select(one => ((Guid)one!["volunteerId"]!, (string)one["reason"]!)).OrderBy(one => one.Item1));

        var order = new { commandId = Guid.NewGuid() };
        Assert.Equal(200, (await futian.PostAsync($"/api/musters/{id}/people/{grown}/check-in", order)).Status);
        var (_, muster) = await futian.PostAsync($"/api/musters/{id}/people/{grown}/check-in", order);
        Assert.Equal((1, "operator"), ((int)muster!["counts"]!["checkedIn"]!, (string?)muster["people"]![0]!["checkedInBy"]));
        Assert.Equal(404, (await futian.PostAsync($"/api/musters/{id}/people/{minor}/check-in", new { commandId = Guid.NewGuid() })).Status);

        // As if he had been checked in before his inbox held the call: of the end he is told, and that is not the call.
        await node.World.SqlAsync($"UPDATE muster_people SET to_tell = NULL, told_number = NULL, notified_at = NULL, delivered_at = NULL WHERE muster_id = '{id}'");
        await futian.PostAsync($"/api/musters/{id}/stand-down", new { commandId = Guid.NewGuid(), reason = "险情解除" });
        await Eventually.Gives(() => futian.MusterFactsAsync(id), all => all.Any(fact => (string?)fact["kind"] == "MusterStandDownTold"), "told of the stand-down");
        Assert.True(await node.World.ScalarAsync<bool>($"SELECT notified_at IS NULL FROM muster_people WHERE muster_id = '{id}'"));
    }

    [Fact]
    public async Task A_bad_call_names_every_fault_and_writes_nothing()
    {
        var stranger = await node.World.VolunteerAsync(100, home: "440303001");
        var (status, problem) = await futian.PutAsync($"/api/musters/{Guid.CreateVersion7()}", new
        {
            purpose = " ", address = "门口", position = new { longitude = 114.0, latitude = 22.5 }, assembleAt = TimeProvider.System.GetUtcNow().AddDays(-1),
            teams = new[] { Guid.NewGuid() }, volunteers = new[] { stranger },
        });
        Assert.Equal(422, status);
        Assert.Equal(["assembleAt", "position.datum", "purpose", "teams[0]", "volunteers[0]"], problem!["errors"]!.AsArray().Select(fault => (string)fault!["field"]!).Order());
        Assert.Equal(422, (await futian.PutAsync($"/api/musters/{Guid.CreateVersion7()}", Body([], []))).Status);
        Assert.Equal(0L, await node.World.ScalarAsync<long>("SELECT count(*) FROM musters"));
    }

    [Fact]
    public async Task A_phone_that_lost_its_cursor_gets_its_musters_with_the_whole_picture()
    {
        var people = await node.World.VolunteersAsync(1);
        using var member = await node.SignInAsync("v0001");
        var id = await CallAsync(futian, [], people);
        await futian.MusterWhenAsync(id, "notified", 1);
        await using var phone = await LivePhone.ConnectAsync(node, member.Token, cursor: 900);
        Assert.Equal(id, phone.Watching.GetProperty("reset").GetProperty("musters")[0].GetProperty("id").GetGuid());
    }
}
