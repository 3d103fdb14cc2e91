using System.Diagnostics;

namespace Dispatch.Drills.Field;

/// <summary>
/// One server process of the field on its own port, which it keeps over all its lives. Clients come by one of two roads: the good one, and one on
/// which the phones of a bad network travel; to Postgres it goes by a road of its own.
/// </summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    // For giving up only, never for a verdict: with a hundred threads on two processors a start was seen to take more than three minutes.
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(8);

    private readonly string program, log;
    private readonly Func<NodeProcess, IEnumerable<string>> arguments;
    private ChildProcess? process;

    public NodeProcess(int number, string program, string folder, int postgresPort, Func<NodeProcess, IEnumerable<string>> arguments, IReadOnlyDictionary<string, string> environment)
    {
        this.program = program;
        this.arguments = arguments;
        Number = number;
        log = Path.Combine(folder, $"node{number}.log");
        Port = Ports.Free();
        Good = new ChaosProxy(Port);
        Bad = new ChaosProxy(Port);
        ToPostgres = new ChaosProxy(postgresPort);
        Environment = new(environment);
    }

    public int Number { get; }

    public int Port { get; }

    /// <summary>Past all proxies: for probes.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public ChaosProxy Good { get; }

    public ChaosProxy Bad { get; }

    public ChaosProxy ToPostgres { get; }

    public bool IsRunning => process is { HasExited: false };

    public int Id => process?.Id ?? throw new InvalidOperationException($"Node {Number} is not running.");

    /// <summary>Where its next life writes its log, when not to its file.</summary>
    public string? LogTo { get; set; }

    /// <summary>Settings of its next life on top of the field's.</summary>
    public List<string> Extra { get; } = [];

    /// <summary>Environment of its next life.</summary>
    public Dictionary<string, string> Environment { get; }

    public Uri By(ChaosProxy road) => new($"http://127.0.0.1:{road.Port}/");

    public async Task StartAsync()
    {
        var environment = Environment.Select(pair => $"{pair.Key}={pair.Value}");
        process = await ChildProcess.StartAsync("TERM", LogTo ?? log, ["env", .. environment, "dotnet", program, .. arguments(this), .. Extra]);
    }

    public async Task WaitUntilReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        if (!await IsReadyOrGoneAsync(http, cancellation))
        {
            throw await NotReadyAsync(cancellation);
        }
    }

    /// <summary>Waits; false when it has ended before it was ready.</summary>
    public async Task<bool> IsReadyOrGoneAsync(HttpClient http, CancellationToken cancellation)
    {
        for (var waited = Stopwatch.StartNew(); IsRunning; await Task.Delay(100, cancellation))
        {
            if (await IsReadyAsync(http, cancellation))
            {
                return true;
            }

            if (waited.Elapsed > ReadyWithin)
            {
                throw await NotReadyAsync(cancellation);
            }
        }

        return false;
    }

    private async Task<CommandException> NotReadyAsync(CancellationToken cancellation) =>
        new($"Node {Number} did not get ready. It said:\n{string.Join('\n', (await File.ReadAllLinesAsync(log, cancellation)).TakeLast(30))}");

    public async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            using var ready = await http.GetAsync(new Uri(Address, "health/ready"), patience.Token);
            return ready.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    public async Task KillAsync()
    {
        if (process is { } running)
        {
            process = null;
            if (!running.HasExited)
            {
                Signals.KillNow(running.Id);
            }

            await running.DisposeAsync();
        }
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task StopAsync()
    {
        if (process is { } running)
        {
            process = null;
            await running.DisposeAsync();
        }
    }

    public double MegabytesResident()
    {
        using var running = Process.GetProcessById(Id);
        return running.WorkingSet64 / (1024.0 * 1024.0);
    }

    public TimeSpan ProcessorTime()
    {
        using var running = Process.GetProcessById(Id);
        return running.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Good.DisposeAsync();
        await Bad.DisposeAsync();
        await ToPostgres.DisposeAsync();
    }
}
