using System.Collections.Concurrent;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Policies;

/// <summary>An order to a region is told to the desks it concerns, whichever node they are at, and to no other: a word without content.</summary>
public sealed class OrderPumpTests
{
    [Fact]
    public async Task An_order_is_told_to_the_regions_desk_and_its_superiors_and_an_agreement_to_both_parties_on_every_node()
    {
        await using var node = await TestNode.StartAsync();
        await using var other = await TestNode.StartAsync(node.World);
        using var futian = await node.SignInAsync("futian");
        using var luohu = await node.SignInAsync("luohu");
        using var city = await node.SignInAsync("shenzhen");
        await using var ownDesk = await Told.AtAsync(node, futian);
        await using var neighbour = await Told.AtAsync(node, luohu);
        await using var superior = await Told.AtAsync(other, city);

        Assert.Equal(200, (await futian.PostAsync("/api/regions/440304/mode", new { commandId = Guid.NewGuid(), mode = "urgent", reason = "台风" })).Status);
        await ownDesk.HearsAsync("modeSwitched");
        await superior.HearsAsync("modeSwitched");

        // Later than the mode: what Luohu hears first shows that it was not told of that.
        Assert.Equal(200, (await futian.PutAsync($"/api/agreements/{Guid.NewGuid()}", new
        {
            commandId = Guid.NewGuid(), lender = "440303", borrower = "440304", category = "flood", validUntil = TimeProvider.System.GetUtcNow().AddDays(1), reason = "联动",
        })).Status);
        await neighbour.HearsAsync("agreementProposed");
        await superior.HearsAsync("modeSwitched", "agreementProposed");
        Assert.Equal(["agreementProposed"], neighbour.Kinds);

        Assert.Equal(200, (await city.PostAsync("/api/regions/4403/mode", new { commandId = Guid.NewGuid(), mode = "disaster", reason = "台风" })).Status);
        await neighbour.HearsAsync("agreementProposed", "modeSwitched"); // what holds above holds here
        await ownDesk.HearsAsync("modeSwitched", "agreementProposed", "modeSwitched"); // each once, though every look goes back a minute
    }

    [Fact]
    public async Task An_order_that_commits_after_a_later_one_is_told_too()
    {
        await using var node = await TestNode.StartAsync();
        using var futian = await node.SignInAsync("futian");
        await using var desk = await Told.AtAsync(node, futian);
        await Eventually.True(async () =>
        {
            await InsertAsync(node, "now()", "later");
            return desk.Kinds.Length > 0;
        }, "the pump to look");

        await InsertAsync(node, "now() - interval '20 seconds'", "earlier");

        await Eventually.True(() => desk.Kinds.Contains("earlier"), "the order that was dated before what had been told");
    }

    private static Task InsertAsync(TestNode node, string at, string kind) => node.World.SqlAsync(
        $"INSERT INTO region_orders (id, region, kind, at, by_id, reason) SELECT gen_random_uuid(), '440304', '{kind}', {at}, id, 'x' FROM accounts WHERE username = 'futian'");

    /// <summary>A console and the kinds of orders it was told of, in their order.</summary>
    private sealed class Told(LiveConsole console) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> kinds = new();
        private IDisposable? listening;

        public string[] Kinds => [.. kinds];

        public static async Task<Told> AtAsync(TestNode node, ApiClient signedIn)
        {
            var told = new Told(await LiveConsole.WatchAsync(node, signedIn.Token, null));
            told.listening = told.console.On("RegionOrder", word => told.kinds.Enqueue((string)word["kind"]!));
            return told;
        }

        public Task HearsAsync(params string[] expected) => Eventually.True(() => Kinds.SequenceEqual(expected), $"the words {string.Join(", ", expected)}");

        public ValueTask DisposeAsync()
        {
            listening?.Dispose();
            return console.DisposeAsync();
        }

        private readonly LiveConsole console = console;
    }
}
