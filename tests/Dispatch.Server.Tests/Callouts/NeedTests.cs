using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>An incident that needs several things, or more than there is.</summary>
public sealed class NeedTests : IAsyncLifetime
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
    public async Task The_scarcer_need_chooses_first_and_one_person_fills_one_slot()
    {
        // Both hold water rescue; the nearer also dives, and nobody else does.
        var diver = await node.World.VolunteerAsync(100, "rescue.diving");
        await AlsoAsync(diver, "rescue.water");
        await node.World.VolunteerAsync(200);

        var id = await console.RaiseAsync(Needing(("rescue.water", 1), ("rescue.diving", 1)));

        var incident = await console.WhenAsync(id, "offered", 2);
        Assert.Equal(2, (int)incident["callouts"]!.AsArray().Single(callout => (Guid)callout!["volunteer"]!["id"]! == diver)!["needOrdinal"]!);
        Assert.Equal(1, (int)incident["callouts"]!.AsArray().Single(callout => (Guid)callout!["volunteer"]!["id"]! != diver)!["needOrdinal"]!);
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Who_holds_the_child_fills_a_need_for_the_parent()
    {
        await node.World.VolunteerAsync(100, "rescue.mountain");

        var id = await console.RaiseAsync(ApiClient.Flood(qualification: "rescue"));

        await console.WhenAsync(id, "offered", 1);
    }

    [Fact]
    public async Task Each_need_is_filled_and_withdrawn_by_itself()
    {
        await node.World.VolunteersAsync(3);
        await node.World.VolunteersAsync(3, firstMetresEast: 500, qualification: "order");
        var id = await console.RaiseAsync(Needing(("rescue.water", 1), ("order", 2)));
        await console.WhenAsync(id, "offered", 6);
        using var rescuer = await node.SignInAsync("v0001");
        await rescuer.AnswerAsync(await rescuer.MyCalloutAsync(), "accept");

        var incident = await console.IncidentAsync(id);

        Assert.Equal([1, 0], incident["needs"]!.AsArray().Select(need => (int)need!["filled"]!));
        Assert.Equal(2, incident["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "recalled" && (int)callout["needOrdinal"]! == 1));
        Assert.Equal(3, incident["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "offered" && (int)callout["needOrdinal"]! == 2));
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task When_nobody_is_left_to_ask_the_record_says_so_and_whoever_comes_on_duty_later_is_asked()
    {
        await node.World.VolunteerAsync(100, duty: "off");
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        var exhausted = (await console.FactsAsync(id, until: "NeedExhausted")).Of("NeedExhausted").Single()["data"]!;
        Assert.Equal((1, 0, 1), ((int)exhausted["needOrdinal"]!, (int)exhausted["filled"]!, (int)exhausted["count"]!));
        Assert.True((bool)(await console.IncidentAsync(id))["needs"]![0]!["exhausted"]!);

        Assert.Equal(200, (await volunteer.PutAsync("/api/me/duty", new { duty = "on" })).Status);
        Assert.Equal(202, (await volunteer.PutAsync("/api/me/position", Here())).Status);

        await Eventually.True(() => node.World.ScalarAsync<bool>("SELECT count(*) > 0 FROM positions"), "his position to be written");
        await node.World.SqlAsync("UPDATE incidents SET look_at = now()"); // which comes every fifteen seconds
        await console.WhenAsync(id, "offered", 1);
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Looking_again_in_vain_writes_nothing()
    {
        var id = await console.RaiseAsync(ApiClient.Flood());
        var before = (await console.FactsAsync(id, until: "NeedExhausted")).All.Count;
        for (var again = 0; again < 3; again++)
        {
            await node.World.SqlAsync("UPDATE incidents SET look_at = now()");
            await Eventually.True(() => node.World.ScalarAsync<bool>("SELECT look_at > now() FROM incidents"), "the look to have been taken");
        }

        Assert.Equal(before, (await console.FactsAsync(id)).All.Count);
        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT count(*) FROM waves"));
    }

    [Fact]
    public async Task An_incident_whose_hint_was_lost_is_found_by_the_sweep()
    {
        await node.World.VolunteerAsync(100);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 1);
        await node.World.SqlAsync("UPDATE callouts SET due_at = now() - interval '1 second'; UPDATE incidents SET look_at = NULL");

        await console.WhenAsync(id, "expired", 1);
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 12)]
    [InlineData(4, 21)]
    public async Task As_many_are_asked_as_the_rule_says(int count, int asked)
    {
        await node.World.VolunteersAsync(asked + 2);

        var id = await console.RaiseAsync(ApiClient.Flood(count));

        var incident = await console.WhenAsync(id, "offered", asked);
        Assert.Equal(asked, incident["callouts"]!.AsArray().Count);
    }

    private static object Here() => new { longitude = World.Centre.Longitude, latitude = World.Centre.Latitude, datum = "wgs84", accuracyMetres = 12, takenAt = TimeProvider.System.GetUtcNow() };

    private static object Needing(params (string Qualification, int Count)[] needs) => new
    {
        category = "flood",
        risk = "水流急",
        address = "河边",
        position = new { longitude = World.Centre.Longitude, latitude = World.Centre.Latitude, datum = "wgs84" },
        needs = needs.Select(need => new { qualification = need.Qualification, count = need.Count }),
    };

    private Task AlsoAsync(Guid volunteer, string qualification) => node.World.SqlAsync($"""
        INSERT INTO certificates (id, volunteer_id, qualification_id, number, issuer, valid_from) SELECT gen_random_uuid(), '{volunteer}', id, 'X', '发证机构', '2020-01-01' FROM qualifications WHERE key = '{qualification}';
        SELECT refresh_candidates(ARRAY['{volunteer}']::uuid[], now() - interval '15 minutes');
        """);
}
