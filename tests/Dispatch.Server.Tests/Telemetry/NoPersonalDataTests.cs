using Dispatch.Drills.Gateway;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Dispatch.Server.Tests.Telemetry;

/// <summary>Logs, spans and measures carry ids: never a name, a place, an address, or what somebody wrote.</summary>
public sealed class NoPersonalDataTests
{
    // None of these may ever leave through telemetry. Coordinates by their first digits: rounding does not make them anonymous.
    private static readonly string[] Private =
        ["欧阳建国", "司马秀兰", "福田指挥员", "114.01", "22.52", "景田北六街", "水深及胸", "我在外地", "崴了脚", World.Password];

    [Fact]
    public async Task The_main_flow_and_its_failures_leave_no_personal_data_in_logs_spans_or_tags()
    {
        var logged = new LinesLogged();
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        await world.VolunteersAsync(3);
        await world.SqlAsync("UPDATE volunteers SET name = '欧阳建国' WHERE external_id = 'v0001'; UPDATE volunteers SET name = '司马秀兰' WHERE external_id = 'v0002'");
        using var spans = new SpansHeard(); // from here on: the test's own writing of the roster is not the product's
        await using var node = await TestNode.StartAsync(
            world, builder => builder.Logging.AddProvider(logged),
            "--Logging:LogLevel:Default=Debug", "--Logging:LogLevel:Microsoft=Warning"); // the framework as in production: at Information it logs queries
        using var heard = new Heard(node);
        using var operatorOf = await node.SignInAsync("futian");
        using var first = await node.SignInAsync("v0001");
        using var second = await node.SignInAsync("v0002");
        await using var phone = await LivePhone.ConnectAsync(node, first.Token);
        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, null);

        // The flow: raise, offer, position, yes, no, on the way, turned back, and everything read on the way.
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        await phone.OrderAsync("Position", new { longitude = 114.0123, latitude = 22.5256, datum = "wgs84", accuracyMetres = 8, takenAt = TimeProvider.System.GetUtcNow() });
        await phone.OrderAsync("Answer", callout, new { answer = "accept" });
        await second.AnswerAsync(await second.MyCalloutAsync(), "decline", "我在外地");
        await first.ProgressAsync(callout, "enRoute");
        await first.ProgressAsync(callout, "turnedBack", "崴了脚");
        await console.HearsAsync(id, "CalloutTurnedBack");
        await operatorOf.GetAsync($"/api/incidents/{id}/explanation");
        await operatorOf.GetAsync("/api/volunteers?query=" + Uri.EscapeDataString("欧阳建国"));
        await operatorOf.GetAsync("/api/regions/locate?longitude=114.0123&latitude=22.5256&datum=wgs84");

        // The failures: refused, unreadable, a bug under a request, a constraint that quotes rows, an outage.
        await operatorOf.PutAsync($"/api/incidents/{Guid.NewGuid()}", ApiClient.Flood(longitude: 114.0123, latitude: 95));
        await operatorOf.PutAsync($"/api/incidents/{Guid.NewGuid()}", """{"address":"景田北六街","position":{"longitude":"114.0123""");
        await operatorOf.PostAsync("/api/session", new { username = "futian", password = World.Password + "!" });
        await world.SqlAsync("ALTER TABLE incidents ADD CONSTRAINT refuses_everything CHECK (address = '') NOT VALID");
        Assert.Equal(500, (await operatorOf.PutAsync($"/api/incidents/{Guid.NewGuid()}", ApiClient.Flood())).Status);
        await world.SqlAsync("ALTER TABLE incidents DROP CONSTRAINT refuses_everything");
        await using (await HeldLock.OnAsync(world, $"SELECT FROM incidents WHERE id = '{id}' FOR UPDATE"))
        {
            Assert.Equal(503, (await operatorOf.PostAsync($"/api/incidents/{id}/close", new { commandId = Guid.NewGuid(), reason = "景田北六街已恢复" })).Status);
        }

