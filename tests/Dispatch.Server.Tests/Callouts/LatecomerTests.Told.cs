using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>Who has the offer open is told what a yes would be: a place, or standby.</summary>
public sealed partial class LatecomerTests
{
    [Fact]
    public async Task Who_has_the_offer_open_hears_at_once_when_his_yes_becomes_standby_and_when_it_is_a_place_again()
    {
        var ids = await node.World.VolunteersAsync(3);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 3);
        using var near = await node.SignInAsync("v0001");
        await using var line = await LivePhone.ConnectAsync(node, near.Token);
        using var far = await node.SignInAsync("v0003");
        await ReportAsync(far, 6);
        await Eventually.True(() => node.World.ScalarAsync<bool>($"SELECT count(*) = 1 FROM positions WHERE volunteer_id = '{ids[2]}' AND ST_Distance(location, (SELECT location FROM incidents)) > 5000"), "his fix to be stored");

        await far.AnswerAsync(await far.MyCalloutAsync(), "accept");
        Assert.True((await line.WhenAsync("yesTurned")).GetProperty("callout").GetProperty("yesIsStandby").GetBoolean());

        await console.PostAsync($"/api/incidents/{id}/needs/1", new { commandId = Guid.CreateVersion7(), count = 2, reason = "水势变大" });
        Assert.False((await line.WhenAsync("yesTurned", 2)).GetProperty("callout").TryGetProperty("yesIsStandby", out _));
        await console.PostAsync($"/api/incidents/{id}/needs/1", new { commandId = Guid.CreateVersion7(), count = 1, reason = "水退了" });
        Assert.True((await line.WhenAsync("yesTurned", 3)).GetProperty("callout").GetProperty("yesIsStandby").GetBoolean());

        await far.ProgressAsync(await far.MyCalloutAsync(), "turnedBack", "堵车");
        Assert.False((await line.WhenAsync("yesTurned", 4)).GetProperty("callout").TryGetProperty("yesIsStandby", out _));
        Assert.Equal("accepted", (string?)(await near.AnswerAsync(await near.MyCalloutAsync(), "accept")).Body!["state"]);
        Assert.Equal(8L, await node.World.ScalarAsync<long>("SELECT count(*) FROM inbox WHERE kind = 'yesTurned'")); // the two who were asked, and nobody else
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task A_place_that_a_standby_takes_at_once_is_offered_to_nobody_else()
    {
        var (id, slow, ids) = await AcceptedAloneAsync(3);
        using var first = slow;
        await ReportAsync(slow, 5);
        await console.FactsAsync(id, "CalloutOffered", 3);
        using var second = await node.SignInAsync("v0002");
        await second.AnswerAsync(await second.MyCalloutAsync(), "accept");
        await console.FactsAsync(id, "CalloutStoodBy");
        await slow.ProgressAsync(await slow.MyCalloutAsync(), "turnedBack", "堵车");

        await console.FactsAsync(id, "CalloutCalledUp");
        await console.WhenAsync(id, "recalled", 1);

        Assert.Equal(0L, await node.World.ScalarAsync<long>("SELECT count(*) FROM inbox WHERE kind = 'yesTurned'")); // their offers said standby from the beginning
    }

    [Fact]
    public async Task Where_nobody_is_late_a_yes_tells_nobody_anything()
    {
        await node.World.VolunteersAsync(4);
        var id = await console.RaiseAsync(ApiClient.Flood(2));
        await console.WhenAsync(id, "offered", 4);
        foreach (var name in new[] { "v0001", "v0002" })
        {
            using var near = await node.SignInAsync(name);
            await near.AnswerAsync(await near.MyCalloutAsync(), "accept");
        }

        await console.WhenAsync(id, "recalled", 2);
        Assert.Equal("offered 4, recalled 2", await node.World.ScalarAsync<string>("SELECT string_agg(kind || ' ' || n, ', ' ORDER BY kind) FROM (SELECT kind, count(*) AS n FROM inbox GROUP BY kind) AS k"));
    }
}
