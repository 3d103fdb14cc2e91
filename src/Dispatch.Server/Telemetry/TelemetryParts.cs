namespace Dispatch.Server.Telemetry;

internal static class TelemetryParts
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddSingleton<Self>()
        .AddSingleton<DatabaseClock>()
        .AddSingleton<Measures>()
        .AddSingleton<Readiness>()
        .AddSingleton<ILoggerProvider, ErrorCounter>();
}
