using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;
using Npgsql;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>
/// The end of a loan is somebody's decision, and on record: it is extended by whoever could give it, and of people still out after it, the home desk
/// says whether it wants them back and the incident's command who goes.
/// </summary>
public sealed partial class ReleaseEndTests(NodeFixture shared) : IClassFixture<NodeFixture>, IAsyncLifetime
{
    private const string Luohu = "440303", LuohuStreet = "440303001", Futian = "440304";

    private readonly List<Guid> raised = [];
    private ApiClient futian = null!, luohu = null!, city = null!;

    private World World => shared.Node.World;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async Task InitializeAsync() =>
        (futian, luohu, city) = (await shared.SignInAsync("futian"), await shared.SignInAsync("luohu"), await shared.SignInAsync("shenzhen"));

    public async Task DisposeAsync()
    {
        foreach (var id in raised)
        {
            await History.HoldsAsync(futian, id);
            await futian.OrderAsync($"/api/incidents/{id}/close");
        }
    }

    [Fact]
    public async Task The_lending_desk_extends_a_loan_and_both_desks_hear_of_it_at_once()
    {
        await using var home = await LiveConsole.WatchAsync(shared.Node, luohu.Token, null);
        await using var command = await LiveConsole.WatchAsync(shared.Node, futian.Token, null);
        ConcurrentQueue<string> told = new();
        using var listening = home.On("Aid", word => told.Enqueue((string)word["kind"]!));
        var (incident, loan, _) = await LentAsync();
        var (before, until, commandId) = ((DateTimeOffset)(await LoanAsync(luohu, loan))["validUntil"]!, Now.AddHours(30), Guid.NewGuid());

        var (status, view) = await ExtendAsync(luohu, loan, until, commandId);

        Assert.True(status == 200, $"{view}");
        Assert.Equal(until, (DateTimeOffset)view!["validUntil"]!, TimeSpan.FromMilliseconds(1));
        await Eventually.True(() => told.Contains("AidExtended"), "the home desk to hear of it");
        await command.HearsAsync(incident, "AidExtended");
        var fact = (await futian.FactsAsync(incident, until: "AidExtended")).Of("AidExtended").Single();
        Assert.Equal(("罗湖指挥员", "汛情未退", "approval"), ((string)fact["by"]!["name"]!, (string)fact["data"]!["reason"]!, (string)fact["data"]!["ground"]!));
        Assert.Equal((before, until), ((DateTimeOffset)fact["data"]!["before"]!, (DateTimeOffset)fact["data"]!["validUntil"]!));
        Assert.True(await World.ScalarAsync<bool>($"SELECT aid_due_at > now() + interval '29 hours' FROM incidents WHERE id = '{incident}'"));

        Assert.Equal(200, (await ExtendAsync(luohu, loan, until, commandId)).Status); // no answer came: the same again
        Assert.Equal("https://dispatch.invalid/problems/differentBody", (string)(await ExtendAsync(luohu, loan, until.AddHours(1), commandId)).Body!["type"]!);
        Assert.Single((await futian.FactsAsync(incident)).Of("AidExtended"));
    }

    [Fact]
    public async Task An_end_in_the_past_before_the_present_one_or_too_far_ahead_is_refused_at_its_field()
    {
        var (incident, loan, _) = await LentAsync();
        var present = (DateTimeOffset)(await LoanAsync(luohu, loan))["validUntil"]!;
        foreach (var until in new DateTimeOffset?[] { null, Now.AddMinutes(-1), present, present.AddMinutes(-5), Now.AddDays(7).AddHours(1) })
        {
            var (status, body) = await ExtendAsync(luohu, loan, until);
            Assert.Equal((422, "until"), (status, (string)body!["errors"]![0]!["field"]!));
        }

        var without = await luohu.PostAsync($"/api/releases/{loan}/extend", new { commandId = Guid.NewGuid(), until = Now.AddHours(30) });
        Assert.Equal((422, "reason"), (without.Status, (string)without.Body!["errors"]![0]!["field"]!));
        Assert.Equal(200, (await ExtendAsync(luohu, loan, Now.AddDays(6).ToOffset(TimeSpan.FromHours(8)))).Status);
        await futian.OrderAsync($"/api/incidents/{incident}/close");
        raised.Remove(incident);
        Assert.Equal(409, (await ExtendAsync(luohu, loan, Now.AddDays(6.5))).Status);
    }

