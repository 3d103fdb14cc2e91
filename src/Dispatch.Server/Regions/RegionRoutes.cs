using Dispatch.Server.Access;
using Dispatch.Server.Imports;

namespace Dispatch.Server.Regions;

internal static class RegionRoutes
{
    public static void MapRegions(this IEndpointRouteBuilder routes)
    {
        var regions = routes.MapGroup("/api/regions").RequireAuthorization().WithTags("Reference data");
        regions.MapGet("", ListRegions.Handle).Produces<IReadOnlyList<ListRegions.View>>();
        regions.MapGet("/boundaries", RegionBoundaries.Handle).Produces<string>(200, "application/geo+json").Produces(304);
        regions.MapPost("/import", ImportRegions.Handle).NeedsRoom().RequireAuthorization(SignIns.OperatorsOnly).Produces<ImportRegions.Report>();
        regions.MapGet("/locate", LocatePlace.Handle).Produces<LocatePlace.View>();
    }
}
