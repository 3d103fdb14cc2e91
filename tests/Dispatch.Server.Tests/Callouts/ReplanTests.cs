using Dispatch.Drills.Gateway;
using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>
/// A plan is made again when something is heard that may change it: a receipt, a channel's failure, a move. In every test the next look by the clock
/// is put an hour away first, so that nothing else can have made it.
/// </summary>
public sealed class ReplanTests : IAsyncLifetime
{
    private FakeGateway gateway = null!;
    private TestNode node = null!;
    private ApiClient console = null!;

    public async Task InitializeAsync()
    {
        gateway = await FakeGateway.StartAsync();
        node = await TestNode.StartAsync(gateway.Settings());
        console = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        console.Dispose();
        await node.DisposeAsync();
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_receipt_that_lets_a_failing_plan_hold_says_so_at_once()
    {
        await SetRateAsync(await node.World.VolunteerAsync(100), 0.87); // alone 87 % of the 90 % wanted; of a phone that was reached 97 %
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(id, "NeedExhausted");
        await NoLookByTheClockAsync();

        await volunteer.PutAsync($"/api/callouts/{await volunteer.MyCalloutAsync()}/seen");

        await Eventually.True(async () => !(bool)(await console.IncidentAsync(id))["needs"]![0]!["exhausted"]!, "the need to be no longer exhausted");
        var wave = (await console.FactsAsync(id, "WaveSent", 2)).Of("WaveSent").Last();
        Assert.Equal((0, false), ((int)wave["data"]!["needs"]![0]!["asked"]!, (bool)wave["data"]!["needs"]![0]!["exhausted"]!)); // consoles hear it
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task A_receipt_in_a_plan_that_holds_makes_no_work()
    {
        await SetRateAsync(await node.World.VolunteerAsync(100), 0.95);
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 1);
        await NoLookByTheClockAsync();

        await volunteer.PutAsync($"/api/callouts/{await volunteer.MyCalloutAsync()}/seen");
        await console.FactsAsync(id, "CalloutSeen");

        Assert.True(await node.World.ScalarAsync<bool>($"SELECT look_at > now() + interval '50 minutes' FROM incidents WHERE id = '{id}'"));
    }

    [Fact]
    public async Task One_whom_no_channel_reaches_is_replaced_at_once()
    {
        var ids = await Numbers.VolunteersAsync(node, 2);
        await SetRateAsync(ids[0], 0.95);
        gateway.Next(400); // the gateway refuses the number
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 1);
        await NoLookByTheClockAsync();

        var facts = await console.FactsAsync(id, "CalloutOffered", 2);

        Assert.Contains("CalloutChannelFailed", facts.Kinds());
        Assert.Equal(ids[1], (Guid)facts.Of("CalloutOffered").Last()["data"]!["callout"]!["volunteer"]!["id"]!);
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task One_who_moves_out_of_reach_while_he_is_silent_is_made_up_for()
    {
        await node.World.SqlAsync("UPDATE categories SET arrive_within = '20 minutes' WHERE key = 'flood'");
        var ids = await node.World.VolunteersAsync(2);
        await SetRateAsync(ids[0], 0.97);
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 1);
        await NoLookByTheClockAsync();

        await ReportAsync(volunteer, World.Centre.Longitude + 0.08); // 8 km

        var facts = await console.FactsAsync(id, "CalloutOffered", 2);
        Assert.Equal(ids[1], (Guid)facts.Of("CalloutOffered").Last()["data"]!["callout"]!["volunteer"]!["id"]!);
        var asked = (await console.IncidentAsync(id))["callouts"]!.AsArray().Single(callout => (Guid)callout!["volunteer"]!["id"]! == ids[0])!;
        Assert.InRange((double)asked["distanceMetres"]!, 95, 105); // the record keeps how far he was when he was asked
    }

    [Fact]
    public async Task One_who_comes_within_reach_of_an_incident_with_nobody_left_is_asked_at_once()
    {
        await node.World.SqlAsync("UPDATE categories SET radius_metres = 3000 WHERE key = 'flood'");
        await node.World.VolunteerAsync(9_000);
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(id, "NeedExhausted");
        await NoLookByTheClockAsync();

        await ReportAsync(volunteer, World.Centre.Longitude + 0.01);

        await console.WhenAsync(id, "offered", 1);
    }

    [Theory]
    [InlineData(100, 350, false)]
    [InlineData(100, 401, true)]
    [InlineData(4000, 4900, false)]
    [InlineData(4000, 5001, true)]
    [InlineData(4000, 2900, true)]
    public void A_move_matters_from_three_hundred_metres_and_a_quarter_of_the_way(double before, double now, bool matters) =>
        Assert.Equal(matters, MovesThatMatter.Matters(before, now));

    private Task NoLookByTheClockAsync() => node.World.SqlAsync("UPDATE incidents SET look_at = now() + interval '1 hour'");

    private static async Task ReportAsync(ApiClient volunteer, double longitude)
    {
        var (status, answer) = await volunteer.PutAsync("/api/me/position", new { longitude, latitude = World.Centre.Latitude, datum = "wgs84", accuracyMetres = 10, takenAt = TimeProvider.System.GetUtcNow() });
        Assert.True(status is 200 or 202 or 204, $"{status} {answer}");
    }

    private Task SetRateAsync(Guid volunteer, double rate)
    {
        var accepted = (rate * 1008) - 2.4; // (8 x 0.3 + accepted) / (8 + 1000)
        return node.World.SqlAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $$"""INSERT INTO response_records (volunteer_id, asked, accepted) VALUES ('{{volunteer}}', '{1000,1000,1000}', '{{{accepted}},{{accepted}},{{accepted}}}')"""));
    }
}
