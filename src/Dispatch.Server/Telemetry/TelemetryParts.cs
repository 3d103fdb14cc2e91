using Dispatch.Server.Access;

namespace Dispatch.Server.Telemetry;

internal static class TelemetryParts
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddSingleton<Self>()
        .AddSingleton<Measures>()
        .AddSingleton<Readiness>()
        .AddSingleton<SystemStatus>()
        .AddSingleton<ILoggerProvider, ErrorCounter>()
        .AddSingleton<Exporting>().AddHostedService(provider => provider.GetRequiredService<Exporting>());

    public static void MapTelemetry(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/system", SystemStatus.Handle).RequireAuthorization(SignIns.OperatorsOnly).WithTags("System").Produces<SystemStatus.View>();
        routes.MapGet("/metrics", Exporting.Read).ExcludeFromDescription();
    }
}
