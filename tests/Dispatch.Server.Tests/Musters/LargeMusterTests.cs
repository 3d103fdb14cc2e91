using Dispatch.Server.Musters;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Dispatch.Server.Tests.Musters.MusterSupport;

namespace Dispatch.Server.Tests.Musters;

public sealed class LargeMusterTests
{
    [Fact]
    public async Task A_thousand_people_are_told_answer_and_check_in_at_once_and_the_roll_call_never_contradicts_itself()
    {
        await using var node = await TestNode.StartAsync();
        await using var other = await TestNode.StartAsync(node.World);
        using var futian = await node.SignInAsync("futian");
        var team = await node.World.CrowdAsync(1000);
        var id = await CallAsync(futian, [team], []);
        using var done = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            var seen = new List<int[]>();
            while (!done.IsCancellationRequested)
            {
                var muster = await futian.MusterAsync(id);
                Monotone(muster["counts"]!);
                Assert.All(muster["teams"]!.AsArray(), one => Monotone(one!["counts"]!));
                seen.Add(Numbers(muster["counts"]!));
            }

            return seen;
        });

        await futian.MusterWhenAsync(id, "notified", 1000);
        var people = (await futian.MusterAsync(id))["people"]!.AsArray().Select(person => (Guid)person!["volunteerId"]!).ToList();
        await Parallel.ForEachAsync(people.Select((person, place) => (person, place)), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (one, token) =>
        {
            var answers = (one.place % 2 == 0 ? node : other).Services.GetRequiredService<AnswerMuster>();
            var phone = Phone(one.person);
            switch (one.place % 5)
            {
                case 0:
                    await answers.AnswerAsync(phone, id, new("decline", null), token);
                    break;
                case 1:
                    await Task.WhenAll(answers.AnswerAsync(phone, id, new("accept", null), token), answers.AnswerAsync(phone, id, new("accept", null), token));
                    break;
                case 2:
                    await answers.AnswerAsync(phone, id, new("accept", null), token);
                    await answers.CheckInAsync(phone, id, new(null), token);
                    break;
                case 3:
                    await Task.WhenAll(answers.AnswerAsync(phone, id, new("accept", null), token), answers.CheckInAsync(phone, id, new(null), token));
                    break;
            }
        });

        await done.CancelAsync();
        var pictures = await watching;
        Assert.True(pictures.Count > 5, $"only {pictures.Count} pictures were taken");
        Assert.Equal(new[] { 1000, 1000, 800, 800, 600, 400 }, Numbers((await futian.MusterAsync(id))["counts"]!));
        var last = (await futian.MusterAsync(id))["lastFact"]!.GetValue<long>();
        Assert.Equal(last, await node.World.ScalarAsync<long>($"SELECT count(*) FROM muster_facts WHERE muster_id = '{id}' AND number BETWEEN 1 AND {last}"));
        Assert.Equal(1000L, await node.World.ScalarAsync<long>($"SELECT count(DISTINCT volunteer_id) FROM inbox WHERE muster_id = '{id}' HAVING count(*) = 1000"));
        Assert.InRange(await node.World.ScalarAsync<long>($"SELECT count(*) FROM muster_facts WHERE muster_id = '{id}' AND kind = 'MusterNotified'"), 10, 12); // in sets, not one by one
    }

    [Fact]
    public async Task A_node_killed_in_the_middle_of_telling_is_finished_by_another_and_nobody_is_told_twice()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        var team = await world.CrowdAsync(1000);
        var dying = await NodeProcess.StartAsync(world);
        using var caller = await dying.SignInAsync("futian");

        // The four hundredth inbox is held: the telling stops in front of it.
        var held = await world.ScalarAsync<Guid>($"SELECT volunteer_id FROM team_members WHERE team_id = '{team}' ORDER BY volunteer_id OFFSET 399 LIMIT 1");
        Guid id;
        await using (var hold = await HeldLock.OnAsync(world, $"INSERT INTO inbox_heads (volunteer_id, last_number) VALUES ('{held}', 0)"))
        {
            id = await CallAsync(caller, [team], []);
            await hold.IsWaitedForAsync(world);
            Assert.Equal(300, Numbers((await caller.MusterAsync(id))["counts"]!)[1]);
            await dying.KillAsync();
        }

        await using var node = await TestNode.StartAsync(world);
        using var futian = await node.SignInAsync("futian");
        await futian.MusterWhenAsync(id, "notified", 1000);
        Assert.Equal(1000L, await world.ScalarAsync<long>($"SELECT count(*) FROM inbox WHERE muster_id = '{id}'"));
        Assert.Equal(1000L, await world.ScalarAsync<long>($"SELECT count(DISTINCT volunteer_id) FROM inbox WHERE muster_id = '{id}'"));
        Assert.Equal(
            1000, (await futian.MusterFactsAsync(id)).Where(fact => (string?)fact["kind"] == "MusterNotified").SelectMany(fact => fact["data"]!["people"]!.AsArray()).Select(one => (Guid)one!).Distinct().Count());
        await dying.DisposeAsync();
    }
}
