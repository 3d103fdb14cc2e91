using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Volunteers;

/// <summary>Who stands on an operator's map.</summary>
public sealed class RespondersTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient futian = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        futian = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        futian.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task Those_of_the_region_who_could_be_called_now_and_have_a_place()
    {
        var on = await node.World.VolunteerAsync(137);
        await node.World.SqlAsync($"""
            INSERT INTO certificates (id, volunteer_id, qualification_id, number, issuer, valid_from)
            SELECT gen_random_uuid(), '{on}', id, 'second', '发证机构', '2020-01-01' FROM qualifications WHERE key = 'medical.nurse';
            SELECT refresh_candidates(ARRAY['{on}']::uuid[], now() - interval '15 minutes')
            """);
        var always = await node.World.VolunteerAsync(200, duty: "byHours", locatedBy: "address");
        await node.World.SqlAsync($"INSERT INTO weekly_hours (volunteer_id, weekday, from_time, to_time) SELECT '{always}', day, '00:00', '24:00' FROM generate_series(0, 6) AS day");
        await node.World.VolunteerAsync(300, duty: "byHours"); // has named no hours
        await node.World.VolunteerAsync(400, duty: "off");
        await node.World.VolunteerAsync(500, locationConsent: false, locatedBy: "nothing");
        await node.World.VolunteerAsync(600, home: "440303001");

        var shown = await ShownAsync();

        Assert.Equal(new[] { on, always }.Order(), shown.Keys.Order());
        Assert.Equal(("fix", "address"), ((string)shown[on]["locatedBy"]!, (string)shown[always]["locatedBy"]!));
        Assert.Contains("medical.nurse", shown[on]["qualifications"]!.AsArray().Select(key => (string)key!));
        Assert.Contains("rescue.water", shown[on]["qualifications"]!.AsArray().Select(key => (string)key!));
        Assert.All(new[] { "longitude", "latitude" }, side => Assert.Equal(0, Math.IEEERemainder((double)shown[on][side]!, 0.002), 6)); // about 200 m
    }

    [Fact]
    public async Task Who_said_yes_is_shown_where_he_is_also_when_he_has_gone_off_duty_since()
    {
        var person = await node.World.VolunteerAsync(137);
        using var phone = await node.SignInAsync("v0001");
        var id = await futian.RaiseAsync(ApiClient.Flood());
        await futian.WhenAsync(id, "offered", 1);
        var offered = (await ShownAsync())[person];
        Assert.Equal(("offered", false), ((string)offered["engaged"]!, (bool)offered["availableNow"]!));

        await phone.AnswerAsync(await phone.MyCalloutAsync(), "accept");
        await node.World.SqlAsync($"UPDATE volunteers SET duty = 'off' WHERE id = '{person}'");

        var coming = (await ShownAsync())[person];
        Assert.Equal("accepted", (string)coming["engaged"]!);
        Assert.NotEqual(0, Math.IEEERemainder((double)coming["longitude"]!, 0.002), 6);
    }

    private async Task<Dictionary<Guid, JsonNode>> ShownAsync() =>
        (await futian.GetAsync("/api/responders")).Body!.AsArray().ToDictionary(one => (Guid)one!["volunteerId"]!, one => one!);
}
