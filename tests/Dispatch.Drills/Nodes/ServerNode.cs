using System.Net;
using System.Net.Sockets;

namespace Dispatch.Drills.Nodes;

/// <summary>One server process that is started again whenever it ends. It ends with us, however we end.</summary>
internal sealed class ServerNode
{
    private static readonly TimeSpan[] AgainAfter = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)];
    private static readonly TimeSpan Well = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly Action<string> say;

    public ServerNode(int number, string data, IReadOnlyDictionary<string, string> settings, Action<string> say)
    {
        (Number, this.settings, this.say) = (number, settings, say);
        Data = data;
        Log = Path.Combine(data, $"node-{number}.log");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }

    public int Number { get; }

    public string Data { get; }

    public string Log { get; }

    /// <summary>The same after every start.</summary>
    public Uri Address { get; }

    public int? ProcessId { get; private set; }

    public int Starts { get; private set; }

    /// <summary>Of the last run that ended.</summary>
    public int? ExitCode { get; private set; }

    public async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Address, "health/ready"), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Ends when <paramref name="cancellation"/> is requested, with the process: at once, without draining.</summary>
    public async Task KeepRunningAsync(bool loadDemo, CancellationToken cancellation)
    {
        for (var failures = 0; !cancellation.IsCancellationRequested;)
        {
            if (File.Exists(Log))
            {
                File.Move(Log, Log + ".1", overwrite: true);
            }

            Starts++;
            var began = Environment.TickCount64;

            // env: a shell's background child ignores INT, and so would the server.
            await using var process = await ChildProcess.StartAsync(
                "INT", Log,
                [
                    "env", "--default-signal=INT", "dotnet", Programs.Server, "--urls", Address.ToString().TrimEnd('/'),
                    $"--Data:Folder={Data}", $"--Demo:Load={loadDemo}",
                ],
                settings);
            ProcessId = process.Id;
            try
            {
                var code = await process.Exited.WaitAsync(cancellation);
                ExitCode = code;
                failures = Environment.TickCount64 - began > Well.TotalMilliseconds ? 0 : failures + 1;
                var pause = AgainAfter[Math.Min(failures, AgainAfter.Length - 1)];
                say($"Node {Number} (process {process.Id}) has {How(code)}; its clients are with the others. It is started again in {pause.TotalSeconds:0} s.");
                await Task.Delay(pause, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static string How(int code) => code switch
    {
        0 => "ended in good order",
        > 128 => $"been killed (signal {code - 128})",
        _ => $"ended with code {code}",
    };
}
