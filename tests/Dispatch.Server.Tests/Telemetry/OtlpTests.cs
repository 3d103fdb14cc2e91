using System.Collections.Concurrent;
using System.Text;
using Dispatch.Server.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dispatch.Server.Tests.Telemetry;

/// <summary>What a collector receives: a collector of the test's own on loopback, which reads OTLP over HTTP as it is specified.</summary>
public sealed class OtlpTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<byte[]> traces = new(), metrics = new();
    private WebApplication collector = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        collector = builder.Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/traces", context => KeepAsync(context, traces));
        collector.MapPost("/v1/metrics", context => KeepAsync(context, metrics));
        await collector.StartAsync();
    }

    public Task DisposeAsync() => collector.DisposeAsync().AsTask();

    [Fact]
    public async Task A_collector_receives_one_trace_from_the_raise_over_the_database_to_the_phone_and_back_by_the_hub_and_the_metrics()
    {
        string trace;
        await using (var node = await TestNode.StartAsync($"--Telemetry:OtlpEndpoint={collector.Urls.First()}", "--Telemetry:OtlpProtocol=http/protobuf", "--Node:Name=测试"))
        {
            await node.World.VolunteersAsync(1);
            using var operatorOf = await node.SignInAsync("futian");
            using var volunteer = await node.SignInAsync("v0001");
            await using var phone = await LivePhone.ConnectAsync(node, volunteer.Token);
            var id = await operatorOf.RaiseAsync(ApiClient.Flood());
            var callout = (await phone.WhenAsync("offered")).GetProperty("callout").GetProperty("id").GetGuid();
            await phone.OrderAsync("Answer", callout, new { answer = "accept" });
            await operatorOf.FactsAsync(id, until: "CalloutDelivered");
            trace = (await node.World.ScalarAsync<string>($"SELECT trace FROM incidents WHERE id = '{id}'")).Split('-')[1].ToUpperInvariant();
        } // its end sends what is left

        var spans = traces.SelectMany(Spans).ToList();
        var incident = spans.Where(span => span.Trace == trace).ToList(); // spans of other nodes of this process come too
        var accepted = Assert.Single(incident, span => span.Name == "CalloutAccepted");
        Assert.Contains(incident, span => span.Name == "raise" && span.Scope == "Dispatch");
        Assert.Contains(incident, span => span.Name == "to phone" && span.Scope == "Dispatch");
        Assert.Contains(incident, span => span.Scope == "Npgsql" && span.Parent == accepted.Id); // the yes in the database
        Assert.Contains(incident, span => span.Scope == "Microsoft.AspNetCore"); // the request that began it
        Assert.Contains(spans, span => span.Scope == "Microsoft.AspNetCore.SignalR.Server" && accepted.Links.Contains(span.Id)); // the hub call that brought it
        Assert.DoesNotContain(traces, body => Encoding.UTF8.GetString(body).Contains("access_token", StringComparison.Ordinal));

        var measured = metrics.SelectMany(Metrics).ToHashSet();
        Assert.Superset(new HashSet<string> { "dispatch.raise_to_phone", "dispatch.connections", "dispatch.record.flaws", "http.server.request.duration", "db.client.operation.duration" }, measured);
    }

    private static async Task KeepAsync(HttpContext context, ConcurrentQueue<byte[]> kept)
    {
        if (context.Request.ContentType != "application/x-protobuf")
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        kept.Enqueue(body.ToArray());
        context.Response.ContentType = "application/x-protobuf"; // an empty answer: everything was taken
    }

    private sealed record Span(string Scope, string Name, string Trace, string Id, string Parent, IReadOnlyList<string> Links);

    // opentelemetry-proto: ExportTraceServiceRequest.resource_spans 1, ResourceSpans.scope_spans 2, ScopeSpans.scope 1 and spans 2, InstrumentationScope.name 1,
    // Span.trace_id 1, span_id 2, parent_span_id 4, name 5, links 13, Link.span_id 2.
    private static IEnumerable<Span> Spans(byte[] request) =>
        from resource in Fields(request, 1)
        from scope in Fields(resource, 2)
        let scopeName = Text(Fields(Fields(scope, 1).First(), 1))
        from span in Fields(scope, 2)
        select new Span(scopeName, Text(Fields(span, 5)), Hex(Fields(span, 1)), Hex(Fields(span, 2)), Hex(Fields(span, 4)), [.. Fields(span, 13).Select(link => Hex(Fields(link, 2)))]);

    // ExportMetricsServiceRequest.resource_metrics 1, ResourceMetrics.scope_metrics 2, ScopeMetrics.metrics 2, Metric.name 1.
    private static IEnumerable<string> Metrics(byte[] request) =>
        from resource in Fields(request, 1)
        from scope in Fields(resource, 2)
        from metric in Fields(scope, 2)
        select Text(Fields(metric, 1));

    private static string Text(IEnumerable<byte[]> field) => Encoding.UTF8.GetString(field.FirstOrDefault() ?? []);

    private static string Hex(IEnumerable<byte[]> field) => Convert.ToHexString(field.FirstOrDefault() ?? []);

    /// <summary>The length-delimited fields of this number in a protobuf message.</summary>
    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var key = (int)Varint(message, ref at);
            switch (key & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    if (key >> 3 == number)
                    {
                        found.Add(message[at..(at + length)]);
                    }

                    at += length;
                    break;
                default:
                    at += 4;
                    break;
            }
        }

        return found;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
