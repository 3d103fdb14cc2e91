using Dispatch.Server.Tests.Drills;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Volunteers;

public sealed class SetHoursTests
{
    [Fact]
    public async Task Hours_decide_whether_he_may_be_called_and_a_bad_week_is_refused_whole()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteerAsync(100, duty: "byHours");
        using var phone = await node.SignInAsync("v0001");
        Assert.False((bool)(await phone.GetAsync("/api/me")).Body!["volunteer"]!["availableNow"]!);

        var always = Enumerable.Range(0, 7).SelectMany(day => new[] { new { weekday = day, from = "00:00", to = "12:00" }, new { weekday = day, from = "12:00", to = "23:59" } });
        foreach (var _ in new[] { "once", "and again" })
        {
            var (status, self) = await phone.PutAsync("/api/me/hours", new { weeklyHours = always });
            Assert.Equal(200, status);
            Assert.Equal(14, self!["weeklyHours"]!.AsArray().Count);
        }

        var minute = await node.World.ScalarAsync<string>("SELECT to_char(now() AT TIME ZONE 'Asia/Shanghai', 'HH24:MI')");
        Assert.Equal(minute != "23:59", (bool)(await phone.GetAsync("/api/me")).Body!["volunteer"]!["availableNow"]!);

        var (refused, problem) = await phone.PutAsync("/api/me/hours", new
        {
            weeklyHours = new object[]
            {
                new { weekday = 7, from = "08:00", to = "09:00" },
                new { weekday = 1, from = "8", to = "09:00" },
                new { weekday = 2, from = "22:00", to = "06:00" },
                new { weekday = 3, from = "08:00", to = "12:00" },
                new { weekday = 3, from = "11:00", to = "13:00" },
            },
        });
        Assert.Equal(422, refused);
        Assert.Equal(
            ["weeklyHours[0].weekday", "weeklyHours[1]", "weeklyHours[2]", "weeklyHours[4]"],
            problem!["errors"]!.AsArray().Select(error => (string)error!["field"]!));
        Assert.Equal(14, (await phone.GetAsync("/api/me")).Body!["volunteer"]!["weeklyHours"]!.AsArray().Count);
    }

    [Fact]
    public async Task He_says_how_he_comes_the_plan_reckons_with_it_and_his_drill_twin_comes_as_he_does()
    {
        await using var node = await TestNode.StartAsync();
        var id = await node.World.VolunteerAsync(3_000);
        await node.World.SqlAsync($"INSERT INTO response_records (volunteer_id, asked, accepted) VALUES ('{id}', '{{1000,1000,1000}}', '{{1000,1000,1000}}')"); // who comes, so that there is a time to expect him by
        using var phone = await node.SignInAsync("v0001");
        using var console = await node.SignInAsync("futian");
        Assert.Equal("undeclared", (string)(await phone.GetAsync("/api/me")).Body!["volunteer"]!["means"]!);
        Assert.Equal(200, (await console.PostAsync($"/api/volunteers/{id}/drill-phone")).Status);

        var seconds = new Dictionary<string, double>();
        foreach (var means in new[] { "car", "bicycle", "foot", "foot" }) // the last said twice: no answer came
        {
            var (status, self) = await phone.PutAsync("/api/me/means", new { means });
            Assert.Equal((200, means), (status, (string)self!["means"]!));
            seconds[means] = (double)(await console.PostAsync("/api/plans", ApiClient.Flood())).Body!["needs"]![0]!["expectedSeconds"]!;
            Assert.Equal(means, await node.World.ScalarAsync<string>($"SELECT means FROM response_records r JOIN volunteers v ON v.id = r.volunteer_id WHERE v.twin_of = '{id}'"));
        }

        Assert.InRange(seconds["foot"] - seconds["car"], 3_000 * 1.3 * ((1 / 1.4) - (1 / 6.9)) * 0.9, 3_000 * 1.3 * ((1 / 1.4) - (1 / 6.9)) * 1.1);
        Assert.InRange(seconds["bicycle"], seconds["car"], seconds["foot"]);

        // What is said on the drill phone is the twin's alone, and nobody else's is touched.
        using var drill = await node.DrillPhoneAsync(console, id);
        Assert.Equal(200, (await drill.PutAsync("/api/me/means", new { means = "car" })).Status);
        Assert.Equal("foot", (string)(await phone.GetAsync("/api/me")).Body!["volunteer"]!["means"]!);
        Assert.Equal("car,foot", await node.World.ScalarAsync<string>("SELECT string_agg(means, ',' ORDER BY means) FROM response_records WHERE means <> 'undeclared'"));

        Assert.Equal(200, (await phone.PutAsync("/api/me/means", new { means = "undeclared" })).Status); // taken back
        Assert.Equal("undeclared,undeclared", await node.World.ScalarAsync<string>("SELECT string_agg(means, ',') FROM response_records"));
        Assert.Equal(403, (await console.PutAsync("/api/me/means", new { means = "car" })).Status);
    }
}
