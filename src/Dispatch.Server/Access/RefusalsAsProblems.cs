using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Dispatch.Server.Access;

/// <summary>Not signed in, or signed in as somebody else: a problem in both languages instead of an empty answer or a redirect.</summary>
internal sealed class RefusalsAsProblems : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            return next(context);
        }

        var problem = authorizeResult.Challenged
            ? Problems.Unauthenticated("登录已失效或尚未登录", "Not signed in, or the sign-in has ended")
            : Problems.Forbidden("此操作属于另一种角色", "This belongs to another role");
        return problem.ExecuteAsync(context);
    }
}
