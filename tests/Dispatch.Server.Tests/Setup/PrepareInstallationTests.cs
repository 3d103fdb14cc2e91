using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Regions;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Setup;

public sealed class PrepareInstallationTests
{
    [Fact]
    public async Task An_empty_system_gets_its_regions_and_a_first_operator_and_a_second_start_changes_nothing()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        var file = await FileAsync(ImportRegionsTests.Region("44", 1, null, 114.0, 114.1, "省"), ImportRegionsTests.Region("440304", 3, "44", 114.0, 114.1, "区"));
        string[] settings =
        [
            $"--Setup:Regions={file}", "--Setup:Datum=gcj02", "--Setup:BoundaryKind=official",
            "--Setup:Operator=First", $"--Setup:OperatorPassword={World.Password}", "--Setup:OperatorRegion=440304",
        ];
        for (var start = 1; start <= 2; start++)
        {
            await using var node = await TestNode.StartAsync(world, settings);
            using var first = await node.SignInAsync("first");
            Assert.Equal("44.440304", (string)(await first.GetAsync("/api/me")).Body!["region"]!["path"]!);
        }

        Assert.Equal(1, await world.ScalarAsync<long>("SELECT count(*) FROM accounts"));
        File.Delete(file);
    }

    [Fact]
    public async Task A_faulty_file_or_setting_stops_the_start_with_the_reasons()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        var file = await FileAsync(ImportRegionsTests.Region("440304", 3, "44", 114.0, 114.1, "区"));
        Assert.Contains("no parent 44", await FailureAsync(world, $"--Setup:Regions={file}", "--Setup:Datum=wgs84", "--Setup:BoundaryKind=official"), StringComparison.Ordinal);
        Assert.Contains("Setup:Datum", await FailureAsync(world, $"--Setup:Regions={file}", "--Setup:BoundaryKind=official"), StringComparison.Ordinal);
        Assert.Contains("12 characters", await FailureAsync(world, "--Setup:Operator=first", "--Setup:OperatorPassword=short", "--Setup:OperatorRegion=44"), StringComparison.Ordinal);
        Assert.Equal(0, await world.ScalarAsync<long>("SELECT count(*) FROM regions"));
        File.Delete(file);
    }

    private static async Task<string> FailureAsync(World world, params string[] settings) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => TestNode.StartAsync(world, settings))).Message;

    private static async Task<string> FileAsync(params JsonObject[] features)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, new JsonObject { ["type"] = "FeatureCollection", ["features"] = new JsonArray([.. features]) }.ToJsonString());
        return file;
    }
}
