using Dispatch.Geo;
using Dispatch.Server.Storage;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>
/// Which incidents a raise has to look at before it asks anybody: the fewer the faster, and never one too few. The outcome is the same with too many
/// (each is planned, and what does not meet is left out), so the statement itself is asked.
/// </summary>
public sealed class RivalsTests : IAsyncLifetime
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
    public async Task Only_those_are_looked_at_that_could_ask_one_of_the_people_this_one_would_ask()
    {
        var near = await node.World.VolunteerAsync(100, duty: "off");
        var medic = await node.World.VolunteerAsync(150, "medical.nurse", duty: "off");
        var far = await node.World.VolunteerAsync(60_000, duty: "off");
        var other = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(other, "NeedExhausted");

        Assert.Equal([other], await RivalsOfAsync(near));
        Assert.Equal([other], await RivalsOfAsync(medic, near, far));
        Assert.Empty(await RivalsOfAsync(medic)); // does not hold what it wants
        Assert.Empty(await RivalsOfAsync(far)); // beyond its radius
        Assert.Empty(await RivalsOfAsync());
    }

    [Fact]
    public async Task Who_said_no_there_is_not_between_the_two()
    {
        var refusing = await node.World.VolunteerAsync(100);
        var silent = await node.World.VolunteerAsync(200, duty: "off");
        using var his = await node.SignInAsync("v0001");
        var other = await console.RaiseAsync(ApiClient.Flood());
        await his.AnswerAsync(await his.MyCalloutAsync(), "decline");
        await console.FactsAsync(other, "NeedExhausted");

        Assert.Empty(await RivalsOfAsync(refusing));
        Assert.Equal([other], await RivalsOfAsync(silent));

        await node.World.SqlAsync("UPDATE callouts SET state = 'recalled'"); // an offer taken back may be made again
        Assert.Equal([other], await RivalsOfAsync(refusing));
    }

    [Fact]
    public async Task One_that_wants_nobody_is_not_looked_at_unless_nobody_is_left_to_stand_in_for_who_is_late()
    {
        var near = await node.World.VolunteerAsync(100, duty: "off");
        var other = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(other, "NeedExhausted");
        await node.World.SqlAsync($"UPDATE needs SET filled = count WHERE incident_id = '{other}'; UPDATE incidents SET look_at = now() + interval '1 hour' WHERE id = '{other}'");

        Assert.Empty(await RivalsOfAsync(near));

        await node.World.SqlAsync($"UPDATE needs SET no_stand_ins = true WHERE incident_id = '{other}'");
        Assert.Equal([other], await RivalsOfAsync(near));

        await node.World.SqlAsync($"UPDATE incidents SET calling = false WHERE id = '{other}'"); // recalled by its operator
        Assert.Empty(await RivalsOfAsync(near));
    }

    /// <summary>As of an incident at the centre that would ask these.</summary>
    private async Task<List<Guid>> RivalsOfAsync(params Guid[] wouldAsk)
    {
        await using var command = node.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(EmbeddedSql.Read("Rivals.sql"));
        command.Parameters.Add(new() { Value = Guid.NewGuid() });
        command.Parameters.Add(new() { Value = new Position(World.Centre.Longitude, World.Centre.Latitude).ToPoint() });
        command.Parameters.Add(new() { Value = 20_000.0 });
        command.Parameters.Add(new() { Value = false });
        command.Parameters.Add(new() { Value = 8 });
        command.Parameters.Add(new() { Value = wouldAsk });
        var found = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found.Add(reader.GetGuid(0));
        }

        return found;
    }
}
