using System.Diagnostics;
using System.Threading.Channels;
using Dispatch.Drills.Live;
using Microsoft.AspNetCore.SignalR.Client;

namespace Dispatch.Drills.Phones;

/// <summary>
/// The line of one phone: stays connected, resumes from its cursor, and hands every inbox item on exactly once and in order.
/// </summary>
/// <remarks>
/// The rule is that of docs/wire.md: a number at or below the cursor is a duplicate and dropped, one above cursor + 1 is a gap and asked for
/// again, and only what was taken is receipted.
/// </remarks>
internal sealed class Phone(Uri server, PhoneSignIn signIn, long cursor, PhoneCounts counts)
{
    private static readonly double[] BackOffSeconds = [1, 2, 5, 10];

    private readonly Channel<CallOut> inbox = Channel.CreateUnbounded<CallOut>(new() { SingleReader = true });
    private volatile HubConnection? live;
    private long cursor = cursor;

    public ChannelReader<CallOut> Inbox => inbox.Reader;

    public long Cursor => Interlocked.Read(ref cursor);

    /// <summary>Completes when <paramref name="cancellation"/> is requested; until then it comes back from whatever happens.</summary>
    public async Task StayConnectedAsync(CancellationToken cancellation)
    {
        var failures = 0;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using var connection = LiveLine.To(server, await signIn.TokenAsync(cancellation));
                await ConnectAsync(connection, cancellation);
                failures = 0;
                await HoldAsync(connection, cancellation);
            }
            catch (Exception) when (!cancellation.IsCancellationRequested)
            {
                // Refused, cut or timed out: all the same to a phone, it tries again. What it costs shows in the count of connects.
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                return;
            }

            var seconds = BackOffSeconds[Math.Min(failures++, BackOffSeconds.Length - 1)];
            await Task.Delay(TimeSpan.FromSeconds(seconds * (0.5 + Random.Shared.NextDouble())), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>What the server says; null when the outcome is unknown. Then the same order is given again.</returns>
    public async Task<Answered?> OrderAsync(string method, CancellationToken cancellation, params object[] arguments)
    {
        if (live is not { } connection)
        {
            return null;
        }

        try
        {
            var answered = await connection.InvokeCoreAsync<Answered>(method, arguments, cancellation);
            return answered.IsUnknown ? null : answered;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task ConnectAsync(HubConnection connection, CancellationToken cancellation)
    {
        connection.On<CallOut>("CallOut", item => TakeAsync(connection, item));
        await connection.StartAsync(cancellation);
        var watching = await connection.InvokeAsync<Watching>("Watch", Cursor, cancellation);
        if (watching.Cursor < Cursor)
        {
            // The server was restored to an earlier state: what we have seen after that never was. Its numbers count from now on.
            Interlocked.Exchange(ref cursor, watching.Cursor);
        }
    }

    private async Task HoldAsync(HubConnection connection, CancellationToken cancellation)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        Interlocked.Increment(ref counts.Connects);
        Interlocked.Increment(ref counts.Connected);
        live = connection;
        try
        {
            if (connection.State == HubConnectionState.Connected)
            {
                await closed.Task.WaitAsync(cancellation);
            }
        }
        finally
        {
            live = null;
            Interlocked.Decrement(ref counts.Connected);
        }
    }

    private async Task TakeAsync(HubConnection connection, CallOut item)
    {
        var now = Stopwatch.GetTimestamp();

        // Handlers of one connection run one after another, and a phone has one connection at a time.
        var last = Cursor;
        if (item.Number <= last)
        {
            Interlocked.Increment(ref counts.Duplicates);
            return;
        }

        if (item.Number > last + 1)
        {
            Interlocked.Increment(ref counts.Gaps);
            await connection.SendAsync("Watch", last);
            return;
        }

        Interlocked.Exchange(ref cursor, item.Number);
        inbox.Writer.TryWrite(item with { TakenAt = now });
        await connection.SendAsync("Received", item.Number);
    }
}
