using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>A home that is refused its people, or hears nothing, does not have to turn to the superior itself: the question goes there, by its time.</summary>
public sealed partial class ReleaseEndTests
{
    [Fact]
    public async Task What_the_command_refuses_goes_to_the_common_superior_whose_word_sends_them_home()
    {
        await using var above = await LiveConsole.WatchAsync(shared.Node, city.Token, null);
        ConcurrentQueue<string> told = new();
        using var listening = above.On("Aid", word => told.Enqueue((string)word["kind"]!));
        var (incident, loan, _) = await WantedBackAsync();
        var waits = await LoanAsync(luohu, loan);
        Assert.Null(waits["appeal"]!["to"]);
        Assert.Equal(Now.AddMinutes(3), (DateTimeOffset)waits["appeal"]!["dueAt"]!, TimeSpan.FromMinutes(1));
        Assert.Equal("superior", (string)(await LoanAsync(city, loan))["mayDecideAs"]!); // above both it may speak, and is not asked yet

        Assert.Equal(200, (await DecideAsync(futian, loan, "goOn", await LoanAsync(futian, loan))).Status);

        var fact = (await futian.FactsAsync(incident, until: "AidAppealed")).Of("AidAppealed").Single();
        Assert.Equal(("4403", "深圳市", "refused", "system"), ((string)fact["data"]!["superiorCode"]!, (string)fact["data"]!["superiorName"]!, (string)fact["data"]!["because"]!, (string)fact["by"]!["kind"]!));
        await Eventually.True(() => told.Contains("AidAppealed"), "the superior's desk to hear of it");
        var there = await LoanAsync(city, loan);
        Assert.Equal(("4403", "superior"), ((string)there["appeal"]!["to"]!["code"]!, (string)there["mayDecideAs"]!));
        Assert.Equal(("罗湖指挥员", "callHome"), ((string)there["appeal"]!["asked"]!["by"]!["name"]!, (string)there["appeal"]!["asked"]!["decision"]!)); // both words are before it
        Assert.Equal("goOn", (string)there["decision"]!["decision"]!);
        Assert.Equal("lender", (string)(await LoanAsync(luohu, loan))["mayDecideAs"]!);
        Assert.Equal(409, (await DecideAsync(futian, loan, "goOn", await LoanAsync(futian, loan))).Status); // said once
        Assert.Equal(409, (await DecideAsync(luohu, loan, "callHome", await LoanAsync(luohu, loan))).Status);
        Assert.Equal(["accepted"], await StatesAsync(incident)); // and nobody is recalled by all that

        var commandId = Guid.NewGuid();
        Assert.Equal(200, (await DecideAsync(city, loan, "callHome", there, commandId)).Status);
        Assert.Equal(200, (await DecideAsync(city, loan, "callHome", there, commandId)).Status); // no answer came: the same again

        Assert.Equal(["released"], await StatesAsync(incident));
        var decided = (await futian.FactsAsync(incident)).Of("AidLapseDecided").Last();
        Assert.Equal(("superior", "4403", "深圳市", "市指挥员"), Word(decided));
        Assert.Null((await LoanAsync(luohu, loan))["appeal"]);
    }

    [Fact]
    public async Task A_command_that_is_silent_is_passed_over_and_a_superior_that_is_silent_changes_nothing()
    {
        var (incident, loan, _) = await WantedBackAsync();
        await AppealDueAsync(incident, loan);
        var fact = (await futian.FactsAsync(incident, until: "AidAppealed")).Of("AidAppealed").Single();
        Assert.Equal("silence", (string)fact["data"]!["because"]!);
        Assert.True((await World.ScalarAsync<DateTime>($"SELECT aid_due_at FROM incidents WHERE id = '{incident}'")) > Now.AddMinutes(2).UtcDateTime); // the superior's own time

        await AppealDueAsync(incident, loan);
        await futian.FactsAsync(incident, until: "AidAppealUnanswered");

        Assert.Equal(["accepted"], await StatesAsync(incident));
        var view = await LoanAsync(luohu, loan);
        Assert.Equal(("4403", null), ((string)view["appeal"]!["to"]!["code"]!, view["appeal"]!["dueAt"]));
        Assert.Equal(("callHome", "lender"), ((string)view["decision"]!["decision"]!, (string)view["decision"]!["as"]!)); // the last word stands
        Assert.True(await World.ScalarAsync<bool>($"SELECT aid_due_at IS NULL FROM incidents WHERE id = '{incident}'"));
        Assert.Equal(200, (await DecideAsync(futian, loan, "goOn", view)).Status); // late, and not asked a second time
        Assert.Single((await futian.FactsAsync(incident)).Of("AidAppealed"));
        Assert.Null((await LoanAsync(luohu, loan))["appeal"]);
    }