    [Fact]
    public async Task A_loan_on_an_agreement_is_extended_to_its_end_and_not_beyond_also_not_by_the_database()
    {
        var agreement = Guid.NewGuid();
        Assert.Equal(200, (await city.PutAsync($"/api/agreements/{agreement}", new
        {
            commandId = Guid.NewGuid(), lender = Luohu, borrower = Futian, category = "flood", validUntil = Now.AddDays(2), reason = "联动",
        })).Status);
        await LenderAsync(500, "rescue.diving");
        var incident = await RaiseAsync("rescue.diving");
        var loan = await Eventually.Gives(() => World.ScalarAsync<Guid?>($"SELECT max(id::text)::uuid FROM releases WHERE incident_id = '{incident}'"), id => id is not null, "the release");

        var (status, body) = await ExtendAsync(luohu, loan!.Value, Now.AddDays(3));
        Assert.Equal((422, "until"), (status, (string)body!["errors"]![0]!["field"]!));
        Assert.Contains("所依据的协议", (string)body["errors"]![0]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(403, (await ExtendAsync(futian, loan.Value, Now.AddDays(1))).Status); // whose people they are not
        Assert.Equal(200, (await ExtendAsync(luohu, loan.Value, Now.AddDays(1))).Status);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => World.SqlAsync($"UPDATE releases SET valid_until = now() + interval '3 days' WHERE id = '{loan}'"));
        Assert.Equal("releases_stand_on_a_live_ground", refused.ConstraintName);

        Assert.Equal(200, (await luohu.PostAsync($"/api/agreements/{agreement}/end", new { commandId = Guid.NewGuid(), reason = "终止" })).Status);
        Assert.False((bool)(await LoanAsync(luohu, loan.Value))["mayExtend"]!);
        Assert.Equal(409, (await ExtendAsync(luohu, loan.Value, Now.AddDays(1.5))).Status);
    }

    [Fact]
    public async Task Where_policy_leaves_lending_to_the_superior_it_alone_extends()
    {
        var (incident, loan, _) = await LentAsync();
        Assert.Equal(403, (await ExtendAsync(futian, loan, Now.AddHours(20))).Status);
        Assert.False((bool)(await LoanAsync(futian, loan))["mayExtend"]!);
        Assert.Equal(200, (await luohu.PutAsync("/api/policies", new { commandId = Guid.NewGuid(), region = Luohu, mode = "peacetime", approver = "superior", reason = "试行" })).Status);
        try
        {
            Assert.False((bool)(await LoanAsync(luohu, loan))["mayExtend"]!);
            Assert.Equal(403, (await ExtendAsync(luohu, loan, Now.AddHours(20))).Status);
            Assert.Equal(200, (await ExtendAsync(city, loan, Now.AddHours(20))).Status);
            Assert.Equal("4403", (string)(await futian.FactsAsync(incident, until: "AidExtended")).Of("AidExtended").Single()["data"]!["forCode"]!);
        }
        finally
        {
            await World.SqlAsync("DELETE FROM policies");
        }
    }

    [Fact]
    public async Task After_it_has_run_out_an_extension_keeps_who_is_out_and_lets_the_others_go_home()
    {
        var (incident, loan, phones) = await LentAsync(people: 2, count: 2, accept: 1);
        using var phone = phones[0];
        await RunsOutAsync(incident, loan);
        await futian.FactsAsync(incident, until: "AidLapsed");
        Assert.Equal(200, (await DecideAsync(luohu, loan, "goOn", null)).Status);

        Assert.Equal(200, (await ExtendAsync(luohu, loan, Now.AddHours(3))).Status);

        var view = await LoanAsync(luohu, loan);
        Assert.Null(view["decision"]);
        Assert.Equal([false, true], view["people"]!.AsArray().Select(person => person!["returnedAt"] is not null).Order());
        Assert.Single((await futian.FactsAsync(incident)).Of("AidExtended").Single()["data"]!["people"]!.AsArray());
        await RunsOutAsync(incident, loan); // and when that end has come too, it is told again
        await futian.FactsAsync(incident, until: "AidLapsed", howMany: 2);
        await futian.OrderAsync($"/api/callouts/{await phone.MyCalloutAsync()}/release");
        Assert.Equal(409, (await ExtendAsync(luohu, loan, Now.AddHours(3))).Status); // nobody is left to extend it for
    }

