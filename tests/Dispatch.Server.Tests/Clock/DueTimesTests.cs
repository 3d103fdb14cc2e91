using Dispatch.Server.Clock;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace Dispatch.Server.Tests.Clock;

/// <summary>Due times: Quartz is the clock, the sweep its auditor, and a node that dies takes none of them with it.</summary>
public sealed class DueTimesTests : IAsyncLifetime
{
    private TestNode node = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        await node.World.SqlAsync("UPDATE categories SET answer_within = '1 second' WHERE key = 'flood'");
    }

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_wave_whose_time_has_come_is_moved_on_by_the_timetable()
    {
        await node.World.VolunteersAsync(9);
        using var operatorOf = await node.SignInAsync("futian");

        var id = await operatorOf.RaiseAsync(ApiClient.Flood());

        var facts = await operatorOf.FactsAsync(id, until: "CalloutExpired", howMany: 7);
        Assert.True(facts.Of("WaveSent").Count() >= 2, $"{facts}");
        Assert.True(
            await node.World.ScalarAsync<long>("SELECT count(*) FROM qrtz_triggers WHERE job_name = 'AdvanceDue' AND prev_fire_time > 0") == 1,
            "The timetable has never looked for due times");
    }

    [Fact]
    public async Task The_job_of_the_timetable_advances_what_is_due_and_nothing_else()
    {
        await node.World.VolunteersAsync(2);
        await (await node.Services.GetRequiredService<ISchedulerFactory>().GetScheduler()).PauseAll();
        using var operatorOf = await node.SignInAsync("futian");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.WhenAsync(id, "offered", 2);
        await node.World.SqlAsync("UPDATE callouts SET due_at = now() + interval '1 hour'; UPDATE incidents SET look_at = now() + interval '1 hour'");
        var job = ActivatorUtilities.CreateInstance<AdvanceDue>(node.Services);

        await job.Execute(null!, CancellationToken.None);
        Assert.Equal(2, (await operatorOf.IncidentAsync(id))["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "offered"));

        await node.World.SqlAsync("UPDATE callouts SET due_at = now() - interval '1 millisecond'");
        await job.Execute(null!, CancellationToken.None);
        Assert.Equal(2, (await operatorOf.IncidentAsync(id))["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == "expired"));
    }

    [Fact]
    public async Task With_the_timetable_paused_the_auditor_moves_it_on_and_counts_the_miss()
    {
        await node.World.VolunteersAsync(3);
        using var heard = new Heard(node);
        await (await node.Services.GetRequiredService<ISchedulerFactory>().GetScheduler()).PauseAll();
        using var operatorOf = await node.SignInAsync("futian");

        var id = await operatorOf.RaiseAsync(ApiClient.Flood());

        await operatorOf.FactsAsync(id, until: "CalloutExpired", howMany: 3);
        await Eventually.True(() => heard.Sum("dispatch.timers.missed") >= 1, "the missed due time to be counted");
        Assert.Contains(heard.Tags, tag => tag is { Key: "what", Value: "deadline" });
    }

    [Fact]
    public async Task A_node_that_is_killed_leaves_its_due_times_to_the_other()
    {
        // Time to answer is long until the node is dead: however slow the machine, none of the due times is its work.
        await node.World.SqlAsync("UPDATE categories SET answer_within = '1 hour' WHERE key = 'flood'");
        await node.World.VolunteersAsync(9);
        using var other = await node.SignInAsync("futian");
        await using var dies = await NodeProcess.StartAsync(node.World);
        using var operatorOf = await dies.SignInAsync("futian");
        var id = Guid.CreateVersion7();
        await Eventually.Gives( // a node in its first second may leave it not confirmed: said again, as a console does
            () => operatorOf.PutAsync($"/api/incidents/{id}", ApiClient.Flood()), answer => answer.Status is 200 or 201, "the raise to be confirmed");
        await other.WhenAsync(id, "offered", 7);
        await dies.KillAsync();

        await node.World.SqlAsync("UPDATE incidents SET answer_within = '2 seconds'; UPDATE callouts SET due_at = now() + interval '2 seconds'");

        // The two who are left are asked when the plan has heard nothing for too long, or when the seven expire: all of it is the survivor's work.
        var facts = await other.FactsAsync(id, until: "CalloutExpired", howMany: 9);
        Assert.True(facts.Of("WaveSent").Count() >= 2, $"{facts}");
        await History.HoldsAsync(other, id);
    }

    [Fact]
    public async Task The_auditor_beats_while_nothing_is_overdue_and_its_silence_is_said()
    {
        await node.World.VolunteersAsync(1);
        using var operatorOf = await node.SignInAsync("futian");
        var beat = await BeatAsync();
        await Eventually.True(async () => await BeatAsync() > beat, "the next beat");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.WhenAsync(id, "offered", 1);

        await using (await HeldLock.OnAsync(node.World, $"SELECT FROM incidents WHERE id = '{id}' FOR UPDATE")) // nobody can move it
        {
            var (status, ready) = await Eventually.Gives(
                () => operatorOf.GetAsync("/health/ready"), read => read.Body!["reasons"]!.AsArray().Count > 0, "the silence of the auditor");
            Assert.Equal((200, "degraded", "auditorSilent"), (status, (string?)ready!["status"], (string?)ready["reasons"]![0]!["code"]));
            Assert.Contains("计时审计静默", (string?)ready["reasons"]![0]!["text"], StringComparison.Ordinal);
        }

        await Eventually.True(async () => (string?)(await operatorOf.GetAsync("/health/ready")).Body!["status"] == "ready", "the auditor to beat again");
    }

    private Task<DateTime> BeatAsync() => node.World.ScalarAsync<DateTime>("SELECT coalesce(max(beat_at), '-infinity') FROM auditor");
}
