using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dispatch.Server.Tests.Live;

/// <summary>When the database goes away in the middle of a command, the answer is "not confirmed", and the same command under the same id settles it.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_session_ended_in_the_middle_of_an_answer_is_not_confirmed_and_the_repeat_settles_it()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteerAsync(100);
        using var console = await node.SignInAsync("futian");
        using var volunteer = await node.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = await volunteer.MyCalloutAsync();

        await using (var held = await HeldLock.OnAsync(node.World, $"SELECT FROM incidents WHERE id = '{id}' FOR UPDATE"))
        {
            var answering = volunteer.Http.PutAsJsonAsync($"/api/callouts/{callout}/answer", new { answer = "accept" });
            await held.IsWaitedForAsync(node.World);
            await TerminateOthersAsync(node.World, held);
            await NotConfirmedAsync(await answering);
        }

        Assert.Equal((200, "accepted"), await Settled(() => volunteer.AnswerAsync(callout, "accept")));
        Assert.Single((await console.FactsAsync(id, until: "CalloutAccepted")).Of("CalloutAccepted"));
    }

    [Fact]
    public async Task The_same_over_the_live_line_is_a_value_that_says_not_confirmed()
    {
        await using var node = await TestNode.StartAsync();
        await node.World.VolunteerAsync(100);
        using var console = await node.SignInAsync("futian");
        using var volunteer = await node.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        await console.FactsAsync(id, until: "CalloutDelivered");

        await using (var held = await HeldLock.OnAsync(node.World, $"SELECT FROM incidents WHERE id = '{id}' FOR UPDATE"))
        {
            var answering = phone.OrderAsync("Answer", callout, new { answer = "accept" });
            await held.IsWaitedForAsync(node.World);
            await TerminateOthersAsync(node.World, held);
            var answer = await answering;
            Assert.False(answer.GetProperty("ok").GetBoolean());
            Assert.Equal("https://dispatch.invalid/problems/notConfirmed", answer.GetProperty("problem").GetProperty("type").GetString());
        }

        await Eventually.True(async () => (await phone.OrderAsync("Answer", callout, new { answer = "accept" })).GetProperty("ok").GetBoolean(), "the repeat to be confirmed");
        Assert.Single((await console.FactsAsync(id, until: "CalloutAccepted")).Of("CalloutAccepted"));
    }

    [Fact]
    public async Task A_transaction_lost_between_two_statements_is_an_outage_and_wrote_nothing()
    {
        await using var node = await TestNode.StartAsync();
        using var console = await node.SignInAsync("futian");
        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(id, until: "NeedExhausted");
        var log = node.Services.GetRequiredService<FactLog>();

        var error = await Assert.ThrowsAnyAsync<Exception>(() => log.ChangeAsync<bool>(
            id,
            async record =>
            {
                record.Append(FactKind.CallingPaused, Actor.System);
                await node.World.SqlAsync($"SELECT pg_terminate_backend({record.Connection.ProcessID})");
                await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
                {
                    await using var ask = new NpgsqlCommand("SELECT 1", record.Connection, record.Transaction);
                    await ask.ExecuteScalarAsync();
                }); // the driver has noticed: from here on it speaks of misuse, which would be a bug of ours
                return true;
            },
            CancellationToken.None));

        Assert.True(Parts.IsOutage(error), error.ToString());
        Assert.DoesNotContain("CallingPaused", (await console.FactsAsync(id)).Kinds());
        Assert.True(
            await node.World.ScalarAsync<bool>($"SELECT last_fact = (SELECT count(*) FROM facts WHERE incident_id = i.id) FROM incidents i WHERE id = '{id}'"),
            "EF opened a second connection and saved there what belonged to the lost transaction");
        Assert.Null((await log.ChangeAsync<bool>(id, _ => Task.FromResult<Outcome<bool>>(true), CancellationToken.None)).Problem);
    }

    [Fact]
    public async Task While_postgres_is_down_nothing_is_confirmed_and_afterwards_every_repeat_is_settled_once()
    {
        await using var postgres = await LocalPostgres.StartAsync(new LocalPostgresOptions { Ephemeral = true }, null, CancellationToken.None);
        var connection = postgres.ConnectionStringFor("dispatch");
        await using (await Node.CreateAsync([$"--ConnectionStrings:Postgres={connection}", "--Database:AllowVolatile=true", "--urls=http://127.0.0.1:0"]))
        {
        }

        var world = new World(connection);
        await world.BuildAsync();
        await using var node = await TestNode.StartAsync(world);
        using var console = await node.SignInAsync("futian");
        using var end = System.Diagnostics.Process.GetProcessById(postgres.PostmasterId!.Value);
        end.Kill(); // the program that owns the cluster starts it again

        var ids = Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7()).ToList();
        var first = await Task.WhenAll(ids.Select(id => console.Http.PutAsJsonAsync($"/api/incidents/{id}", ApiClient.Flood())));
        Assert.Contains(first, answer => (int)answer.StatusCode == 503);
        foreach (var answer in first.Where(answer => (int)answer.StatusCode != 201))
        {
            await NotConfirmedAsync(answer);
        }

        foreach (var id in ids)
        {
            await Eventually.True(async () => (await console.PutAsync($"/api/incidents/{id}", ApiClient.Flood())).Status is 200 or 201, "the repeat to be confirmed");
            Assert.Single((await console.FactsAsync(id)).Of("IncidentRaised"));
        }
    }

    private static async Task NotConfirmedAsync(HttpResponseMessage answer)
    {
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal((503, "https://dispatch.invalid/problems/notConfirmed"), ((int)answer.StatusCode, (string?)problem!["type"]));
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, "a time to wait");
    }

    /// <summary>Those who wait for the lock, and nobody else.</summary>
    private static Task TerminateOthersAsync(World world, HeldLock held) => world.SqlAsync(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND {held.Backend} = ANY (pg_blocking_pids(pid))");

    private static async Task<(int Status, string? State)> Settled(Func<Task<(int Status, JsonNode? Body)>> repeat)
    {
        var (status, body) = await Eventually.Gives(repeat, answer => answer.Status != 503, "the repeat to be confirmed");
        return (status, (string?)body!["state"]);
    }
}
