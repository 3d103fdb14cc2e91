using System.Text.Json;
using Dispatch.Drills.Gateway;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Channels;

/// <summary>What comes back from gateways: answers and delivery reports, from nobody else, and each once.</summary>
public sealed class InboundTests : IAsyncLifetime
{
    private FakeGateway gateway = null!;
    private TestNode node = null!;
    private ApiClient console = null!;

    public async Task InitializeAsync()
    {
        gateway = await FakeGateway.StartAsync();
        node = await TestNode.StartAsync(gateway.Settings($"--Channels:Voice:Url={gateway.Address}/send", $"--Channels:Voice:Secret={FakeGateway.Secret}"));
        console = await node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        console.Dispose();
        await node.DisposeAsync();
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_yes_by_SMS_takes_the_place_and_the_record_says_by_which_way_it_came()
    {
        await Numbers.VolunteersAsync(node, 3);
        var id = await AskedBySmsAsync(3);

        var (status, answer) = await gateway.ReplyAsync(node.Address, Numbers.Of(2), "ａ１");

        Assert.Equal((200, "accepted"), (status, Result(answer)));
        Assert.Contains("景田北六街", Reply(answer), StringComparison.Ordinal);
        var facts = await console.FactsAsync(id, until: "CalloutRecalled", howMany: 2);
        var accepted = facts.Of("CalloutAccepted").Single();
        Assert.Equal("sms", (string?)accepted["data"]!["via"]);
        Assert.Equal("volunteer", (string?)accepted["by"]!["kind"]);
        var incident = await console.IncidentAsync(id);
        Assert.Equal(1, (int)incident["needs"]![0]!["filled"]!);
        var callout = incident["callouts"]!.AsArray().Single(one => (string?)one!["state"] == "accepted")!;
        Assert.NotNull((string?)callout["channels"]!.AsArray().Single(one => (string?)one!["channel"] == "sms")!["confirmedAt"]);
    }

    [Fact]
    public async Task The_same_reply_told_again_gets_the_same_answer_and_changes_nothing()
    {
        await Numbers.VolunteersAsync(node, 1);
        var id = await AskedBySmsAsync(1);

        var first = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1", eventId: "e-1");
        await console.FactsAsync(id, until: "NeedFilled");
        var before = (await console.IncidentAsync(id))["lastFact"]!.GetValue<long>();
        var again = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1", eventId: "e-1");
        var other = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1", eventId: "e-2");
        var different = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "B1", eventId: "e-1");

        Assert.Equal(first.Body.ToString(), again.Body.ToString());
        Assert.Equal("accepted", Result(other.Body));
        Assert.Equal(422, different.Status);
        Assert.Equal(before, (await console.IncidentAsync(id))["lastFact"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_no_by_SMS_costs_nothing_and_a_later_yes_is_refused_in_words()
    {
        await Numbers.VolunteersAsync(node, 1);
        var id = await AskedBySmsAsync(1);

        var no = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "B1 在外地");
        var yes = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1");

        Assert.Equal(("declined", "refused"), (Result(no.Body), Result(yes.Body)));
        Assert.Equal("sms", (string?)(await console.FactsAsync(id, until: "CalloutDeclined")).Of("CalloutDeclined").Single()["data"]!["via"]);
    }

    [Fact]
    public async Task A_late_yes_becomes_standby_and_one_after_a_recall_is_told_not_to_come()
    {
        await Numbers.VolunteersAsync(node, 2);
        var id = await AskedBySmsAsync(2);
        await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1");
        await console.WhenAsync(id, "recalled", 1);

        var late = await gateway.ReplyAsync(node.Address, Numbers.Of(2), "A1");
        await console.OrderAsync($"/api/incidents/{id}/close", "完成");
        var tooLate = await gateway.ReplyAsync(node.Address, Numbers.Of(2), "A1");

        Assert.Equal("standby", Result(late.Body));
        Assert.Contains("候补。请先不要前往", Reply(late.Body), StringComparison.Ordinal);
        Assert.Equal("tooLate", Result(tooLate.Body));
        Assert.Contains("不要前往", Reply(tooLate.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whose_yes_turned_into_standby_since_his_SMS_is_told_so_by_the_answer_to_it_and_by_no_SMS_before()
    {
        await node.World.SqlAsync("UPDATE categories SET arrive_within = '20 minutes' WHERE key = 'flood'");
        var ids = await Numbers.VolunteersAsync(node, 2);
        var id = await AskedBySmsAsync(2);
        Assert.All(gateway.Sent, sent => Assert.DoesNotContain("候补", sent.Text, StringComparison.Ordinal)); // a yes was a place
        await node.World.SqlAsync($"UPDATE positions SET location = ST_Project(location, 6000, radians(90)), taken_at = now() WHERE volunteer_id = '{ids[1]}'");
        Assert.Equal("accepted", Result((await gateway.ReplyAsync(node.Address, Numbers.Of(2), "A1")).Body)); // and will be late: the other offer stays
        Assert.Equal(1L, await node.World.ScalarAsync<long>("SELECT count(*) FROM inbox WHERE kind = 'yesTurned'"));

        var (_, answer) = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1");

        Assert.Equal("standby", Result(answer));
        Assert.Contains("候补。请先不要前往", Reply(answer), StringComparison.Ordinal);
        await console.FactsAsync(id, until: "CalloutStoodBy");
        Assert.All(gateway.Sent, sent => Assert.Equal("callOut", sent.Kind)); // no message of its own: it would cost an alert and decide nothing
    }

    [Theory]
    [InlineData("A9", "unknownCode")]
    [InlineData("我考虑一下", "notUnderstood")]
    [InlineData("A1 B1", "ambiguous")]
    public async Task What_cannot_be_taken_as_an_answer_is_answered_in_words_and_changes_nothing(string text, string result)
    {
        await Numbers.VolunteersAsync(node, 1);
        var id = await AskedBySmsAsync(1);

        var (status, answer) = await gateway.ReplyAsync(node.Address, Numbers.Of(1), text);

        Assert.Equal((200, result), (status, Result(answer)));
        Assert.NotEmpty(Reply(answer));
        Assert.Equal("offered", (string?)(await console.IncidentAsync(id))["callouts"]![0]!["state"]);
    }

    [Fact]
    public async Task A_bare_yes_is_enough_for_one_call_out_and_a_stranger_learns_nothing()
    {
        await Numbers.VolunteersAsync(node, 1);
        await AskedBySmsAsync(1);
        await Eventually.True(() => gateway.Sent.Any(message => message.Channel == Server.Channels.ChannelKind.Voice), "the voice call, which begins in the same moment");

        var stranger = await gateway.ReplyAsync(node.Address, "+999000000000", "A1");
        var bare = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "接受");

        Assert.Equal(("unknownCode", "accepted"), (Result(stranger.Body), Result(bare.Body)));
        Assert.Equal(1L, await node.World.ScalarAsync<long>("SELECT count(*) FROM reply_codes"));
    }

    [Fact]
    public async Task Two_who_share_a_telephone_have_different_codes()
    {
        var volunteers = await node.World.VolunteersAsync(2);
        await Numbers.GiveAsync(node, volunteers[0], Numbers.Of(7));
        await Numbers.GiveAsync(node, volunteers[1], Numbers.Of(7));
        var id = await AskedBySmsAsync(2);
        var codes = gateway.Sent.Where(message => message.Channel == Server.Channels.ChannelKind.Sms).ToDictionary(message => message.CalloutId!.Value, message => message.ReplyCodes!.Accept);

        var bare = await gateway.ReplyAsync(node.Address, Numbers.Of(7), "A");
        var (callout, code) = codes.First();
        var coded = await gateway.ReplyAsync(node.Address, Numbers.Of(7), code);

        Assert.Equal(2, codes.Values.Distinct().Count());
        Assert.Equal(("ambiguous", "accepted"), (Result(bare.Body), Result(coded.Body)));
        Assert.All(codes.Values, each => Assert.Contains(each, Reply(bare.Body), StringComparison.Ordinal));
        var accepted = (await console.FactsAsync(id, until: "CalloutAccepted")).Of("CalloutAccepted").Single();
        Assert.Equal(callout, (Guid)accepted["calloutId"]!);
    }

    [Fact]
    public async Task A_code_is_not_given_again_to_the_next_call_out_so_a_late_reply_stays_with_its_own()
    {
        await Numbers.VolunteersAsync(node, 1);
        var first = await AskedBySmsAsync(1);
        await console.OrderAsync($"/api/incidents/{first}/close", "完成");
        var second = await AskedBySmsAsync(1);

        var late = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "A1");

        Assert.Equal("tooLate", Result(late.Body));
        Assert.Equal("offered", (string?)(await console.IncidentAsync(second))["callouts"]![0]!["state"]);
        var code = gateway.Sent.Last(message => message.Channel == Server.Channels.ChannelKind.Sms).ReplyCodes!.Accept;
        Assert.Equal("A2", code);
        Assert.Equal("accepted", Result((await gateway.ReplyAsync(node.Address, Numbers.Of(1), code)).Body));
    }

    [Fact]
    public async Task A_key_pressed_in_a_voice_call_is_an_answer_to_that_call()
    {
        await Numbers.VolunteersAsync(node, 1);
        var id = await AskedBySmsAsync(1);
        await Eventually.True(() => gateway.Sent.Any(message => message.Channel == Server.Channels.ChannelKind.Voice), "the voice call");
        var call = gateway.Sent.Single(message => message.Channel == Server.Channels.ChannelKind.Voice);

        var (_, answer) = await gateway.ReplyAsync(node.Address, Numbers.Of(1), "1", inReplyTo: call.Id, channel: "voice");

        Assert.Equal("accepted", Result(answer));
        Assert.Equal("voice", (string?)(await console.FactsAsync(id, until: "CalloutAccepted")).Of("CalloutAccepted").Single()["data"]!["via"]);
        Assert.Contains("请按 1", call.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_signature_an_old_one_and_an_altered_body_are_401_and_write_nothing()
    {
        await Numbers.VolunteersAsync(node, 1);
        await AskedBySmsAsync(1);
        var reply = new { eventId = "forged", from = Numbers.Of(1), text = "A1" };
        const string Path = "/api/channels/sms/replies";

        var wrong = await gateway.TellAsync(node.Address, Path, reply, secret: new string('x', 40));
        var old = await gateway.TellAsync(node.Address, Path, reply, age: TimeSpan.FromMinutes(6));
        var future = await gateway.TellAsync(node.Address, Path, reply, age: TimeSpan.FromMinutes(-6));
        using var stranger = node.Stranger();
        var (unsigned, _) = await stranger.PostAsync(Path, reply);

        Assert.Equal([401, 401, 401, 401], [wrong.Status, old.Status, future.Status, unsigned]);
        Assert.Equal(0, await node.World.ScalarAsync<long>("SELECT count(*) FROM channel_events"));
        Assert.Equal(1, await node.World.ScalarAsync<long>("SELECT count(*) FROM callouts WHERE state = 'offered'"));
    }

    [Theory]
    [InlineData("""{"eventId":"e","from":"12","text":"A1"}""", 422, "from")]
    [InlineData("""{"eventId":"","from":"13800000000","text":"A1"}""", 422, "eventId")]
    [InlineData("""{"eventId":"e","from":"13800000000"}""", 422, "text")]
    [InlineData("""{"eventId":"e","from":"13800000000","text":"A1","more":1}""", 400, "more")]
    [InlineData("""{"eventId":""", 400, "eventId")]
    public async Task A_signed_call_that_is_not_well_formed_is_a_problem_that_names_the_field(string body, int status, string field)
    {
        var told = await gateway.TellAsync(node.Address, "/api/channels/sms/replies", System.Text.Encoding.UTF8.GetBytes(body));
        Assert.Equal(status, told.Status);
        Assert.Contains(field, told.Body.GetProperty("errors")[0].GetProperty("field").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_channel_that_is_not_configured_does_not_exist_and_a_flood_of_text_is_too_large()
    {
        Assert.Equal(404, (await gateway.TellAsync(node.Address, "/api/channels/pager/replies", new { })).Status);
        Assert.Equal(413, (await gateway.TellAsync(node.Address, "/api/channels/sms/replies", new byte[20_000])).Status);
    }

    [Fact]
    public async Task A_delivery_report_is_shown_once_and_a_failure_after_it_changes_nothing()
    {
        await Numbers.VolunteersAsync(node, 1);
        var id = await AskedBySmsAsync(1);
        var message = gateway.Sent.First(each => each.Channel == Server.Channels.ChannelKind.Sms).Id;

        var delivered = await gateway.ReportAsync(node.Address, message, "delivered");
        var again = await gateway.ReportAsync(node.Address, message, "delivered");
        var failed = await gateway.ReportAsync(node.Address, message, "failed", "UNDELIV");
        var unknown = await gateway.ReportAsync(node.Address, Guid.NewGuid(), "delivered");

        Assert.Equal(["recorded", "unchanged", "unchanged", "unknown"], new[] { delivered, again, failed, unknown }.Select(one => Result(one.Body)));
        Assert.Single((await console.FactsAsync(id, until: "CalloutChannelDelivered")).Of("CalloutChannelDelivered"));
    }

    [Fact]
    public async Task A_message_the_network_lost_is_shown_as_failed_with_the_gateways_code()
    {
        await Numbers.VolunteersAsync(node, 1);
        var id = await AskedBySmsAsync(1);
        var reference = await node.World.ScalarAsync<string>("SELECT reference FROM channel_messages WHERE channel = 'sms'");

        var told = await gateway.TellAsync(node.Address, "/api/channels/sms/reports", new { eventId = "r-1", reference, status = "failed", code = "UNDELIV" });

        Assert.Equal("recorded", Result(told.Body));
        var failed = (await console.FactsAsync(id, until: "CalloutChannelFailed")).Of("CalloutChannelFailed").Single();
        Assert.Equal("UNDELIV", (string?)failed["data"]!["reason"]);
    }

    private static string Result(JsonElement body) => body.GetProperty("result").GetString()!;

    private static string Reply(JsonElement body) => body.GetProperty("reply").GetString()!;

    /// <summary>An incident whose offers have gone out by SMS.</summary>
    private async Task<Guid> AskedBySmsAsync(int howMany)
    {
        var id = await console.RaiseAsync(ApiClient.Flood());
        await Eventually.Gives(
            () => console.FactsAsync(id),
            facts => facts.Of("CalloutChannelSent").Count(fact => (string?)fact["data"]!["channel"] == "sms") == howMany,
            $"{howMany} SMS");
        return id;
    }
}
