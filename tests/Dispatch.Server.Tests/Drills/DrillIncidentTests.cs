using Dispatch.Drills.Gateway;
using Dispatch.Server.Channels;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Xunit;

namespace Dispatch.Server.Tests.Drills;

/// <summary>A drill is the real code over people of its own: it reaches drill phones, says so everywhere, and counts nowhere.</summary>
public sealed class DrillIncidentTests : IAsyncLifetime
{
    private FakeGateway real = null!, drills = null!;
    private TestNode node = null!;
    private ApiClient futian = null!;

    public async Task InitializeAsync()
    {
        real = await FakeGateway.StartAsync();
        drills = await FakeGateway.StartAsync();
        var url = drills.Settings().Single(setting => setting.Contains("Sms:Url", StringComparison.Ordinal)).Split('=', 2)[1];
        node = await TestNode.StartAsync([.. real.Settings($"--Channels:Sms:Secret={new string('r', 40)}"), $"--Channels:Drill:Sms:Url={url}", $"--Channels:Drill:Sms:Secret={FakeGateway.Secret}"]);
        futian = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        futian.Dispose();
        await node.DisposeAsync();
        await drills.DisposeAsync();
        await real.DisposeAsync();
    }

    [Fact]
    public async Task A_drill_asks_drill_phones_alone_and_says_so_in_view_record_explanation_and_card()
    {
        var person = await node.World.VolunteerAsync(100);
        await node.World.SqlAsync($"INSERT INTO response_records (volunteer_id, means) VALUES ('{person}', 'car')");
        using var realPhone = await node.SignInAsync("v0001");
        using var drillPhone = await DrillPhoneAsync(person);
        Assert.Equal("car", await node.World.ScalarAsync<string>($"SELECT means FROM response_records WHERE volunteer_id <> '{person}'")); // the twin comes as he does
        Assert.True((bool)(await drillPhone.GetAsync("/api/me")).Body!["volunteer"]!["drill"]!);

        var id = await RaiseAsync(drill: true);
        var callout = (await futian.WhenAsync(id, "offered", 1))["callouts"]!.AsArray().Single()!;
        Assert.NotEqual(person, (Guid)callout["volunteer"]!["id"]!);
        Assert.Equal("演练·志愿者1", (string?)callout["volunteer"]!["name"]);
        var card = (await drillPhone.GetAsync("/api/callouts/mine")).Body!["callouts"]!.AsArray().Single()!;
        Assert.True((bool)card["incident"]!["drill"]!);
        Assert.Empty((await realPhone.GetAsync("/api/callouts/mine")).Body!["callouts"]!.AsArray());
        Assert.True((bool)(await futian.IncidentAsync(id))["drill"]!);
        Assert.All((await futian.FactsAsync(id, "CalloutOffered")).All, fact => Assert.True((bool)fact["drill"]!));
        Assert.StartsWith("【演练】", (string?)(await futian.GetAsync($"/api/incidents/{id}/explanation")).Body!["waves"]![0]!["plans"]![0]!["text"], StringComparison.Ordinal);

        // The real person is free all the while.
        var (status, accepted) = await drillPhone.AnswerAsync((Guid)card["id"]!, "accept");
        Assert.Equal((200, "accepted"), (status, (string?)accepted!["state"]));
        var serious = await RaiseAsync(drill: false);
        var asked = (await futian.WhenAsync(serious, "offered", 1))["callouts"]!.AsArray().Single()!;
        Assert.Equal(person, (Guid)asked["volunteer"]!["id"]!);
        Assert.Null((await futian.IncidentAsync(serious))["drill"] is { } no && (bool)no ? "drill" : null);
    }

    [Fact]
    public async Task Its_messages_go_to_the_drills_gateway_and_to_no_telephone_number()
    {
        var people = await Numbers.VolunteersAsync(node, 1);
        using var silent = await DrillPhoneAsync(people[0]);
        var id = await RaiseAsync(drill: true);
        await futian.FactsAsync(id, until: "CalloutChannelSent");
        var arrival = drills.Arrivals.Single();
        Assert.StartsWith("drill:", arrival.Message.To, StringComparison.Ordinal);
        Assert.StartsWith("【演练】", arrival.Message.Text, StringComparison.Ordinal);
        Assert.Contains("不要真的前往", arrival.Message.Text, StringComparison.Ordinal);
        Assert.Empty(real.Arrivals);
        Assert.Equal(0, real.BadSignatures); // nor anything it could not read: this gateway holds another secret than the node
    }

