using Dispatch.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dispatch.Server.Imports;

/// <summary>Free and all bytes of the disk that has to have room; null where the system does not say.</summary>
internal delegate (long Free, long All)? DiskReading();

/// <summary>
/// A disk that is nearly full refuses imports, so that what is left of it belongs to incidents: a full disk stops the database, and with it every
/// answer. Below <c>Disk:RefuseImportsBelow</c> bytes; what cannot be read is not refused.
/// </summary>
internal sealed class RoomForImports(DiskReading disk, IConfiguration settings)
{
    private const long Default = 1_000_000_000;

    public long Least { get; } = settings.GetValue<long?>("Disk:RefuseImportsBelow") ?? Default;

    public static IServiceCollection AddTo(IServiceCollection services)
    {
        services.TryAddSingleton<DiskReading>(provider => provider.GetRequiredService<Self>().Disk);
        return services.AddSingleton<RoomForImports>();
    }

    /// <summary>Null when there is room.</summary>
    public Problem? Refusal() => disk() is { } now && now.Free < Least ? Problems.DiskNearlyFull(now.Free, Least) : null;
}

internal static class RoomForImportsRoutes
{
    /// <summary>Asked before a byte of the file is read.</summary>
    public static RouteHandlerBuilder NeedsRoom(this RouteHandlerBuilder route) => route.AddEndpointFilter(async (context, next) =>
        context.HttpContext.RequestServices.GetRequiredService<RoomForImports>().Refusal() ?? await next(context));
}
