using Dispatch.Server.Imports;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Imports;

/// <summary>A disk that is nearly full has room for incidents and none for imports.</summary>
public sealed class RoomForImportsTests
{
    [Fact]
    public async Task Imports_are_refused_with_the_reason_while_incidents_go_on_and_are_taken_again_when_there_is_room()
    {
        var free = 999_999L;
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        await world.VolunteerAsync(100);
        await using var node = await TestNode.StartAsync(world, builder => builder.Services.AddSingleton<DiskReading>(() => (free, 10_000_000)), "--Disk:RefuseImportsBelow=1000000");
        using var console = await node.SignInAsync("futian");
        using var volunteer = await node.SignInAsync("v0001");

        foreach (var import in new[] { "/api/volunteers/import?dryRun=true", "/api/teams/import", "/api/regions/import?datum=wgs84&boundaryKind=official" })
        {
            var (status, problem) = await console.PostAsync(import, "{}");
            Assert.Equal((507, "https://dispatch.invalid/problems/diskNearlyFull"), (status, (string?)problem!["type"]));
        }

        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 1);
        Assert.Equal(200, (await volunteer.AnswerAsync(await volunteer.MyCalloutAsync(), "accept")).Status);

        free = 1_000_000;
        Assert.NotEqual(507, (await console.PostAsync("/api/teams/import", "{}")).Status);
    }
}
