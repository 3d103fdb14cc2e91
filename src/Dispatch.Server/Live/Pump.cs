using Dispatch.Server.Telemetry;

namespace Dispatch.Server.Live;

/// <summary>
/// Carries committed rows to this node's connections. Invariants: it reads only what is committed, in the order of the stream's own numbers;
/// a hint makes it quick, its own polling makes it certain; it never waits for a client (each has its own queue).
/// </summary>
internal sealed class Pump(
    Hints hints, Connections connections, FactReader facts, InboxReader inboxes, Receipts receipts, Measures measures, TimeProvider time, ILogger<Pump> log)
    : BackgroundService
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Guid, long> pumped = [];
    private long factsPolled, inboxesPolled;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var (incident, lastFact, _) in await facts.HeadsAsync(stoppingToken))
        {
            pumped[incident] = lastFact; // what was there before this node: consoles read it as their snapshot
        }

        await Task.WhenAll(
            Loops.RunAsync("fact pump", PumpFactsAsync, log, stoppingToken),
            Loops.RunAsync("inbox pump", PumpInboxesAsync, log, stoppingToken),
            Loops.RunAsync("heartbeat", BeatAsync, log, stoppingToken));
    }

    private async Task PumpFactsAsync(CancellationToken cancellation)
    {
        const int Most = 2000;
        var moved = await hints.Incidents.TakeAsync(hints.PollAfter, cancellation);
        if (IsTimeToPoll(ref factsPolled))
        {
            moved = [.. moved.Union(from head in await facts.HeadsAsync(cancellation) where head.LastFact > pumped.GetValueOrDefault(head.Incident) select head.Incident)];
        }

        var all = new List<FactView>();
        while (moved.Count > 0)
        {
            var read = await facts.ReadAsync([.. moved.Select(id => KeyValuePair.Create(id, pumped.GetValueOrDefault(id)))], Most, cancellation);
            foreach (var fact in read)
            {
                pumped[fact.IncidentId] = fact.Number;
                foreach (var console in connections.Consoles)
                {
                    if (Access.Caller.Covers(console.RegionPath, fact.RegionPath))
                    {
                        console.Send(fact);
                    }
                }
            }

            all.AddRange(read);
            if (read.Count < Most)
            {
                break;
            }
        }

        measures.Pumped(all);
    }

    private async Task PumpInboxesAsync(CancellationToken cancellation)
    {
        const int Most = 1000;
        var moved = await hints.Inboxes.TakeAsync(hints.PollAfter, cancellation);
        if (IsTimeToPoll(ref inboxesPolled))
        {
            moved = [.. moved.Union(await inboxes.BehindAsync(CursorsOf(connections.Phones), cancellation))];
        }

        var cursors = CursorsOf(moved.SelectMany(connections.PhonesOf));
        while (cursors.Count > 0)
        {
            var items = await inboxes.ReadAsync(cursors, Most, cancellation);
            foreach (var item in items)
            {
                foreach (var phone in connections.PhonesOf(item.Callout.VolunteerId))
                {
                    if (phone.Cursor < item.Number)
                    {
                        phone.Cursor = item.Number;
                        phone.Send(item, () => receipts.Sent(phone.Volunteer, item));
                    }
                }
            }

            if (items.Count < Most)
            {
                break;
            }

            cursors = cursors.ConvertAll(cursor => KeyValuePair.Create(
                cursor.Key, Math.Max(cursor.Value, items.Where(item => item.Callout.VolunteerId == cursor.Key).Select(item => item.Number).DefaultIfEmpty().Max())));
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
        await Task.Delay(Heartbeat, time, cancellation);
        var now = time.GetUtcNow();
        if (connections.Consoles.Any())
        {
            var heads = await facts.HeadsAsync(cancellation);
            foreach (var console in connections.Consoles)
            {
                console.SendCurrent(
                    heads.Where(head => Access.Caller.Covers(console.RegionPath, head.RegionPath)).ToDictionary(head => head.Incident, head => head.LastFact), now);
            }
        }

        foreach (var phone in connections.Phones)
        {
            phone.SendCurrent(now);
        }
    }
}
