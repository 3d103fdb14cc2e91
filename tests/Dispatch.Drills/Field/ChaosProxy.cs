using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Dispatch.Drills.Field;

/// <summary>
/// A TCP relay that behaves as badly as a network: it delays, stalls (both ways or one), resets, throttles, cuts after so many bytes or at a word of
/// the server. Stands between clients and a node, a node and Postgres, a node and Redis. All changes apply to open connections too.
/// </summary>
internal sealed class ChaosProxy : IAsyncDisposable
{
    private static readonly TimeSpan GoodbyeTakes = TimeSpan.FromSeconds(10);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private volatile IPEndPoint target;
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentDictionary<Link, bool> links = new();
    private readonly Task accepting;

    // Completed: traffic flows. Replaced by an open one while that direction stalls.
    private volatile TaskCompletionSource up = Flowing(), down = Flowing();
    private volatile bool refusing;
    private long bytesPerSecond, delayTicks, cutAfterBytes = long.MaxValue;
    private int cutsAtWord;
    private volatile byte[]? word;

    public ChaosProxy(int targetPort)
    {
        target = new IPEndPoint(IPAddress.Loopback, targetPort);
        listener.Start(4096);
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Connections from now on go there: what stood behind this road has moved.</summary>
    public void LeadTo(int port) => target = new IPEndPoint(IPAddress.Loopback, port);

    public int Connections => links.Count;

    /// <summary>How many connections were cut because the server said the word of <see cref="CutAtWord"/>.</summary>
    public int CutAtWords { get; private set; }

    /// <summary>What the client sends disappears, what the server sends disappears, or both; the connections stay open. Until <see cref="Heal"/>.</summary>
    public void Stall(bool fromClient = true, bool fromServer = true)
    {
        if (fromClient && up.Task.IsCompleted)
        {
            up = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (fromServer && down.Task.IsCompleted)
        {
            down = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Every message waits this long, each way.</summary>
    public void Delay(TimeSpan each) => Interlocked.Exchange(ref delayTicks, each.Ticks);

    public void Throttle(long bytesPerSecondPerConnection) => Interlocked.Exchange(ref bytesPerSecond, bytesPerSecondPerConnection);

    /// <summary>Connections opened from now on are cut when so many bytes went either way.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref cutAfterBytes, bytes);

    /// <summary>
    /// The next <paramref name="times"/> times the server says this, the client does not hear it: the connection is reset instead. With the word
    /// COMMIT the transaction is on the disk and nobody was told.
    /// </summary>
    public void CutAtWord(byte[] said, int times)
    {
        word = said;
        Interlocked.Exchange(ref cutsAtWord, times);
    }

    /// <summary>Resets every open connection: RST, not a goodbye.</summary>
    public void Reset()
    {
        foreach (var link in links.Keys)
        {
            link.Reset();
        }
    }

    /// <summary>New connections are reset at once, open ones too.</summary>
    public void Refuse()
    {
        refusing = true;
        Reset();
    }

    public void Heal()
    {
        refusing = false;
        Interlocked.Exchange(ref delayTicks, 0);
        Interlocked.Exchange(ref bytesPerSecond, 0);
        Interlocked.Exchange(ref cutAfterBytes, long.MaxValue);
        Interlocked.Exchange(ref cutsAtWord, 0);
        up.TrySetResult();
        down.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        Heal();
        Reset();
        await accepting;
        ending.Dispose();
    }

    private static TaskCompletionSource Flowing()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private async Task AcceptAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptSocketAsync(ending.Token);
                _ = RelayAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                if (ending.IsCancellationRequested)
                {
                    return;
                }
            }
        }
    }

    private async Task RelayAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        var link = new Link(client, server, Interlocked.Read(ref cutAfterBytes));
        links[link] = true;
        try
        {
            if (refusing)
            {
                return;
            }

            await server.ConnectAsync(target, ending.Token);
            await Task.WhenAll(
                PumpAsync(link, client, server, () => up.Task, fromServer: false),
                PumpAsync(link, server, client, () => down.Task, fromServer: true));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One end is gone: so is the other.
        }
        finally
        {
            link.Reset();
            links.TryRemove(link, out _);
        }
    }

    private async Task PumpAsync(Link link, Socket from, Socket to, Func<Task> flows, bool fromServer)
    {
        try
        {
            // An empty read waits without a buffer: thousands of idle phones pass through here.
            while (true)
            {
                await from.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(16 * 1024);
                try
                {
                    var count = await from.ReceiveAsync(buffer, SocketFlags.None);
                    if (count == 0)
                    {
                        await flows(); // a goodbye does not pass a stalled network either
                        to.Shutdown(SocketShutdown.Send);
                        _ = ResetLaterAsync(link);
                        return;
                    }

                    await DisturbAsync(link, count, flows);
                    if (fromServer && IsWord(buffer.AsSpan(0, count)))
                    {
                        link.Reset();
                        return;
                    }

                    for (var sent = 0; sent < count;)
                    {
                        sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None);
                    }
                }
                finally
                {
                    System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            link.Reset();
        }
    }

    /// <summary>Who says goodbye is gone. A node too busy to notice would keep both sockets, and clients that try again and again use up every descriptor there is.</summary>
    private static async Task ResetLaterAsync(Link link)
    {
        await Task.Delay(GoodbyeTakes);
        link.Reset();
    }

    private async Task DisturbAsync(Link link, int count, Func<Task> flows)
    {
        var wait = new TimeSpan(Interlocked.Read(ref delayTicks));
        if (Interlocked.Read(ref bytesPerSecond) is > 0 and var rate)
        {
            wait += TimeSpan.FromSeconds((double)count / rate);
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait);
        }

        await flows();
        if (link.Count(count))
        {
            link.Reset();
        }
    }

    private bool IsWord(ReadOnlySpan<byte> said)
    {
        if (word is not { } wanted || Volatile.Read(ref cutsAtWord) <= 0 || said.IndexOf(wanted) < 0 || Interlocked.Decrement(ref cutsAtWord) < 0)
        {
            return false;
        }

        CutAtWords++;
        return true;
    }

    private sealed class Link(Socket client, Socket server, long cutAfter)
    {
        private long bytes;

        /// <summary>True when the connection has carried all it may.</summary>
        public bool Count(int count) => Interlocked.Add(ref bytes, count) > cutAfter;

        public void Reset()
        {
            foreach (var socket in new[] { client, server })
            {
                try
                {
                    socket.LingerState = new LingerOption(true, 0);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // closed already
                }

                socket.Dispose();
            }
        }
    }
}
