using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Setup;

/// <summary>A node that rehearses before it listens leaves nothing behind and takes nobody's place.</summary>
public sealed class RehearsalTests
{
    [Fact]
    public async Task A_rehearsal_goes_all_the_way_to_the_call_outs_and_leaves_no_trace()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        await world.VolunteersAsync(8);

        await using var node = await TestNode.StartAsync(world, "--Rehearse=true");

        await Eventually.True(
            async () => await world.ScalarAsync<long>("SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'callouts'") > 0,
            "the database to have counted the call-outs that were rolled back");
        foreach (var table in new[] { "incidents", "needs", "waves", "callouts", "facts", "inbox", "inbox_heads", "quarantine" })
        {
            Assert.Equal(0, await world.ScalarAsync<long>($"SELECT count(*) FROM {table}"));
        }

        using var console = await node.SignInAsync("futian");
        var id = await console.RaiseAsync(ApiClient.Flood());
        var incident = await console.WhenAsync(id, "offered", 7);
        Assert.Equal(1, (int)incident["callouts"]![0]!["wave"]!);
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task An_empty_installation_has_nothing_to_rehearse_and_starts()
    {
        await using var node = await TestNode.StartAsync(new World(await Cluster.NewDatabaseAsync()), "--Rehearse=true");
        using var stranger = node.Stranger();

        Assert.Equal(401, (await stranger.GetAsync("/api/me")).Status);
    }
}
