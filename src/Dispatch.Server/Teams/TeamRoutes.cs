using Dispatch.Server.Access;
using Dispatch.Server.Imports;

namespace Dispatch.Server.Teams;

internal static class TeamRoutes
{
    public static void MapTeams(this IEndpointRouteBuilder routes)
    {
        var teams = routes.MapGroup("/api/teams").RequireAuthorization(SignIns.OperatorsOnly).WithTags("Roster");
        teams.MapGet("", ListTeams.Handle).Produces<IReadOnlyList<ListTeams.View>>();
        teams.MapPost("/import", ImportTeams.Handle).NeedsRoom().Produces<ImportTeams.Report>();
    }
}
