using System.Collections.Concurrent;
using System.Diagnostics;

namespace Dispatch.Server.Tests.Support;

/// <summary>Every span of the product, the framework and the driver that ends from now on, in this process.</summary>
internal sealed class SpansHeard : IDisposable
{
    private readonly ActivityListener listener;
    private readonly ConcurrentQueue<Activity> ended = [];

    public SpansHeard()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Dispatch" or "Npgsql" || source.Name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public IReadOnlyList<Activity> All => [.. ended];

    public IReadOnlyList<Activity> Of(ActivityTraceId trace) => [.. ended.Where(span => span.TraceId == trace)];

    /// <summary>All that a span says of itself.</summary>
    public static string Words(Activity span) => string.Join(
        ' ',
        [
            span.OperationName, span.DisplayName, span.StatusDescription ?? "",
            .. span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"), .. span.Baggage.Select(item => $"{item.Key}={item.Value}"),
            .. span.Events.SelectMany(happened => happened.Tags.Select(tag => $"{happened.Name}.{tag.Key}={tag.Value}")),
        ]);

    public void Dispose() => listener.Dispose();
}
