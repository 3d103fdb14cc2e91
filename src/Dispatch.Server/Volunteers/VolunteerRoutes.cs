using Dispatch.Server.Access;
using Dispatch.Server.Imports;

namespace Dispatch.Server.Volunteers;

internal static class VolunteerRoutes
{
    public static void MapRoster(this IEndpointRouteBuilder routes)
    {
        var volunteers = routes.MapGroup("/api/volunteers").RequireAuthorization(SignIns.OperatorsOnly).WithTags("Roster");
        volunteers.MapGet("", ListVolunteers.Handle).Produces<ListVolunteers.Page>();
        volunteers.MapPost("/{id:guid}/activation-code", IssueActivationCode.Handle).Produces<IssueActivationCode.View>();
        volunteers.MapPost("/{id:guid}/drill-phone", IssueDrillPhone.Handle).Produces<IssueActivationCode.View>();
        volunteers.MapPost("/import", ImportVolunteers.Handle).NeedsRoom().Produces<ImportVolunteers.Report>();
        volunteers.MapGet("/import/template.xlsx", ImportTemplate.Handle).Produces(200, contentType: Imports.XlsxFile.MediaType);
    }
}
