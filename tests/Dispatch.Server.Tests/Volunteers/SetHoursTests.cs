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
}
