using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Dispatch.Geo.PostGis;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Storage;
using Dispatch.Server.Telemetry;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>
/// Records how far a call-out has come: sent (written to the connection), delivered (the phone's cursor passed it), seen (the card was on the
/// screen). Gathered for a moment and written per incident, because twenty receipts should not take the incident's lock twenty times.
/// A receipt that dies with the process is repeated by the phone's next cursor; one of an earlier epoch speaks of numbers that never were.
/// </summary>
internal sealed class Receipts(
    DispatchLane lane, FactLog log, SendReview review, Quarantine quarantine, Connections connections, Measures measures, ILogger<Receipts> logger) : BackgroundService
{
    private static readonly string ResolveSql = EmbeddedSql.Read("ResolveReceipts.sql"), MoveSql = EmbeddedSql.Read("MoveCursors.sql");

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(40);

    // Not bounded: at most three entries per inbox item, and dropping one would leave a card "not delivered" until the next cursor.
    private readonly Channel<Receipt> arrived = Channel.CreateUnbounded<Receipt>(new UnboundedChannelOptions { SingleReader = true });

    private enum Stage
    {
        Sent,
        Delivered,
        Seen,
    }

    public void Sent(Guid volunteer, InboxItem item)
    {
        if (item.Callout is { } card) // a muster counts from the phone's cursor alone
        {
            Gather(Stage.Sent, volunteer, card.Id, 0);
        }
    }

    public void Delivered(Guid volunteer, long cursor) => Gather(Stage.Delivered, volunteer, null, cursor);

    public void Seen(Guid volunteer, Guid callout) => Gather(Stage.Seen, volunteer, callout, 0);

    private void Gather(Stage stage, Guid volunteer, Guid? callout, long number) => arrived.Writer.TryWrite(new(stage, volunteer, callout, number, review.Epoch, Stopwatch.GetTimestamp()));

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
            var epoch = await review.RunAsync(cancellation);
            await Isolate.RunAsync(
                batch.FindAll(receipt => receipt.Epoch == epoch),
                some => KeepAsync(some, cancellation),
                (receipt, error) => quarantine.PutAsync(QuarantineKind.Receipt, receipt.Volunteer, receipt.Number, error, cancellation));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Again(batch); // the database is away: what was gathered waits for it, so that nothing that reached a phone stays unrecorded
            throw;
        }
    }

    /// <summary>First the facts, incident by incident, then the cursors: what could not be written is found again under the old cursor.</summary>
    private async Task KeepAsync(IReadOnlyList<Receipt> batch, CancellationToken cancellation)
    {
        var unwritten = new ConcurrentDictionary<Guid, bool>(); // volunteers; true: not worth another try by itself
        var cameAt = batch.Where(receipt => receipt.Stage == Stage.Delivered).ToLookup(receipt => receipt.Volunteer, receipt => receipt.ArrivedAt);
        await Parallel.ForEachAsync(
            await ResolveAsync(batch, cancellation), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellation },
            async (incident, token) =>
            {
                try
                {
                    var reached = await log.ChangeAsync(incident.Key, record => Write(record, [.. incident.Select(line => (line.Callout, line.Stage))], token), token);
                    Measure(reached.Value, cameAt);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    var hopeless = false;
                    if (Parts.IsOutage(e))
                    {
                        logger.ReceiptsFailed(e, incident.Key);
                    }
                    else
                    {
                        // Tried at once a few times more; then the cursor stays where it is, and the phone's next receipt tries again.
                        hopeless = (await quarantine.PutAsync(QuarantineKind.Receipt, incident.Key, 0, e, token)).Alarm;
                    }

                    foreach (var line in incident)
                    {
                        unwritten.AddOrUpdate(line.Volunteer, hopeless, (_, before) => before && hopeless);
                    }

                    return;
                }

                await quarantine.ReleaseAsync(QuarantineKind.Receipt, incident.Key, 0, token);
            });

        Again(batch.Where(receipt => unwritten.TryGetValue(receipt.Volunteer, out var hopeless) && !hopeless));
        var cursors = Cursors(batch.Where(receipt => !unwritten.ContainsKey(receipt.Volunteer)));
        if (cursors.Count > 0)
        {
            await using var command = lane.Source.CreateCommand(MoveSql);
            command.Parameters.Add(new() { Value = cursors.Select(own => own.Volunteer).ToArray() });
            command.Parameters.Add(new() { Value = cursors.Select(own => own.Number).ToArray() });
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    private void Again(IEnumerable<Receipt> receipts)
    {
        foreach (var receipt in receipts)
        {
            arrived.Writer.TryWrite(receipt);
        }
    }

    private static List<(Guid Volunteer, long Number)> Cursors(IEnumerable<Receipt> receipts) =>
        [.. receipts.Where(receipt => receipt.Stage == Stage.Delivered)
            .GroupBy(receipt => receipt.Volunteer, (volunteer, own) => (volunteer, own.Max(receipt => receipt.Number)))];

    /// <summary>Turns receipts into call-outs and keeps what is news, grouped by incident.</summary>
    private async Task<ILookup<Guid, (Guid Callout, Stage Stage, Guid Volunteer)>> ResolveAsync(IReadOnlyList<Receipt> batch, CancellationToken cancellation)
    {
        var cursors = Cursors(batch);
        var seen = batch.Where(receipt => receipt.Stage == Stage.Seen).ToList();
        await using var command = lane.Source.CreateCommand(ResolveSql);
        command.Parameters.Add(new() { Value = batch.Where(receipt => receipt.Stage == Stage.Sent).Select(receipt => receipt.Callout!.Value).ToArray() });
        command.Parameters.Add(new() { Value = cursors.Select(own => own.Volunteer).ToArray() });
        command.Parameters.Add(new() { Value = cursors.Select(own => own.Number).ToArray() });
        command.Parameters.Add(new() { Value = seen.Select(receipt => receipt.Volunteer).ToArray() });
        command.Parameters.Add(new() { Value = seen.Select(receipt => receipt.Callout!.Value).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var news = new List<(Guid Incident, Guid Callout, Stage Stage, Guid Volunteer)>();
        while (await reader.ReadAsync(cancellation))
        {
            news.Add((reader.GetGuid(0), reader.GetGuid(1), (Stage)reader.GetInt32(2), reader.GetGuid(3)));
        }

        return news.ToLookup(line => line.Incident, line => (line.Callout, line.Stage, line.Volunteer));
    }

    private static async Task<Outcome<Reached>> Write(OpenRecord record, IReadOnlyList<(Guid Callout, Stage Stage)> stages, CancellationToken cancellation)
    {
        var (began, delivered) = (Stopwatch.GetTimestamp(), new List<Callout>());
        var ids = stages.Select(stage => stage.Callout).Distinct().ToList();
        var rows = await record.Db.Callouts.Where(callout => ids.Contains(callout.Id)).Select(callout => new
        {
            Callout = callout,
            Lacking = record.Db.Needs.Any(need => need.IncidentId == callout.IncidentId && need.Ordinal == callout.NeedOrdinal && need.Filled < need.Count),
            Exhausted = record.Db.Needs.Any(need => need.IncidentId == callout.IncidentId && need.Ordinal == callout.NeedOrdinal && need.Exhausted),
        }).ToListAsync(cancellation);
        var callouts = rows.ToDictionary(row => row.Callout.Id, row => row.Callout);
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
                delivered.Add(callout);
                record.Append(FactKind.CalloutDelivered, by, calloutId: id);
            }

            if (stage == Stage.Seen && callout.SeenAt is null)
            {
                callout.SeenAt = record.Now;
                record.Append(FactKind.CalloutSeen, by, calloutId: id);
            }
        }

        // A phone reached raises the hope in it. That matters where the plan does not hold, and of one that had been given up; else nothing would change.
        if (rows.Exists(row => row.Lacking && delivered.Contains(row.Callout) && (row.Exhausted || row.Callout.OfferedAt + NearestCandidates.ReceiptDueAfter < record.Now)))
        {
            record.Incident.LookSoon(record.Now);
        }

        return new Reached(record.Incident.RaisedAt, record.Now, began, record.Incident.Drill ? [] : delivered); // a drill is in no statistics
    }

    /// <summary>
    /// The receipt lay here for a moment before it was written: what is measured ends when it came. A phone that was away when it was asked says
    /// nothing about us, so only those that were connected then are measured.
    /// </summary>
    private void Measure(Reached? reached, ILookup<Guid, long> cameAt)
    {
        foreach (var callout in reached?.Delivered ?? [])
        {
            if (cameAt.Contains(callout.VolunteerId) && connections.PhonesOf(callout.VolunteerId).Any(phone => phone.JoinedAt <= callout.OfferedAt))
            {
                var waited = Stopwatch.GetElapsedTime(cameAt[callout.VolunteerId].Min(), reached!.WrittenTicks);
                measures.ReachedPhone(reached.RaisedAt, callout.OfferedAt, callout.Wave, reached.WrittenAt, waited);
            }
        }
    }

    private sealed record Reached(DateTimeOffset RaisedAt, DateTimeOffset WrittenAt, long WrittenTicks, IReadOnlyList<Callout> Delivered);

    private sealed record Receipt(Stage Stage, Guid Volunteer, Guid? Callout, long Number, Guid Epoch, long ArrivedAt);
}
