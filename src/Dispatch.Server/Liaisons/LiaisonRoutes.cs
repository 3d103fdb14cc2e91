using Dispatch.Server.Access;
using Dispatch.Server.Teams;
using Npgsql;

namespace Dispatch.Server.Liaisons;

internal static class LiaisonRoutes
{
    internal sealed record Tasks(IReadOnlyList<LiaisonTask> All, DateTimeOffset ServerTime);

    public static void MapLiaisons(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/api").RequireAuthorization(SignIns.VolunteersOnly).WithTags("Captains and liaisons");
        own.MapGet("/me/teams", TeamDesk.Handle).Produces<TeamDesk.View>();
        own.MapPut("/callouts/{id:guid}/on-behalf", async (Guid id, AnswerOnBehalf.Request request, Caller caller, AnswerOnBehalf answer) =>
            (await answer.HandleAsync(caller, id, request, CancellationToken.None)).ToResult()).Produces<AnswerOnBehalf.View>();
        own.MapPut("/callouts/{id:guid}/repudiate", async (Guid id, Repudiate.Request request, Caller caller, Repudiate repudiate) =>
            (await repudiate.HandleAsync(caller, id, request, CancellationToken.None)).ToResult());
        own.MapPut("/me/tasks/{id:guid}/answer", async (Guid id, AnswerTask.Request request, Caller caller, AnswerTask answer) =>
            (await answer.HandleAsync(caller, id, request, CancellationToken.None)).ToResult()).Produces<LiaisonTask>();

        var station = routes.MapGroup("/api/liaison-tasks").RequireAuthorization(SignIns.OperatorsOnly).WithTags("Captains and liaisons");
        station.MapGet("", List).Produces<Tasks>();
        station.MapPost("/{id:guid}/answer", async (Guid id, AnswerTask.Request request, Caller caller, AnswerTask answer) =>
            (await answer.HandleAsync(caller, id, request, CancellationToken.None)).ToResult()).Produces<LiaisonTask>();
    }

    /// <summary>Tasks of the operator's stations and of his incidents: those not answered, and the answers of the last day.</summary>
    private static async Task<IResult> List(Caller caller, NpgsqlDataSource source, TimeProvider time, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var tasks = await LiaisonTask.ReadAsync(
            connection,
            "(i.region_path <@ $1::ltree OR t.station_path <@ $1::ltree AND t.escalated_at IS NOT NULL) AND t.state <> 'ended' AND (t.state <> 'answered' OR t.answered_at > now() - interval '1 day')",
            caller.RegionPath, cancellation);
        return TypedResults.Json(new Tasks(tasks, time.GetUtcNow()), Json.Options);
    }
}
