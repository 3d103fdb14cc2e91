using System.Diagnostics;
using System.Text.Json;
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
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(4);

    private readonly Channel<CallOut> inbox = Channel.CreateUnbounded<CallOut>(new() { SingleReader = true });
    private volatile Line? live;
    private long cursor = cursor;

    public ChannelReader<CallOut> Inbox => inbox.Reader;

    public long Cursor => Interlocked.Read(ref cursor);

    /// <summary>
    /// Completes when <paramref name="cancellation"/> is requested; until then it comes back from whatever happens. Told to move, it opens the next
    /// line before it lets go of the last, so that nobody notices.
    /// </summary>
    public async Task StayConnectedAsync(CancellationToken cancellation)
    {
        var failures = 0;
        Line? last = null;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var line = new Line(LiveLine.To(server, await signIn.TokenAsync(cancellation)));
                try
                {
                    await ConnectAsync(line.Connection, cancellation);
                    failures = 0;
                    live = line;
                    Retire(ref last);
                    if (await HoldAsync(line, cancellation))
                    {
                        last = line; // orders go on over it until the next one stands
                        continue;
                    }
                }
                finally
                {
                    if (last != line)
                    {
                        await line.Connection.DisposeAsync();
                    }
                }
            }
            catch (Exception) when (!cancellation.IsCancellationRequested)
            {
                // Refused, cut or timed out: all the same to a phone, it tries again. What it costs shows in the count of connects.
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                break;
            }

            live = null;
            Retire(ref last);
            var seconds = BackOffSeconds[Math.Min(failures++, BackOffSeconds.Length - 1)];
            await Task.Delay(TimeSpan.FromSeconds(seconds * (0.5 + Random.Shared.NextDouble())), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        live = null;
        Retire(ref last);
    }

    /// <returns>What the server says; null when the outcome is unknown. Then the same order is given again.</returns>
    public async Task<Answered?> OrderAsync(string method, CancellationToken cancellation, params object[] arguments)
    {
        if (live is not { } line)
        {
            return null;
        }

        Interlocked.Increment(ref line.Asked);
        try
        {
            var answered = await line.Connection.InvokeCoreAsync<Answered>(method, arguments, cancellation);
            return answered.IsUnknown ? null : answered;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref line.Asked);
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

    /// <returns>Whether the server sends us to another node; otherwise the line is gone.</returns>
    private async Task<bool> HoldAsync(Line line, CancellationToken cancellation)
    {
        Interlocked.Increment(ref counts.Connects);
        Interlocked.Increment(ref counts.Connected);
        try
        {
            return await line.Ended.Task.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref counts.Connected);
        }
    }

    /// <summary>Closes a line that has been replaced, once what was asked over it is answered or has had its time.</summary>
    private static void Retire(ref Line? last)
    {
        if (Interlocked.Exchange(ref last, null) is { } line)
        {
            _ = RetireAsync(line);
        }

        static async Task RetireAsync(Line line)
        {
            for (var began = Stopwatch.GetTimestamp(); Volatile.Read(ref line.Asked) > 0 && Stopwatch.GetElapsedTime(began) < AnswersWithin;)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }

            await line.Connection.DisposeAsync();
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

    /// <summary>One connection, what is still being asked over it, and how it ended: true when the server sent us on.</summary>
    private sealed class Line
    {
        public int Asked;

        public Line(HubConnection connection)
        {
            Connection = connection;
            connection.On<JsonElement>("Move", _ => Ended.TrySetResult(true));
            connection.Closed += _ =>
            {
                Ended.TrySetResult(false);
                return Task.CompletedTask;
            };
        }

        public HubConnection Connection { get; }

        public TaskCompletionSource<bool> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
