using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Dispatch.Server.Live;

/// <summary>Every limit of the live line, in one place. A client that breaks one loses its connection or its call, and nobody else's.</summary>
internal static class LiveLimits
{
    /// <summary>The largest message a client may send; a card that goes the other way is a tenth of it.</summary>
    public const int MostMessageBytes = 16 * 1024;

    /// <summary>Of one console: more than a province has open at once.</summary>
    public const int MostCursors = 20_000;

    /// <summary>A client that is this far behind is faster served by resuming.</summary>
    public const int MostQueued = 4096;

    /// <summary>What one connection may call at once, and what it earns back. A phone that catches up sends its receipts together.</summary>
    public const int ConnectionBurst = 200, ConnectionPerSecond = 50;

    /// <summary>The same for all connections of one account on this node.</summary>
    public const int AccountBurst = 400, AccountPerSecond = 100;

    /// <summary>So many more calls refused than served are no accident: the connection ends.</summary>
    public const int MostRefusals = 500;

    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(5), KeepAlive = TimeSpan.FromSeconds(5), ClientSilent = TimeSpan.FromSeconds(12),
        Send = TimeSpan.FromSeconds(3);

    public static void Configure(HubOptions options)
    {
        options.HandshakeTimeout = Handshake;
        options.KeepAliveInterval = KeepAlive;
        options.ClientTimeoutInterval = ClientSilent;
        options.MaximumReceiveMessageSize = MostMessageBytes;
        options.MaximumParallelInvocationsPerClient = 1;
        options.StatefulReconnectBufferSize = 0;
        options.EnableDetailedErrors = false;
        options.AddFilter<Pace>();
    }

    /// <summary>Without stateful reconnect: it survives neither a crash nor a move to another node, which cursors do.</summary>
    public static void Configure(HttpConnectionDispatcherOptions options)
    {
        options.Transports = HttpTransportType.WebSockets;
        options.TransportSendTimeout = Send;
        options.CloseOnAuthenticationExpiration = true;
        options.AllowStatefulReconnects = false;
    }
}
