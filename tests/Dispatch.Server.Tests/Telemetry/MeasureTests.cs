using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Telemetry;

/// <summary>What a node measures, and who may read it.</summary>
public sealed partial class MeasureTests : IAsyncLifetime
{
    private TestNode node = null!;

    public async Task InitializeAsync() => node = await TestNode.StartAsync("--Telemetry:MetricsToken=a-long-secret");

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task Raise_to_phone_and_accept_to_console_are_measured_once_each()
    {
        await node.World.VolunteersAsync(2);
        using var heard = new Heard(node);
        using var operatorOf = await node.SignInAsync("futian");
        using var volunteer = await node.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        await using var console = await LiveConsole.WatchAsync(node, operatorOf.Token, null);
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        await operatorOf.FactsAsync(id, until: "CalloutDelivered");
        await phone.OrderAsync("Answer", callout, new { answer = "accept" });
        await console.HearsAsync(id, "CalloutAccepted");

        await Eventually.True(() => heard.Values("dispatch.accept_to_console").Count == 1, "the yes on the console to be measured");
        var toPhone = Assert.Single(heard.Values("dispatch.raise_to_phone"));
        Assert.Equal([toPhone], heard.Values("dispatch.raise_to_phone"));
        Assert.InRange(toPhone, heard.Values("dispatch.offer_to_phone").Single(), double.MaxValue); // the offer comes after the raise
        Assert.Equal((1, 1), (heard.Gauge("dispatch.connections", "phone"), heard.Gauge("dispatch.connections", "console")));
        await Eventually.True(() => heard.Gauge("dispatch.postgres.up") == 1 && heard.Gauge("dispatch.redis.up") == -1 && heard.Gauge("dispatch.auditor.age") >= 0, "the first beat");
        await Eventually.True(() => heard.Sum("dispatch.sweeps") > 0, "a sweep");
        Assert.Equal(0, heard.Gauge("dispatch.queue.longest"));
    }

    [Fact]
    public async Task A_phone_that_was_away_when_it_was_asked_says_nothing_about_our_speed()
    {
        await node.World.VolunteerAsync(100);
        using var heard = new Heard(node);
        using var operatorOf = await node.SignInAsync("futian");
        using var volunteer = await node.SignInAsync("v0001");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.WhenAsync(id, "offered", 1);

        await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
        await operatorOf.FactsAsync(id, until: "CalloutDelivered");

        Assert.Empty(heard.Values("dispatch.raise_to_phone"));
    }

    [Fact]
    public async Task Lost_races_and_logged_errors_are_counted()
    {
        await node.World.VolunteersAsync(1);
        using var heard = new Heard(node);
        using var operatorOf = await node.SignInAsync("futian");
        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        await operatorOf.WhenAsync(id, "offered", 1);
        var tries = 0;
        await node.Services.GetRequiredService<FactLog>().ChangeAsync<bool>(
            id,
            _ => ++tries == 1 ? throw new Npgsql.PostgresException("", "", "", "40P01") : Task.FromResult<Outcome<bool>>(true),
            CancellationToken.None);

        await node.World.SqlAsync("ALTER TABLE categories RENAME TO categories_away");
        Assert.Equal(500, (await operatorOf.GetAsync("/api/categories")).Status);

        Assert.Equal(1, heard.Sum("dispatch.races.retried"));
        await Eventually.True(() => heard.Sum("dispatch.errors") >= 1, "the error to be counted");
    }

    [Fact]
    public async Task Every_instrument_is_in_the_documented_table_with_its_unit_and_no_other_is()
    {
        using var heard = new Heard(node);
        await Eventually.True(() => heard.Instruments.ContainsKey("dispatch.redis.up"), "the gauges");
        var documented = Row().Matches(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "docs", "telemetry.md")))
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);

        Assert.Equal(heard.Instruments.ToDictionary(each => each.Key, each => each.Value.Unit!).OrderBy(each => each.Key, StringComparer.Ordinal),
            documented.OrderBy(row => row.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Metrics_are_for_this_machine_or_for_whoever_has_the_token()
    {
        using var stranger = node.Stranger();
        var metrics = await Eventually.Gives( // a counter is there once it has counted: the first sweep comes after a second
            () => stranger.Http.GetStringAsync("/metrics"), text => text.Contains("# TYPE dispatch_sweeps_total counter", StringComparison.Ordinal), "the first sweep to be counted");
        Assert.Matches(@"(?m)^dispatch_postgres_up \d$", metrics);
        // A label's value may hold braces of its own: a route's template is one.
        Assert.All(metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches(@"^(# (HELP|TYPE) \w+ .+|\w+(\{\w+=""(\\.|[^""\\])*""(,\w+=""(\\.|[^""\\])*"")*,?\})? [-+\w.]+)$", line));

        async Task<int> ForwardedAsync(string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            request.Headers.Add("X-Forwarded-For", "10.0.0.7");
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            using var answer = await stranger.Http.SendAsync(request);
            return (int)answer.StatusCode;
        }

        Assert.Equal((404, 404, 200), (await ForwardedAsync(null), await ForwardedAsync("another"), await ForwardedAsync("a-long-secret")));
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Dispatch.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"(?m)^\| `(dispatch\.[a-z_.]+)` \| [a-z]+ \| `([^`]+)` \|")]
    private static partial Regex Row();
}
