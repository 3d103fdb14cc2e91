using System.Diagnostics;
using System.Globalization;
using Dispatch.Server.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dispatch.Server.Nodes;

/// <summary>
/// Keeps a node below the limit of open files the system set it (RLIMIT_NOFILE). A runtime that finds none left does not refuse the next connection: it
/// ends the process ("Out of memory."), and with it everybody's line. So a connection too many is closed at once; a phone tries again, at another node if
/// there is one. Counts what Kestrel's own limits do not count together: requests and live lines.
/// </summary>
internal sealed class RoomForConnections(Measures measures, ILogger<RoomForConnections> log)
{
    // For everything that is no client: database, Redis, files, letters that go out; and for those closed a moment ago.
    private const int LeastReserve = 768, MostReserve = 4_096;

    private static readonly TimeSpan SaidEvery = TimeSpan.FromSeconds(10);

    private readonly int room = Of(MostOpenFiles(ReadLimits()));
    private int open;
    private long said;

    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<RoomForConnections>();
        services.AddOptions<KestrelServerOptions>().Configure<RoomForConnections>((options, room) =>
            options.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => room.AdmitAsync(connection, next))));
    }

    /// <summary>So many clients at once, where so many files may be open; never fewer than a quarter of them.</summary>
    public static int Of(long mostOpenFiles) =>
        (int)Math.Min(int.MaxValue, Math.Max(mostOpenFiles / 4, mostOpenFiles - Math.Clamp(mostOpenFiles / 4, LeastReserve, MostReserve)));

    /// <summary>The soft limit in the words of /proc/self/limits; what says none has none. (At its start the runtime raises the soft limit to the hard one.)</summary>
    public static long MostOpenFiles(string? limits)
    {
        const string Name = "Max open files";
        var line = limits?.Split('\n').FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return long.TryParse(line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var soft) ? soft : long.MaxValue;
    }

    private static string? ReadLimits() => File.Exists("/proc/self/limits") ? File.ReadAllText("/proc/self/limits") : null;

    private async Task AdmitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref open) <= room)
            {
                await next(connection);
                return;
            }

            connection.Abort(new ConnectionAbortedException("This node has as many connections as it can hold."));
            measures.ConnectionRefused();
            var (now, last) = (Stopwatch.GetTimestamp(), Interlocked.Read(ref said));
            if ((last == 0 || Stopwatch.GetElapsedTime(last, now) > SaidEvery) && Interlocked.CompareExchange(ref said, now, last) == last)
            {
                log.NoRoomForConnections(room);
            }
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }
}
