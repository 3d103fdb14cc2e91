using Dispatch.Server.Clock;
using Dispatch.Server.Records;
using Dispatch.Server.Tests.Musters;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dispatch.Server.Tests.Records;

/// <summary>The record of a muster is a chain like an incident's: what is changed in it is named by the same verifier. Each test puts back what it changed.</summary>
public sealed class VerifyMusterRecordsTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private readonly TestNode node = shared.Node;

    [Fact]
    public async Task What_the_server_wrote_verifies_database_and_verifier_compute_the_same_and_the_database_refuses_to_change_it()
    {
        var muster = await RunThroughAsync();
        var report = await VerifyAsync();

        Assert.Empty(report.Flaws);
        Assert.Equal(await node.World.ScalarAsync<long>("SELECT (SELECT count(*) FROM facts) + (SELECT count(*) FROM muster_facts)"), report.Facts);
        Assert.Equal(await node.World.ScalarAsync<long>("SELECT count(*) FROM musters"), report.Musters);
        Assert.Equal(
            await node.World.ScalarAsync<string>($"SELECT encode(hash, 'hex') FROM muster_facts WHERE muster_id = '{muster}' ORDER BY number DESC LIMIT 1"),
            report.Heads.Single(head => head.Of == Of(muster)).Hash);
        foreach (var change in new[] { "UPDATE muster_facts SET kind = kind", "DELETE FROM muster_facts", "TRUNCATE muster_facts" })
        {
            Assert.Equal("muster_facts_are_final", (await Assert.ThrowsAsync<PostgresException>(() => node.World.SqlAsync(change))).ConstraintName);
        }

        var alone = await Assert.ThrowsAsync<PostgresException>(() => node.World.SqlAsync(
            $"INSERT INTO muster_facts (muster_id, number, kind, at, by_kind, data) VALUES ('{muster}', 900, 'MusterCalled', now(), 'system', '{"{}"}')"));
        Assert.Equal("muster_facts_follow_each_other", alone.ConstraintName);
    }

    [Theory]
    [InlineData("data = data || '{\"reason\": \"another\"}'")]
    [InlineData("at = at - interval '1 microsecond'")]
    [InlineData("kind = 'MusterAccepted'")]
    [InlineData("by_kind = 'operator'")]
    [InlineData("by_id = gen_random_uuid()")]
    [InlineData("command_id = gen_random_uuid()")]
    public async Task A_changed_fact_is_named_whatever_of_it_was_changed(string change)
    {
        var muster = await RunThroughAsync();
        var number = await NumberOfAsync(muster, "MusterDeclined");
        await WhileTamperedAsync(muster, $"UPDATE muster_facts SET {change} WHERE muster_id = '{muster}' AND number = {number}", async () =>
        {
            var flaw = Assert.Single((await VerifyAsync()).Flaws);
            Assert.Equal((Of(muster), number), (flaw.Of, flaw.Number));
            Assert.StartsWith("was changed", flaw.What, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_fact_taken_out_is_named_and_so_is_a_changed_one_with_its_own_hash_made_anew_at_the_next()
    {
        var muster = await RunThroughAsync();
        await WhileTamperedAsync(muster, $"DELETE FROM muster_facts WHERE muster_id = '{muster}' AND number = 2", async () =>
            Assert.Equal([new VerifyRecords.Flaw(Of(muster), 2, "is missing")], (await VerifyAsync()).Flaws));
        await WhileTamperedAsync(muster, $"DELETE FROM muster_facts WHERE muster_id = '{muster}' AND number = (SELECT last_fact FROM musters WHERE id = '{muster}')", async () =>
            Assert.Equal("is missing at the end", Assert.Single((await VerifyAsync()).Flaws).What));
        await WhileTamperedAsync(muster, $"""
            UPDATE muster_facts SET at = at + interval '1 hour' WHERE muster_id = '{muster}' AND number = 2;
            UPDATE muster_facts f SET hash = hash_of_muster_fact((SELECT hash FROM muster_facts WHERE muster_id = '{muster}' AND number = 1), f) WHERE muster_id = '{muster}' AND number = 2
            """, async () =>
        {
            var flaw = Assert.Single((await VerifyAsync()).Flaws);
            Assert.Equal((Of(muster), 3L), (flaw.Of, flaw.Number));
            Assert.Contains("or fact 2 before it", flaw.What, StringComparison.Ordinal);
        });
        Assert.Empty((await VerifyAsync()).Flaws);
    }

    [Fact]
    public async Task A_record_written_anew_is_found_by_the_heads_that_were_kept_beside_those_of_incidents()
    {
        var muster = await RunThroughAsync();
        var incident = await shared.Futian.RaiseAsync(ApiClient.Flood());
        await shared.Futian.OrderAsync($"/api/incidents/{incident}/close", "结束");
        var heads = (await VerifyAsync()).Heads;
        var kept = KeptHeads.Read(KeptHeads.Write(heads));
        Assert.Equal(heads.OrderBy(head => head.Of.Id), kept.OrderBy(head => head.Of.Id));
        Assert.Contains($"muster {muster} ", KeptHeads.Write(heads), StringComparison.Ordinal);
        Assert.Contains($"\n{incident} ", KeptHeads.Write(heads), StringComparison.Ordinal); // as it was before musters had a chain

        await WhileTamperedAsync(muster, $"""
            UPDATE muster_facts SET data = data || '{"{\"note\": 1}"}' WHERE muster_id = '{muster}' AND number = 1;
            CREATE TEMP TABLE anew ON COMMIT DROP AS SELECT * FROM muster_facts WHERE muster_id = '{muster}';
            DELETE FROM muster_facts WHERE muster_id = '{muster}';
            INSERT INTO muster_facts SELECT * FROM anew ORDER BY number
            """, async () =>
        {
            Assert.Empty((await VerifyAsync()).Flaws); // the chain alone cannot know
            var flaw = Assert.Single((await VerifyAsync(kept)).Flaws);
            Assert.Equal(Of(muster), flaw.Of);
            Assert.Contains("was written anew", flaw.What, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task What_does_not_verify_is_a_reason_that_names_the_muster_and_goes_when_it_verifies_again()
    {
        var muster = await RunThroughAsync();
        var number = await NumberOfAsync(muster, "MusterDeclined");
        await WhileTamperedAsync(muster, $"UPDATE muster_facts SET at = at + interval '1 hour' WHERE muster_id = '{muster}' AND number = {number}", async () =>
        {
            await CheckAsync();
            var status = await Eventually.Gives(StatusAsync, read => read["reasons"]!.AsArray().Count > 0, "the reason");
            Assert.Contains($"muster {muster} #{number}", (string?)Assert.Single(status["reasons"]!.AsArray())!["textEn"], StringComparison.Ordinal);
            Assert.Equal(1, (int)status["parts"]!["record"]!["flaws"]!);
        });
        await CheckAsync();
        await Eventually.Gives(StatusAsync, read => read["reasons"]!.AsArray().Count == 0, "the reason to go");
    }

    private static RecordOf Of(Guid muster) => new(RecordKind.Muster, muster);

    /// <summary>A muster of two, one of whom comes and one not, stood down and at rest.</summary>
    private async Task<Guid> RunThroughAsync()
    {
        var people = await node.World.VolunteersAsync(2);
        var id = await MusterSupport.CallAsync(shared.Futian, [], people);
        await shared.Futian.MusterWhenAsync(id, "notified", 2);
        var answers = node.Services.GetRequiredService<Dispatch.Server.Musters.AnswerMuster>();
        await answers.AnswerAsync(MusterSupport.Phone(people[0]), id, new("decline", "在外地"), CancellationToken.None);
        await answers.CheckInAsync(MusterSupport.Phone(people[1]), id, new(null), CancellationToken.None);
        Assert.Equal(200, (await shared.Futian.PostAsync($"/api/musters/{id}/stand-down", new { commandId = Guid.NewGuid(), reason = "演示" })).Status);
        await Eventually.True(() => node.World.ScalarAsync<bool>($"SELECT settled_at IS NOT NULL FROM musters WHERE id = '{id}'"), "everybody to be told");
        return id;
    }

    private async Task WhileTamperedAsync(Guid muster, string sql, Func<Task> look)
    {
        await node.World.SqlAsync($"CREATE TABLE as_it_was AS SELECT * FROM muster_facts WHERE muster_id = '{muster}'");
        await node.World.TamperAsync(sql);
        await look();
        await node.World.TamperAsync($"DELETE FROM muster_facts WHERE muster_id = '{muster}'; INSERT INTO muster_facts SELECT * FROM as_it_was ORDER BY number; DROP TABLE as_it_was");
    }

    private Task<long> NumberOfAsync(Guid muster, string kind) => node.World.ScalarAsync<long>($"SELECT number FROM muster_facts WHERE muster_id = '{muster}' AND kind = '{kind}'");

    private Task<VerifyRecords.Report> VerifyAsync(IReadOnlyCollection<VerifyRecords.Head>? kept = null) =>
        VerifyRecords.RunAsync(node.Services.GetRequiredService<NpgsqlDataSource>(), recentOnly: false, kept, CancellationToken.None);

    private Task CheckAsync() => ActivatorUtilities.CreateInstance<CheckRecords>(node.Services).RunAsync(recentOnly: false, CancellationToken.None);

    private async Task<System.Text.Json.Nodes.JsonNode> StatusAsync() => (await shared.Futian.GetAsync("/api/system")).Body!;
}
