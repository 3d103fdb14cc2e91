using Dispatch.Server.Callouts;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>Many incidents that lack people and look for them again and again stand neither in each other's way nor in an operator's.</summary>
public sealed class ManyInWantTests : AidWorld
{
    private const string LuohuLends = "SELECT pg_advisory_xact_lock(hashtext('lending 440303'))";

    [Fact]
    public async Task Who_finds_nobody_to_be_lent_waits_for_no_other_lending()
    {
        await LenderAsync(400, consents: false);
        await AgreeAsync();
        await using var lending = await HeldLock.OnAsync(World, LuohuLends);

        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());

        await FutianDesk.FactsAsync(id, until: "NeedExhausted"); // decided while Luohu's lock was held by another
        await World.SqlAsync("UPDATE incidents SET look_at = now()");
        await Eventually.True(() => World.ScalarAsync<bool>("SELECT look_at > now() FROM incidents"), "it to be looked at again");
    }

    [Fact]
    public async Task However_many_are_due_a_few_are_advanced_at_a_time_and_the_others_are_free_for_orders()
    {
        await AgreeAsync();
        for (var i = 0; i < 3 * AdvanceIncident.AtOnce; i++)
        {
            await FutianDesk.RaiseAsync(ApiClient.Flood());
        }

        await Eventually.True(() => World.ScalarAsync<bool>("SELECT bool_and(look_at > now()) FROM incidents"), "all to have looked in vain");
        var leastFree = long.MaxValue;
        await using (var lending = await HeldLock.OnAsync(World, LuohuLends))
        {
            await LenderAsync(400); // now there is somebody, and all of them want him
            await World.SqlAsync("UPDATE incidents SET look_at = now() - interval '2 seconds'");
            await lending.IsWaitedForAsync(World);
            for (var i = 0; i < 30; i++)
            {
                await Task.Delay(50); // the clock and its auditor both come to them meanwhile
                leastFree = Math.Min(leastFree, await World.ScalarAsync<long>("WITH free AS (SELECT FROM incidents FOR UPDATE SKIP LOCKED) SELECT count(*) FROM free"));
            }
        }

        Assert.InRange(leastFree, 2 * AdvanceIncident.AtOnce, (3 * AdvanceIncident.AtOnce) - 1);
    }
}
