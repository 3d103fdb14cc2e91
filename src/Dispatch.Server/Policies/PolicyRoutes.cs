using Dispatch.Server.Access;

namespace Dispatch.Server.Policies;

internal static class PolicyRoutes
{
    public static void MapPolicies(this IEndpointRouteBuilder routes)
    {
        var policies = routes.MapGroup("/api").RequireAuthorization(SignIns.OperatorsOnly).WithTags("Modes and policies");
        policies.MapGet("/policies", ReadPolicies.Handle).Produces<ReadPolicies.Page>();
        policies.MapPut("/policies", SetPolicy.Handle).Produces<ReadPolicies.Page>();
        policies.MapPost("/regions/{code}/mode", SwitchMode.Handle).Produces<ReadPolicies.Page>();
    }
}
