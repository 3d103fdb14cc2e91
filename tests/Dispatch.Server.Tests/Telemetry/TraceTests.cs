using System.Diagnostics;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Telemetry;

/// <summary>One incident is one trace, across hub, database and nodes.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task From_the_raise_to_the_console_it_is_one_trace_though_two_nodes_take_part()
    {
        using var heard = new SpansHeard();
        await using var one = await TestNode.StartAsync();
        await using var other = await TestNode.StartAsync(one.World);
        await one.World.VolunteersAsync(2);
        using var operatorOf = await one.SignInAsync("futian");
        using var volunteer = await other.SignInAsync("v0001");
        await using var phone = await LivePhone.ConnectAsync(other, volunteer.Token);
        await using var console = await LiveConsole.WatchAsync(other, (await other.SignInAsync("futian")).Token, null);

        var id = await operatorOf.RaiseAsync(ApiClient.Flood());
        var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
        await operatorOf.FactsAsync(id, until: "CalloutDelivered");
        await phone.OrderAsync("Answer", callout, new { answer = "accept" });
        await console.HearsAsync(id, "CalloutAccepted");

        Assert.True(ActivityContext.TryParse(await one.World.ScalarAsync<string>($"SELECT trace FROM incidents WHERE id = '{id}'"), null, out var began));
        string[] steps = ["PUT /api/incidents/{id:guid}", "raise", "match", "to phone", "to console", "CalloutAccepted"];
        var spans = await Eventually.Gives(
            () => Task.FromResult(heard.Of(began.TraceId)), spans => steps.All(step => spans.Any(span => span.DisplayName == step)), $"the steps {string.Join(", ", steps)}");
        Assert.Contains(spans, span => $"{span.GetTagItem("dispatch.facts")}".Contains("WaveSent", StringComparison.Ordinal));
        Assert.Contains(spans, span => $"{span.GetTagItem("dispatch.facts")}".Contains("CalloutDelivered", StringComparison.Ordinal));
        Assert.Contains(spans, span => span.Source.Name == "Npgsql");
        var accepted = spans.Single(span => span.DisplayName == "CalloutAccepted");
        Assert.Equal(id.ToString(), accepted.GetTagItem("dispatch.incident"));
        Assert.Contains(accepted.Links, cause => cause.Context.TraceId != began.TraceId); // the phone's own request
        Assert.Contains(spans, span => span.Source.Name == "Npgsql" && span.ParentSpanId == accepted.SpanId);
    }
}
