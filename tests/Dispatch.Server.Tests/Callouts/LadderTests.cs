using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>How far the tree is opened: the ring the category begins with, ring by ring up to the district, and never beyond.</summary>
public sealed class LadderTests : IAsyncLifetime
{
    private const string OtherCommunity = "440304001002", OtherStreet = "440304004", NextDistrict = "440303001";

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
    public async Task Where_no_life_is_at_stake_the_community_is_asked_first_though_others_are_nearer()
    {
        await AtHomeAsync("440304001001", 7, from: 500);
        await AtHomeAsync(OtherCommunity, 3, from: 50);

        var incident = await console.WhenAsync(await RaiseAsync("convenienceService"), "offered", 7);

        Assert.Equal(7, incident["callouts"]!.AsArray().Count);
        Assert.All(incident["callouts"]!.AsArray(), callout => Assert.Equal(1, (int)callout!["ring"]!));
        Assert.All(incident["callouts"]!.AsArray(), callout => Assert.InRange((double)callout!["distanceMetres"]!, 499, 1000));
        Assert.Equal(["440304001001"], await RingsAsync(incident));
    }

    [Fact]
    public async Task What_the_inner_ring_lacks_the_next_ones_give_in_the_same_wave()
    {
        await AtHomeAsync("440304001001", 2, from: 500);
        await AtHomeAsync(OtherCommunity, 2, from: 50);
        await AtHomeAsync(OtherStreet, 5, from: 100);

        var incident = await console.WhenAsync(await RaiseAsync("convenienceService"), "offered", 7);

        Assert.Equal([1, 1, 2, 2, 3, 3, 3], incident["callouts"]!.AsArray().Select(callout => (int)callout!["ring"]!));
        Assert.All(incident["callouts"]!.AsArray(), callout => Assert.Equal(1, (int)callout!["wave"]!));
        Assert.Equal(["440304001001", "440304001", "440304"], await RingsAsync(incident));
    }

    [Fact]
    public async Task An_order_to_escalate_opens_one_ring_after_the_other()
    {
        await AtHomeAsync("440304001001", 7, from: 500);
        await AtHomeAsync(OtherCommunity, 7, from: 50);
        await AtHomeAsync(OtherStreet, 7, from: 100);
        var id = await RaiseAsync("convenienceService");
        await console.WhenAsync(id, "offered", 7);

        var second = await console.OrderAsync($"/api/incidents/{id}/escalate");
        var third = await console.OrderAsync($"/api/incidents/{id}/escalate");

        Assert.Equal((2, 14), ((int)second["needs"]![0]!["ring"]!, second["callouts"]!.AsArray().Count));
        Assert.Equal((3, 21), ((int)third["needs"]![0]!["ring"]!, third["callouts"]!.AsArray().Count));
        Assert.Equal(["440304001001", "440304001", "440304"], await RingsAsync(third));
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Where_life_is_at_stake_the_nearest_of_the_whole_district_are_asked_at_once()
    {
        await AtHomeAsync("440304001001", 7, from: 500, qualification: "rescue.emergencyMedical");
        await AtHomeAsync(OtherStreet, 3, from: 50, qualification: "rescue.emergencyMedical");

        var incident = await console.WhenAsync(await RaiseAsync("cardiacArrest", "rescue.emergencyMedical"), "offered", 7);

        Assert.Equal([50, 100, 150], incident["callouts"]!.AsArray().Take(3).Select(callout => (int)Math.Round((double)callout!["distanceMetres"]!)));
        Assert.Equal(["440304"], await RingsAsync(incident));
    }

    [Theory]
    [InlineData("convenienceService", "convenience")]
    [InlineData("cardiacArrest", "rescue.emergencyMedical")]
    public async Task Nobody_of_the_next_district_is_ever_asked_or_even_considered(string category, string qualification)
    {
        await AtHomeAsync(NextDistrict, 5, from: 10, qualification: qualification);
        var id = await RaiseAsync(category, qualification);
        await console.FactsAsync(id, until: "NeedExhausted");
        for (var again = 0; again < 3; again++)
        {
            await console.OrderAsync($"/api/incidents/{id}/escalate");
        }

        var incident = await console.IncidentAsync(id);
        Assert.Empty(incident["callouts"]!.AsArray());
        var (_, explanation) = await console.GetAsync($"/api/incidents/{id}/explanation");
        Assert.All(explanation!["waves"]!.AsArray(), wave => Assert.Empty(wave!["lines"]!.AsArray()));
        Assert.DoesNotContain((await console.FactsAsync(id)).Of("RingOpened"), fact => (string?)fact["data"]!["regionCode"] is not { } code || !code.StartsWith("440304", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Beyond_the_categorys_radius_nobody_is_asked()
    {
        await AtHomeAsync(OtherStreet, 1, from: 2900, qualification: "rescue.emergencyMedical");
        await AtHomeAsync(OtherStreet, 1, from: 3100, qualification: "rescue.emergencyMedical");

        var id = await RaiseAsync("cardiacArrest", "rescue.emergencyMedical");

        var incident = await console.WhenAsync(id, "offered", 1);
        Assert.Equal(2900, (double)incident["callouts"]!.AsArray().Single()!["distanceMetres"]!, 1.0);
    }

    private Task<Guid> RaiseAsync(string category, string qualification = "convenience") => console.RaiseAsync(ApiClient.Flood(qualification: qualification, category: category));

    private async Task<IEnumerable<string>> RingsAsync(JsonNode incident) =>
        (await console.FactsAsync((Guid)incident["id"]!)).Of("RingOpened").Select(fact => (string)fact["data"]!["regionCode"]!);

    private async Task AtHomeAsync(string region, int howMany, double from, string qualification = "convenience")
    {
        for (var i = 0; i < howMany; i++)
        {
            await node.World.VolunteerAsync(from + (50 * i), qualification, home: region);
        }
    }
}
