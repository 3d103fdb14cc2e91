using Npgsql;

namespace Dispatch.Server;

/// <summary>Alive: the process answers. Ready: it can do its work, which needs the database and nothing else.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Ok(new { status = "live" })).ExcludeFromDescription();
        routes.MapGet("/health/ready", async (NpgsqlDataSource source, CancellationToken cancellation) =>
        {
            try
            {
                await using var command = source.CreateCommand("SELECT 1");
                command.CommandTimeout = 2;
                await command.ExecuteScalarAsync(cancellation);
                return Results.Ok(new { status = "ready", reasons = Array.Empty<string>() });
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                return Results.Json(new { status = "notReady", reasons = new[] { "Postgres does not answer" } }, statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        }).ExcludeFromDescription();
    }
}
