namespace Dispatch.Server.Access;

internal static class AccessRoutes
{
    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        var signIn = routes.MapGroup("/api/session").WithTags("Signing in");
        signIn.MapPost("", SignIn.ByPassword);
        signIn.MapPost("/activate", ActivatePhone.Handle);
        signIn.MapPost("/refresh", SignIn.ByRefreshToken);
        signIn.MapDelete("", (Delegate)SignIn.Out);
        routes.MapGet("/api/me", Me.Get).RequireAuthorization().WithTags("Signing in");
    }
}
