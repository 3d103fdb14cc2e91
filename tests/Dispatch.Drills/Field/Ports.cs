using System.Net;
using System.Net.Sockets;

namespace Dispatch.Drills.Field;

internal static class Ports
{
    private static readonly HashSet<int> Given = [];

    /// <summary>A port of this machine that nobody uses now and that was not given before: what is killed comes back on its own port.</summary>
    public static int Free()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
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
