using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dispatch.Server.Tests.Live;

/// <summary>What the lane's connections are asked while nothing happens is what an incident asks of them: another text would keep another plan ready.</summary>
public sealed class KeepReadyTests
{
    [Fact]
    public async Task What_is_kept_ready_is_what_an_incident_reads_on_its_way_to_the_phones()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        var volunteer = (await world.VolunteersAsync(1)).Single();
        await using var node = await TestNode.StartAsync(world);
        using var console = await node.SignInAsync("futian");
        var incident = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(incident, "offered", 1);

        await using var lane = new DispatchLane(world.ConnectionString + ";Maximum Pool Size=1"); // every question meets the same connection
        for (var time = 0; time < 3; time++) // the driver keeps what it has seen twice
        {
            await using var connection = await lane.Source.OpenConnectionAsync();
            await KeepReady.AskAsync(connection, CancellationToken.None);
        }

        var ready = await PreparedAsync(lane);
        Assert.Contains(ready, text => text.Contains("candidates_by_qualification_and_place", StringComparison.Ordinal));
        var quarantine = node.Services.GetRequiredService<Quarantine>();
        for (var time = 0; time < 3; time++)
        {
            Assert.Single((await new InboxReader(lane, quarantine).ReadAsync([KeyValuePair.Create(volunteer, 0L)], 100, CancellationToken.None)).Items);
            Assert.NotEmpty(await new FactReader(lane, quarantine).ReadAsync([KeyValuePair.Create(incident, 0L)], 100, CancellationToken.None));
        }

        Assert.Equal(ready, await PreparedAsync(lane));
    }

    [Fact]
    public async Task The_lane_makes_joins_in_the_order_in_which_they_are_written_and_nobody_else_does()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await using var lane = new DispatchLane(world.ConnectionString);
        await using var others = Database.Connect(world.ConnectionString);
        Assert.Equal("1", await LimitAsync(lane.Source));
        Assert.Equal("8", await LimitAsync(others));

        static async Task<object?> LimitAsync(NpgsqlDataSource source)
        {
            await using var command = source.CreateCommand("SHOW join_collapse_limit");
            return await command.ExecuteScalarAsync();
        }
    }

    private static async Task<List<string>> PreparedAsync(DispatchLane lane)
    {
        await using var command = lane.Source.CreateCommand("SELECT statement FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared_statements%' ORDER BY statement");
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
