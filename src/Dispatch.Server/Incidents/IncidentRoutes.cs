using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Plans;

namespace Dispatch.Server.Incidents;

internal static class IncidentRoutes
{
    public static void MapIncidents(this IEndpointRouteBuilder routes)
    {
        var incidents = routes.MapGroup("/api/incidents").RequireAuthorization(SignIns.OperatorsOnly).WithTags("Incidents");
        incidents.MapPut("/{id:guid}", RaiseIncident.Handle).Produces<IncidentView>(201).Produces<IncidentView>(200);
        incidents.MapGet("", ReadIncidents.List).Produces<ReadIncidents.Board>();
        incidents.MapGet("/{id:guid}", ReadIncidents.Get).Produces<IncidentView>();
        incidents.MapGet("/{id:guid}/facts", ReadIncidents.Facts).Produces<ReadIncidents.Record>();
        incidents.MapGet("/{id:guid}/explanation", ExplainIncident.Handle).Produces<ExplainIncident.View>();
        incidents.MapPost("/{id:guid}/escalate", CommandIncident.Escalate).Produces<IncidentView>();
        incidents.MapPost("/{id:guid}/recall", CommandIncident.Recall).Produces<IncidentView>();
        incidents.MapPost("/{id:guid}/needs/{ordinal}", CommandIncident.ChangeNeed).Produces<IncidentView>();
        incidents.MapPost("/{id:guid}/close", CommandIncident.Close).Produces<IncidentView>();
        incidents.MapPost("/{id:guid}/cancel", CommandIncident.Cancel).Produces<IncidentView>();

        routes.MapPost("/api/plans", DrawPlan.Handle).RequireAuthorization(SignIns.OperatorsOnly).WithTags("Incidents").Produces<DrawPlan.View>();

        var callouts = routes.MapGroup("/api/callouts/{id:guid}").WithTags("Call-outs");
        callouts.MapPost("/recall", CommandCallout.Recall).RequireAuthorization(SignIns.OperatorsOnly).Produces<IncidentView>();
        callouts.MapPost("/release", CommandCallout.Release).RequireAuthorization(SignIns.OperatorsOnly).Produces<IncidentView>();
    }
}
