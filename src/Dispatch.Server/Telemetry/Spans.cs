using System.Diagnostics;
using System.Globalization;

namespace Dispatch.Server.Telemetry;

/// <summary>
/// The steps of an incident as one trace, from the raise over match, offer and phone to the yes and the console, on whichever node they happen. The
/// incident's row carries the trace, so a step that follows hours later, or on another node, finds it with what it reads anyway. Without a listener
/// nothing is made. Tags are ids and words of our own, never a name, a place or what somebody wrote.
/// </summary>
internal static class Spans
{
    public const string SourceName = "Dispatch";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The raise: it begins within the request, and its own id is what the incident keeps.</summary>
    public static Activity? Raise() => Source.StartActivity("raise");

    /// <summary>A step within the one that runs.</summary>
    public static Activity? Step(string name) => Source.StartActivity(name);

    /// <summary>A change of an incident. It belongs to the incident's trace, and points to the request or job it came with. <paramref name="since"/>: when it began, if it is over.</summary>
    public static Activity? Change(Guid incident, string? trace, DateTimeOffset since = default)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var cause = Activity.Current is { } here ? new[] { new ActivityLink(here.Context) } : null;
        var span = ActivityContext.TryParse(trace, null, isRemote: true, out var began)
            ? Source.StartActivity("change", ActivityKind.Internal, began, tags: null, cause, since)
            : Source.StartActivity("change", ActivityKind.Internal, default(ActivityContext), startTime: since);
        return span?.SetTag("dispatch.incident", incident.ToString());
    }

    /// <summary>Something of an incident was written to a client's connection.</summary>
    public static void Wrote(string name, string? trace, long since, string what, Guid subject)
    {
        if (!Source.HasListeners() || !ActivityContext.TryParse(trace, null, isRemote: true, out var began))
        {
            return;
        }

        var (current, start) = (Activity.Current, TimeProvider.System.GetUtcNow() - Stopwatch.GetElapsedTime(since));
        Activity.Current = null; // the writer of the connection may live within the request that opened it
        Source.StartActivity(name, ActivityKind.Producer, began, tags: null, links: null, start)?.SetTag("dispatch.what", what).SetTag("dispatch.callout", subject.ToString()).Dispose();
        Activity.Current = current;
    }

    /// <summary>A change is called after the first fact it wrote; all of them stand in its tags.</summary>
    public static void NameAfter(this Activity? span, IReadOnlyCollection<string> facts)
    {
        if (span is null)
        {
            return;
        }

        span.DisplayName = facts.FirstOrDefault() ?? "nothing to do";
        span.Tell(facts);
    }

    /// <summary>All facts that a step wrote, in its tags.</summary>
    public static void Tell(this Activity? span, IReadOnlyCollection<string> facts) =>
        span?.SetTag("dispatch.facts", string.Join(' ', facts.GroupBy(kind => kind).Select(kind => kind.Count() == 1 ? kind.Key : kind.Key + "×" + kind.Count().ToString(CultureInfo.InvariantCulture))));

    /// <summary>A request is called after its route, never after its path: that would be a name per incident.</summary>
    public static async Task NameRequests(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span
            && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            span.DisplayName = $"{context.Request.Method} {route}";
            span.SetTag("http.route", route).SetTag("http.request.method", context.Request.Method).SetTag("http.response.status_code", context.Response.StatusCode);
        }
    }
}