    [Fact]
    public async Task That_they_go_on_without_it_is_on_record_with_who_and_why_and_nobody_is_recalled()
    {
        var (incident, loan, phones) = await LentAsync(accept: 1);
        using var phone = phones[0];
        Assert.Equal(409, (await DecideAsync(futian, loan, "goOn", null)).Status); // it holds: there is nothing to decide
        await RunsOutAsync(incident, loan);
        var (status, body) = await futian.PostAsync($"/api/releases/{loan}/decide", new { commandId = Guid.NewGuid(), decision = "stay" });
        Assert.Equal((422, "decision,reason"), (status, string.Join(',', body!["errors"]!.AsArray().Select(error => (string)error!["field"]!).Order())));
        var commandId = Guid.NewGuid();

        var view = (await DecideAsync(futian, loan, "goOn", null, commandId)).Body!;

        Assert.Equal(("goOn", "command", "福田指挥员", "现场离不开"), ((string)view["decision"]!["decision"]!, (string)view["decision"]!["as"]!, (string)view["decision"]!["by"]!["name"]!, (string)view["decision"]!["reason"]!));
        Assert.Equal(view["decision"]!.ToJsonString(), (await LoanAsync(luohu, loan))["decision"]!.ToJsonString()); // the home desk reads the same
        var facts = await futian.FactsAsync(incident, until: "AidLapseDecided");
        Assert.Equal(["AidLapsed", "AidLapseDecided"], facts.Kinds().Where(kind => kind is "AidLapsed" or "AidLapseDecided"));
        Assert.Equal(await phone.MyCalloutAsync(), (Guid)facts.Of("AidLapseDecided").Single()["data"]!["stillOut"]![0]!);
        Assert.Equal("accepted", (string)(await futian.IncidentAsync(incident))["callouts"]![0]!["state"]!);
        Assert.Equal(200, (await DecideAsync(futian, loan, "goOn", null, commandId)).Status);
        Assert.Single((await futian.FactsAsync(incident)).Of("AidLapseDecided"));
    }

    [Fact]
    public async Task The_home_desk_asks_for_them_and_the_incidents_command_lets_them_go()
    {
        var (incident, loan, phones) = await LentAsync(people: 2, count: 2, accept: 2);
        using var first = phones[0];
        using var second = phones[1];
        await RunsOutAsync(incident, loan);

        var asked = (await DecideAsync(luohu, loan, "callHome", null)).Body!;

        Assert.Equal(("callHome", "lender"), ((string)asked["decision"]!["decision"]!, (string)asked["decision"]!["as"]!));
        Assert.Equal(["accepted", "accepted"], await StatesAsync(incident)); // it asks: whom the scene can spare is not for it to say
        var (status, body) = await DecideAsync(futian, loan, "goOn", null); // has not read it
        Assert.Equal((409, "callHome"), (status, (string)body!["current"]!["decision"]!["decision"]!));

        Assert.Equal(200, (await DecideAsync(futian, loan, "callHome", asked)).Status);

        Assert.Equal(["released", "released"], await StatesAsync(incident));
        var facts = await futian.FactsAsync(incident, until: "CalloutReleased", howMany: 2);
        Assert.All(facts.Of("CalloutReleased"), fact => Assert.Equal("现场离不开", (string)fact["data"]!["reason"]!));
        Assert.All((await LoanAsync(luohu, loan))["people"]!.AsArray(), person => Assert.NotNull(person!["returnedAt"]));
        Assert.Equal(409, (await DecideAsync(futian, loan, "goOn", (await LoanAsync(futian, loan)))).Status); // nobody is out
    }

