using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Dispatch.Server.Telemetry;

/// <summary>
/// Hands metrics and traces to those who collect them. By default nothing leaves the machine: metrics are read from this machine at /metrics, and
/// both go to an OTLP collector only when <c>Telemetry:OtlpEndpoint</c> names one. What the framework and the driver measure goes with it.
/// </summary>
internal sealed class Exporting : IHostedService, IDisposable
{
    private static readonly string[] Meters = [Measures.MeterName, "Microsoft.AspNetCore.*", "Npgsql", "System.Runtime"];
    // The SDK makes room for every combination of an instrument's labels in advance, 2,000 unless told: 20 MB. No instrument here has so many.
    private const int MostSeries = 200;

    private static readonly string[] Sources = [Spans.SourceName, "Npgsql", "Microsoft.AspNetCore", "Microsoft.AspNetCore.SignalR.Server"];

    private readonly PrometheusText text = new();
    private readonly BaseExportingMetricReader onDemand;
    private readonly string? endpoint, token;
    private readonly bool overHttp;
    private readonly double sampled;
    private readonly Self self;
    private MeterProvider? metrics;
    private TracerProvider? traces;

    public Exporting(IConfiguration settings, Self self)
    {
        this.self = self;
        onDemand = new BaseExportingMetricReader(text);
        endpoint = settings["Telemetry:OtlpEndpoint"];
        overHttp = settings["Telemetry:OtlpProtocol"] switch
        {
            null or "" or "grpc" => false,
            "http/protobuf" => true,
            var other => throw new InvalidOperationException($"Telemetry:OtlpProtocol is \"{other}\": grpc or http/protobuf."),
        };
        token = settings["Telemetry:MetricsToken"];
        sampled = settings.GetValue("Telemetry:TracesSampled", 1.0);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meters = Sdk.CreateMeterProviderBuilder().ConfigureResource(Describe).AddMeter(Meters).AddReader(onDemand)
            .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = MostSeries });
        if (!string.IsNullOrWhiteSpace(endpoint))
        {
            meters.AddOtlpExporter(options => To(options, "v1/metrics"));
            traces = Sdk.CreateTracerProviderBuilder().ConfigureResource(Describe).AddSource(Sources)
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(sampled)))
                .AddProcessor(new WithoutAddresses())
                .AddOtlpExporter(options => To(options, "v1/traces"))
                .Build();
        }

        metrics = meters.Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // What was measured last is sent, but a collector that is away must not hold up the stop.
        metrics?.ForceFlush(1000);
        traces?.ForceFlush(1000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        metrics?.Dispose();
        traces?.Dispose();
    }

    /// <summary>For this machine, or for whoever has the token. A proxy on this machine speaks for others, so what it passes on needs the token.</summary>
    public static IResult Read(HttpContext context, Exporting exporting)
    {
        var forwarded = context.Request.Headers.ContainsKey("X-Forwarded-For") || context.Request.Headers.ContainsKey("Forwarded");
        var here = !forwarded && context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from);
        return here || exporting.HasToken(context.Request.Headers.Authorization)
            ? Results.Text(exporting.text.Read(exporting.onDemand), "text/plain; version=0.0.4")
            : Problems.NotFound("此路径", "route");
    }

    /// <summary>Over HTTP each kind has a path of its own beneath the collector's address; gRPC knows them by itself.</summary>
    private void To(OtlpExporterOptions options, string path)
    {
        options.Protocol = overHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        options.Endpoint = overHttp ? new Uri($"{endpoint!.TrimEnd('/')}/{path}") : new Uri(endpoint!);
    }

    private bool HasToken(string? authorization) =>
        !string.IsNullOrEmpty(token) && authorization is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization), Encoding.UTF8.GetBytes("Bearer " + token));

    private void Describe(ResourceBuilder resource) => resource.AddService("dispatch", serviceVersion: self.Version, serviceInstanceId: self.Id.ToString());

    /// <summary>A query may hold coordinates, a name that was searched for, or a token; addresses are those of people. They stay here.</summary>
    private sealed class WithoutAddresses : BaseProcessor<Activity>
    {
        private static readonly string[] Kept = ["url.scheme", "url.template"];

        public override void OnEnd(Activity data)
        {
            foreach (var (key, _) in data.TagObjects.ToList())
            {
                if ((key.StartsWith("url.", StringComparison.Ordinal) && !Kept.Contains(key)) || key.StartsWith("client.", StringComparison.Ordinal)
                    || key is "user_agent.original" or "network.peer.address" or "http.target" or "http.url")
                {
                    data.SetTag(key, null);
                }
            }
        }
    }
}
