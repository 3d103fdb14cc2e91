using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Live;

/// <summary>An incident's facts are numbered and dated under its lock.</summary>
public sealed class LockAndClockTests
{
    [Fact]
    public async Task A_fact_that_waited_for_the_lock_is_dated_after_the_wait()
    {
        await using var node = await TestNode.StartAsync();
        using var console = await node.SignInAsync("futian");
        await node.World.VolunteerAsync(100);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 1);
        using var volunteer = await node.SignInAsync("v0001");
        var callout = await volunteer.MyCalloutAsync();

        Task<(int Status, JsonNode? Card)> answer;
        DateTime released;
        await using (var held = await HeldLock.OnAsync(node.World, $"SELECT FROM incidents WHERE id = '{id}' FOR UPDATE"))
        {
            answer = volunteer.AnswerAsync(callout, "accept");
            await held.IsWaitedForAsync(node.World);
            released = await node.World.ScalarAsync<DateTime>("SELECT clock_timestamp()");
        }

        Assert.Equal(200, (await answer).Status);
        var accepted = await node.World.ScalarAsync<DateTime>($"SELECT at FROM facts WHERE incident_id = '{id}' AND kind = 'CalloutAccepted'");
        Assert.True(accepted > released, $"The answer is dated {accepted:O}, before the lock was let go at {released:O}");
        await History.HoldsAsync(console, id);
    }
}
