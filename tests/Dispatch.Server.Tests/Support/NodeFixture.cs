using System.Collections.Concurrent;

namespace Dispatch.Server.Tests.Support;

/// <summary>One node over a new world for all tests of a class; each test uses people and numbers of its own. Signing in costs a tenth of a second, so it is done once.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Task<ApiClient>> clients = new();

    public TestNode Node { get; private set; } = null!;

    public Task<ApiClient> SignInAsync(string username) => clients.GetOrAdd(username, Node.SignInAsync);

    public async Task InitializeAsync() => Node = await TestNode.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var client in clients.Values)
        {
            (await client).Dispose();
        }

        await Node.DisposeAsync();
    }
}
