using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dispatch.Drills;

/// <summary>
/// A Redis of our own on a free loopback port, without a disk. It ends with this process, however that ends.
/// To see what happens when Redis goes and comes back, dispose it and start another with the same port.
/// </summary>
internal sealed class LocalRedis : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ChildProcess process;
    private readonly string log;

    private LocalRedis(ChildProcess process, string log, int port) => (this.process, this.log, Port) = (process, log, port);

    public int Port { get; }

    /// <summary>As StackExchange.Redis wants it.</summary>
    public string ConnectionString => $"{IPAddress.Loopback}:{Port}";

    public static async Task<LocalRedis> StartAsync(int? port = null)
    {
        var chosen = port ?? FreePort();
        string[] server =
            ["redis-server", "--bind", "127.0.0.1", "--port", $"{chosen}", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath()];
        var log = Path.GetTempFileName();
        var redis = new LocalRedis(await ChildProcess.StartAsync("KILL", log, server), log, chosen);
        var waited = Stopwatch.StartNew();
        while (!await AnswersAsync(chosen))
        {
            if (redis.process.HasExited)
            {
                throw new InvalidOperationException($"Redis did not start; is redis-server installed? It said: {await File.ReadAllTextAsync(log)}");
            }

            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"Redis on port {chosen} did not answer within {Patience}.");
            }

            await Task.Delay(20);
        }

        return redis;
    }

    /// <summary>STOP and CONT, for a server that is there and says nothing.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]);
        kill.WaitForExit();
    }

    public async Task CommandAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
        var answer = new byte[5];
        await stream.ReadExactlyAsync(answer);
        if (Encoding.ASCII.GetString(answer) != "+OK\r\n")
        {
            throw new InvalidOperationException($"Redis does not take {command}");
        }
    }

    /// <summary>Without a goodbye, as in life.</summary>
    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        File.Delete(log);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            await using var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[7];
            await stream.ReadExactlyAsync(answer);
            return Encoding.ASCII.GetString(answer) == "+PONG\r\n";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
