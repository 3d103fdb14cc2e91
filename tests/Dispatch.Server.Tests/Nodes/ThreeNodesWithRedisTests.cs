using Dispatch.Drills;
using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dispatch.Server.Tests.Nodes;

/// <summary>The same with Redis between them; and Redis not there at the start, killed, stalled, emptied, and back.</summary>
public sealed class ThreeNodesWithRedisTests : ThreeNodesTests
{
    private LocalRedis redis = null!;

    protected override async Task<string[]> SettingsAsync()
    {
        redis = await LocalRedis.StartAsync();
        return [$"--ConnectionStrings:Redis={redis.ConnectionString}"];
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await redis.DisposeAsync();
    }

    [Fact]
    public override async Task They_look_for_themselves_as_often_as_needed()
    {
        await PollsAfterAsync(Third, 500);

        var port = redis.Port;
        await redis.DisposeAsync();
        await PollsAfterAsync(Third, 200);
        await PollsAfterAsync(First, 200);
        await A_phone_answers_on_one_node_what_was_raised_on_another_and_a_console_on_the_third_shows_it(); // signs in meanwhile, too

        redis = await LocalRedis.StartAsync(port);
        await PollsAfterAsync(Third, 500);
        await PollsAfterAsync(First, 500);
        await HintsTravelAsync(First, Third);
    }

    [Fact]
    public async Task A_stalled_redis_counts_as_away_until_it_goes_on()
    {
        await PollsAfterAsync(Third, 500);

        redis.Signal("STOP");
        await PollsAfterAsync(Third, 200);

        redis.Signal("CONT");
        await PollsAfterAsync(Third, 500);
        await PollsAfterAsync(First, 500);
        await HintsTravelAsync(First, Third);
    }

    [Fact]
    public async Task A_redis_that_was_not_there_at_the_start_is_used_once_it_comes()
    {
        var port = redis.Port;
        await redis.DisposeAsync();
        await using var early = await TestNode.StartAsync(First.World, $"--ConnectionStrings:Redis=127.0.0.1:{port}");
        await PollsAfterAsync(early, 200);

        redis = await LocalRedis.StartAsync(port);

        await PollsAfterAsync(early, 500);
        await PollsAfterAsync(First, 500);
        await HintsTravelAsync(early, First);
        await HintsTravelAsync(First, early);
    }

    [Fact]
    public async Task An_emptied_redis_changes_nothing()
    {
        await PollsAfterAsync(First, 500);
        await PollsAfterAsync(Third, 500);
        await redis.CommandAsync("FLUSHALL");
        await HintsTravelAsync(First, Third);
    }

    /// <summary>By a channel that nobody polls: what arrives came by Redis.</summary>
    private static async Task HintsTravelAsync(TestNode from, TestNode to)
    {
        var said = Guid.NewGuid().ToString();
        var heard = "";
        var listening = to.Services.GetRequiredService<Redis>();
        listening.Hear("dispatch:moved", message => heard = message == said ? message : heard);
        await Eventually.True(
            () =>
            {
                from.Services.GetRequiredService<Redis>().Publish("dispatch:moved", said);
                return heard == said;
            },
            "a word by way of Redis");
    }
}
