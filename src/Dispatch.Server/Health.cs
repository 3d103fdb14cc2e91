using Dispatch.Server.Telemetry;

namespace Dispatch.Server;

/// <summary>
/// Alive: the process answers. Ready: it can do its work. What only makes it worse (Redis away, the auditor silent) is said as a reason but takes no
/// node out of service: all nodes would leave at once.
/// </summary>
internal static class Health
{
    internal sealed record Live(string Status);

    internal sealed record Ready(string Status, IReadOnlyList<Reason> Reasons, DateTimeOffset ServerTime);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Ok(new Live("live"))).ExcludeFromDescription();
        routes.MapGet("/health/ready", async (Readiness readiness, TimeProvider time, CancellationToken cancellation) =>
        {
            var reasons = await readiness.CheckAsync(cancellation);
            var notReady = reasons.Any(reason => reason.Weight == Weight.NotReady);
            return Results.Json(
                new Ready(notReady ? "notReady" : reasons.Count > 0 ? "degraded" : "ready", reasons, time.GetUtcNow()),
                Json.Options, statusCode: notReady ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
        }).ExcludeFromDescription();
    }
}
