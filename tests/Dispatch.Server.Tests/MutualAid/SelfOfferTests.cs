using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>A volunteer can never deploy himself: "I am going" from somebody uninvited is an offer for the operator.</summary>
public sealed class SelfOfferTests : AidWorld
{
    [Fact]
    public async Task An_uninvited_volunteer_becomes_an_offer_and_is_called_out_only_when_the_operator_takes_it_up()
    {
        var lent = await LenderAsync(400);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.FactsAsync(id, until: "NeedExhausted");
        using var phone = await Node.SignInAsync("v0001");
        var offer = Guid.NewGuid();

        var (status, body) = await phone.PutAsync($"/api/me/offers/{offer}", new { incidentId = id, note = "我在附近" });
        Assert.Equal((200, "open"), (status, (string)body!["state"]!));
        Assert.Equal(200, (await phone.PutAsync($"/api/me/offers/{Guid.NewGuid()}", new { incidentId = id })).Status); // pressed again: the same offer
        Assert.Single((await FutianDesk.FactsAsync(id, until: "SelfOffered")).Of("SelfOffered"));
        Assert.Empty((await FutianDesk.IncidentAsync(id))["callouts"]!.AsArray());

        Assert.Equal(200, (await DecideAsync(id, offer, "accept")).Status);

        var incident = await FutianDesk.WhenAsync(id, "offered", 1);
        Assert.Equal(lent, (Guid)incident["callouts"]!.AsArray().Single()!["volunteer"]!["id"]!);
        var released = (await FutianDesk.FactsAsync(id, until: "AidReleased")).Of("AidReleased").Single();
        Assert.Equal(("override", "就近"), ((string)released["data"]!["ground"]!, (string)released["data"]!["reason"]!));
        Assert.Equal("accepted", (string)(await phone.AnswerAsync(await phone.MyCalloutAsync(), "accept")).Body!["state"]!);
        Assert.Equal(409, (await DecideAsync(id, offer, "decline")).Status);
        var longer = new { commandId = Guid.NewGuid(), until = Now.AddHours(20), reason = "仍需要" };
        Assert.Equal(403, (await LuohuDesk.PostAsync($"/api/releases/{(Guid)released["data"]!["releaseId"]!}/extend", longer)).Status); // it was not its word
        Assert.Equal(200, (await FutianDesk.PostAsync($"/api/releases/{(Guid)released["data"]!["releaseId"]!}/extend", longer)).Status);
        Assert.Equal(200, (await phone.GetAsync($"/api/callouts/{await phone.MyCalloutAsync()}/why")).Status);
        await History.HoldsAsync(FutianDesk, id);
    }

    [Fact]
    public async Task No_gate_and_no_floor_is_passed_around_by_it()
    {
        await World.VolunteerAsync(300, home: "440304001001", insuredUntil: "2020-01-01"); // v0001: not insured
        await LenderAsync(400, consents: false); // v0002
        await LenderAsync(500); // v0003
        await LuohuDesk.PutAsync($"/api/reserve-floors/{Guid.NewGuid()}", new { commandId = Guid.NewGuid(), region = Luohu, qualification = "rescue.water", count = 2, reason = "保底" });
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.FactsAsync(id, until: "NeedExhausted");
        var refusals = new List<string>();
        foreach (var who in new[] { "v0001", "v0002", "v0003" })
        {
            using var phone = await Node.SignInAsync(who);
            var offer = Guid.NewGuid();
            Assert.Equal(200, (await phone.PutAsync($"/api/me/offers/{offer}", new { incidentId = id })).Status);
            var (status, body) = await DecideAsync(id, offer, "accept");
            Assert.Equal(409, status);
            refusals.Add((string)body!["titleEn"]!);
        }

        Assert.Equal(["Cannot be called out: insurance ended 2020-01-01; hazardous work requires it", "Cannot be called out: has not consented to be lent to another region", "This would break a reserve floor"], refusals);
        Assert.Empty((await FutianDesk.IncidentAsync(id))["callouts"]!.AsArray());
    }

    [Fact]
    public async Task Who_is_called_already_answers_on_his_card_and_another_desk_decides_nothing()
    {
        await World.VolunteersAsync(1);
        var id = await FutianDesk.RaiseAsync(ApiClient.Flood());
        await FutianDesk.WhenAsync(id, "offered", 1);
        using var phone = await Node.SignInAsync("v0001");

        Assert.Equal(409, (await phone.PutAsync($"/api/me/offers/{Guid.NewGuid()}", new { incidentId = id })).Status);
        Assert.Equal(404, (await phone.PutAsync($"/api/me/offers/{Guid.NewGuid()}", new { incidentId = Guid.NewGuid() })).Status);
        Assert.Equal(404, (await LuohuDesk.PostAsync($"/api/incidents/{id}/offers/{Guid.NewGuid()}", new { commandId = Guid.NewGuid(), answer = "accept", needOrdinal = 1, reason = "x" })).Status);
    }

    private Task<(int Status, JsonNode? Body)> DecideAsync(Guid incident, Guid offer, string answer) =>
        FutianDesk.PostAsync($"/api/incidents/{incident}/offers/{offer}", new { commandId = Guid.NewGuid(), answer, needOrdinal = 1, reason = "就近" });
}