        Assert.Contains(logged.All, line => line.Contains("refuses_everything", StringComparison.Ordinal)); // the failure was logged, the row was not
        Assert.Contains(heard.Values("dispatch.not_confirmed"), count => count >= 1);
        var database = new Npgsql.NpgsqlConnectionStringBuilder(world.ConnectionString).Database!;
        var said = spans.All.Select(SpansHeard.Words).ToList();
        var own = spans.All.Where(span => span.Source.Name == "Dispatch" || Equals(span.GetTagItem("db.namespace"), database)).Select(SpansHeard.Words).ToList();
        Assert.Contains(own, words => words.Contains("INSERT INTO callouts", StringComparison.Ordinal)); // statements are there, their parameters are not
        foreach (var word in Private)
        {
            Assert.DoesNotContain(logged.All, line => line.Contains(word, StringComparison.Ordinal));
            Assert.DoesNotContain(heard.Tags, tag => $"{tag.Key}={tag.Value}".Contains(word, StringComparison.Ordinal));
            Assert.DoesNotContain(own, words => words.Contains(word, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(said, words => words.Contains("access_token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Telephone_numbers_texts_of_messages_codes_of_phones_and_secrets_leave_none_either()
    {
        var logged = new LinesLogged();
        await using var gateway = await FakeGateway.StartAsync();
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        using var spans = new SpansHeard();
        await using var node = await TestNode.StartAsync(
            world, builder => builder.Logging.AddProvider(logged), gateway.Settings("--Logging:LogLevel:Default=Debug", "--Logging:LogLevel:Microsoft=Warning"));
        await Numbers.VolunteersAsync(node, 2);
        using var heard = new Heard(node);
        using var operatorOf = await node.SignInAsync("futian");

        // By SMS: refused, hung, sent; a yes and a report come back, and one from a stranger; then a stand-down; a test; an import with a bad line.
        gateway.Next(503, 400);
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.FactsAsync(id, until: "CalloutChannelFailed");
        await operatorOf.FactsAsync(id, until: "CalloutChannelSent");
        var taken = gateway.Sent.First();
        await gateway.ReplyAsync(node.Address, taken.To, "A1");
        await gateway.ReplyAsync(node.Address, "+99955577777", "A1 我在深南大道");
        await gateway.ReportAsync(node.Address, taken.Id, "delivered");
        await gateway.TellAsync(node.Address, "/api/channels/sms/replies", new { eventId = "forged", from = "+99955588888", text = "A1" }, secret: "another-secret-that-nobody-has-ever-had");
        await operatorOf.OrderAsync($"/api/incidents/{id}/close", "堤坝已经合龙");
        var volunteer = await world.ScalarAsync<Guid>("SELECT id FROM volunteers WHERE external_id = 'v0002'");
        await operatorOf.PostAsync($"/api/volunteers/{volunteer}/reachability", new { testId = Guid.NewGuid() });
        var (_, issued) = await operatorOf.PostAsync($"/api/volunteers/{volunteer}/activation-code");
        var code = (string?)issued?["code"] ?? throw new InvalidOperationException($"{issued}");
        using var stranger = node.Stranger();
        var (_, signedIn) = await stranger.PostAsync("/api/session/activate", new { code });
        await operatorOf.FactsAsync(id, until: "CalloutReleased");
        await Eventually.True(() => gateway.Arrivals.Any(arrival => arrival.Message.Kind == "standDown"), "the stand-down by SMS");

        string[] secrets =
        [
            Numbers.Of(1), Numbers.Of(2), "99955577777", "99955588888", "深南大道", "堤坝已经合龙", taken.Text, FakeGateway.Secret, code,
            (string)signedIn!["accessToken"]!, (string)signedIn["refreshToken"]!, operatorOf.Token,
        ];
        var database = new Npgsql.NpgsqlConnectionStringBuilder(world.ConnectionString).Database!;
        var own = spans.All.Where(span => span.Source.Name == "Dispatch" || Equals(span.GetTagItem("db.namespace"), database)).Select(SpansHeard.Words).ToList();
        Assert.NotEmpty(logged.All);
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(logged.All, line => line.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(heard.Tags, tag => $"{tag.Key}={tag.Value}".Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(own, words => words.Contains(secret, StringComparison.Ordinal));
        }
    }
}
