using Dispatch.Server.Telemetry;

namespace Dispatch.Server.Live;

/// <summary>
/// Carries committed rows to this node's connections. Invariants: it reads only what is committed, in the order of the stream's own numbers;
/// a hint makes it quick, its own polling makes it certain; it never waits for a client (each has its own queue); whoever no longer stands is cut
/// after the rows are read and before one of them is sent.
/// </summary>
internal sealed class Pump(
    Hints hints, Connections connections, FactReader facts, InboxReader inboxes, Receipts receipts, SendReview review, Quarantine quarantine, Measures measures,
    TimeProvider time, ILogger<Pump> log)
    : BackgroundService
{
    // Twice a second; arrays of more lie on the large object heap, where the garbage collector seldom comes.
    private const int PolledAtOnce = 2_000;

    private const int BeatenAtOnce = 50;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5), BeatSpread = TimeSpan.FromSeconds(2);

    private readonly Dictionary<Guid, long> pumped = [];
    private HashSet<Guid> fallenOut = [];
    private Guid factsEpoch, inboxesEpoch;
    private long factsPolled, inboxesPolled;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Loops.RunAsync("fact pump", PumpFactsAsync, log, stoppingToken),
        Loops.RunAsync("inbox pump", PumpInboxesAsync, log, stoppingToken),
        Loops.RunAsync("heartbeat", BeatAsync, log, stoppingToken));

    private async Task PumpFactsAsync(CancellationToken cancellation)
    {
        if (factsEpoch == Guid.Empty)
        {
            await BeginAsync(await review.RunAsync(cancellation), cancellation);
        }

        // What was hinted goes first: it does not wait for the poll.
        var hinted = await hints.Incidents.TakeAsync(hints.PollAfter, cancellation);
        if (hinted.Count > 0)
        {
            await SendFactsAsync(hinted, cancellation);
        }

        if (IsTimeToPoll(ref factsPolled))
        {
            await SendFactsAsync(await BehindAsync(cancellation), cancellation);
        }
    }

    private async Task SendFactsAsync(List<Guid> moved, CancellationToken cancellation)
    {
        const int Most = 2000;
        var all = new List<FactView>();
        List<FactView> read;
        do
        {
            read = await facts.ReadAsync([.. moved.Select(id => KeyValuePair.Create(id, pumped.GetValueOrDefault(id)))], Most, cancellation);
            var liaisons = await facts.LiaisonsAsync([.. read.Select(fact => fact.LenderCode).OfType<string>().Distinct()], cancellation);
            var epoch = await review.RunAsync(cancellation);
            if (epoch != factsEpoch)
            {
                await BeginAsync(epoch, cancellation);
                connections.Cut(caller => caller.Role == Access.Role.Operator, "the database was restored"); // who came back before this looked would miss a fact
                return;
            }
            DrillSeam.Polled(read);
            foreach (var fact in read)
            {
                pumped[fact.IncidentId] = fact.Number;
                foreach (var console in connections.Consoles)
                {
                    if (Access.Caller.Hears(console.RegionPath, fact.Audience))
                    {
                        console.Send(fact);
                    }

                    if (fact.Lender is { } lender && (Access.Caller.Covers(console.RegionPath, lender) || liaisons[fact.LenderCode ?? ""].Contains(console.Account)))
                    {
                        console.SendAid(fact);
                    }
                }
            }

            all.AddRange(read);
        }
        while (read.Count >= Most);
        measures.Pumped(all);
    }

    /// <summary>What was there before: consoles read it as their snapshot.</summary>
    private async Task BeginAsync(Guid epoch, CancellationToken cancellation)
    {
        var heads = await facts.HeadsAsync(cancellation);
        pumped.Clear();
        fallenOut = [];
        foreach (var (incident, lastFact, _) in heads)
        {
            pumped[incident] = lastFact;
        }

        factsEpoch = epoch;
    }

    /// <summary>
    /// Incidents whose record reaches beyond what was pumped. Those we pumped and that are no longer among the heads are asked for once more by
    /// name: they may have ended while this node could not reach the database.
    /// </summary>
    private async Task<List<Guid>> BehindAsync(CancellationToken cancellation)
    {
        var heads = await facts.HeadsAsync(cancellation, fallenOut);
        foreach (var settled in heads.Where(head => fallenOut.Contains(head.Incident) && head.LastFact <= pumped.GetValueOrDefault(head.Incident)))
        {
            pumped.Remove(settled.Incident);
        }

        List<Guid> moved = [.. from head in heads
                               where head.LastFact > pumped.GetValueOrDefault(head.Incident, fallenOut.Contains(head.Incident) ? long.MaxValue : 0)
                               select head.Incident];
        fallenOut = [.. pumped.Keys.Except(heads.Select(head => head.Incident))];
        return moved;
    }

    private async Task PumpInboxesAsync(CancellationToken cancellation)
    {
        await SendItemsAsync(await hints.Inboxes.TakeAsync(hints.PollAfter, cancellation), cancellation);
        if (IsTimeToPoll(ref inboxesPolled))
        {
            foreach (var some in connections.Phones.Chunk(PolledAtOnce))
            {
                await SendItemsAsync(await inboxes.BehindAsync([.. some.Select(phone => KeyValuePair.Create(phone.Volunteer, phone.Cursor))], cancellation), cancellation);
            }
        }
    }

    private async Task SendItemsAsync(List<Guid> moved, CancellationToken cancellation)
    {
        const int Most = 1000;
        var cursors = CursorsOf(moved.SelectMany(connections.PhonesOf));
        while (cursors.Count > 0)
        {
            var page = await inboxes.ReadAsync(cursors, Most, cancellation);
            var (items, unreadable) = page;
            var epoch = await review.RunAsync(cancellation, page.Look);
            if (epoch != inboxesEpoch)
            {
                (inboxesEpoch, var first) = (epoch, inboxesEpoch == Guid.Empty);
                if (!first)
                {
                    return; // read under cursors that no longer mean anything; their phones have been cut
                }
            }

            if (items.Count > 0)
            {
                DrillSeam.Pass("after-offer-before-push");
            }

            // A phone that joined while this was read, from further back, would be sent what comes after a gap: it has asked for its own turn.
            var from = cursors.ToDictionary();
            foreach (var item in items)
            {
                foreach (var phone in connections.PhonesOf(item.VolunteerId))
                {
                    if (phone.Cursor >= from[item.VolunteerId] && phone.Cursor < item.Number)
                    {
                        phone.Cursor = item.Number;
                        phone.Send(item, () => receipts.Sent(phone.Volunteer, item));
                    }
                }
            }

            foreach (var (volunteer, number) in unreadable)
            {
                foreach (var phone in connections.PhonesOf(volunteer).Where(phone => phone.Cursor >= from[volunteer]))
                {
                    phone.Cursor = Math.Max(phone.Cursor, number);
                }
            }

            if (items.Count + unreadable.Count < Most)
            {
                break;
            }

            cursors = cursors.ConvertAll(cursor => KeyValuePair.Create(
                cursor.Key,
                Math.Max(cursor.Value, items.Where(item => item.VolunteerId == cursor.Key).Select(item => item.Number)
                    .Concat(unreadable.Where(one => one.Volunteer == cursor.Key).Select(one => one.Number)).DefaultIfEmpty().Max())));
        }
    }

    /// <summary>Each volunteer's hindmost phone says from where on is read.</summary>
    private static List<KeyValuePair<Guid, long>> CursorsOf(IEnumerable<PhoneConnection> phones) =>
        [.. phones.GroupBy(phone => phone.Volunteer, (volunteer, own) => KeyValuePair.Create(volunteer, own.Min(phone => phone.Cursor)))];

    /// <summary>Also when hints keep coming: they tell what this node wrote, and perhaps not what another did.</summary>
    private bool IsTimeToPoll(ref long last)
    {
        if (time.GetElapsedTime(last) < hints.PollAfter)
        {
            return false;
        }

        last = time.GetTimestamp();
        return true;
    }

    /// <summary>The client's proof that the picture is alive: the server's time and how far each stream has come.</summary>
    private async Task BeatAsync(CancellationToken cancellation)
    {
        var next = Task.Delay(Heartbeat, time, cancellation);
        var now = time.GetUtcNow();
        var epoch = await review.RunAsync(cancellation);
        var stuck = (await quarantine.ReadAsync(cancellation)).Where(entry => entry is { Kind: QuarantineKind.Incident, Alarm: true }).Select(entry => entry.Subject).ToHashSet();
        if (connections.Consoles.Any())
        {
            var heads = await facts.HeadsAsync(cancellation);
            foreach (var console in connections.Consoles)
            {
                var own = heads.Where(head => Access.Caller.Hears(console.RegionPath, head.Audience)).ToDictionary(head => head.Incident, head => head.LastFact);
                console.SendCurrent(epoch, own, [.. stuck.Where(own.ContainsKey)], now);
            }
        }

        // Not all in one moment: ten thousand sends at once hold as many buffers, and a call-out waits behind them.
        var phones = connections.Phones.ToList();
        foreach (var some in phones.Chunk(BeatenAtOnce))
        {
            var at = time.GetUtcNow();
            foreach (var phone in some)
            {
                phone.SendCurrent(epoch, at);
            }

            await Task.Delay(BeatSpread * ((double)some.Length / phones.Count), time, cancellation);
        }

        await next;
    }
}
