using System.Text.Json;
using Dispatch.Server.Clock;
using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dispatch.Server.Tests.Live;

/// <summary>A cursor that cannot be continued from is reset with a snapshot, and said so: too old, from another epoch, or ahead of a restored server.</summary>
public sealed class ResetTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient console = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        console = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        console.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task A_phone_within_what_is_kept_is_told_everything_and_one_beyond_it_is_reset_with_its_open_call_outs()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        await OfferAndCloseAsync(rounds: 2); // items 1 to 4
        await node.World.SqlAsync("UPDATE inbox SET at = now() - interval '8 days' WHERE number <= 3");
        var open = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(open, "offered", 1); // item 5

        await PruneAsync();
        Assert.Equal((3L, 2L), (await node.World.ScalarAsync<long>("SELECT pruned FROM inbox_heads"), await node.World.ScalarAsync<long>("SELECT count(*) FROM inbox")));

        await using var near = await LivePhone.ConnectAsync(node, volunteer.Token, cursor: 3);
        await near.WhenAsync("offered");
        Assert.Equal([4, 5], near.Numbers);
        Assert.False(near.Watching.TryGetProperty("reset", out _));

        await using var far = await LivePhone.ConnectAsync(node, volunteer.Token, cursor: 2);
        var reset = far.Watching.GetProperty("reset");
        Assert.Equal(("retention", 5L), (reset.GetProperty("reason").GetString(), reset.GetProperty("cursor").GetInt64()));
        Assert.Contains(reset.GetProperty("callouts").EnumerateArray(), card => card.GetProperty("state").GetString() == "offered");
        await console.OrderAsync($"/api/incidents/{open}/close");
        await far.WhenAsync("recalled");
        Assert.Equal([6], far.Numbers);
    }

    [Fact]
    public async Task An_item_is_kept_for_a_week_whether_or_not_it_was_delivered_and_never_longer_items_before_a_kept_one()
    {
        await node.World.VolunteerAsync(100);
        await OfferAndCloseAsync(rounds: 2);
        await node.World.SqlAsync("UPDATE inbox SET at = CASE number WHEN 2 THEN now() - interval '167 hours' ELSE now() - interval '8 days' END");

        await PruneAsync();

        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT pruned FROM inbox_heads"));
        Assert.Equal(2, await node.World.ScalarAsync<long>("SELECT min(number) FROM inbox"));
        await node.World.SqlAsync("UPDATE inbox SET at = now() - interval '8 days'");
        await PruneAsync();
        await PruneAsync(); // and there is an end to it
        Assert.Equal((4L, 0L), (await node.World.ScalarAsync<long>("SELECT pruned FROM inbox_heads"), await node.World.ScalarAsync<long>("SELECT count(*) FROM inbox")));
    }

    [Fact]
    public async Task A_restored_database_cuts_everybody_and_nothing_is_sent_under_the_old_numbers()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        await OfferAndCloseAsync(rounds: 3); // items 1 to 6
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token, cursor: 6, receipts: false);
        await using var screen = await LiveConsole.WatchAsync(node, console.Token, null);
        var epoch = phone.Watching.GetProperty("epoch").GetGuid();

        await RestoreAsync();

        await phone.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        await screen.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        await using var back = await LivePhone.ConnectAsync(node, volunteer.Token, new { number = 6, epoch }, receipts: false);
        var reset = back.Watching.GetProperty("reset");
        Assert.Equal(("epoch", 2L), (reset.GetProperty("reason").GetString(), reset.GetProperty("cursor").GetInt64()));
        Assert.NotEqual(epoch, back.Watching.GetProperty("epoch").GetGuid());

        // Numbers 3 and 4 are given a second time: to what really happens now.
        await OfferAndCloseAsync(rounds: 1);
        await back.WhenAsync("recalled");
        Assert.Equal([3, 4], back.Numbers);
    }

    [Fact]
    public async Task A_phone_that_knows_no_epoch_and_is_ahead_is_reset_too()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        await OfferAndCloseAsync(rounds: 1);

        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token, cursor: 50);

        Assert.Equal("ahead", phone.Watching.GetProperty("reset").GetProperty("reason").GetString());
        await OfferAndCloseAsync(rounds: 1);
        await phone.WhenAsync("recalled");
        Assert.Equal([3, 4], phone.Numbers);
    }

    [Fact]
    public async Task A_receipt_from_before_a_restore_delivers_nothing_that_came_after_it()
    {
        await node.World.VolunteerAsync(100);
        var volunteer = await node.World.ScalarAsync<Guid>("SELECT id FROM volunteers");
        await OfferAndCloseAsync(rounds: 2);
        await node.Services.GetRequiredService<SendReview>().RunAsync(default); // what this node knew when the receipt came
        await RestoreAsync();
        node.Services.GetRequiredService<Receipts>().Delivered(volunteer, 4);
        await OfferAndCloseAsync(rounds: 1); // items 3 and 4 of the new epoch

        var id = await console.RaiseAsync(ApiClient.Flood()); // a receipt of the present, written after the other was judged
        await console.WhenAsync(id, "offered", 1);
        await Eventually.True(
            async () =>
            {
                node.Services.GetRequiredService<Receipts>().Delivered(volunteer, 2);
                return await node.World.ScalarAsync<long>("SELECT delivered FROM inbox_heads") == 2;
            },
            "the receipt of the present");
    }

    [Fact]
    public async Task The_picture_that_a_phone_polls_and_every_sign_of_life_name_the_epoch()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        await using var screen = await LiveConsole.WatchAsync(node, console.Token, null);
        var epoch = await node.World.ScalarAsync<Guid>("SELECT epoch FROM deployment");

        Assert.Equal(epoch, (Guid)(await volunteer.GetAsync("/api/callouts/mine")).Body!["epoch"]!);
        foreach (LiveClient client in new LiveClient[] { phone, screen })
        {
            await Eventually.True(() => client.Current is { } current && current.GetProperty("epoch").GetGuid() == epoch, "a sign of life that names the epoch");
        }
    }

    private async Task OfferAndCloseAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var id = await console.RaiseAsync(ApiClient.Flood());
            await console.WhenAsync(id, "offered", 1);
            await console.OrderAsync($"/api/incidents/{id}/close");
        }
    }

    private Task PruneAsync() => new ForgetDelivered(node.Services.GetRequiredService<NpgsqlDataSource>()).RunAsync(CancellationToken.None);

    /// <summary>As after a restore from a backup taken when the inbox held two items.</summary>
    private Task RestoreAsync() => node.World.SqlAsync("""
        BEGIN;
        DELETE FROM inbox WHERE number > 2;
        UPDATE inbox_heads SET last_number = 2, delivered = least(delivered, 0);
        SELECT begin_epoch();
        COMMIT;
        """);
}