    [Fact]
    public async Task Either_side_may_give_way_while_it_is_with_the_superior_and_its_word_may_be_that_they_stay()
    {
        var (_, loan, _) = await WantedBackAsync();
        Assert.Equal(200, (await DecideAsync(futian, loan, "goOn", await LoanAsync(futian, loan))).Status);
        Assert.Equal(200, (await DecideAsync(luohu, loan, "goOn", await LoanAsync(luohu, loan))).Status);
        Assert.Null((await LoanAsync(city, loan))["appeal"]);

        Assert.Equal(200, (await DecideAsync(luohu, loan, "callHome", await LoanAsync(luohu, loan))).Status); // things have changed
        Assert.Equal(200, (await DecideAsync(futian, loan, "goOn", await LoanAsync(futian, loan))).Status);
        Assert.Equal(200, (await DecideAsync(city, loan, "goOn", await LoanAsync(city, loan))).Status);
        Assert.Equal(("goOn", "superior"), await LastWordAsync(loan));

        Assert.Equal(200, (await ExtendAsync(luohu, loan, Now.AddHours(3))).Status); // and an extension settles it too
        Assert.Null((await LoanAsync(luohu, loan))["appeal"]);
    }

    [Fact]
    public async Task A_superior_who_speaks_before_it_is_asked_has_decided_and_who_is_home_is_not_asked_about()
    {
        var (incident, loan, phones) = await WantedBackAsync();
        Assert.Equal(200, (await DecideAsync(city, loan, "goOn", await LoanAsync(city, loan))).Status);
        var facts = await futian.FactsAsync(incident);
        Assert.Empty(facts.Of("AidAppealed"));
        Assert.Equal([("lender", "440303", "罗湖区", "罗湖指挥员"), ("superior", "4403", "深圳市", "市指挥员")], facts.Of("AidLapseDecided").Select(Word)); // it is not Futian that has spoken
        Assert.Equal(("goOn", "superior"), await LastWordAsync(loan));
        Assert.Equal("深圳市", (string)(await LoanAsync(futian, loan))["decision"]!["for"]!["name"]!);

        Assert.Equal(200, (await DecideAsync(luohu, loan, "callHome", await LoanAsync(luohu, loan))).Status);
        await phones[0].ProgressAsync(await phones[0].MyCalloutAsync(), "turnedBack", "堵车");
        await AppealDueAsync(incident, loan);
        await Eventually.True(() => World.ScalarAsync<bool>($"SELECT appeal_due_at IS NULL FROM releases WHERE id = '{loan}'"), "the question to be settled");
        Assert.Empty((await futian.FactsAsync(incident)).Of("AidAppealed"));
    }

    [Fact]
    public async Task A_command_above_the_home_has_the_last_word_and_its_silence_is_on_record()
    {
        var (incident, loan, _) = await WantedBackAsync();
        await World.SqlAsync($"UPDATE incidents SET district = '4403', region = '4403', region_path = '44.4403' WHERE id = '{incident}'"); // as one over several districts is led
        raised.Remove(incident);

        await AppealDueAsync(incident, loan);
        var silent = (await city.FactsAsync(incident, until: "AidAppealUnanswered")).Of("AidAppealUnanswered").Single();
        Assert.Equal("4403", (string)silent["data"]!["superiorCode"]!);
        Assert.Equal(("4403", null), ((string)(await LoanAsync(luohu, loan))["appeal"]!["to"]!["code"]!, (await LoanAsync(luohu, loan))["appeal"]!["dueAt"]));

        Assert.Equal(200, (await DecideAsync(luohu, loan, "callHome", await LoanAsync(luohu, loan))).Status); // asked anew
        Assert.Equal(200, (await DecideAsync(city, loan, "goOn", await LoanAsync(city, loan))).Status);

        var facts = await city.FactsAsync(incident);
        Assert.Empty(facts.Of("AidAppealed")); // the province is above both, and not above this refusal
        Assert.Equal(("command", "4403", "深圳市", "市指挥员"), Word(facts.Of("AidLapseDecided").Last()));
        Assert.Null((await LoanAsync(luohu, loan))["appeal"]);
        await city.OrderAsync($"/api/incidents/{incident}/close");
    }

    private static (string, string, string, string) Word(JsonNode fact) =>
        ((string)fact["data"]!["decidedAs"]!, (string)fact["data"]!["forCode"]!, (string)fact["data"]!["forName"]!, (string)fact["by"]!["name"]!);

    /// <summary>One of Luohu's is out beyond the end of his loan, and Luohu wants him back.</summary>
    private async Task<(Guid Incident, Guid Loan, List<ApiClient> Phones)> WantedBackAsync()
    {
        var lent = await LentAsync(accept: 1);
        await RunsOutAsync(lent.Incident, lent.Loan);
        await futian.FactsAsync(lent.Incident, until: "AidLapsed");
        Assert.Equal(200, (await DecideAsync(luohu, lent.Loan, "callHome", null)).Status);
        return lent;
    }

    private async Task<(string, string)> LastWordAsync(Guid loan)
    {
        var word = (await LoanAsync(luohu, loan))["decision"]!;
        return ((string)word["decision"]!, (string)word["as"]!);
    }

    /// <summary>Moves the time to answer into the past, as time would.</summary>
    private Task AppealDueAsync(Guid incident, Guid loan) => World.SqlAsync($"""
        UPDATE releases SET appeal_due_at = now() - interval '1 second' WHERE id = '{loan}';
        UPDATE incidents SET aid_due_at = now() - interval '1 second', look_at = now() - interval '1 second' WHERE id = '{incident}';
        """);
}
