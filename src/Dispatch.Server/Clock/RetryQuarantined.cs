using Dispatch.Server.Callouts;
using Dispatch.Server.Live;
using Npgsql;
using Quartz;

namespace Dispatch.Server.Clock;

/// <summary>
/// Looks whether what could not be read can be read by now: somebody repaired the row, or a later version understands it. Incidents are tried
/// again by the clock of due times, receipts and positions by the phones themselves.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class RetryQuarantined(Quarantine quarantine, FactReader facts, InboxReader inboxes, NpgsqlDataSource source, TimeProvider time) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await RunAsync(cancellationToken);

    internal async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var entry in (await quarantine.ReadAsync(cancellation)).Where(entry => entry.RetryAt <= time.GetUtcNow()))
        {
            if (await IsReadableAsync(entry, cancellation))
            {
                await quarantine.ReleaseAsync(entry.Kind, entry.Subject, entry.Number, cancellation);
            }
        }
    }

    /// <summary>False: it was counted as another failure.</summary>
    private async Task<bool> IsReadableAsync(Quarantine.Entry entry, CancellationToken cancellation)
    {
        KeyValuePair<Guid, long>[] before = [KeyValuePair.Create(entry.Subject, entry.Number - 1)];
        switch (entry.Kind)
        {
            case QuarantineKind.Fact:
                return (await facts.ReadAsync(before, 1, cancellation)).Find(fact => fact.Number == entry.Number)?.Kind != FactView.Unreadable;
            case QuarantineKind.InboxItem:
                return !(await inboxes.ReadAsync(before, 1, cancellation)).Unreadable.Contains((entry.Subject, entry.Number));
            case QuarantineKind.Callout:
                var readable = true;
                await Isolate.RunAsync(
                    [entry.Subject],
                    async callouts =>
                    {
                        await using var connection = await source.OpenConnectionAsync(cancellation);
                        await Card.ReadAsync(connection, callouts[0], cancellation);
                    },
                    async (callout, error) =>
                    {
                        readable = false;
                        await quarantine.PutAsync(QuarantineKind.Callout, callout, 0, error, cancellation);
                    });
                return readable;
            case QuarantineKind.Receipt or QuarantineKind.Position:
                return time.GetUtcNow() - entry.LastFailedAt > TimeSpan.FromDays(1); // nobody has tried since, or it worked
            default:
                return false; // its own success takes it out
        }
    }
}