    [Fact]
    public async Task An_SMS_that_answers_to_a_drill_is_taken_by_nobody_whichever_gateway_brings_it()
    {
        var people = await Numbers.VolunteersAsync(node, 1);
        using var silent = await DrillPhoneAsync(people[0]);
        var id = await RaiseAsync(drill: true);
        await futian.FactsAsync(id, until: "CalloutChannelSent");
        Assert.Null(drills.Arrivals.Single().Message.ReplyCodes); // it offers no code to answer with

        // From the person's own telephone by the real gateway: there is no call-out at that number.
        foreach (var text in new[] { "A1", "1", "A0", "接受" })
        {
            var (status, body) = await real.TellAsync(node.Address, "/api/channels/sms/replies", new { eventId = "real-" + text, from = Numbers.Of(1), text }, secret: new string('r', 40));
            Assert.Equal(200, status);
            Assert.NotEqual("accepted", body.GetProperty("result").GetString());
        }

        // By the drills' gateway, whose secret no real door takes.
        Assert.Equal(401, (await drills.TellAsync(node.Address, "/api/channels/sms/replies", new { eventId = "drill-1", from = Numbers.Of(1), text = "A1" })).Status);
        Assert.Equal(["offered"], (await futian.IncidentAsync(id))["callouts"]!.AsArray().Select(callout => (string)callout!["state"]!));
        Assert.Empty(real.Arrivals);
        Assert.Equal(0, real.BadSignatures); // nor anything it could not read: this gateway holds another secret than the node
    }

