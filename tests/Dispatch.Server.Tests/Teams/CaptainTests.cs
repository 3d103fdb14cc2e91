using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Musters;
using Dispatch.Server.Tests.Support;
using Xunit;

namespace Dispatch.Server.Tests.Teams;

/// <summary>A captain answers for a member of his team: marked for ever, heard by the member, and repudiable.</summary>
public sealed class CaptainTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient futian = null!, member = null!, captain = null!;
    private Guid incident, callout;

    /// <summary>One place, one member asked who has a captain; the captain holds no certificate and is not asked himself.</summary>
    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        var people = await node.World.VolunteersAsync(1);
        var leader = await node.World.VolunteerAsync(150, certificateUntil: "2021-01-01");
        await node.World.TeamAsync("水上救援队", people, captain: leader);
        futian = await node.SignInAsync("futian");
        member = await node.SignInAsync("v0001");
        captain = await node.SignInAsync("v0002");
        incident = await futian.RaiseAsync(ApiClient.Flood());
        callout = await member.MyCalloutAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var client in new[] { futian, member, captain })
        {
            client.Dispose();
        }

        await node.DisposeAsync();
    }

    [Fact]
    public async Task The_captain_sees_the_open_call_out_and_his_word_is_marked_on_board_record_explanation_and_phone()
    {
        await using var phone = await LivePhone.ConnectAsync(node, member.Token);
        var desk = (await captain.GetAsync("/api/me/teams")).Body!;
        Assert.Equal(("水上救援队", true), ((string?)desk["teams"]![0]!["name"], (bool)desk["callouts"]![0]!["mayAnswer"]!));
        Assert.Equal(callout, (Guid)desk["callouts"]![0]!["id"]!);

        var body = new { answer = "accept", channel = "phoneCall", reason = "手机没电，电话里答应" };
        Assert.Equal(200, (await captain.PutAsync($"/api/callouts/{callout}/on-behalf", body)).Status);
        Assert.Equal(200, (await captain.PutAsync($"/api/callouts/{callout}/on-behalf", body)).Status);

        var view = (await futian.IncidentAsync(incident))["callouts"]![0]!;
        Assert.Equal(("accepted", "志愿者2", "phoneCall"), ((string?)view["state"], (string?)view["answeredBy"]!["by"]!["name"], (string?)view["answeredBy"]!["channel"]));
        var fact = (await futian.FactsAsync(incident, "CalloutAccepted")).Of("CalloutAccepted").Single();
        Assert.Equal(("志愿者2", "phoneCall"), ((string?)fact["by"]!["name"], (string?)fact["data"]!["onBehalf"]!["channel"]));
        var why = (await futian.GetAsync($"/api/incidents/{incident}/explanation")).Body!["onBehalf"]!.AsArray().Single()!;
        Assert.Contains("队长 志愿者2 代为接受", (string?)why["text"], StringComparison.Ordinal);
        Assert.Equal("志愿者2", (await phone.WhenAsync("answeredForYou")).GetProperty("callout").GetProperty("answeredBy").GetProperty("captainName").GetString());
    }

    [Theory]
    [InlineData("accept", false)]
    [InlineData("accept", true)]
    [InlineData("decline", false)]
    public async Task What_a_captain_says_is_not_learned_as_the_members_own(string answer, bool repudiated)
    {
        await node.World.SqlAsync("UPDATE callouts SET offered_at = offered_at - interval '10 seconds'; UPDATE response_rates SET accept_median = 30, decline_median = 30");
        Assert.Equal(200, (await captain.PutAsync($"/api/callouts/{callout}/on-behalf", new { answer, channel = "phoneCall", reason = "电话里说的" })).Status);
        if (repudiated)
        {
            Assert.Equal(200, (await member.PutAsync($"/api/callouts/{callout}/repudiate", new { reason = "我没有答应" })).Status);
        }

        await node.World.SqlAsync("SELECT learn_responses(); SELECT learn_rates();");

        var (asked, rest) = (await node.World.ScalarAsync<float>("SELECT (SELECT sum(a) FROM unnest(asked) a) FROM response_records"),
            await node.World.ScalarAsync<string>("SELECT (SELECT sum(a) FROM unnest(accepted) a) || ' ' || (SELECT sum(d) FROM unnest(declined) d) || ' ' || cardinality(alerted_at) FROM response_records"));
        Assert.Equal("0 0 1", rest); // neither a yes nor a no of his; but alerted he was
        Assert.InRange(asked, 0.05, 0.5); // ten seconds of his own silence
        Assert.Equal(0.0, await node.World.ScalarAsync<double>("SELECT sum(accepted) + sum(declined) FROM response_rates"));
        Assert.Equal(30.0, await node.World.ScalarAsync<double>("SELECT max(greatest(accept_median, decline_median)) FROM response_rates"));
    }

    [Fact]
    public async Task Repudiated_the_place_is_free_the_next_is_asked_and_both_words_stay()
    {
        await captain.PutAsync($"/api/callouts/{callout}/on-behalf", new { answer = "accept", channel = "radio", reason = "对讲机里答应" });
        await node.World.VolunteerAsync(300);
        using var next = await node.SignInAsync("v0003");
        var (status, card) = await member.PutAsync($"/api/callouts/{callout}/repudiate", new { reason = "我没有答应" });
        Assert.Equal((200, "declined"), (status, (string?)card!["state"]));
        Assert.Equal(200, (await member.PutAsync($"/api/callouts/{callout}/repudiate", new { })).Status);
        Assert.NotEqual(callout, await next.MyCalloutAsync());
        var facts = await futian.FactsAsync(incident, "CalloutRepudiated");
        Assert.Equal(0, (int)facts.Of("CalloutRepudiated").Single()["data"]!["filled"]!);
        var view = (await futian.IncidentAsync(incident))["callouts"]!.AsArray().Single(one => (Guid)one!["id"]! == callout)!;
        Assert.NotNull(view["answeredBy"]!["repudiatedAt"]);
        Assert.Equal(409, (await captain.PutAsync($"/api/callouts/{callout}/on-behalf", new { answer = "accept", channel = "radio", reason = "再答一次" })).Status);
        Assert.Contains("本人否认", (string?)(await futian.GetAsync($"/api/incidents/{incident}/explanation")).Body!["onBehalf"]![0]!["text"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_no_on_behalf_that_is_repudiated_becomes_his_yes()
    {
        await captain.PutAsync($"/api/callouts/{callout}/on-behalf", new { answer = "decline", channel = "inPerson", reason = "说在外地" });
        await member.PutAsync($"/api/callouts/{callout}/repudiate", new { });
        await futian.WhenAsync(incident, "accepted", 1); // a standby, and the place is open: called up
    }

    [Fact]
    public async Task Only_the_captain_of_the_members_team_may_and_never_against_the_members_own_word()
    {
        await node.World.VolunteerAsync(900, certificateUntil: "2021-01-01");
        using var other = await node.SignInAsync("v0003");
        var body = new { answer = "accept", channel = "phoneCall", reason = "电话" };
        Assert.Equal(404, (await other.PutAsync($"/api/callouts/{callout}/on-behalf", body)).Status);
        Assert.Equal(404, (await member.PutAsync($"/api/callouts/{callout}/on-behalf", body)).Status);
        Assert.Equal(422, (await captain.PutAsync($"/api/callouts/{callout}/on-behalf", new { answer = "accept", channel = "fax", reason = " " })).Status);
        await member.AnswerAsync(callout, "decline", "atWork");
        Assert.Equal(409, (await captain.PutAsync($"/api/callouts/{callout}/on-behalf", body)).Status);
        Assert.Equal(409, (await member.PutAsync($"/api/callouts/{callout}/repudiate", new { })).Status); // his own word
        Assert.Empty((await other.GetAsync("/api/me/teams")).Body!["teams"]!.AsArray());
    }

    [Fact]
    public async Task Of_the_members_no_and_the_captains_yes_at_once_one_is_recorded_and_the_place_is_taken_once_or_not_at_all()
    {
        var answers = await Task.WhenAll(
            captain.PutAsync($"/api/callouts/{callout}/on-behalf", new { answer = "accept", channel = "phoneCall", reason = "电话" }),
            member.AnswerAsync(callout, "decline", "atWork"));
        Assert.Contains(200, answers.Select(answer => answer.Status));
        JsonNode view = (await futian.IncidentAsync(incident))["callouts"]![0]!;
        var filled = (int)(await futian.IncidentAsync(incident))["needs"]![0]!["filled"]!;
        Assert.Equal((string?)view["state"] == "accepted" ? 1 : 0, filled);
        await History.HoldsAsync(futian, incident);
    }
}
