using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;

namespace Dispatch.Server.Callouts;

internal static class CalloutRoutes
{
    public static void MapCallouts(this IEndpointRouteBuilder routes)
    {
        var callouts = routes.MapGroup("/api/callouts").RequireAuthorization(SignIns.VolunteersOnly).WithTags("Call-outs");
        callouts.MapGet("/mine", MyCallouts.Handle).Produces<MyCallouts.View>();
        callouts.MapGet("/{id:guid}/why", ExplainIncident.Why);
        callouts.MapPut("/{id:guid}/answer", async (Guid id, AnswerCallout.Request request, Caller caller, AnswerCallout answer) =>
            (await answer.HandleAsync(caller, id, request, CancellationToken.None)).ToResult()).Produces<Card>();
        callouts.MapPut("/{id:guid}/progress", async (Guid id, ReportProgress.Request request, Caller caller, ReportProgress progress) =>
            (await progress.HandleAsync(caller, id, request, CancellationToken.None)).ToResult()).Produces<Card>();
        callouts.MapPut("/{id:guid}/seen", (Guid id, Caller caller, Receipts receipts) =>
        {
            receipts.Seen(caller.VolunteerId, id);
            return TypedResults.NoContent();
        });
    }
}
