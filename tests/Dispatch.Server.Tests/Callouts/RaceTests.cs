using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>Races by racing: whatever comes at the same moment, the record tells one story and the story is lawful.</summary>
public sealed class RaceTests : IAsyncLifetime
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
    public async Task Of_sixteen_answers_at_once_for_the_last_place_exactly_one_is_accepted()
    {
        await node.World.VolunteersAsync(21);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 7);
        await console.OrderAsync($"/api/incidents/{id}/escalate");
        await console.OrderAsync($"/api/incidents/{id}/escalate");
        var volunteers = await SignInAsync(16);
        var callouts = await Task.WhenAll(volunteers.Select(volunteer => volunteer.MyCalloutAsync()));

        var answers = await Task.WhenAll(volunteers.Zip(callouts, (volunteer, callout) => volunteer.AnswerAsync(callout, "accept")));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(["accepted", .. Enumerable.Repeat("standby", 15)], answers.Select(answer => (string)answer.Body!["state"]!).Order());
        Assert.Single((await console.FactsAsync(id)).Of("NeedFilled"));
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Of_sixteen_answers_at_once_for_four_places_exactly_four_are_accepted()
    {
        await node.World.VolunteersAsync(24);
        var id = await console.RaiseAsync(ApiClient.Flood(count: 4));
        await console.WhenAsync(id, "offered", 16);
        var volunteers = await SignInAsync(16);
        var callouts = await Task.WhenAll(volunteers.Select(volunteer => volunteer.MyCalloutAsync()));

        var answers = await Task.WhenAll(volunteers.Zip(callouts, (volunteer, callout) => volunteer.AnswerAsync(callout, "accept")));

        Assert.Equal([.. Enumerable.Repeat("accepted", 4), .. Enumerable.Repeat("standby", 12)], answers.Select(answer => (string)answer.Body!["state"]!).Order());
        Assert.Equal([1, 2, 3, 4], (await console.FactsAsync(id)).Of("CalloutAccepted").Select(fact => (int)fact["data"]!["filled"]!));
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Two_incidents_at_the_same_moment_ask_nobody_twice()
    {
        await node.World.VolunteersAsync(10);
        await using var another = await TestNode.StartAsync(node.World);
        using var there = await another.SignInAsync("futian");
        for (var round = 0; round < 5; round++)
        {
            var raised = await Task.WhenAll(console.RaiseAsync(ApiClient.Flood(count: 3)), there.RaiseAsync(ApiClient.Flood(count: 3)), console.RaiseAsync(ApiClient.Flood(count: 1)));

            // Each is one statement, and so one moment: who has nobody may be taking people over meanwhile, and between two statements they are nobody's.
            Assert.Equal("10 of 10", await Eventually.Gives(
                () => node.World.ScalarAsync<string>("SELECT count(DISTINCT volunteer_id) || ' of ' || count(*) FROM callouts WHERE state = 'offered'"),
                asked => asked.EndsWith(" of 10", StringComparison.Ordinal), "all ten to be asked"));
            var these = string.Join(',', raised.Select(id => $"'{id}'"));
            Assert.Equal(0, await node.World.ScalarAsync<long>($"""
                SELECT (SELECT count(*) FROM callouts WHERE incident_id IN ({these}))
                     - (SELECT count(*) FROM facts WHERE kind = 'CalloutOffered' AND incident_id IN ({these}))
                """));
            await Task.WhenAll(raised.Select(id => console.OrderAsync($"/api/incidents/{id}/close")));
            foreach (var id in raised)
            {
                await History.HoldsAsync(console, id);
            }
        }
    }

    [Fact]
    public async Task Of_equal_raises_at_once_one_is_created_and_the_others_answer_with_it()
    {
        var id = Guid.CreateVersion7();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => console.PutAsync($"/api/incidents/{id}", ApiClient.Flood())));

        Assert.Equal([200, 200, 200, 200, 200, 200, 200, 201], answers.Select(answer => answer.Status).Order());
        Assert.All(answers, answer => Assert.Equal(id, (Guid)answer.Body!["id"]!));
        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT count(*) FROM incidents"));
        Assert.Single((await console.FactsAsync(id)).Of("IncidentRaised"));
    }

    [Fact]
    public async Task Of_different_raises_under_one_id_at_once_one_is_created_and_the_others_are_refused()
    {
        var id = Guid.CreateVersion7();
        var answers = await Task.WhenAll(Enumerable.Range(1, 6).Select(count => console.PutAsync($"/api/incidents/{id}", ApiClient.Flood(count))));

        Assert.Equal([201, 422, 422, 422, 422, 422], answers.Select(answer => answer.Status).Order());
        Assert.All(answers.Where(answer => answer.Status == 422), answer => Assert.EndsWith("/differentBody", (string)answer.Body!["type"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answer_recall_and_expiry_at_the_same_moment_give_each_call_out_one_outcome()
    {
        await node.World.SqlAsync("UPDATE categories SET answer_within = '2 seconds' WHERE key = 'flood'");
        await node.World.VolunteersAsync(12);
        var volunteers = await SignInAsync(12);
        var id = await console.RaiseAsync(ApiClient.Flood(count: 2));
        var incident = await console.WhenAsync(id, "offered", 12);
        var due = (DateTimeOffset)incident["callouts"]![0]!["dueAt"]!;
        var callouts = await Task.WhenAll(volunteers.Select(volunteer => volunteer.MyCalloutAsync()));
        await Eventually.True(() => node.World.ScalarAsync<bool>($"SELECT clock_timestamp() >= '{due:O}'::timestamptz - interval '30 milliseconds'"), "the due time");

        var answers = volunteers.Zip(callouts, (volunteer, callout) => volunteer.AnswerAsync(callout, "accept"));
        var declines = volunteers.Zip(callouts, (volunteer, callout) => volunteer.AnswerAsync(callout, "decline", "atWork"));
        var recalls = callouts.Select(callout => console.PostAsync($"/api/callouts/{callout}/recall", new { commandId = Guid.NewGuid() }));
        var all = await Task.WhenAll([.. answers, .. declines, .. recalls, console.PostAsync($"/api/incidents/{id}/recall", new { commandId = Guid.NewGuid(), reason = "撤回" })]);

        Assert.All(all, answer => Assert.True(answer.Status is 200 or 409, $"{answer.Status} {answer.Body}"));
        await Eventually.True(async () => (await console.IncidentAsync(id))["callouts"]!.AsArray().All(callout => (string?)callout!["state"] != "offered"), "no offer left open");
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task An_answer_that_loses_a_deadlock_is_given_again()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = await volunteer.MyCalloutAsync();
        await using var held = await HeldLock.OnAsync(node.World, $"SET LOCAL deadlock_timeout = '10s'; SELECT FROM callouts WHERE id = '{callout}' FOR UPDATE");

        var answering = volunteer.AnswerAsync(callout, "accept");
        await held.IsWaitedForAsync(node.World);
        await held.SqlAsync($"SELECT FROM incidents WHERE id = '{id}' FOR UPDATE"); // which the answer holds: Postgres ends the answer, not us
        await held.DisposeAsync();

        Assert.Equal((200, "accepted"), await answering is var (status, card) ? (status, (string?)card!["state"]) : default);
    }

    [Fact]
    public async Task Of_one_activation_code_typed_on_eight_phones_one_is_activated()
    {
        var volunteer = await node.World.VolunteerAsync(100);
        await node.World.SqlAsync("DELETE FROM accounts WHERE role = 'volunteer'");
        var (_, issued) = await console.PostAsync($"/api/volunteers/{volunteer}/activation-code");
        using var phone = node.Stranger();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => phone.PostAsync("/api/session/activate", new { code = (string)issued!["code"]! })));

        Assert.Equal([200, 401, 401, 401, 401, 401, 401, 401], answers.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task Two_codes_of_one_volunteer_at_once_give_two_phones_of_one_account()
    {
        var volunteer = await node.World.VolunteerAsync(100);
        await node.World.SqlAsync("DELETE FROM accounts WHERE role = 'volunteer'");
        foreach (var code in new[] { "AAAA2222", "BBBB3333" })
        {
            await node.World.SqlAsync($"INSERT INTO activation_codes (code_hash, volunteer_id, expires_at) VALUES (sha256('{code}'::bytea), '{volunteer}', now() + interval '1 hour')");
        }

        using var phone = node.Stranger();
        var answers = await Task.WhenAll(new[] { "aaaa 2222", "bbbb-3333" }.Select(code => phone.PostAsync("/api/session/activate", new { code })));

        Assert.Equal([200, 200], answers.Select(answer => answer.Status));
        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT count(*) FROM accounts WHERE role = 'volunteer'"));
    }

    [Fact]
    public async Task Facts_of_concurrent_writers_are_numbered_without_a_gap_and_in_the_order_of_time()
    {
        await node.World.VolunteersAsync(12);
        var volunteers = await SignInAsync(12);
        var id = await console.RaiseAsync(ApiClient.Flood(count: 12));
        await console.WhenAsync(id, "offered", 12);

        await Task.WhenAll(volunteers.Select(async volunteer =>
        {
            var callout = await volunteer.MyCalloutAsync();
            await volunteer.PutAsync($"/api/callouts/{callout}/seen");
            await volunteer.AnswerAsync(callout, "accept");
            await volunteer.ProgressAsync(callout, "enRoute");
            await volunteer.ProgressAsync(callout, "onScene");
        }));

        var facts = await console.FactsAsync(id, until: "CalloutSeen", howMany: 12);
        Assert.Equal(facts.All.Select(fact => (DateTimeOffset)fact["at"]!).Order(), facts.All.Select(fact => (DateTimeOffset)fact["at"]!));
        await History.HoldsAsync(console, id);
    }

    private Task<ApiClient[]> SignInAsync(int howMany) => Task.WhenAll(Enumerable.Range(1, howMany).Select(number => node.SignInAsync($"v{number:0000}")));
}
