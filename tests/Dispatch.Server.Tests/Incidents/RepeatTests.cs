using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Incidents;

/// <summary>Every command may be repeated under its id: the answer is the same and nothing more happens.</summary>
public sealed class RepeatTests : IAsyncLifetime
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
    public async Task A_raise_repeated_answers_with_the_incident_as_it_is_now()
    {
        await node.World.VolunteersAsync(3);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 3);

        var (status, incident) = await console.PutAsync($"/api/incidents/{id}", ApiClient.Flood());

        Assert.Equal(200, status);
        Assert.Equal(3, incident!["callouts"]!.AsArray().Count);
        await UnchangedAsync(id, (long)incident["lastFact"]!);
    }

    [Fact]
    public async Task Another_body_under_the_same_id_is_refused_and_changes_nothing()
    {
        var id = await console.RaiseAsync(ApiClient.Flood());
        var before = (long)(await SettledAsync(id))["lastFact"]!;

        var (status, problem) = await console.PutAsync($"/api/incidents/{id}", ApiClient.Flood(count: 2));

        Assert.Equal((422, "https://dispatch.invalid/problems/differentBody"), (status, (string?)problem!["type"]));
        Assert.Equal(1, (int)problem["current"]!["needs"]![0]!["count"]!);
        await UnchangedAsync(id, before);
    }

    [Fact]
    public async Task The_201_and_every_later_answer_tell_the_same_of_what_does_not_change()
    {
        var id = Guid.CreateVersion7();
        var (_, created) = await console.PutAsync($"/api/incidents/{id}", ApiClient.Flood());
        var (_, repeated) = await console.PutAsync($"/api/incidents/{id}", ApiClient.Flood());

        foreach (var property in created!.AsObject().Select(pair => pair.Key).Except(["lastFact", "needs", "callouts"]))
        {
            Assert.Equal((property, repeated![property]?.ToJsonString()), (property, created[property]?.ToJsonString()));
        }
    }

    [Theory]
    [InlineData("accept", "accepted", "decline")]
    [InlineData("decline", "declined", "accept")]
    public async Task An_answer_repeated_is_the_same_and_another_is_refused(string answer, string state, string other)
    {
        await node.World.VolunteersAsync(2);
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood(count: 3));
        await console.WhenAsync(id, "offered", 2);
        var callout = await volunteer.MyCalloutAsync();
        await volunteer.AnswerAsync(callout, answer, "tooFar");
        var before = (long)(await SettledAsync(id))["lastFact"]!;

        var (same, card) = await volunteer.AnswerAsync(callout, answer, "tooFar");
        var (different, problem) = await volunteer.AnswerAsync(callout, other);

        Assert.Equal((200, state), (same, (string?)card!["state"]));
        Assert.Equal((409, state), (different, (string?)problem!["current"]!["state"]));
        await UnchangedAsync(id, before);
    }

    [Fact]
    public async Task A_yes_repeated_after_it_was_all_over_is_still_the_same_yes()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = await volunteer.MyCalloutAsync();
        await volunteer.AnswerAsync(callout, "accept");
        var ended = await console.OrderAsync($"/api/incidents/{id}/close");

        var (status, card) = await volunteer.AnswerAsync(callout, "accept"); // the first answer was lost on its way back

        Assert.Equal((200, "released"), (status, (string?)card!["state"]));
        await UnchangedAsync(id, (long)ended["lastFact"]!);
    }

    [Theory]
    [InlineData("escalate", "CallingResumed")]
    [InlineData("recall", "CallingPaused")]
    [InlineData("close", "IncidentClosed")]
    [InlineData("cancel", "IncidentCancelled")]
    public async Task An_order_repeated_under_its_id_does_nothing_more(string order, string fact)
    {
        await node.World.VolunteersAsync(20);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 7);
        var body = new { commandId = Guid.NewGuid(), reason = "口令" };
        var (_, first) = await console.PostAsync($"/api/incidents/{id}/{order}", body);

        var (status, again) = await console.PostAsync($"/api/incidents/{id}/{order}", body);
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => console.PostAsync($"/api/incidents/{id}/{order}", body)));

        Assert.Equal(200, status);
        Assert.All(atOnce, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(first!.ToJsonString(), again!.ToJsonString());
        Assert.Single((await console.FactsAsync(id)).Of(fact));
        await UnchangedAsync(id, (long)first["lastFact"]!);
    }

    [Theory]
    [InlineData("recall", "CalloutRecalled")]
    [InlineData("release", "CalloutReleased")]
    public async Task An_order_to_one_call_out_repeated_under_its_id_does_nothing_more(string order, string fact)
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = await volunteer.MyCalloutAsync();
        if (order == "release")
        {
            await volunteer.AnswerAsync(callout, "accept");
        }

        var body = new { commandId = Guid.NewGuid() };
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => console.PostAsync($"/api/callouts/{callout}/{order}", body)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Single((await console.FactsAsync(id)).Of(fact));
    }

    [Fact]
    public async Task An_id_that_was_given_to_one_order_is_not_taken_for_another()
    {
        await node.World.VolunteerAsync(100);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 1);
        var commandId = Guid.NewGuid();
        await console.PostAsync($"/api/incidents/{id}/escalate", new { commandId });
        var before = (long)(await SettledAsync(id))["lastFact"]!;

        var (status, problem) = await console.PostAsync($"/api/incidents/{id}/close", new { commandId });

        Assert.Equal((422, "https://dispatch.invalid/problems/differentBody"), (status, (string?)problem!["type"]));
        Assert.Equal("open", (string?)problem["current"]!["state"]);
        await UnchangedAsync(id, before);
    }

    [Fact]
    public async Task Without_an_id_no_order_is_carried_out()
    {
        var id = await console.RaiseAsync(ApiClient.Flood());

        foreach (var body in new object[] { new { }, new { commandId = Guid.Empty } })
        {
            var (status, problem) = await console.PostAsync($"/api/incidents/{id}/close", body);
            Assert.Equal((422, "commandId"), (status, (string?)problem!["errors"]![0]!["field"]));
        }

        Assert.Equal("open", (string?)(await console.IncidentAsync(id))["state"]);
    }

    /// <summary>The incident after everything that its last change sets in motion has been written.</summary>
    private async Task<JsonNode> SettledAsync(Guid id)
    {
        await Eventually.True(
            () => node.World.ScalarAsync<bool>($"SELECT coalesce(look_at > now(), true) FROM incidents WHERE id = '{id}'"), "nothing to be due");
        return await console.IncidentAsync(id);
    }

    private async Task UnchangedAsync(Guid id, long lastFact)
    {
        Assert.Equal(lastFact, (long)(await SettledAsync(id))["lastFact"]!);
        await History.HoldsAsync(console, id);
    }
}
