using System.Diagnostics;
using Dispatch.Server.Telemetry;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Clock;

/// <summary>A node whose own clock is wrong goes by the database's.</summary>
public sealed class DatabaseClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_counts_on_from_the_surest_word_of_the_database()
    {
        var clock = new DatabaseClock();
        var start = Stopwatch.GetTimestamp();

        clock.Learn(start, Noon, start + Ticks(seconds: 0.002));
        Assert.Equal(Noon, At(clock, start), TimeSpan.FromSeconds(0.01));

        clock.Learn(start + Ticks(1), Noon.AddSeconds(1.9), start + Ticks(3)); // a slow answer, which may be true as well: nothing new
        Assert.Equal(Noon, At(clock, start), TimeSpan.FromSeconds(0.01));

        clock.Learn(start + Ticks(4), Noon.AddSeconds(4.5), start + Ticks(4.001)); // surer, or the clock was set by half a second
        Assert.Equal(Noon.AddSeconds(0.5), At(clock, start), TimeSpan.FromSeconds(0.01));

        clock.Learn(start + Ticks(5), Noon.AddHours(1), start + Ticks(7)); // slow, but it cannot be: the database's clock was set
        Assert.Equal(Noon.AddHours(1).AddSeconds(-6), At(clock, start), TimeSpan.FromSeconds(0.01));
    }

    [Fact]
    public async Task Nodes_whose_clocks_differ_by_minutes_do_not_take_each_other_for_dead()
    {
        await using var right = await TestNode.StartAsync();
        await using var behind = await TestNode.StartAsync(right.World, builder => builder.Services.AddSingleton<TimeProvider>(new Shifted(TimeSpan.FromMinutes(-3))));

        // In the timetable's table: hundreds of nanoseconds since the year one.
        Task<double> FarthestAsync() => right.World.ScalarAsync<double>(
            "SELECT coalesce(max(abs(last_checkin_time / 1e7 - 62135596800 - extract(epoch FROM clock_timestamp())))::float8, 1e9) FROM qrtz_scheduler_state");
        await Eventually.True(() => right.World.ScalarAsync<bool>("SELECT count(*) = 2 FROM qrtz_scheduler_state"), "both nodes in the timetable");
        Assert.InRange(await FarthestAsync(), 0, 60);
    }

    [Fact]
    public async Task Where_somebody_is_now_is_taken_and_dated_now_by_a_node_that_is_minutes_behind()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        await using var behind = await TestNode.StartAsync(world, builder => builder.Services.AddSingleton<TimeProvider>(new Shifted(TimeSpan.FromMinutes(-10))));
        var volunteer = await world.VolunteerAsync(100);
        using var phone = await behind.SignInAsync("v0001");

        var (status, answer) = await phone.PutAsync("/api/me/position", new { longitude = 114.055, latitude = 22.541, datum = "wgs84", accuracyMetres = 10, takenAt = TimeProvider.System.GetUtcNow() });

        Assert.True(status is 200 or 202 or 204, $"{status} {answer}");
        await Eventually.True(
            () => world.ScalarAsync<bool>($"SELECT coalesce((SELECT taken_at > now() - interval '1 minute' FROM positions WHERE volunteer_id = '{volunteer}'), false)"),
            "the position to be stored as of this moment");
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    /// <summary>What it said, or would have said, at a moment.</summary>
    private static DateTimeOffset At(DatabaseClock clock, long timestamp) => clock.GetUtcNow() - Stopwatch.GetElapsedTime(timestamp);

    private sealed class Shifted(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
