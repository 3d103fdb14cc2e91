using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Access;

/// <summary>A sign-in that no longer stands hears nothing more and asks for nothing more, on any node; others of the same person are not touched.</summary>
public sealed class EndedSignInTests : IAsyncLifetime
{
    private TestNode node = null!;

    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        await node.World.VolunteerAsync(100);
    }

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Theory]
    [InlineData("UPDATE accounts SET auth_epoch = auth_epoch + 1 WHERE username = 'futian'")]
    [InlineData("UPDATE accounts SET region = '440303' WHERE username = 'futian'")]
    [InlineData("DELETE FROM accounts WHERE username = 'futian'")]
    [InlineData("UPDATE accounts SET role = 'volunteer', region = NULL, volunteer_id = (SELECT id FROM volunteers) WHERE username = 'futian'")]
    public async Task A_change_of_the_account_ends_its_live_lines_and_its_requests(string change)
    {
        await node.World.SqlAsync("DELETE FROM accounts WHERE username = 'v0001'"); // so that its volunteer may be given to another
        using var operatorOf = await node.SignInAsync("futian");
        using var other = await node.SignInAsync("shenzhen");
        await using var screen = await LiveConsole.WatchAsync(node, operatorOf.Token, null);
        await using var others = await LiveConsole.WatchAsync(node, other.Token, null);

        await node.World.SqlAsync(change);

        await screen.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(401, (await operatorOf.GetAsync("/api/me")).Status);
        await Assert.ThrowsAnyAsync<Exception>(() => LiveConsole.WatchAsync(node, operatorOf.Token, null));
        var id = await other.RaiseAsync(ApiClient.Flood());
        await others.HearsAsync(id, "IncidentRaised");
    }

    [Fact]
    public async Task Signing_out_ends_this_sign_in_on_every_node_and_no_other()
    {
        await using var elsewhere = await TestNode.StartAsync(node.World);
        using var leaving = await node.SignInAsync("v0001");
        using var staying = await node.SignInAsync("v0001");
        using var console = await node.SignInAsync("futian");
        await using var phone = await LivePhone.ConnectAsync(elsewhere, leaving.Token);
        await using var other = await LivePhone.ConnectAsync(elsewhere, staying.Token);

        Assert.Equal(204, (await leaving.SendAsync(HttpMethod.Delete, "/api/session")).Status);

        await phone.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        await Eventually.True(async () => (await leaving.GetAsync("/api/callouts/mine")).Status == 401, "the token to be refused");
        await console.RaiseAsync(ApiClient.Flood());
        await other.WhenAsync("offered");
        Assert.Empty(phone.Heard);
        Assert.Equal(200, (await staying.GetAsync("/api/callouts/mine")).Status);
    }

    [Fact]
    public async Task Those_a_node_meets_in_one_moment_are_looked_up_together_and_judged_each_by_himself()
    {
        await node.World.VolunteersAsync(5);
        var people = await Task.WhenAll(Enumerable.Range(1, 6).Select(n => node.SignInAsync($"v000{n}")));
        Assert.Equal(204, (await people[3].SendAsync(HttpMethod.Delete, "/api/session")).Status);
        await using var elsewhere = await TestNode.StartAsync(node.World);
        var tokens = people.Select(person => person.Token).ToList();
        async Task<List<int>> AskAllAsync() => [.. await Task.WhenAll(tokens.Select(async token =>
        {
            using var one = elsewhere.Stranger();
            one.Http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            return (await one.GetAsync("/api/callouts/mine")).Status;
        }))];

        // None of them can be looked up at first: nobody is let in, and nobody is sent away as a stranger.
        await using (var held = await HeldLock.OnAsync(node.World, "LOCK TABLE ended_sign_ins IN ACCESS EXCLUSIVE MODE"))
        {
            var asked = AskAllAsync();
            await held.IsWaitedForAsync(node.World);
            Assert.All(await asked, status => Assert.Equal(503, status));
        }

        // Now the first waits, the others gather behind him, and one statement answers them.
        Task<List<int>> answers;
        await using (var held = await HeldLock.OnAsync(node.World, "LOCK TABLE ended_sign_ins IN ACCESS EXCLUSIVE MODE"))
        {
            answers = AskAllAsync();
            await held.IsWaitedForAsync(node.World);
            await Task.Delay(500); // the others are there by now
            Assert.Equal(1, await node.World.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE {held.Backend} = ANY (pg_blocking_pids(pid))"));
        }

        Assert.Equal([200, 200, 200, 401, 200, 200], await answers);
        foreach (var person in people)
        {
            person.Dispose();
        }
    }

    [Fact]
    public async Task A_refresh_token_of_a_sign_in_that_ended_gives_no_new_one()
    {
        using var stranger = node.Stranger();
        var tokens = (await stranger.PostAsync("/api/session", new { username = "v0001", password = World.Password })).Body!;
        var refresh = new { refreshToken = (string)tokens["refreshToken"]! };
        var renewed = (await stranger.PostAsync("/api/session/refresh", refresh)).Body!;

        // The renewed token is of the same sign-in: signing out with it ends both.
        stranger.Http.DefaultRequestHeaders.Authorization = new("Bearer", (string)renewed["accessToken"]!);
        await stranger.SendAsync(HttpMethod.Delete, "/api/session");
        stranger.Http.DefaultRequestHeaders.Authorization = null;

        Assert.Equal(401, (await stranger.PostAsync("/api/session/refresh", refresh)).Status);
    }

    [Fact]
    public async Task What_is_committed_after_a_removal_is_never_sent_to_whom_was_removed()
    {
        using var operatorOf = await node.SignInAsync("futian");
        using var other = await node.SignInAsync("shenzhen");
        await using var screen = await LiveConsole.WatchAsync(node, operatorOf.Token, null);

        var id = await other.RaiseAsync(ApiClient.Flood());
        await other.FactsAsync(id, until: "NeedExhausted");
        await screen.HearsAsync(id, "NeedExhausted");

        // In one transaction, so that there is no moment between: the fact and the removal are seen together.
        await node.World.SqlAsync($"""
            BEGIN;
            UPDATE accounts SET auth_epoch = auth_epoch + 1 WHERE username = 'futian';
            UPDATE incidents SET last_fact = last_fact + 1 WHERE id = '{id}';
            INSERT INTO facts (incident_id, number, kind, at, by_kind, data) SELECT id, last_fact, 'CallingResumed', now(), 'system', jsonb_build_object('secret', true) FROM incidents WHERE id = '{id}';
            COMMIT;
            """);
        node.Services.GetRequiredService<Hints>().Incidents.Raise(id);

        await screen.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain("CallingResumed", screen.KindsOf(id));
    }

    [Fact]
    public async Task A_line_that_has_not_said_what_it_watches_ends_too()
    {
        using var volunteer = await node.SignInAsync("v0001");
        await using var idle = await LivePhone.OpenAsync(node, volunteer.Token);

        await node.World.SqlAsync("UPDATE accounts SET auth_epoch = auth_epoch + 1 WHERE username = 'v0001'");

        await idle.Closed.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
