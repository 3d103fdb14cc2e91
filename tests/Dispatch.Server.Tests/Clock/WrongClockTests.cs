using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Clock;

/// <summary>
/// A node whose clock is wrong, or is set while it runs: due times, offers and the order of facts are the database's. (That the database's own clock
/// jumps is drilled: <c>./dev drill</c>.)
/// </summary>
public sealed class WrongClockTests : IAsyncLifetime
{
    private readonly SetClock clock = new();
    private World world = null!;
    private TestNode wrong = null!, right = null!;

    public async Task InitializeAsync()
    {
        right = await TestNode.StartAsync();
        world = right.World;
        wrong = await TestNode.StartAsync(world, builder => builder.Services.AddSingleton<TimeProvider>(clock));
    }

    public async Task DisposeAsync()
    {
        await wrong.DisposeAsync();
        await right.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Offers_of_a_node_whose_clock_is_an_hour_wrong_begin_and_end_by_the_databases(int hours)
    {
        await world.SqlAsync("UPDATE categories SET answer_within = '2 seconds' WHERE key = 'flood'");
        await world.VolunteersAsync(2);
        using var console = await wrong.SignInAsync("futian"); // before the clock is set: it is set while everything runs
        using var watching = await right.SignInAsync("futian");
        clock.Ahead = TimeSpan.FromHours(hours);

        var id = await console.RaiseAsync(ApiClient.Flood());
        await watching.FactsAsync(id, "CalloutExpired", 2);

        Assert.True(await world.ScalarAsync<bool>("SELECT bool_and(due_at - offered_at = interval '2 seconds' AND abs(extract(epoch FROM now() - offered_at)) < 60 AND changed_at >= due_at) FROM callouts"));
        var facts = await watching.FactsAsync(id);
        Assert.Equal(facts.All.Select(fact => (DateTimeOffset)fact["at"]!).Order(), facts.All.Select(fact => (DateTimeOffset)fact["at"]!));
        await History.HoldsAsync(watching, id);
    }

    [Fact]
    public async Task An_answer_through_it_is_in_time_while_the_database_says_so()
    {
        await world.VolunteersAsync(1);
        using var console = await right.SignInAsync("futian");
        using var volunteer = await wrong.SignInAsync("v0001");
        var id = await console.RaiseAsync(ApiClient.Flood());
        var callout = await volunteer.MyCalloutAsync();
        clock.Ahead = TimeSpan.FromMinutes(10); // long after the offer's end, by its own reckoning; its tokens still hold

        Assert.Equal("accepted", (string?)(await volunteer.AnswerAsync(callout, "accept")).Body!["state"]);
        await History.HoldsAsync(console, id);
    }

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }
}