    [Fact]
    public async Task Of_two_desks_that_decide_at_once_one_has_decided_and_the_other_is_shown_it()
    {
        for (var round = 0; round < 4; round++)
        {
            var (incident, loan, phones) = await LentAsync(accept: 1);
            phones[0].Dispose();
            await RunsOutAsync(incident, loan);
            await futian.FactsAsync(incident, until: "AidLapsed");

            var both = await Task.WhenAll(DecideAsync(luohu, loan, "callHome", null), DecideAsync(futian, loan, "goOn", null));

            Assert.Equal([200, 409], both.Select(answer => answer.Status).Order());
            var (won, lost) = (both.Single(answer => answer.Status == 200).Body!, both.Single(answer => answer.Status == 409).Body!);
            Assert.Equal(won["decision"]!.ToJsonString(), lost["current"]!["decision"]!.ToJsonString());
            Assert.Single((await futian.FactsAsync(incident)).Of("AidLapseDecided"));
        }
    }

    [Fact]
    public async Task An_extension_and_the_end_it_moves_come_one_after_the_other_and_the_later_end_holds()
    {
        for (var round = 0; round < 4; round++)
        {
            var (incident, loan, phones) = await LentAsync(accept: 1);
            phones[0].Dispose();
            var until = Now.AddHours(4);
            await RunsOutAsync(incident, loan);
            await Task.Delay(round * 150); // the clock finds it twice a second

            Assert.Equal(200, (await ExtendAsync(luohu, loan, until)).Status);

            await Eventually.True(() => World.ScalarAsync<bool>($"SELECT look_at IS NULL OR look_at > now() FROM incidents WHERE id = '{incident}'"), "what was due to be looked at");
            var kinds = (await futian.FactsAsync(incident)).Kinds().Where(kind => kind is "AidLapsed" or "AidExtended").ToList();
            Assert.Equal("AidExtended", kinds[^1]);
            Assert.True(kinds.Count <= 2);
            Assert.True(await World.ScalarAsync<bool>($"SELECT lapse_told_at IS NULL AND valid_until > now() + interval '3 hours' FROM releases WHERE id = '{loan}'"));
            Assert.Equal(["accepted"], await StatesAsync(incident));
        }
    }

    [Fact]
    public async Task Who_is_out_under_another_loan_that_holds_is_not_out_without_one()
    {
        var (incident, loan, phones) = await LentAsync(accept: 1);
        phones[0].Dispose();
        await World.SqlAsync($"""
            INSERT INTO releases (id, incident_id, region, ground, request_id, given_at, valid_until, by_id)
            SELECT gen_random_uuid(), incident_id, region, ground, request_id, now(), now() + interval '3 hours', by_id FROM releases WHERE id = '{loan}';
            INSERT INTO released_people (release_id, volunteer_id)
            SELECT r.id, p.volunteer_id FROM releases r JOIN released_people p ON p.release_id = '{loan}' WHERE r.incident_id = '{incident}' AND r.id <> '{loan}';
            """);
        await RunsOutAsync(incident, loan);

        Assert.Empty((await futian.FactsAsync(incident, until: "AidLapsed")).Of("AidLapsed").Single()["data"]!["stillOut"]!.AsArray());
        Assert.Equal(409, (await DecideAsync(luohu, loan, "callHome", null)).Status); // there is nobody to decide about
        Assert.Equal(["accepted"], await StatesAsync(incident));
    }

    [Fact]
    public async Task Who_neither_lends_nor_commands_reads_and_decides_nothing()
    {
        var (incident, loan, phones) = await LentAsync(accept: 1);
        phones[0].Dispose();
        await RunsOutAsync(incident, loan);
        await World.SqlAsync("""
            INSERT INTO accounts (id, username, password_hash, role, name, region)
            SELECT gen_random_uuid(), 'street', password_hash, 'operator', '街道', '440303001' FROM accounts WHERE username = 'luohu'
            """);
        var street = await shared.SignInAsync("street"); // below the lender: it runs and staffs, it does not lend

        Assert.Equal(404, (await DecideAsync(street, loan, "callHome", null)).Status);
        Assert.Equal(404, (await ExtendAsync(street, loan, Now.AddHours(20))).Status);
        Assert.Empty((await street.GetAsync("/api/mutual-aid")).Body!["lent"]!.AsArray());
    }
}
