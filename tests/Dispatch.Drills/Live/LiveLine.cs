using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Drills.Live;

/// <summary>Makes connections to <c>/live</c>. They do not reconnect: whoever holds one knows his cursor and begins anew (docs/wire.md, "Live").</summary>
internal static class LiveLine
{
    /// <summary>Twice what the server waits between two signs of life, and a little: then the picture is stale.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan SignOfLifeAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(15);

    /// <summary><paramref name="overhear"/> reads along every byte that comes in, before anything is parsed; <paramref name="opened"/> is given the way to cut the line without a word.</summary>
    public static HubConnection To(Uri server, string accessToken, Action<ReadOnlySpan<byte>>? overhear = null, Action<Action>? opened = null)
    {
        var address = new UriBuilder(new Uri(server, "live")) { Scheme = server.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs };
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<IConnectionFactory>(new Factory(accessToken, overhear, opened));
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(address.Uri));
        var connection = builder.Build();
        connection.ServerTimeout = SilentAfter;
        connection.KeepAliveInterval = SignOfLifeAfter;
        connection.HandshakeTimeout = HandshakeWithin;
        return connection;
    }

    private sealed class Factory(string accessToken, Action<ReadOnlySpan<byte>>? overhear, Action<Action>? opened) : IConnectionFactory
    {
        public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken)
        {
            var socket = new ClientWebSocket();
            try
            {
                socket.Options.SetRequestHeader("Authorization", "Bearer " + accessToken);
                socket.Options.KeepAliveInterval = TimeSpan.Zero; // SignalR has its own
                await socket.ConnectAsync(((UriEndPoint)endpoint).Uri, cancellationToken);
                opened?.Invoke(socket.Abort);
                return new WebSocketConnection(socket, overhear);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
