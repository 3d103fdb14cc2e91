using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dispatch.Drills.Field;

/// <summary>A Redis of the drill's own, without a disk. It forgets everything when it is killed, as it may.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly string folder;
    private ChildProcess? process;

    public RedisProcess(string folder)
    {
        this.folder = folder;
        Port = Ports.Free();
        Proxy = new ChaosProxy(Port);
    }

    public int Port { get; }

    /// <summary>Nodes reach Redis through this.</summary>
    public ChaosProxy Proxy { get; }

    public async Task StartAsync(CancellationToken cancellation)
    {
        process = await ChildProcess.StartAsync("KILL", Path.Combine(folder, "redis.log"), [
            "redis-server", "--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--save", "", "--appendonly", "no", "--dir", folder]);
        for (var tries = 0; !await SaysAsync("PING", cancellation); tries++)
        {
            if (process.HasExited || tries > 200)
            {
                throw new CommandException($"Redis did not start: {await File.ReadAllTextAsync(Path.Combine(folder, "redis.log"), cancellation)}");
            }

            await Task.Delay(50, cancellation);
        }
    }

    public async Task KillAsync()
    {
        if (process is { } running)
        {
            process = null;
            Signals.KillNow(running.Id);
            await running.DisposeAsync();
        }
    }

    public Task FlushAllAsync(CancellationToken cancellation) => SaysAsync("FLUSHALL", cancellation);

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await (process?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task<bool> SaysAsync(string command, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, cancellation);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellation);
            return await stream.ReadAsync(new byte[16], cancellation) > 0;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
