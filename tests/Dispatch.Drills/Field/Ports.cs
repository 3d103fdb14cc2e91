using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dispatch.Drills.Field;

internal static class Ports
{
    private const int Lowest = 10_000, Highest = 60_000;

    private static readonly HashSet<int> Given = [];

    // Where the kernel takes the near ends of outgoing lines from: a port of these may be gone before its owner listens, or while he is dead.
    private static readonly (int From, int To) Outgoing = ReadOutgoing();

    /// <summary>A port of this machine that nobody uses now and that was not given before: what is killed comes back on its own port.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(Lowest, Highest);
            if ((port < Outgoing.From || port > Outgoing.To) && IsFree(port))
            {
                lock (Given)
                {
                    if (Given.Add(port))
                    {
                        return port;
                    }
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }

    /// <summary>Where the kernel leaves nothing between our bounds, its range does not count.</summary>
    private static (int From, int To) ReadOutgoing()
    {
        var ends = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var (from, to) = (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[1], CultureInfo.InvariantCulture));
        return from - Lowest + Highest - to < 1000 ? (Highest, Lowest) : (from, to);
    }
}
