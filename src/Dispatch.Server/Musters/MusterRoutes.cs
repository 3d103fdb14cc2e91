using Dispatch.Server.Access;

namespace Dispatch.Server.Musters;

internal static class MusterRoutes
{
    public static void MapMusters(this IEndpointRouteBuilder routes)
    {
        var musters = routes.MapGroup("/api/musters").WithTags("Musters");
        var orders = musters.MapGroup("").RequireAuthorization(SignIns.OperatorsOnly);
        orders.MapPut("/{id:guid}", CallMuster.Handle).Produces<MusterView>(201).Produces<MusterView>(200);
        orders.MapGet("", ReadMusters.List).Produces<ReadMusters.Board>();
        orders.MapGet("/{id:guid}", ReadMusters.Get).Produces<MusterView>();
        orders.MapGet("/{id:guid}/facts", ReadMusters.Facts).Produces<ReadMusters.Record>();
        orders.MapPost("/{id:guid}/stand-down", CommandMuster.StandDown).Produces<MusterView>();
        orders.MapPost("/{id:guid}/people/{volunteerId:guid}/check-in", CommandMuster.CheckIn).Produces<MusterView>();

        var own = musters.MapGroup("").RequireAuthorization(SignIns.VolunteersOnly);
        own.MapPut("/{id:guid}/answer", async (Guid id, AnswerMuster.Request request, Caller caller, AnswerMuster answer) =>
            (await answer.AnswerAsync(caller, id, request, CancellationToken.None)).ToResult()).Produces<MusterCard>();
        own.MapPut("/{id:guid}/check-in", async (Guid id, AnswerMuster.CheckInRequest request, Caller caller, AnswerMuster answer) =>
            (await answer.CheckInAsync(caller, id, request, CancellationToken.None)).ToResult()).Produces<MusterCard>();
    }
}
