using Dispatch.Server.Musters;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Dispatch.Server.Tests.Musters.MusterSupport;

namespace Dispatch.Server.Tests.Musters;

/// <summary>What one person says to a muster, and says again, and takes back: the newest counts, whichever arrives last.</summary>
public sealed class MusterAnswerTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private readonly TestNode node = shared.Node;
    private readonly ApiClient futian = shared.Futian;

    [Fact]
    public async Task Saying_no_costs_nothing_a_yes_may_be_taken_back_with_a_reason_and_repeats_change_nothing()
    {
        var (member, id) = await CalledAsync();
        using var signedIn = member;

        Assert.Equal(200, (await member.PutAsync($"/api/musters/{id}/answer", new { answer = "decline" })).Status);
        Assert.Equal(200, (await member.PutAsync($"/api/musters/{id}/answer", new { answer = "decline" })).Status);
        Assert.Equal(1, (int)(await futian.MusterAsync(id))["counts"]!["declined"]!);
        Assert.Equal(200, (await member.PutAsync($"/api/musters/{id}/answer", new { answer = "accept" })).Status);
        Assert.Equal(422, (await member.PutAsync($"/api/musters/{id}/answer", new { answer = "decline" })).Status);
        Assert.Equal(200, (await member.PutAsync($"/api/musters/{id}/answer", new { answer = "decline", reason = "家中有事" })).Status);
        Assert.Equal(new[] { 1, 1, 1, 1, 0, 0 }, Numbers((await futian.MusterAsync(id))["counts"]!));
        Assert.Equal(200, (await member.PutAsync($"/api/musters/{id}/check-in", new { })).Status); // he came all the same
        var (status, problem) = await member.PutAsync($"/api/musters/{id}/answer", new { answer = "decline", reason = "x" });
        Assert.Equal((409, "checkedIn"), (status, (string?)problem!["current"]!["stage"]));
        Assert.Equal(
            new[] { "MusterCalled", "MusterNotified", "MusterDeclined", "MusterAccepted", "MusterDeclined", "MusterCheckedIn" },
            (await futian.MusterFactsAsync(id)).Select(fact => (string)fact["kind"]!));
    }

    [Fact]
    public async Task An_older_answer_that_lands_after_a_newer_one_changes_nothing_and_a_repeat_is_no_news()
    {
        var (member, id) = await CalledAsync();
        using var signedIn = member;
        Assert.Equal((200, "accepted", 10), await SayAsync(member, id, new { answer = "accept", said = 10 }));
        Assert.Equal((200, "responded", 11), await SayAsync(member, id, new { answer = "decline", reason = "家中有事", said = 11 }));

        Assert.Equal((409, "responded", 11), await SayAsync(member, id, new { answer = "accept", said = 10 })); // the yes that the phone had given up on
        Assert.Equal((200, "responded", 11), await SayAsync(member, id, new { answer = "decline", reason = "家中有事", said = 11 }));
        Assert.Equal((409, "responded", 11), await SayAsync(member, id, new { answer = "accept", said = 11 })); // a number is of one answer
        Assert.Equal((200, "responded", 11), await SayAsync(member, id, new { answer = "decline", reason = "家中有事", said = 4 })); // older, and what he says now
        Assert.Equal(["MusterAccepted", "MusterDeclined"], await SaidAsync(id));

        Assert.Equal((200, "accepted", 12), await SayAsync(member, id, new { answer = "accept", said = 12 }));
        Assert.Equal(["MusterAccepted", "MusterDeclined", "MusterAccepted"], await SaidAsync(id));
        Assert.Equal(12, (long)(await member.GetAsync("/api/callouts/mine")).Body!["musters"]!.AsArray().Single(card => (Guid)card!["id"]! == id)!["said"]!); // a reloaded page goes on from there
    }

    [Fact]
    public async Task Who_says_again_what_he_said_makes_what_he_said_in_between_older()
    {
        var (member, id) = await CalledAsync();
        using var signedIn = member;
        Assert.Equal((200, "accepted", 1), await SayAsync(member, id, new { answer = "accept", said = 1 }));

        Assert.Equal((200, "accepted", 3), await SayAsync(member, id, new { answer = "accept", said = 3 }));

        Assert.Equal((409, "accepted", 3), await SayAsync(member, id, new { answer = "decline", reason = "家中有事", said = 2 }));
        Assert.Equal(["MusterAccepted"], await SaidAsync(id));
    }

    [Fact]
    public async Task An_answer_without_a_number_counts_as_it_arrives_and_a_refused_one_uses_up_none()
    {
        var (member, id) = await CalledAsync();
        using var signedIn = member;
        Assert.Equal((200, "accepted", 7), await SayAsync(member, id, new { answer = "accept", said = 7 }));
        Assert.Equal(422, (await member.PutAsync($"/api/musters/{id}/answer", new { answer = "decline", said = 9 })).Status); // without a reason

        Assert.Equal((200, "responded", 7), await SayAsync(member, id, new { answer = "decline", reason = "家中有事" }));
        Assert.Equal((200, "accepted", 7), await SayAsync(member, id, new { answer = "accept" }));

        Assert.Equal((200, "responded", 8), await SayAsync(member, id, new { answer = "decline", reason = "家中有事", said = 8 }));
    }

    [Fact]
    public async Task Of_many_answers_that_arrive_at_once_the_newest_stands()
    {
        var people = await node.World.VolunteersAsync(1);
        var id = await CallAsync(futian, [], people);
        var answers = node.Services.GetRequiredService<AnswerMuster>();
        var said = Enumerable.Range(1, 20).ToArray();
        Random.Shared.Shuffle(said);

        await Task.WhenAll(said.Select(number =>
            answers.AnswerAsync(Phone(people[0]), id, number % 2 == 0 ? new("decline", "家中有事", number) : new("accept", null, number), CancellationToken.None)));

        Assert.Equal("responded", (string?)(await futian.MusterAsync(id))["people"]![0]!["stage"]);
        Assert.Equal(20L, await node.World.ScalarAsync<long>($"SELECT said FROM muster_people WHERE muster_id = '{id}'"));
    }

    /// <summary>Somebody who has been told of a muster, at his phone.</summary>
    private async Task<(ApiClient Member, Guid Muster)> CalledAsync()
    {
        var people = await node.World.VolunteersAsync(1);
        var id = await CallAsync(futian, [], people);
        await futian.MusterWhenAsync(id, "notified", 1);
        return (await node.SignInAsync(await node.World.ScalarAsync<string>($"SELECT external_id FROM volunteers WHERE id = '{people[0]}'")), id);
    }

    /// <summary>How it ended, and the card that came with it.</summary>
    private static async Task<(int Status, string? Stage, long Said)> SayAsync(ApiClient member, Guid id, object answer)
    {
        var (status, body) = await member.PutAsync($"/api/musters/{id}/answer", answer);
        var card = status == 200 ? body! : body!["current"]!;
        return (status, (string?)card["stage"], (long)card["said"]!);
    }

    private async Task<IEnumerable<string>> SaidAsync(Guid id) =>
        (await futian.MusterFactsAsync(id)).Select(fact => (string)fact["kind"]!).Where(kind => kind is "MusterAccepted" or "MusterDeclined");
}
