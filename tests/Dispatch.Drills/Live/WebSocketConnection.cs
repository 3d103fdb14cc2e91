using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace Dispatch.Drills.Live;

/// <summary>
/// SignalR's client core over a WebSocket. The package that brings this (Microsoft.AspNetCore.SignalR.Client) is not served here, the core is.
/// Two pumps between the socket and two pipes; when either ends, both end, and SignalR sees its pipe end: with the error if there was one.
/// </summary>
internal sealed class WebSocketConnection : DefaultConnectionContext
{
    private const int ReceiveBytes = 4096;

    // How long the other side may take to answer our close before we stop being polite.
    private static readonly TimeSpan CloseAfter = TimeSpan.FromSeconds(2);

    private readonly ClientWebSocket socket;
    private readonly Action<ReadOnlySpan<byte>>? overhear;
    private readonly CancellationTokenSource aborted = new();
    private readonly Task pumps;

    public WebSocketConnection(ClientWebSocket socket, Action<ReadOnlySpan<byte>>? overhear)
        : base(Guid.NewGuid().ToString("N"))
    {
        this.socket = socket;
        this.overhear = overhear;

        // Handlers run on the thread pool, never inside a pump: a slow handler must not keep the pipe from filling, and thereby the server from knowing.
        var incoming = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var outgoing = new Pipe(new PipeOptions(useSynchronizationContext: false));
        Transport = new Duplex(incoming.Reader, outgoing.Writer);
        Application = new Duplex(outgoing.Reader, incoming.Writer);
        ConnectionClosed = aborted.Token;
        pumps = PumpAsync(incoming.Writer, outgoing.Reader);
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        aborted.Cancel();
        socket.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Output.CompleteAsync();
        await Transport.Input.CompleteAsync();
        aborted.CancelAfter(CloseAfter);
        await pumps;
        socket.Dispose();
        aborted.Dispose();
        await base.DisposeAsync();
    }

    private async Task PumpAsync(PipeWriter incoming, PipeReader outgoing)
    {
        var receiving = ReceiveAsync(incoming);
        var sending = SendAsync(outgoing);
        if (await Task.WhenAny(receiving, sending) == receiving)
        {
            // Nothing more can come, so nothing more need go: wake the sender out of its wait.
            outgoing.CancelPendingRead();
        }

        aborted.CancelAfter(CloseAfter);
        await Task.WhenAll(receiving, sending);
    }

    private async Task ReceiveAsync(PipeWriter incoming)
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                // A read of nothing waits without holding a buffer: thousands of idle phones cost no memory for it.
                var waited = await socket.ReceiveAsync(Memory<byte>.Empty, aborted.Token);
                if (waited.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                var memory = incoming.GetMemory(ReceiveBytes);
                var received = await socket.ReceiveAsync(memory, aborted.Token);
                overhear?.Invoke(memory.Span[..received.Count]);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                // SignalR ends its messages itself, so the frames of a long one simply follow each other in the pipe.
                incoming.Advance(received.Count);
                if ((await incoming.FlushAsync()).IsCompleted)
                {
                    break;
                }
            }

            if (socket.CloseStatus is { } status and not WebSocketCloseStatus.NormalClosure)
            {
                error = new WebSocketException(WebSocketError.ConnectionClosedPrematurely, $"The server closed the connection: {status} {socket.CloseStatusDescription}");
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            error = e;
        }

        await incoming.CompleteAsync(error);
    }

    private async Task SendAsync(PipeReader outgoing)
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                var read = await outgoing.ReadAsync();
                if (!read.IsCanceled && !read.Buffer.IsEmpty)
                {
                    await SendMessageAsync(read.Buffer);
                }

                outgoing.AdvanceTo(read.Buffer.End);
                if (read.IsCanceled || read.IsCompleted)
                {
                    break;
                }
            }

            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, aborted.Token);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            error = e;
        }

        await outgoing.CompleteAsync(error);
    }

    /// <summary>One WebSocket message for what was flushed at once; only its last part says that it is the end.</summary>
    private async ValueTask SendMessageAsync(ReadOnlySequence<byte> buffer)
    {
        var position = buffer.Start;
        buffer.TryGet(ref position, out var part);
        while (buffer.TryGet(ref position, out var next))
        {
            await socket.SendAsync(part, WebSocketMessageType.Text, endOfMessage: false, aborted.Token);
            part = next;
        }

        await socket.SendAsync(part, WebSocketMessageType.Text, endOfMessage: true, aborted.Token);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
