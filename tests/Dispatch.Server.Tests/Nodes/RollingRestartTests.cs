using System.Collections.Concurrent;
using System.Diagnostics;
using Dispatch.Drills.Live;
using Dispatch.Drills.Nodes;
using Dispatch.Drills.Phones;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Nodes;

/// <summary>
/// Two node processes behind the balancer, under a steady load of raises and answers: restarted one after another nobody notices; killed, what was
/// under way is repeated, and nothing is lost or doubled.
/// </summary>
public sealed class RollingRestartTests : IAsyncLifetime, IDisposable
{
    private const int People = 10;

    // How long is waited before a test gives up. Nothing here is a bound on speed: a busy machine ends and starts processes slowly.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-test-").FullName;
    private readonly CancellationTokenSource stopped = new(), phonesOff = new();
    private readonly List<Task> running = [];
    private readonly PhoneCounts counts = new();
    private readonly ConcurrentBag<string> notConfirmed = [];
    private readonly ConcurrentDictionary<Guid, byte> raised = new();
    private readonly ConcurrentDictionary<Guid, int> offers = new();
    private World world = null!;
    private ServerNode[] nodes = null!;
    private Balancer balancer = null!;
    private HttpClient http = null!;
    private ApiClient operatorOf = null!;

    public async Task InitializeAsync()
    {
        world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        await world.VolunteersAsync(People);
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = world.ConnectionString, ["Database__AllowVolatile"] = "true", ["Rehearse"] = "false", ["Logging__LogLevel__Default"] = "Warning",
            ["Drain__NoticeSeconds"] = "2", ["Drain__MoveSeconds"] = "2", ["Drain__GraceSeconds"] = $"{Patience.TotalSeconds}", // whoever still waits for an answer is not cut: they go as soon as they have it
        };
        nodes = [.. Enumerable.Range(1, 2).Select(number => new ServerNode(number, folder, settings, _ => { }))];
        running.AddRange(nodes.Select(node => node.KeepRunningAsync(loadDemo: false, stopped.Token)));
        using var probe = new HttpClient();
        foreach (var node in nodes)
        {
            await ReadyAsync(node, probe);
        }

        balancer = Balancer.Start(0, nodes.Select(node => node.Address), Patience); // a slow node is not a dead one; a dead one refuses
        http = new HttpClient { BaseAddress = balancer.Address };
        operatorOf = await SignInAsync("futian");
        for (var number = 1; number <= People; number++)
        {
            using var volunteer = await SignInAsync($"v{number:0000}");
            var phone = new Phone(balancer.Address, new PhoneSignIn(http, new SignedIn(volunteer.Token, "", 3600), TimeProvider.System), 0, counts);
            running.Add(phone.StayConnectedAsync(phonesOff.Token));
            running.Add(AnswerAsync(phone));
        }

