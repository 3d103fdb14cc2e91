using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Dispatch.Server.Storage;

namespace Dispatch.Drills.Bench;

/// <summary>
/// A server of the bench's own, in a process of its own with a private cluster in a temporary folder, fsync on as in life. A drill never runs
/// against a server that somebody uses.
/// </summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(3);

    private readonly ChildProcess process;
    private readonly LocalPostgres postgres;
    private readonly string folder;
    private readonly List<double> residentMegabytes = [];
    private TimeSpan processorAtMark;
    private long mark;

    private ServerUnderTest(ChildProcess process, LocalPostgres postgres, string folder, Uri address) =>
        (this.process, this.postgres, this.folder, Address) = (process, postgres, folder, address);

    public Uri Address { get; }

    /// <summary>For the checks at the end; it keeps the times of commits.</summary>
    public string Database => postgres.ConnectionString;

    public static async Task<ServerUnderTest> StartAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("dispatch-bench-").FullName;
        var address = new Uri($"http://127.0.0.1:{FreePort()}/");
        var log = Path.Combine(folder, "server.log");
        var postgres = await LocalPostgres.StartAsync(
            new LocalPostgresOptions { DataFolder = Path.Combine(folder, "data"), Settings = new Dictionary<string, string> { ["track_commit_timestamp"] = "on" } }, null, cancellation);
        var process = await ChildProcess.StartAsync(
            "TERM", log, ["dotnet", Programs.Server, "--urls", address.ToString().TrimEnd('/'), "--ConnectionStrings:Postgres=" + postgres.ConnectionString, "--Demo:Load=true"]);
        var server = new ServerUnderTest(process, postgres, folder, address);
        try
        {
            await server.WaitUntilReadyAsync(log, progress, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>From here on processor time and memory count.</summary>
    public void Mark()
    {
        residentMegabytes.Clear();
        processorAtMark = ProcessorTime();
        mark = Stopwatch.GetTimestamp();
    }

    public void SampleMemory()
    {
        using var server = Process.GetProcessById(process.Id);
        residentMegabytes.Add(server.WorkingSet64 / (1024.0 * 1024.0));
    }

    /// <summary>Processors kept busy by the server itself (PostgreSQL's not counted) and the most memory it held since the mark.</summary>
    public (double Processors, double MegabytesAtMost) Used() =>
        ((ProcessorTime() - processorAtMark) / Stopwatch.GetElapsedTime(mark), residentMegabytes.DefaultIfEmpty().Max());

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task WaitUntilReadyAsync(string log, IProgress<string> progress, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = Address };
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var ready = await http.GetAsync("health/ready", cancellation);
                if (ready.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            if (process.HasExited || waited.Elapsed > ReadyWithin)
            {
                throw new CommandException($"The server did not get ready. It said:\n{await File.ReadAllTextAsync(log, cancellation)}");
            }

            progress.Report($"Starting a server ({waited.Elapsed.TotalSeconds:0} s)");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }

    private TimeSpan ProcessorTime()
    {
        using var server = Process.GetProcessById(process.Id);
        return server.TotalProcessorTime;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
