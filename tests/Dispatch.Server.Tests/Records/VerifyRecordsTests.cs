using Dispatch.Server.Clock;
using Dispatch.Server.Records;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dispatch.Server.Tests.Records;

/// <summary>The record of real incidents, changed as only a superuser with intent can, and the fact that is named for it.</summary>
public sealed class VerifyRecordsTests : IAsyncLifetime
{
    private TestNode node = null!;
    private ApiClient futian = null!;
    private Guid first, second;

    /// <summary>Two incidents with two people each, one of whom has declined, at rest.</summary>
    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        await node.World.VolunteersAsync(2);
        futian = await node.SignInAsync("futian");
        first = await RunThroughAsync();
        second = await RunThroughAsync();
    }

    public async Task DisposeAsync()
    {
        futian.Dispose();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task What_the_server_wrote_verifies_and_database_and_verifier_compute_the_same()
    {
        var report = await VerifyAsync();

        Assert.Empty(report.Flaws);
        Assert.Equal((2, await node.World.ScalarAsync<long>("SELECT count(*) FROM facts")), (report.Incidents, report.Facts));
        Assert.Equal(
            await node.World.ScalarAsync<string>($"SELECT encode(hash, 'hex') FROM facts WHERE incident_id = '{first}' ORDER BY number DESC LIMIT 1"),
            report.Heads.Single(head => head.Of == Incident(first)).Hash);
    }

    [Theory]
    [InlineData("data = data || '{\"reason\": \"another\"}'")]
    [InlineData("at = at - interval '1 microsecond'")]
    [InlineData("kind = 'CalloutAccepted'")]
    [InlineData("by_kind = 'operator'")]
    [InlineData("by_id = gen_random_uuid()")]
    [InlineData("callout_id = gen_random_uuid()")]
    [InlineData("command_id = gen_random_uuid()")]
    public async Task A_changed_fact_is_named_whatever_of_it_was_changed(string change)
    {
        var number = await NumberOfAsync("CalloutDeclined");
        await node.World.TamperAsync($"UPDATE facts SET {change} WHERE incident_id = '{first}' AND number = {number}");

        var flaw = Assert.Single((await VerifyAsync()).Flaws);

        Assert.Equal((first, number), (flaw.Of.Id, flaw.Number));
        Assert.StartsWith("was changed", flaw.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_fact_with_its_own_hash_made_anew_breaks_at_the_next()
    {
        var number = await NumberOfAsync("CalloutDeclined");
        await node.World.TamperAsync($"""
            UPDATE facts SET data = data || '{"{\"reason\": \"another\"}"}' WHERE incident_id = '{first}' AND number = {number};
            UPDATE facts f SET hash = hash_of_fact((SELECT hash FROM facts WHERE incident_id = '{first}' AND number = {number} - 1), f) WHERE incident_id = '{first}' AND number = {number}
            """);

        var flaw = Assert.Single((await VerifyAsync()).Flaws);

        Assert.Equal((first, number + 1), (flaw.Of.Id, flaw.Number));
        Assert.Contains($"or fact {number} before it", flaw.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fact_taken_out_of_the_middle_or_from_the_end_or_put_in_is_named()
    {
        var last = await node.World.ScalarAsync<long>($"SELECT last_fact FROM incidents WHERE id = '{first}'");
        await node.World.TamperAsync($"DELETE FROM facts WHERE incident_id = '{first}' AND number = 2");
        Assert.Equal([new VerifyRecords.Flaw(Incident(first), 2, "is missing")], (await VerifyAsync()).Flaws);

        await node.World.TamperAsync($"DELETE FROM facts WHERE incident_id = '{second}' AND number = (SELECT last_fact FROM incidents WHERE id = '{second}')");
        Assert.Contains((await VerifyAsync()).Flaws, flaw => flaw.Of == Incident(second) && flaw.What == "is missing at the end");

        await node.World.TamperAsync($"DELETE FROM facts WHERE incident_id = '{first}'");
        Assert.Contains(new VerifyRecords.Flaw(Incident(first), 1, $"up to {last} are missing at the end"), (await VerifyAsync()).Flaws);

        await node.World.SqlAsync($"UPDATE incidents SET last_fact = last_fact - 2 WHERE id = '{second}'");
        Assert.Contains((await VerifyAsync()).Flaws, flaw => flaw.Of == Incident(second) && flaw.What.StartsWith("is beyond the ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_written_anew_from_its_first_fact_is_found_by_the_heads_that_were_kept_and_so_is_one_that_is_gone()
    {
        var kept = (await VerifyAsync()).Heads;
        await futian.OrderAsync($"/api/incidents/{first}/close", "结束"); // what comes after the heads were kept changes nothing
        await node.World.TamperAsync($"""
            UPDATE facts SET data = data || '{"{\"note\": 1}"}' WHERE incident_id = '{first}' AND number = 1;
            CREATE TEMP TABLE anew ON COMMIT DROP AS SELECT * FROM facts WHERE incident_id = '{first}';
            DELETE FROM facts WHERE incident_id = '{first}';
            INSERT INTO facts SELECT * FROM anew ORDER BY number;
            DELETE FROM facts WHERE incident_id = '{second}'; DELETE FROM callouts WHERE incident_id = '{second}'; DELETE FROM incidents WHERE id = '{second}'
            """);

        Assert.Empty((await VerifyAsync()).Flaws); // the chain alone cannot know
        var flaws = (await VerifyAsync(kept)).Flaws;

        Assert.Equal([Incident(first), Incident(second)], flaws.Select(flaw => flaw.Of));
        Assert.Contains("was written anew", flaws[0].What, StringComparison.Ordinal);
        Assert.Contains("is gone", flaws[1].What, StringComparison.Ordinal);
        Assert.Equal(kept.OrderBy(head => head.Of.Id), KeptHeads.Read(KeptHeads.Write(kept)).OrderBy(head => head.Of.Id));
    }

    [Fact]
    public async Task What_does_not_verify_is_a_reason_on_the_system_page_and_a_gauge_and_goes_when_it_verifies_again()
    {
        using var heard = new Heard(node);
        var number = await NumberOfAsync("CalloutDeclined");
        await CheckAsync();
        Assert.True(await Eventually.Gives(() => StatusAsync(), read => read["parts"]!["record"] is not null, "the check to be shown") is { } holds && (int)holds["parts"]!["record"]!["flaws"]! == 0);

        await node.World.TamperAsync($"UPDATE facts SET at = at + interval '1 hour' WHERE incident_id = '{first}' AND number = {number}");
        await CheckAsync();
        var status = await Eventually.Gives(() => StatusAsync(), read => read["reasons"]!.AsArray().Count > 0, "the reason");
        var reason = Assert.Single(status["reasons"]!.AsArray());
        Assert.Equal(("record", "degraded"), ((string?)reason!["code"], (string?)reason["weight"]));
        Assert.Contains($"{first} #{number}", (string?)reason["textEn"], StringComparison.Ordinal);
        Assert.Equal(1, (int)status["parts"]!["record"]!["flaws"]!);
        await Eventually.True(() => heard.Gauge("dispatch.record.flaws") == 1, "the gauge");

        await node.World.TamperAsync($"UPDATE facts SET at = at - interval '1 hour' WHERE incident_id = '{first}' AND number = {number}");
        await CheckAsync();
        await Eventually.Gives(() => StatusAsync(), read => read["reasons"]!.AsArray().Count == 0, "the reason to go");
    }

    private static RecordOf Incident(Guid id) => new(RecordKind.Incident, id);

    private async Task<Guid> RunThroughAsync()
    {
        var id = await futian.RaiseAsync(ApiClient.Flood());
        await futian.WhenAsync(id, "offered", 2);
        using var volunteer = await node.SignInAsync("v0001");
        await volunteer.AnswerAsync(await volunteer.MyCalloutAsync(), "decline", "在外地");
        await futian.FactsAsync(id, until: "CalloutDeclined");
        await futian.OrderAsync($"/api/incidents/{id}/recall", "演示");
        return id;
    }

    private Task<long> NumberOfAsync(string kind) => node.World.ScalarAsync<long>($"SELECT number FROM facts WHERE incident_id = '{first}' AND kind = '{kind}' ORDER BY number LIMIT 1");

    private Task<VerifyRecords.Report> VerifyAsync(IReadOnlyCollection<VerifyRecords.Head>? kept = null) =>
        VerifyRecords.RunAsync(node.Services.GetRequiredService<NpgsqlDataSource>(), recentOnly: false, kept, CancellationToken.None);

    private Task CheckAsync() => ActivatorUtilities.CreateInstance<CheckRecords>(node.Services).RunAsync(recentOnly: false, CancellationToken.None);

    private async Task<System.Text.Json.Nodes.JsonNode> StatusAsync() => (await futian.GetAsync("/api/system")).Body!;
}