    [Fact]
    public async Task No_letter_goes_out_when_a_drill_calls_up_releases_or_ends()
    {
        var people = await Numbers.VolunteersAsync(node, 2);
        using var first = await DrillPhoneAsync(people[0]);
        using var second = await DrillPhoneAsync(people[1]);
        var id = await RaiseAsync(drill: true);
        await futian.FactsAsync(id, until: "CalloutChannelSent", howMany: 2);
        var callout = await second.MyCalloutAsync();
        await first.AnswerAsync(await first.MyCalloutAsync(), "accept");
        await futian.WhenAsync(id, "recalled", 1);
        await second.AnswerAsync(callout, "accept"); // standby
        await first.ProgressAsync(await first.MyCalloutAsync(), "turnedBack", "车坏了");
        await futian.FactsAsync(id, until: "CalloutCalledUp");
        await futian.OrderAsync($"/api/incidents/{id}/close", "演练结束");

        // The same of real people after it: their letter goes out, the drill's, which was due before, did not.
        var serious = await RaiseAsync(drill: false);
        await futian.WhenAsync(serious, "offered", 2);
        using var person = await node.SignInAsync("v0001");
        await person.AnswerAsync(await person.MyCalloutAsync(), "accept");
        await futian.OrderAsync($"/api/incidents/{serious}/close", "结束");
        await Eventually.True(() => node.World.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM channel_messages m JOIN callouts c ON c.id = m.callout_id WHERE c.incident_id = '{serious}' AND m.letter = 'standDown')"), "the real letter");
        Assert.Equal(0, await node.World.ScalarAsync<long>($"SELECT count(*) FROM channel_messages m JOIN callouts c ON c.id = m.callout_id WHERE c.incident_id = '{id}' AND m.letter <> 'callOut'"));
        Assert.All(drills.Arrivals, arrival => Assert.StartsWith("drill:", arrival.Message.To, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_drill_asks_no_neighbour_and_takes_no_real_persons_offer()
    {
        var person = await node.World.VolunteerAsync(100);
        using var realPhone = await node.SignInAsync("v0001");
        using var drillPhone = await DrillPhoneAsync(person);
        var id = await RaiseAsync(drill: true);
        await futian.WhenAsync(id, "offered", 1);

        var (status, problem) = await futian.PostAsync($"/api/incidents/{id}/aid", new { commandId = Guid.NewGuid(), reason = "人手不足" });
        Assert.Equal((409, "演练不向其他辖区求援：演练只召集本辖区的演练手机"), (status, (string?)problem!["title"]));
        Assert.Equal("A drill asks no other region for people: it calls the drill phones of its own", (string?)problem["titleEn"]);
        Assert.Empty((await futian.FactsAsync(id)).Of("AidRequested"));
        Assert.Equal(404, (await realPhone.PutAsync($"/api/me/offers/{Guid.NewGuid()}", new { incidentId = id })).Status);
    }

    [Theory]
    [InlineData("https://gateway.example/sms", "another secret, which is long enough ...")]
    [InlineData("https://GATEWAY.example/sms?for=drills", "another secret, which is long enough ...")]
    [InlineData("https://drills.example/sms", "the real secret, which is long enough ...")]
    public void A_drill_gateway_that_shares_anything_with_a_real_one_stops_the_start(string url, string secret)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Channels:Sms:Url"] = "https://gateway.example/sms", ["Channels:Sms:Secret"] = "the real secret, which is long enough ...",
            ["Channels:Drill:Sms:Url"] = url, ["Channels:Drill:Sms:Secret"] = secret,
        }).Build();
        var refused = Assert.Throws<InvalidOperationException>(() => ChannelSettings.Read(configuration));
        Assert.Contains("a drill could reach real phones", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_configured_so_does_not_start()
    {
        var url = real.Settings().Single(setting => setting.Contains("Sms:Url", StringComparison.Ordinal)).Split('=', 2)[1];
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestNode.StartAsync(node.World, [.. real.Settings(), $"--Channels:Drill:Sms:Url={url}", $"--Channels:Drill:Sms:Secret={new string('d', 40)}"]));
    }

    [Fact]
    public async Task The_database_refuses_a_call_out_that_joins_a_drill_and_a_real_person_and_a_number_for_a_twin()
    {
        var person = await node.World.VolunteerAsync(100);
        using var phone = await DrillPhoneAsync(person);
        var id = await RaiseAsync(drill: true);
        await futian.WhenAsync(id, "offered", 1);
        var twin = await node.World.ScalarAsync<Guid>($"SELECT id FROM volunteers WHERE twin_of = '{person}'");
        foreach (var drill in new[] { "false", "true" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => node.World.SqlAsync($"""
                INSERT INTO callouts (id, incident_id, need_ordinal, wave, volunteer_id, ring, rank, distance_metres, located_by, offered_at, due_at, changed_at, drill)
                VALUES (gen_random_uuid(), '{id}', 1, 1, '{person}', 1, 1, 1, 'fix', now(), now(), now(), {drill})
                """));
            Assert.StartsWith("callouts_drill_as_the_", refused.ConstraintName, StringComparison.Ordinal);
        }

        var number = await Assert.ThrowsAsync<PostgresException>(() => node.World.SqlAsync($"INSERT INTO phone_numbers (volunteer_id, sealed, blind) VALUES ('{twin}', '', '')"));
        Assert.Equal("phone_numbers_of_real_people_only", number.ConstraintName);
    }

    [Fact]
    public async Task It_counts_in_no_statistics_and_twins_are_on_no_roster()
    {
        using var heard = new Heard(node);
        var person = await node.World.VolunteerAsync(100);
        using var drillPhone = await DrillPhoneAsync(person);
        await using var live = await LivePhone.ConnectAsync(node, drillPhone.Token);
        var id = await RaiseAsync(drill: true);
        await live.WhenAsync("offered");
        await futian.FactsAsync(id, "CalloutDelivered");
        await drillPhone.AnswerAsync(await drillPhone.MyCalloutAsync(), "decline", "atWork");
        await futian.OrderAsync($"/api/incidents/{id}/close", "演练结束");
        await node.World.SqlAsync("SELECT learn_responses(); SELECT learn_rates();");
        Assert.Equal(0L, await node.World.ScalarAsync<long>("SELECT count(*) FROM response_records"));
        Assert.Equal(0.0, await node.World.ScalarAsync<double>("SELECT sum(asked) FROM response_rates"));
        Assert.Empty(heard.Values("dispatch.raise_to_phone"));
        Assert.Equal(1, (int)(await futian.GetAsync("/api/volunteers")).Body!["total"]!);
        Assert.Single((await futian.GetAsync("/api/responders")).Body!.AsArray());
    }

    private async Task<Guid> RaiseAsync(bool drill)
    {
        var id = Guid.CreateVersion7();
        var (status, answer) = await futian.PutAsync($"/api/incidents/{id}", new
        {
            category = "flood", risk = "水深及胸", address = "景田北六街", drill,
            position = new { longitude = World.Centre.Longitude, latitude = World.Centre.Latitude, datum = "wgs84" },
            needs = new[] { new { qualification = "rescue.water", count = 1 } },
        });
        Assert.True(status == 201, $"{status} {answer}");
        return id;
    }

    private Task<ApiClient> DrillPhoneAsync(Guid person) => node.DrillPhoneAsync(futian, person);
}
