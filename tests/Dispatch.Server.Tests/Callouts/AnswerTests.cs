using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Channels;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Callouts;

/// <summary>Yes, no, silence, and a yes that comes too late.</summary>
public sealed class AnswerTests : IAsyncLifetime
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
    public async Task A_decline_is_recorded_with_its_reason_and_the_next_nearest_is_asked()
    {
        await node.World.VolunteersAsync(9);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 7);
        using var volunteer = await node.SignInAsync("v0002");

        var (status, card) = await volunteer.AnswerAsync(await volunteer.MyCalloutAsync(), "decline", "atWork");

        Assert.Equal((200, "declined", "atWork"), (status, (string?)card!["state"], (string?)card["reason"]));
        var incident = await console.WhenAsync(id, "offered", 7);
        var next = incident["callouts"]!.AsArray().Single(callout => (int)callout!["wave"]! == 2)!;
        Assert.Equal("志愿者8", (string?)next["volunteer"]!["name"]);
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task Silence_expires_at_the_due_time_and_the_next_nearest_are_asked()
    {
        await AnswerWithinAsync("1500 milliseconds");
        await node.World.VolunteersAsync(9);
        var id = await console.RaiseAsync(ApiClient.Flood());

        var incident = await console.WhenAsync(id, "expired", 9);

        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 2, 2], incident["callouts"]!.AsArray().Select(callout => (int)callout!["wave"]!));
        Assert.All(incident["callouts"]!.AsArray(), callout => Assert.InRange(
            ((DateTimeOffset)callout!["changedAt"]! - (DateTimeOffset)callout["dueAt"]!).TotalSeconds, 0, 5));
        await History.HoldsAsync(console, id);
    }

    /// <summary>The usual yes is one statement (AcceptAtOnce.sql); the yes by SMS goes step by step. They differ in nothing but that.</summary>
    [Fact]
    public async Task A_yes_in_one_statement_writes_what_the_steps_write()
    {
        await node.World.VolunteersAsync(12);
        var id = await console.RaiseAsync(ApiClient.Flood(count: 4));
        await console.WhenAsync(id, "offered", 12);
        using var first = await node.SignInAsync("v0001");
        using var second = await node.SignInAsync("v0002");
        var (at, step) = (await first.MyCalloutAsync(), await second.MyCalloutAsync());
        var by = await node.World.ScalarAsync<Guid>($"SELECT volunteer_id FROM callouts WHERE id = '{step}'");

        var (_, one) = await first.AnswerAsync(at, "accept");
        var steps = await node.Services.GetRequiredService<AnswerCallout>().HandleAsync(
            new(Guid.Empty, Role.Volunteer, "", by), step, new("accept", null), CancellationToken.None, ChannelKind.Sms);

        Assert.Equal("accepted", steps.Value!.State);
        Assert.Equal(steps.Value.State, (string?)one!["state"]);
        Assert.Equal(await WrittenAsync(step), await WrittenAsync(at));
        Assert.Equal("1 2", await node.World.ScalarAsync<string>("SELECT string_agg(data ->> 'filled', ' ' ORDER BY number) FROM facts WHERE kind = 'CalloutAccepted'"));
        Assert.Equal(2, await node.World.ScalarAsync<short>("SELECT filled FROM needs"));
        await History.HoldsAsync(console, id);

        Task<string> WrittenAsync(Guid callout) => node.World.ScalarAsync<string>($$"""
            SELECT jsonb_build_object('callout', to_jsonb(c) - '{id,volunteer_id,rank,distance_metres,located_by,answered_at,changed_at,sent_at,delivered_at,seen_at,channels_look_at}'::text[],
                     'timely', c.answered_at = c.changed_at AND f.at = c.changed_at AND c.changed_at BETWEEN c.offered_at AND now(),
                     'fact', to_jsonb(f) - '{number,at,by_id,callout_id,hash,data}'::text[], 'data', f.data - 'filled' - 'via', 'his', f.by_id = c.volunteer_id)::text
            FROM callouts c JOIN facts f ON f.callout_id = c.id AND f.kind = 'CalloutAccepted' WHERE c.id = '{{callout}}'
            """);
    }

    /// <summary>So is the usual no (DeclineAtOnce.sql), with a reason and without; and after it the next are asked.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("在外地 \"出差\"")]
    public async Task A_no_in_one_statement_writes_what_the_steps_write(string? reason)
    {
        await node.World.VolunteersAsync(12);
        var id = await console.RaiseAsync(ApiClient.Flood());
        var offered = (await console.WhenAsync(id, "offered", 7))["callouts"]!.AsArray().Count;
        using var first = await node.SignInAsync("v0001");
        using var second = await node.SignInAsync("v0002");
        var (at, step) = (await first.MyCalloutAsync(), await second.MyCalloutAsync());
        var by = await node.World.ScalarAsync<Guid>($"SELECT volunteer_id FROM callouts WHERE id = '{step}'");

        var (status, one) = await first.AnswerAsync(at, "decline", reason);
        var steps = await node.Services.GetRequiredService<AnswerCallout>().HandleAsync(
            new(Guid.Empty, Role.Volunteer, "", by), step, new("decline", reason), CancellationToken.None, ChannelKind.Sms);

        Assert.Equal((200, "declined", reason), (status, (string?)one!["state"], (string?)one["reason"]));
        Assert.Equal("declined", steps.Value!.State);
        Assert.Equal(await WrittenAsync(step), await WrittenAsync(at));
        Assert.Equal(1, await node.World.ScalarAsync<long>($"SELECT count(*) FROM facts WHERE callout_id = '{at}' AND kind = 'CalloutDeclined'"));
        Assert.Equal((200, "declined"), await first.AnswerAsync(at, "decline", reason) is var (again, same) ? (again, (string?)same!["state"]) : default);
        Assert.Equal(409, (await first.AnswerAsync(at, "accept")).Status);
        await Eventually.True(async () => (await console.IncidentAsync(id))["callouts"]!.AsArray().Count > offered, "others to be asked in their stead");
        await History.HoldsAsync(console, id);

        Task<string> WrittenAsync(Guid callout) => node.World.ScalarAsync<string>($$"""
            SELECT jsonb_build_object('callout', to_jsonb(c) - '{id,volunteer_id,rank,distance_metres,located_by,answered_at,changed_at,sent_at,delivered_at,seen_at,channels_look_at}'::text[],
                     'timely', c.answered_at = c.changed_at AND f.at = c.changed_at AND c.changed_at BETWEEN c.offered_at AND now(),
                     'fact', to_jsonb(f) - '{number,at,by_id,callout_id,hash,data}'::text[], 'data', f.data - 'via', 'has', f.data ? 'via', 'his', f.by_id = c.volunteer_id)::text
            FROM callouts c JOIN facts f ON f.callout_id = c.id AND f.kind = 'CalloutDeclined' WHERE c.id = '{{callout}}'
            """);
    }

    [Fact]
    public async Task A_yes_after_the_place_was_taken_is_standby()
    {
        await node.World.VolunteersAsync(2);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 2);
        using var first = await node.SignInAsync("v0001");
        using var second = await node.SignInAsync("v0002");
        await first.AnswerAsync(await first.MyCalloutAsync(), "accept");

        var callout = await second.MyCalloutAsync();
        var (status, card) = await second.AnswerAsync(callout, "accept");

        Assert.Equal((200, "standby"), (status, (string?)card!["state"]));
        Assert.Equal((200, "standby"), await second.AnswerAsync(callout, "accept") is var (again, same) ? (again, (string?)same!["state"]) : default);
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task A_yes_after_silence_is_called_up_at_once_when_a_place_is_open()
    {
        await AnswerWithinAsync("1 second");
        await node.World.VolunteerAsync(100);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "expired", 1);
        using var volunteer = await node.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);

        var (status, card) = await volunteer.AnswerAsync(await volunteer.MyCalloutAsync(), "accept");

        Assert.Equal((200, "standby"), (status, (string?)card!["state"]));
        Assert.Equal("accepted", (await phone.WhenAsync("calledUp")).GetProperty("callout").GetProperty("state").GetString());
        Assert.Equal(1, (int)(await console.IncidentAsync(id))["needs"]![0]!["filled"]!);
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task When_somebody_turns_back_a_standby_comes_before_anybody_new()
    {
        await node.World.VolunteersAsync(9);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 7);
        using var first = await node.SignInAsync("v0001");
        using var second = await node.SignInAsync("v0002");
        var place = await first.MyCalloutAsync();
        await first.AnswerAsync(place, "accept");
        await second.AnswerAsync(await second.MyCalloutAsync(), "accept");

        var (status, _) = await first.ProgressAsync(place, "turnedBack", "车辆故障");

        Assert.Equal(200, status);
        await console.FactsAsync(id, until: "CalloutCalledUp");
        var incident = await console.IncidentAsync(id);
        Assert.DoesNotContain(incident["callouts"]!.AsArray(), callout => (int)callout!["wave"]! > 1);
        Assert.Equal(1, (int)incident["needs"]![0]!["filled"]!);
        await History.HoldsAsync(console, id);
    }

    [Fact]
    public async Task A_standby_whom_another_incident_holds_is_passed_over()
    {
        await node.World.VolunteersAsync(2);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 2);
        using var first = await node.SignInAsync("v0001");
        using var second = await node.SignInAsync("v0002");
        var place = await first.MyCalloutAsync();
        await first.AnswerAsync(place, "accept");
        await second.AnswerAsync(await second.MyCalloutAsync(), "accept");
        var other = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(other, "offered", 1);
        await second.AnswerAsync(await second.MyCalloutAsync(), "accept");

        await first.ProgressAsync(place, "turnedBack", "身体不适");

        await console.FactsAsync(id, until: "NeedExhausted", howMany: 2);
        Assert.DoesNotContain("CalloutCalledUp", (await console.FactsAsync(id)).Kinds());
        await History.HoldsAsync(console, id);
        await History.HoldsAsync(console, other);
    }

    [Fact]
    public async Task The_yes_that_fills_the_need_withdraws_the_other_offers_in_the_same_moment()
    {
        await node.World.VolunteersAsync(7);
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.WhenAsync(id, "offered", 7);
        using var volunteer = await node.SignInAsync("v0004");
        using var other = await node.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(node, other.Token);
        await volunteer.AnswerAsync(await volunteer.MyCalloutAsync(), "accept");

        var facts = await console.FactsAsync(id);
        Assert.Equal(["CalloutAccepted", "NeedFilled", .. Enumerable.Repeat("CalloutRecalled", 6)], facts.Kinds().SkipWhile(kind => kind != "CalloutAccepted").Where(kind => !kind.EndsWith("Sent", StringComparison.Ordinal) && kind != "CalloutDelivered"));
        Assert.Single(facts.All.SkipWhile(fact => (string?)fact["kind"] != "CalloutAccepted").Where(fact => (string?)fact["kind"] is "CalloutAccepted" or "CalloutRecalled").Select(fact => (string?)fact["at"]).Distinct());
        Assert.Equal("filled", (await phone.WhenAsync("recalled")).GetProperty("callout").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Nobody_else_can_answer_for_a_volunteer()
    {
        await node.World.VolunteersAsync(2);
        await node.World.SqlAsync("UPDATE volunteers SET duty = 'off' WHERE external_id = 'v0002'");
        var id = await console.RaiseAsync(ApiClient.Flood());
        using var asked = await node.SignInAsync("v0001");
        using var other = await node.SignInAsync("v0002");
        var callout = await asked.MyCalloutAsync();

        Assert.Equal(404, (await other.AnswerAsync(callout, "accept")).Status);
        Assert.Equal(403, (await console.AnswerAsync(callout, "accept")).Status);
        Assert.Equal(404, (await other.ProgressAsync(callout, "enRoute")).Status);
        Assert.Equal("offered", (string?)(await console.IncidentAsync(id))["callouts"]![0]!["state"]);
    }

    private Task AnswerWithinAsync(string interval) => node.World.SqlAsync($"UPDATE categories SET answer_within = '{interval}' WHERE key = 'flood'");
}
