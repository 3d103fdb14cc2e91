using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Telemetry;

/// <summary>What the person on duty is told about the system itself.</summary>
public sealed class SystemStatusTests : IAsyncLifetime
{
    private TestNode node = null!;

    public async Task InitializeAsync() => node = await TestNode.StartAsync("--Node:Name=甲");

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_healthy_system_says_so_and_shows_its_node_and_its_speed()
    {
        await node.World.VolunteersAsync(3);
        using var operatorOf = await node.SignInAsync("futian");
        using var volunteer = await node.SignInAsync("v0001");
        await Eventually.True(async () => (await StatusAsync(operatorOf))["parts"]!["auditorAgeSeconds"] is not null, "the auditor's first beat");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, null);
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        await phone.OrderAsync("Answer", callout, new { answer = "accept" });
        await console.HearsAsync(id, "CalloutAccepted");

        var status = await Eventually.Gives(
            () => StatusAsync(operatorOf), read => (long)read["parts"]!["acceptToConsole"]!["count"]! == 1 && (long)read["parts"]!["raiseToPhone"]!["count"]! == 1, "the first sample of both speeds");

        Assert.Equal("good", (string?)status["level"]);
        Assert.StartsWith("系统正常", (string?)status["sentence"], StringComparison.Ordinal);
        var row = Assert.Single(status["parts"]!["nodes"]!.AsArray());
        Assert.Equal(("甲", false, true, 1, 1), ((string?)row!["name"], (bool)row["gone"]!, (bool)row["answering"]!, (int)row["phones"]!, (int)row["consoles"]!));
        Assert.InRange((double)status["parts"]!["raiseToPhone"]!["p95Ms"]!, 0.001, 60_000);
        Assert.Equal(120, status["parts"]!["plots"]!["phones"]!.AsArray().Count);
        Assert.Contains(status["parts"]!["plots"]!["phones"]!.AsArray(), step => step is not null && (double)step == 1);
    }

    [Fact]
    public async Task A_node_that_stays_silent_is_gone_and_one_that_was_stopped_is_not_missed()
    {
        using var operatorOf = await node.SignInAsync("futian");
        await node.World.SqlAsync("""
            INSERT INTO nodes (id, name, state, version, started_at, seen_at, phones, consoles, queue_max, queue_sum, lag_ms, memory_bytes, redis)
            VALUES (gen_random_uuid(), '乙', 'ready', '0.1.0', now() - interval '1 hour', now() - interval '30 seconds', 5, 1, 0, 0, 0, 1, 'notConfigured')
            """);
        await (await TestNode.StartAsync(node.World, "--Node:Name=丙")).DisposeAsync();

        var status = await StatusAsync(operatorOf);

        Assert.Contains(status["reasons"]!.AsArray(), reason => (string?)reason!["code"] == "nodeGone" && ((string?)reason["text"])!.Contains('乙', StringComparison.Ordinal));
        Assert.DoesNotContain(status["parts"]!["nodes"]!.AsArray(), row => (string?)row!["name"] == "丙");
        Assert.NotEqual("good", (string?)status["level"]);
    }

    [Fact]
    public async Task Undelivered_and_overdue_offers_are_counted_and_overdue_ones_are_bad()
    {
        await node.World.VolunteersAsync(3);
        using var operatorOf = await node.SignInAsync("futian");
        using var heard = new Heard(node);
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.WhenAsync(id, "offered", 3);
        await using (await HeldLock.OnAsync(node.World, $"SELECT FROM incidents WHERE id = '{id}' FOR UPDATE")) // nobody can move it
        {
            await node.World.SqlAsync($"UPDATE callouts SET offered_at = now() - interval '60 seconds', due_at = now() - interval '30 seconds' WHERE incident_id = '{id}'");

            var status = await Eventually.Gives(() => StatusAsync(operatorOf), read => (string?)read["level"] == "bad", "the overdue offers to be bad news");

            Assert.Equal((3, 3), ((int)status["parts"]!["undelivered"]!, (int)status["parts"]!["overdue"]!));
            await Eventually.True(() => heard.Gauge("dispatch.callouts.undelivered") == 3 && heard.Gauge("dispatch.callouts.overdue") == 3, "the gauges to say it too");
        }
    }

    [Fact]
    public async Task A_row_in_quarantine_is_a_reason_and_the_node_stays_ready()
    {
        using var operatorOf = await node.SignInAsync("futian");
        await node.World.SqlAsync("INSERT INTO quarantine (kind, subject, number, error, failures, retry_at) VALUES ('fact', gen_random_uuid(), 3, '22P02', 1, now() + interval '1 hour')"); // later: the retry would find no such fact and take it out

        var (status, ready) = await Eventually.Gives(() => operatorOf.GetAsync("/health/ready"), read => read.Body!["reasons"]!.AsArray().Count > 0, "the quarantine to be said");

        Assert.Equal((200, "degraded", "quarantine"), (status, (string?)ready!["status"], (string?)ready["reasons"]![0]!["code"]));
        Assert.Equal("watch", (string?)(await StatusAsync(operatorOf))["level"]);
    }

    [Fact]
    public async Task A_database_without_the_schema_of_this_version_is_not_ready()
    {
        using var operatorOf = await node.SignInAsync("futian");
        await node.World.SqlAsync("DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" = '0006_telemetry'");

        var (status, ready) = await Eventually.Gives(() => operatorOf.GetAsync("/health/ready"), read => read.Status != 200, "the missing migration to be noticed");

        Assert.Equal((503, "notReady"), (status, (string?)ready!["status"]));
        Assert.Contains("0006_telemetry", (string?)ready["reasons"]![0]!["textEn"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_operators_see_it()
    {
        await node.World.VolunteerAsync(100);
        using var volunteer = await node.SignInAsync("v0001");
        using var stranger = node.Stranger();

        Assert.Equal(403, (await volunteer.GetAsync("/api/system")).Status);
        Assert.Equal(401, (await stranger.GetAsync("/api/system")).Status);
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> StatusAsync(ApiClient caller)
    {
        var (status, body) = await caller.GetAsync("/api/system");
        Assert.Equal(200, status);
        return body!;
    }
}
