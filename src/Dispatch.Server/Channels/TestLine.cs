using Dispatch.Server.Access;
using Dispatch.Server.Live;
using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>
/// Reachability tests over the phone page's own line. A volunteer is connected to some node, so every node looks for tests of those connected to it;
/// the guarded update lets one of them speak. A test nobody could deliver within half a minute has its outcome: not connected.
/// </summary>
internal sealed class TestLine(Connections connections, Outbox outbox, NpgsqlDataSource source, ILogger<TestLine> log) : BackgroundService
{
    private static readonly TimeSpan Waits = TimeSpan.FromSeconds(30);

    /// <summary>What the phone is told: never an inbox item, never a card.</summary>
    internal sealed record Notice(Guid Id, DateTimeOffset At);

    internal sealed record Request(bool? Confirmed);

    /// <summary>The phone says that the test came, and then that its owner pressed "received".</summary>
    public static async Task<IResult> Received(Guid id, Request request, Caller caller, NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("""
            UPDATE channel_messages SET state = 'delivered', reason = NULL, sent_at = coalesce(sent_at, clock_timestamp()), delivered_at = coalesce(delivered_at, clock_timestamp()),
                confirmed_at = CASE WHEN $3 THEN coalesce(confirmed_at, clock_timestamp()) ELSE confirmed_at END, changed_at = clock_timestamp()
            WHERE test_id = $1 AND volunteer_id = $2 AND channel = 'live' AND state <> 'unavailable'
            """);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = caller.VolunteerId });
        command.Parameters.Add(new() { Value = request.Confirmed == true });
        return await command.ExecuteNonQueryAsync(CancellationToken.None) > 0 ? TypedResults.NoContent() : Problems.NotFound("测试", "test");
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("reachability tests", SayAsync, log, stoppingToken);

    private async Task SayAsync(CancellationToken cancellation)
    {
        await outbox.WaitAsync(ChannelKind.Live, TimeSpan.FromSeconds(1), cancellation);
        var waiting = new List<(Guid Message, Guid Test, Guid Volunteer, DateTimeOffset At, bool Over)>();
        await using (var read = source.CreateCommand(
            "SELECT id, test_id, volunteer_id, queued_at, queued_at < clock_timestamp() - $1 FROM channel_messages WHERE channel = 'live' AND state IN ('queued', 'sending') ORDER BY next_attempt_at LIMIT 500"))
        {
            read.Parameters.Add(new() { Value = Waits });
            await using var reader = await read.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                waiting.Add((reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetDateTime(3), reader.GetBoolean(4)));
            }
        }

        foreach (var (message, test, volunteer, at, over) in waiting)
        {
            var connected = connections.IsConnected(volunteer);
            if ((connected || over) && await MoveAsync(message, connected, cancellation) && connected)
            {
                foreach (var phone in connections.PhonesOf(volunteer))
                {
                    phone.SendTest(new(test, at));
                }
            }
        }
    }

    private async Task<bool> MoveAsync(Guid message, bool sent, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sent
            ? "UPDATE channel_messages SET state = 'sent', attempts = 1, sent_at = clock_timestamp(), changed_at = clock_timestamp() WHERE id = $1 AND state = 'queued'"
            : "UPDATE channel_messages SET state = 'gaveUp', reason = 'notConnected', changed_at = clock_timestamp() WHERE id = $1 AND state = 'queued'");
        command.Parameters.Add(new() { Value = message });
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }
}
