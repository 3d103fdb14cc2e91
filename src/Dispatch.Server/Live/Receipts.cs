using System.Threading.Channels;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>
/// Records how far a call-out has come: sent (written to the connection), delivered (the phone's cursor passed it), seen (the card was on the
/// screen). Gathered for a moment and written per incident, because twenty receipts should not take the incident's lock twenty times.
/// A receipt that dies with the process is repeated by the phone's next cursor.
/// </summary>
internal sealed class Receipts(NpgsqlDataSource source, FactLog log, ILogger<Receipts> logger) : BackgroundService
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(40);

    // Not bounded: at most three entries per inbox item, and dropping one would leave a card "not delivered" until the next cursor.
    private readonly Channel<Receipt> arrived = Channel.CreateUnbounded<Receipt>(new UnboundedChannelOptions { SingleReader = true });

    private enum Stage
    {
        Sent,
        Delivered,
        Seen,
    }

    public void Sent(Guid volunteer, InboxItem item) => arrived.Writer.TryWrite(new(Stage.Sent, volunteer, item.Callout.Id, item.Number));

    public void Delivered(Guid volunteer, long cursor) => arrived.Writer.TryWrite(new(Stage.Delivered, volunteer, null, cursor));

    public void Seen(Guid volunteer, Guid callout) => arrived.Writer.TryWrite(new(Stage.Seen, volunteer, callout, 0));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("receipts", WriteAsync, logger, stoppingToken);

    private async Task WriteAsync(CancellationToken cancellation)
    {
        await arrived.Reader.WaitToReadAsync(cancellation);
        await Task.Delay(Gathering, cancellation);
        var batch = new List<Receipt>();
        while (batch.Count < 2000 && arrived.Reader.TryRead(out var receipt))
        {
            batch.Add(receipt);
        }

        try
        {
            foreach (var (incident, stages) in await ResolveAsync(batch, cancellation))
            {
                await log.ChangeAsync(incident, record => Write(record, stages, cancellation), cancellation);
            }
        }
        catch (NpgsqlException)
        {
            // The database is away: what was gathered waits for it, so that nothing that reached a phone stays unrecorded.
            foreach (var receipt in batch)
            {
                arrived.Writer.TryWrite(receipt);
            }

            throw;
        }
    }

    /// <summary>Turns cursors into call-outs and keeps what is news, grouped by incident.</summary>
    private async Task<Dictionary<Guid, List<(Guid Callout, Stage Stage)>>> ResolveAsync(List<Receipt> batch, CancellationToken cancellation)
    {
        var sent = batch.Where(receipt => receipt.Stage == Stage.Sent).ToList();
        var delivered = batch.Where(receipt => receipt.Stage == Stage.Delivered)
            .GroupBy(receipt => receipt.Volunteer).Select(own => (Volunteer: own.Key, Cursor: own.Max(receipt => receipt.Number)))
            .OrderBy(own => own.Volunteer).ToList();
        var seen = batch.Where(receipt => receipt.Stage == Stage.Seen).ToList();

        await using var command = source.CreateCommand(EmbeddedSql.Read("ResolveReceipts.sql"));
        command.Parameters.Add(new() { Value = sent.Select(receipt => receipt.Volunteer).ToArray() });
        command.Parameters.Add(new() { Value = sent.Select(receipt => receipt.Number).ToArray() });
        command.Parameters.Add(new() { Value = delivered.Select(own => own.Volunteer).ToArray() });
        command.Parameters.Add(new() { Value = delivered.Select(own => own.Cursor).ToArray() });
        command.Parameters.Add(new() { Value = seen.Select(receipt => receipt.Volunteer).ToArray() });
        command.Parameters.Add(new() { Value = seen.Select(receipt => receipt.Callout!.Value).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var byIncident = new Dictionary<Guid, List<(Guid, Stage)>>();
        while (await reader.ReadAsync(cancellation))
        {
            var incident = reader.GetGuid(0);
            if (!byIncident.TryGetValue(incident, out var stages))
            {
                byIncident[incident] = stages = [];
            }

            stages.Add((reader.GetGuid(1), (Stage)reader.GetInt32(2)));
        }

        return byIncident;
    }

    private static async Task<Outcome<bool>> Write(OpenRecord record, List<(Guid Callout, Stage Stage)> stages, CancellationToken cancellation)
    {
        var ids = stages.Select(stage => stage.Callout).Distinct().ToList();
        var callouts = await record.Db.Callouts.Where(callout => ids.Contains(callout.Id)).ToDictionaryAsync(callout => callout.Id, cancellation);
        foreach (var (id, stage) in stages.OrderBy(stage => stage.Stage))
        {
            var callout = callouts[id];
            var by = Actor.Volunteer(callout.VolunteerId);
            if (stage == Stage.Sent && callout.SentAt is null)
            {
                callout.SentAt = record.Now;
                record.Append(FactKind.CalloutSent, Actor.System, calloutId: id);
            }

            if (stage >= Stage.Delivered && callout.DeliveredAt is null)
            {
                callout.DeliveredAt = record.Now;
                record.Append(FactKind.CalloutDelivered, by, calloutId: id);
            }

            if (stage == Stage.Seen && callout.SeenAt is null)
            {
                callout.SeenAt = record.Now;
                record.Append(FactKind.CalloutSeen, by, calloutId: id);
            }
        }

        return true;
    }

    private sealed record Receipt(Stage Stage, Guid Volunteer, Guid? Callout, long Number);
}
