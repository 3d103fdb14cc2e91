using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Dispatch.Server.Tests.Support;

/// <summary>A node in a process of its own, so that it can be killed as a power cut would.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource<string> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> said = [];

    private NodeProcess(Process process) => this.process = process;

    public string Address { get; private set; } = "";

    /// <param name="world">Whose database it serves.</param>
    /// <param name="mostOpenFiles">The system's limit for it; null: ours.</param>
    public static async Task<NodeProcess> StartAsync(World world, int? mostOpenFiles = null)
    {
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "-c", $"{(mostOpenFiles is { } most ? $"ulimit -n {most} && " : "")}exec dotnet \"$@\"", "bash", // exec: what is killed is the node
                typeof(Node).Assembly.Location, $"--ConnectionStrings:Postgres={world.ConnectionString}", "--Database:AllowVolatile=true",
                "--urls=http://127.0.0.1:0", "--Logging:Console:FormatterName=simple", "--Rehearse=false",
            },
        };
        var node = new NodeProcess(new Process { StartInfo = start });
        node.process.OutputDataReceived += (_, line) => node.Hear(line.Data);
        node.process.ErrorDataReceived += (_, line) => node.Hear(line.Data);
        node.process.Start();
        node.process.BeginOutputReadLine();
        node.process.BeginErrorReadLine();
        _ = node.process.WaitForExitAsync().ContinueWith(_ => node.listening.TrySetException(new InvalidOperationException(string.Join('\n', node.Said))), TaskScheduler.Default);
        node.Address = await node.listening.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return node;
    }

    public bool HasEnded => process.HasExited;

    public IReadOnlyList<string> Said
    {
        get
        {
            lock (said)
            {
                return [.. said];
            }
        }
    }

    public async Task<ApiClient> SignInAsync(string username)
    {
        var client = new HttpClient { BaseAddress = new Uri(Address) };
        var answer = await client.PostAsJsonAsync("/api/session", new { username, password = World.Password });
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ApiClient(client, token);
    }

    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private void Hear(string? line)
    {
        const string Listening = "Now listening on: ";
        if (line is null)
        {
            return;
        }

        lock (said)
        {
            said.Add(line);
        }

        var at = line.IndexOf(Listening, StringComparison.Ordinal);
        if (at >= 0)
        {
            listening.TrySetResult(line[(at + Listening.Length)..].Split('"')[0].Trim());
        }
    }
}
