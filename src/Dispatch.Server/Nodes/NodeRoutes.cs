using Dispatch.Server.Access;

namespace Dispatch.Server.Nodes;

internal static class NodeRoutes
{
    public static void MapNodes(this IEndpointRouteBuilder routes)
    {
        var nodes = routes.MapGroup("/api/nodes").RequireAuthorization(SignIns.OperatorsOnly).WithTags("Nodes");
        nodes.MapGet("", DrainNode.List).Produces<DrainNode.Nodes>();
        nodes.MapPost("/{id:guid}/drain", DrainNode.Handle).Produces(202);
    }
}