        await Eventually.True(() => counts.Connected == People, "all phones to be connected", Patience);
    }

    public async Task DisposeAsync()
    {
        await phonesOff.CancelAsync();
        await stopped.CancelAsync();
        await Task.WhenAll(running);
        operatorOf.Dispose();
        await balancer.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public void Dispose()
    {
        http.Dispose();
        stopped.Dispose();
        phonesOff.Dispose();
    }

    [Fact]
    public async Task Restarted_one_after_another_nobody_sees_an_outage_and_nothing_unconfirmed()
    {
        using var enough = new CancellationTokenSource();
        var load = RaiseAsync(enough.Token);
        var cutsBefore = counts.Connects;

        foreach (var node in nodes)
        {
            await RestartAsync(node, "TERM");
            Assert.Equal(0, node.ExitCode);
        }

        await enough.CancelAsync();
        await load;
        Assert.Empty(notConfirmed);
        Assert.True(counts.Connects >= cutsBefore + People, "everybody has moved at least once");
        Assert.Equal((0, 0, People), (counts.Gaps, counts.Duplicates, counts.Connected));
        await NothingIsLostOrDoubledAsync();
    }

    [Fact]
    public async Task Killed_without_a_word_its_clients_go_on_at_the_other_and_miss_nothing()
    {
        using var enough = new CancellationTokenSource();
        var load = RaiseAsync(enough.Token);

        foreach (var node in nodes)
        {
            await RestartAsync(node, "KILL");
            await Eventually.True(() => counts.Connected == People, "all phones to be back", Patience);
        }

        await enough.CancelAsync();
        await load;
        Assert.Equal(0, counts.Gaps);
        await NothingIsLostOrDoubledAsync();
    }

    private async Task RestartAsync(ServerNode node, string signal)
    {
        var starts = node.Starts;
        using var kill = Process.Start("kill", ["-s", signal, $"{node.ProcessId}"]);
        await kill.WaitForExitAsync();
        await Eventually.True(() => node.Starts > starts, $"node {node.Number} to have ended and to be started again", Patience);
        using var probe = new HttpClient();
        await ReadyAsync(node, probe);
        await Eventually.True(() => balancer.Nodes.All(each => each.IsReady), "the balancer to use both", Patience);
    }

    private static async Task ReadyAsync(ServerNode node, HttpClient probe)
    {
        for (var waited = Stopwatch.StartNew(); !await node.IsReadyAsync(probe, CancellationToken.None); await Task.Delay(100))
        {
            Assert.True(waited.Elapsed < Patience, $"Node {node.Number} does not get ready: {(File.Exists(node.Log) ? await File.ReadAllTextAsync(node.Log) : "")}");
        }
    }

    /// <summary>Raises, repeats under the same id what was not confirmed, and closes when somebody has said yes.</summary>
    private async Task RaiseAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var id = Guid.CreateVersion7();
            await ConfirmedAsync(() => operatorOf.PutAsync($"/api/incidents/{id}", ApiClient.Flood()), 200, 201);
            raised[id] = 0;
            for (var waited = Stopwatch.StartNew(); !await SomebodyComesAsync(id); await Task.Delay(50, CancellationToken.None))
            {
                Assert.True(waited.Elapsed < Patience, $"nobody comes to {id}");
            }

            var order = new { commandId = Guid.NewGuid() };
            await ConfirmedAsync(() => operatorOf.PostAsync($"/api/incidents/{id}/close", order), 200);
        }
    }

    private async Task<bool> SomebodyComesAsync(Guid id)
    {
        var (_, incident) = await ConfirmedAsync(() => operatorOf.GetAsync($"/api/incidents/{id}"), 200);
        return incident!["callouts"]!.AsArray().Any(callout => (string?)callout!["state"] is "accepted");
    }

    private async Task<(int Status, System.Text.Json.Nodes.JsonNode? Body)> ConfirmedAsync(Func<Task<(int Status, System.Text.Json.Nodes.JsonNode? Body)>> order, params int[] good)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            try
            {
                var answer = await order();
                if (good.Contains(answer.Status))
                {
                    return answer;
                }

                notConfirmed.Add($"{answer.Status} {answer.Body}");
                Assert.Equal(503, answer.Status);
            }
            catch (HttpRequestException e)
            {
                notConfirmed.Add(e.Message);
            }

            Assert.True(waited.Elapsed < Patience, $"never confirmed: {string.Join(' ', notConfirmed)}");
        }
    }

    /// <summary>Everybody says yes at once, and repeats what was not confirmed.</summary>
    private async Task AnswerAsync(Phone phone)
    {
        try
        {
            await foreach (var item in phone.Inbox.ReadAllAsync(phonesOff.Token))
            {
                if (item is not { Kind: "offered", Callout: { } card })
                {
                    continue;
                }

                offers.AddOrUpdate(card.Id, 1, (_, before) => before + 1);
                while (await phone.OrderAsync("Answer", phonesOff.Token, card.Id, new { answer = "accept" }) is null)
                {
                    notConfirmed.Add("an answer");
                    await Task.Delay(200, phonesOff.Token);
                }
            }
        }
        catch (OperationCanceledException) when (phonesOff.IsCancellationRequested)
        {
            // over
        }
    }

    private async Task NothingIsLostOrDoubledAsync()
    {
        Assert.True(raised.Count > 5, $"only {raised.Count} incidents were raised");
        foreach (var id in raised.Keys)
        {
            await History.HoldsAsync(operatorOf, id);
        }

        await Eventually.True(
            async () => await world.ScalarAsync<long>("SELECT count(*) FROM callouts") == offers.Count, "every offer on a phone");
        Assert.All(offers.Values, times => Assert.Equal(1, times));
    }

    private async Task<ApiClient> SignInAsync(string username)
    {
        var answer = await ConfirmedAsync(() => new ApiClient(http, "").PostAsync("/api/session", new { username, password = World.Password }), 200);
        var token = (string)answer.Body!["accessToken"]!;
        var client = new HttpClient { BaseAddress = balancer.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new ApiClient(client, token);
    }
}
