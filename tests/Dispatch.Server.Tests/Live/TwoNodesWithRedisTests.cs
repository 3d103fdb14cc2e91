using Dispatch.Drills;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Live;

/// <summary>The same with Redis between the nodes, and what happens when it is not there.</summary>
public sealed class TwoNodesWithRedisTests : TwoNodesTests
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
    public async Task When_redis_dies_and_comes_back_nothing_is_lost_and_nobody_has_to_wait_for_it()
    {
        await One.World.VolunteerAsync(100);
        using var volunteer = await One.SignInAsync("v0001");
        using var operatorOf = await Other.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(One, volunteer.Token);
        await using var console = await LiveConsole.WatchAsync(Other, operatorOf.Token, null);
        await RaiseAndCloseAsync(operatorOf, phone, console, round: 1);

        var port = redis.Port;
        await redis.DisposeAsync();
        await RaiseAndCloseAsync(operatorOf, phone, console, round: 2);

        redis = await LocalRedis.StartAsync(port);
        await RaiseAndCloseAsync(operatorOf, phone, console, round: 3);
        Assert.Equal([1, 2, 3, 4, 5, 6], phone.Numbers);
        Assert.Equal(0, console.Gaps);
    }

    [Fact]
    public async Task A_node_starts_and_works_while_redis_is_down()
    {
        await One.World.VolunteerAsync(100);
        await using var late = await TestNode.StartAsync(One.World, "--ConnectionStrings:Redis=127.0.0.1:1"); // nobody listens there
        using var volunteer = await late.SignInAsync("v0001");
        using var operatorOf = await One.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(late, volunteer.Token);

        await operatorOf.RaiseAsync(ApiClient.Flood());

        await phone.WhenAsync("offered");
    }

    private static async Task RaiseAndCloseAsync(ApiClient operatorOf, LivePhone phone, LiveConsole console, int round)
    {
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await phone.WhenAsync("offered", round);
        await operatorOf.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid() });
        await phone.WhenAsync("recalled", round);
        await console.HearsAsync(id, "IncidentClosed");
    }
}
