using System.Security.Claims;
using Dispatch.Server.Live;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace Dispatch.Server.Tests.Support;

/// <summary>SignalR's side of a connection to somebody who takes nothing: a send to him never ends.</summary>
internal sealed class DeafClient : HubCallerContext, IHubContext<DispatchHub>, IHubClients, ISingleClientProxy, IDisposable
{
    private readonly CancellationTokenSource aborted = new();

    public bool IsAborted => aborted.IsCancellationRequested;

    public override string ConnectionId { get; } = Guid.NewGuid().ToString("N");

    public override string? UserIdentifier => null;

    public override ClaimsPrincipal? User => null;

    public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override CancellationToken ConnectionAborted => aborted.Token;

    public IHubClients Clients => this;

    public IGroupManager Groups => throw new NotSupportedException();

    IClientProxy IHubClients<IClientProxy>.All => throw new NotSupportedException();

    public override void Abort() => aborted.Cancel();

    public ISingleClientProxy Client(string connectionId) => this;

    public Task SendCoreAsync(string method, object?[] args, CancellationToken cancellationToken = default) => Task.Delay(Timeout.Infinite, cancellationToken);

    public Task<T> InvokeCoreAsync<T>(string method, object?[] args, CancellationToken cancellationToken) => throw new NotSupportedException();

    IClientProxy IHubClients<IClientProxy>.AllExcept(IReadOnlyList<string> excludedConnectionIds) => throw new NotSupportedException();

    IClientProxy IHubClients<IClientProxy>.Client(string connectionId) => this;

    IClientProxy IHubClients<IClientProxy>.Clients(IReadOnlyList<string> connectionIds) => throw new NotSupportedException();

    IClientProxy IHubClients<IClientProxy>.Group(string groupName) => throw new NotSupportedException();

    IClientProxy IHubClients<IClientProxy>.GroupExcept(string groupName, IReadOnlyList<string> excludedConnectionIds) => throw new NotSupportedException();

    IClientProxy IHubClients<IClientProxy>.Groups(IReadOnlyList<string> groupNames) => throw new NotSupportedException();

    IClientProxy IHubClients<IClientProxy>.User(string userId) => throw new NotSupportedException();

    IClientProxy IHubClients<IClientProxy>.Users(IReadOnlyList<string> userIds) => throw new NotSupportedException();

    public void Dispose() => aborted.Dispose();
}
