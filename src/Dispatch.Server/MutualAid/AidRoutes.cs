using Dispatch.Server.Access;
using Dispatch.Server.Incidents;

namespace Dispatch.Server.MutualAid;

internal static class AidRoutes
{
    public static void MapMutualAid(this IEndpointRouteBuilder routes)
    {
        var aid = routes.MapGroup("/api").RequireAuthorization(SignIns.OperatorsOnly).WithTags("Mutual aid");
        aid.MapPost("/incidents/{id:guid}/aid", RequestAid.Handle).Produces<IncidentView>();
        aid.MapPost("/incidents/{id:guid}/offers/{offerId:guid}", DecideOffer.Handle).Produces<IncidentView>();
        routes.MapPut("/api/me/offers/{id:guid}", OfferSelf.Handle).RequireAuthorization(SignIns.VolunteersOnly).WithTags("Mutual aid").Produces<OfferSelf.View>();
        aid.MapGet("/mutual-aid", ReadAid.Handle).Produces<ReadAid.Desk>();
        aid.MapGet("/mutual-aid/{id:guid}", ReadAid.Get).Produces<AidView>();
        aid.MapPost("/mutual-aid/{id:guid}/answer", AnswerAid.Handle).Produces<AidView>();
        aid.MapPost("/releases/{id:guid}/extend", ExtendRelease.Handle).Produces<ReleaseView>();
        aid.MapPost("/releases/{id:guid}/decide", DecideLapse.Handle).Produces<ReleaseView>();
        aid.MapPut("/agreements/{id:guid}", Agreements.Make).Produces<ReadAid.Desk>();
        aid.MapPost("/agreements/{id:guid}/accept", Agreements.Accept).Produces<ReadAid.Desk>();
        aid.MapPost("/agreements/{id:guid}/end", Agreements.End).Produces<ReadAid.Desk>();
        aid.MapPut("/reserve-floors/{id:guid}", Reserves.Set).Produces<ReadAid.Desk>();
        aid.MapPost("/reserve-floors/{id:guid}/lift", Reserves.Remove).Produces<ReadAid.Desk>();
        aid.MapPut("/regions/{code}/liaisons", SetLiaisons.Handle).Produces<ReadAid.Desk>();
        aid.MapPut("/unified-command/{id:guid}", Unify.On).Produces<ReadAid.Desk>();
        aid.MapPost("/unified-command/{id:guid}/end", Unify.Off).Produces<ReadAid.Desk>();
    }
}
