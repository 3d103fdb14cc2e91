using Dispatch.Server.Access;

namespace Dispatch.Server.Volunteers;

internal static class MeRoutes
{
    public static void MapVolunteerSelf(this IEndpointRouteBuilder routes)
    {
        var me = routes.MapGroup("/api/me").RequireAuthorization(SignIns.VolunteersOnly).WithTags("Volunteer");
        me.MapPut("/duty", async (SetDuty.Request request, Caller caller, SetDuty duty, CancellationToken cancellation) =>
            (await duty.HandleAsync(caller, request, cancellation)).ToResult()).Produces<VolunteerSelf>();
        me.MapPut("/hours", async (SetHours.Request request, Caller caller, SetHours hours, CancellationToken cancellation) =>
            (await hours.HandleAsync(caller, request, cancellation)).ToResult()).Produces<VolunteerSelf>();
        me.MapPut("/means", async (SetMeans.Request request, Caller caller, SetMeans means, CancellationToken cancellation) =>
            (await means.HandleAsync(caller, request, cancellation)).ToResult()).Produces<VolunteerSelf>();
        me.MapPut("/consents", async (SetConsents.Request request, Caller caller, SetConsents consents, CancellationToken cancellation) =>
            (await consents.HandleAsync(caller, request, cancellation)).ToResult()).Produces<VolunteerSelf>();
        me.MapPut("/position", async (ReportPosition.Request request, Caller caller, ReportPosition report, CancellationToken cancellation) =>
            (await report.HandleAsync(caller, request, cancellation)).Problem ?? (IResult)TypedResults.Accepted((string?)null));
        routes.MapGet("/api/responders", Responders.List).RequireAuthorization(SignIns.OperatorsOnly).WithTags("Volunteer");
    }
}
