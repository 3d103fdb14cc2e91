using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>How a loan comes about, what is said about it, and how its time runs out.</summary>
public sealed partial class ReleaseEndTests
{
    /// <summary>An incident of Futian for which Luohu's desk has lent people; the first of them say yes.</summary>
    private async Task<(Guid Incident, Guid Loan, List<ApiClient> Phones)> LentAsync(int people = 1, int count = 1, int accept = 0)
    {
        var lent = new List<Guid>();
        for (var i = 0; i < people; i++)
        {
            lent.Add(await LenderAsync(400 + (100 * i), "rescue.water"));
        }

        var incident = await RaiseAsync("rescue.water", count);
        Assert.Equal(200, (await futian.PostAsync($"/api/incidents/{incident}/aid", new { commandId = Guid.NewGuid(), regions = new[] { Luohu } })).Status);
        var request = await World.ScalarAsync<Guid>($"SELECT id FROM aid_requests WHERE incident_id = '{incident}'");
        var (status, answer) = await luohu.PostAsync($"/api/mutual-aid/{request}/answer", new { commandId = Guid.NewGuid(), answer = "approve", people = lent });
        Assert.True(status == 200, $"{answer}");
        await futian.WhenAsync(incident, "offered", people);
        var phones = new List<ApiClient>();
        foreach (var person in lent.Take(accept))
        {
            var phone = await shared.Node.SignInAsync(await World.ScalarAsync<string>($"SELECT external_id FROM volunteers WHERE id = '{person}'"));
            Assert.Equal(200, (await phone.AnswerAsync(await phone.MyCalloutAsync(), "accept")).Status);
            phones.Add(phone);
        }

        return (incident, await World.ScalarAsync<Guid>($"SELECT id FROM releases WHERE incident_id = '{incident}'"), phones);
    }

    [Fact]
    public async Task The_liaison_who_lent_speaks_for_the_region_as_long_as_he_is_its_liaison()
    {
        await World.SqlAsync("""
            INSERT INTO accounts (id, username, password_hash, role, name, region)
            SELECT gen_random_uuid(), 'liaison', password_hash, 'operator', '联络员', '440303001' FROM accounts WHERE username = 'luohu';
            INSERT INTO region_liaisons (region, account_id) SELECT '440303', id FROM accounts WHERE username = 'liaison';
            """);
        var liaison = await shared.SignInAsync("liaison");
        var person = await LenderAsync(400, "rescue.water");
        var incident = await RaiseAsync("rescue.water");
        Assert.Equal(200, (await futian.PostAsync($"/api/incidents/{incident}/aid", new { commandId = Guid.NewGuid(), regions = new[] { Luohu } })).Status);
        var request = await World.ScalarAsync<Guid>($"SELECT id FROM aid_requests WHERE incident_id = '{incident}'");
        await World.SqlAsync($"UPDATE aid_requests SET stage = 'liaison' WHERE id = '{request}'"); // the desk was silent
        Assert.Equal(200, (await liaison.PostAsync($"/api/mutual-aid/{request}/answer", new { commandId = Guid.NewGuid(), answer = "approve", people = new[] { person } })).Status);
        var loan = await World.ScalarAsync<Guid>($"SELECT id FROM releases WHERE incident_id = '{incident}'");

        Assert.Equal(200, (await ExtendAsync(liaison, loan, Now.AddHours(30))).Status);

        var fact = (await futian.FactsAsync(incident, until: "AidExtended")).Of("AidExtended").Single();
        Assert.Equal(("440303", "罗湖区", "联络员"), ((string)fact["data"]!["forCode"]!, (string)fact["data"]!["forName"]!, (string)fact["by"]!["name"]!));
        await World.SqlAsync("DELETE FROM region_liaisons");
        Assert.Equal(404, (await ExtendAsync(liaison, loan, Now.AddHours(40))).Status);
        Assert.Equal(200, (await ExtendAsync(luohu, loan, Now.AddHours(40))).Status);
    }

    private async Task<Guid> RaiseAsync(string qualification, int count = 1)
    {
        var id = await futian.RaiseAsync(ApiClient.Flood(count, qualification));
        raised.Add(id);
        return id;
    }

    private async Task<Guid> LenderAsync(double metresEast, string qualification)
    {
        var id = await World.VolunteerAsync(metresEast, qualification, home: LuohuStreet);
        await World.SqlAsync($"INSERT INTO consents (id, volunteer_id, kind, given_at) VALUES (gen_random_uuid(), '{id}', 'crossRegion', now())");
        return id;
    }

    private static Task<(int Status, JsonNode? Body)> ExtendAsync(ApiClient desk, Guid loan, DateTimeOffset? until, Guid? commandId = null) =>
        desk.PostAsync($"/api/releases/{loan}/extend", new { commandId = commandId ?? Guid.NewGuid(), until, reason = "汛情未退" });

    /// <param name="desk">Who decides.</param>
    /// <param name="loan">About whom.</param>
    /// <param name="decision">What.</param>
    /// <param name="read">The loan as he has read it; null: before anybody had decided.</param>
    /// <param name="commandId">Of a repeat.</param>
    private static Task<(int Status, JsonNode? Body)> DecideAsync(ApiClient desk, Guid loan, string decision, JsonNode? read, Guid? commandId = null) =>
        desk.PostAsync($"/api/releases/{loan}/decide", new { commandId = commandId ?? Guid.NewGuid(), decision, replaces = (string?)read?["decision"]?["at"], reason = "现场离不开" });

    private static async Task<JsonNode> LoanAsync(ApiClient desk, Guid loan) =>
        (await desk.GetAsync("/api/mutual-aid")).Body!["lent"]!.AsArray().Single(one => (Guid)one!["id"]! == loan)!;

    private async Task<string[]> StatesAsync(Guid incident) =>
        [.. (await futian.IncidentAsync(incident))["callouts"]!.AsArray().Select(callout => (string)callout!["state"]!).Order(StringComparer.Ordinal)];

    /// <summary>Moves the end of a loan into the past, as time would.</summary>
    private Task RunsOutAsync(Guid incident, Guid loan) => World.SqlAsync($"""
        UPDATE releases SET given_at = now() - interval '2 hours', valid_until = now() - interval '1 second' WHERE id = '{loan}';
        UPDATE incidents SET aid_due_at = now() - interval '1 second', look_at = now() - interval '1 second' WHERE id = '{incident}';
        """);
}
