namespace Dispatch.Server.Tests.Support;

/// <summary>One node for a whole class, for tests that leave nothing behind that another could trip over.</summary>
public sealed class SharedNode : IAsyncLifetime
{
    public TestNode Node { get; private set; } = null!;

    /// <summary>The operator of district 440304.</summary>
    public ApiClient Futian { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Node = await TestNode.StartAsync();
        Futian = await Node.SignInAsync("futian");
    }

    public async Task DisposeAsync()
    {
        Futian.Dispose();
        await Node.DisposeAsync();
    }
}
