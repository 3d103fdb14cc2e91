using Dispatch.Server.Tests.Musters;
using Dispatch.Server.Tests.Support;
using Xunit;

namespace Dispatch.Server.Tests.Teams;

public sealed class LiaisonTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient futian = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        await node.World.SqlAsync("UPDATE categories SET answer_within = '2 seconds' WHERE key = 'flood'");
        futian = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        futian.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task A_silent_wave_becomes_a_task_of_the_liaison_and_an_unanswered_one_goes_to_the_station()
    {
        var people = await node.World.VolunteersAsync(2);
        var liaison = await node.World.VolunteerAsync(150, certificateUntil: "2021-01-01");
        await node.World.TeamAsync("水上救援队", people, liaison: liaison);
        using var phone = await node.SignInAsync("v0003");
        await using var live = await LivePhone.ConnectAsync(node, phone.Token);
        var incident = await futian.RaiseAsync(ApiClient.Flood());

        var facts = await futian.FactsAsync(incident, "LiaisonAsked");
        Assert.Single(facts.Of("LiaisonAsked"));
        await live.WhenAsync("liaisonTask");
        var task = (await phone.GetAsync("/api/me/teams")).Body!["tasks"]![0]!;
        Assert.Equal(("open", "水上救援队", 2), ((string?)task["state"], (string?)task["team"]!["name"], task["silentPeople"]!.AsArray().Count));
        Assert.Equal(120, (DateTimeOffset.Parse((string)task["dueAt"]!, null) - DateTimeOffset.Parse((string)task["createdAt"]!, null)).TotalSeconds, 0.01);

        await node.World.SqlAsync("UPDATE liaison_tasks SET due_at = now() - interval '1 second'");
        await futian.FactsAsync(incident, "LiaisonEscalated");
        var station = (await futian.GetAsync("/api/liaison-tasks")).Body!["all"]![0]!;
        Assert.Equal(("escalated", "一街道"), ((string?)station["state"], (string?)station["station"]));
        var id = (Guid)station["id"]!;
        using var luohu = await node.SignInAsync("luohu");
        Assert.Equal(404, (await luohu.PostAsync($"/api/liaison-tasks/{id}/answer", new { outcome = "reached" })).Status);
        Assert.Equal(200, (await futian.PostAsync($"/api/liaison-tasks/{id}/answer", new { outcome = "unreachable", note = "手机均关机" })).Status);
        Assert.Equal(200, (await futian.PostAsync($"/api/liaison-tasks/{id}/answer", new { outcome = "unreachable" })).Status); // the same again
        Assert.Equal(409, (await phone.PutAsync($"/api/me/tasks/{id}/answer", new { outcome = "reached" })).Status);
        Assert.Single((await futian.FactsAsync(incident, "LiaisonAnswered")).Of("LiaisonAnswered"));
    }

    [Fact]
    public async Task A_wave_of_which_one_answered_is_not_silent()
    {
        var people = await node.World.VolunteersAsync(2);
        await node.World.TeamAsync("水上救援队", people);
        using var answers = await node.SignInAsync("v0001");
        var incident = await futian.RaiseAsync(ApiClient.Flood());
        await answers.AnswerAsync(await answers.MyCalloutAsync(), "decline", "atWork");
        await futian.WhenAsync(incident, "expired", 1);
        await Eventually.True(() => node.World.ScalarAsync<bool>("SELECT bool_and(liaison_looked_at IS NOT NULL) FROM waves WHERE number = 1"), "the wave to be looked at");
        Assert.Equal(0L, await node.World.ScalarAsync<long>("SELECT count(*) FROM liaison_tasks"));
    }

    [Fact]
    public async Task A_team_without_a_liaison_goes_to_the_station_at_once_and_a_closed_incident_ends_its_tasks()
    {
        var people = await node.World.VolunteersAsync(1);
        await node.World.TeamAsync("无联络员队", people);
        var incident = await futian.RaiseAsync(ApiClient.Flood());
        await futian.FactsAsync(incident, "LiaisonEscalated");
        await futian.OrderAsync($"/api/incidents/{incident}/close", "处置完毕");
        await Eventually.True(async () => (await futian.GetAsync("/api/liaison-tasks")).Body!["all"]!.AsArray().Count == 0, "the task to end with its incident");
        Assert.Equal("ended", await node.World.ScalarAsync<string>("SELECT state FROM liaison_tasks"));
    }

    [Fact]
    public async Task Two_nodes_make_one_task_of_one_silent_wave()
    {
        await using var other = await TestNode.StartAsync(node.World);
        var people = await node.World.VolunteersAsync(1);
        var liaison = await node.World.VolunteerAsync(150, certificateUntil: "2021-01-01");
        await node.World.TeamAsync("水上救援队", people, liaison: liaison);
        var incident = await futian.RaiseAsync(ApiClient.Flood());
        await futian.FactsAsync(incident, "LiaisonAsked");
        Assert.Single((await futian.FactsAsync(incident, "LiaisonAsked")).Of("LiaisonAsked"));
        Assert.Equal(1L, await node.World.ScalarAsync<long>("SELECT count(*) FROM inbox WHERE task_id IS NOT NULL"));
    }
}
