using System.Diagnostics;
using Dispatch.Server.Storage;

namespace Dispatch.Drills.Nodes;

/// <summary>
/// Several server processes on one private database and one Redis behind one address, until Ctrl-C: what a city runs, on one machine. A node that
/// ends, killed or drained, is started again; the database belongs to this program and not to any node.
/// </summary>
internal static class NodesCommand
{
    private const int Most = 9, ConnectionsPerNode = 50;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(3), LookEvery = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        var options = new Options(words, "--count", "--port", "--data", "--fresh", "--demo");
        var count = options.Whole("--count", 3);
        if (count is < 1 or > Most)
        {
            throw new CommandException($"--count {count}: between 1 and {Most} nodes.");
        }

        var data = Path.GetFullPath(options.Text("--data", ".local"));
        try
        {
            await using var postgres = await LocalPostgres.StartAsync(
                new LocalPostgresOptions
                {
                    DataFolder = data,
                    Fresh = options.Text("--fresh", "false") == "true",
                    Settings = new Dictionary<string, string> { ["max_connections"] = $"{(ConnectionsPerNode * (count + 1)) + 10}" },
                },
                new Progress<string>(Say), cancellation);
            await using var redis = await LocalRedis.StartAsync();
            Say($"Redis: port {redis.Port}");
            return await RunAsync(options, count, data, postgres, redis, cancellation);
        }
        catch (LocalPostgresException e)
        {
            throw new CommandException(e.Message);
        }
    }

    private static async Task<int> RunAsync(Options options, int count, string data, LocalPostgres postgres, LocalRedis redis, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = postgres.ConnectionString, ["ConnectionStrings__Redis"] = redis.ConnectionString,
        };
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var nodes = Enumerable.Range(1, count).Select(number => new ServerNode(number, data, settings, Say)).ToList();
        var running = new List<Task>();
        try
        {
            // The first brings the schema and the demo; the others find them.
            foreach (var wave in new[] { nodes.Take(1).ToList(), nodes.Skip(1).ToList() })
            {
                running.AddRange(wave.Select(node => node.KeepRunningAsync(loadDemo: node.Number == 1 && options.Text("--demo", "false") == "true", ended.Token)));
                await UntilReadyAsync(wave, cancellation);
            }

            await using var balancer = Balancer.Start(options.Whole("--port", 5080), nodes.Select(node => node.Address));
            Say($"{count} nodes behind {balancer.Address}: new clients go to the ready node with the fewest");
            Say($"Try it: kill -TERM {nodes[^1].ProcessId} (node {count} drains and comes back), kill -KILL {nodes[0].ProcessId} (node 1 dies and comes back)");
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(running);
        }

        return 0;
    }

    private static async Task UntilReadyAsync(List<ServerNode> nodes, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        foreach (var node in nodes)
        {
            for (var waited = Stopwatch.StartNew(); !await node.IsReadyAsync(http, cancellation); await Task.Delay(LookEvery, cancellation))
            {
                if (waited.Elapsed > ReadyWithin || node.Starts > 2)
                {
                    throw new CommandException($"Node {node.Number} does not get ready. It said:\n{string.Join('\n', (await File.ReadAllLinesAsync(node.Log, cancellation)).TakeLast(20))}");
                }
            }

            Say($"Node {node.Number}: {node.Address}, process {node.ProcessId}, log {node.Log}");
        }
    }

    private static void Say(string line) => Console.WriteLine(line);
}
