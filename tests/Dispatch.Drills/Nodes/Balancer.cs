using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Dispatch.Drills.Nodes;

/// <summary>
/// One address for several nodes of this machine. A new connection goes to the ready node that has the fewest; WebSockets and everything else are
/// bytes to it. Who answers "not ready" gets nobody new and keeps whom he has, for he is draining; who does not answer at all is cut, so that his
/// clients come back at once and to another. What haproxy or nginx does in production (docs/operations.md).
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500), ConnectWithin = TimeSpan.FromSeconds(1);

    // Better a client that waits a moment than one that is refused while the nodes change.
    private static readonly TimeSpan HoldFor = TimeSpan.FromSeconds(5), TryAgainAfter = TimeSpan.FromMilliseconds(100);

    private readonly Socket listener;
    private readonly List<Backend> backends;
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient http;
    private readonly Task running;

    private Balancer(Socket listener, IEnumerable<Uri> nodes, TimeSpan lookWithin)
    {
        http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = lookWithin };
        this.listener = listener;
        backends = [.. nodes.Select(node => new Backend(node))];
        Address = new Uri($"http://{listener.LocalEndPoint}/");
        running = Task.WhenAll([AcceptAsync(), .. backends.Select(LookAsync)]);
    }

    public Uri Address { get; }

    /// <summary>Per node: whether it takes new connections, and how many it has by way of us.</summary>
    public IEnumerable<(Uri Node, bool IsReady, int Connections)> Nodes => backends.Select(each => (each.Node, each.IsReady, each.Count));

    /// <summary>On a port of loopback; 0 for one that is free. A node that says nothing for twice <paramref name="lookWithin"/> (a second) is taken for dead.</summary>
    public static Balancer Start(int port, IEnumerable<Uri> nodes, TimeSpan? lookWithin = null)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(4096); // ten thousand phones may come back in the same second
        return new Balancer(listener, nodes, lookWithin ?? TimeSpan.FromSeconds(1));
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        backends.ForEach(each => each.Cut());
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptAsync(stopping.Token));
            }
            catch (SocketException) when (!stopping.IsCancellationRequested)
            {
                // The client was gone before we took it, or we are out of descriptors for a moment.
                await Task.Delay(TryAgainAfter, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LookAsync(Backend backend)
    {
        var silent = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(backend.Node, "health/ready"), stopping.Token);
                (backend.IsReady, silent) = (answer.IsSuccessStatusCode, 0);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                backend.IsReady = false;
                if (++silent == 2)
                {
                    backend.Cut();
                }
            }

            await Task.Delay(LookEvery, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                if (await ConnectAsync() is not var (backend, node))
                {
                    return; // nobody is there: closed, the client tries again
                }

                using (node)
                {
                    backend.Add(client);
                    try
                    {
                        await Task.WhenAny(CopyAsync(client, node), CopyAsync(node, client));
                    }
                    finally
                    {
                        backend.Remove(client);
                    }
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // One of the two ended the connection; then so does the other.
            }
        }
    }

    private async Task<(Backend Backend, Socket Node)?> ConnectAsync()
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < HoldFor; await Task.Delay(TryAgainAfter, stopping.Token))
        {
            foreach (var backend in backends.Where(each => each.IsReady).OrderBy(each => each.Count).ToList())
            {
                var node = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    using var enough = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
                    enough.CancelAfter(ConnectWithin);
                    await node.ConnectAsync(IPAddress.Loopback, backend.Node.Port, enough.Token);
                    return (backend, node);
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException && !stopping.IsCancellationRequested)
                {
                    node.Dispose();
                    backend.IsReady = false; // until the next look
                }
            }
        }

        return null;
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[8192];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer)) > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, read));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Whoever waits for both directions closes both.
        }
    }

    private sealed class Backend(Uri node)
    {
        private readonly HashSet<Socket> clients = [];
        private readonly Lock gate = new();
        private volatile bool isReady;

        public Uri Node => node;

        public bool IsReady { get => isReady; set => isReady = value; }

        public int Count
        {
            get
            {
                lock (gate)
                {
                    return clients.Count;
                }
            }
        }

        public void Add(Socket client)
        {
            lock (gate)
            {
                clients.Add(client);
            }
        }

        public void Remove(Socket client)
        {
            lock (gate)
            {
                clients.Remove(client);
            }
        }

        public void Cut()
        {
            lock (gate)
            {
                foreach (var client in clients)
                {
                    client.Dispose();
                }
            }
        }
    }
}
