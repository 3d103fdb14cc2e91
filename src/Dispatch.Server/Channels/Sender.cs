using Dispatch.Server.Live;

namespace Dispatch.Server.Channels;

/// <summary>
/// Sends what is due, each channel in a loop of its own: a gateway that hangs holds up nobody else. What could not even be written down stays
/// claimed until its lease ends, and then goes out again under the same id.
/// </summary>
internal sealed class Sender(Outbox outbox, Letters letters, Webhook webhook, WebPush push, ChannelSettings settings, ILogger<Sender> log) : BackgroundService
{
    private const int AtOnce = 16;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        settings.Gateways.Keys.Union(settings.DrillGateways.Keys).Append(ChannelKind.Push).Select(channel => Loops.RunAsync($"{channel} sender", token => SendDueAsync(channel, token), log, stoppingToken)));

    private async Task SendDueAsync(ChannelKind channel, CancellationToken cancellation)
    {
        await outbox.WaitAsync(channel, TimeSpan.FromSeconds(1), cancellation);
        List<Claim> claims;
        do
        {
            claims = await outbox.ClaimAsync(channel, AtOnce, cancellation);
            await Task.WhenAll(claims.Select(claim => SendAsync(claim, cancellation)));
        }
        while (claims.Count == AtOnce);
    }

    private async Task SendAsync(Claim claim, CancellationToken cancellation)
    {
        try
        {
            var letter = await letters.ReadAsync(claim, cancellation);
            var attempted = letter.NotSending is { } reason ? new Attempted.Refused(reason)
                : claim.Channel == ChannelKind.Push ? await push.SendAsync(letter, cancellation)
                : await webhook.SendAsync(letter, cancellation);
            await outbox.CompleteAsync(claim, attempted, letter.Until, letter.Now, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.MessageFailed(e, claim.Id, claim.Channel);
        }
    }
}
