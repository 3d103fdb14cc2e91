using Dispatch.Drills.Clients;
using Dispatch.Drills.Field;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Invariants;
using Npgsql;

namespace Dispatch.Drills.Drill;

/// <summary>How hard, how long. <paramref name="BadNetwork"/>: the share of phones on the road that faults disturb.</summary>
internal sealed record ExercisePlan(int Seed, double IncidentsPerSecond = 1, TimeSpan? WarmUp = null, TimeSpan? After = null, double BadNetwork = 0.2)
{
    /// <summary>Incidents are not ended: whatever ends then, ends by itself.</summary>
    public bool KeepsOpen { get; init; }

    public TimeSpan MusterEvery => TimeSpan.FromSeconds(8);

    public TimeSpan WarmsUp => WarmUp ?? TimeSpan.FromSeconds(4);

    public TimeSpan GoesOn => After ?? TimeSpan.FromSeconds(6);
}

/// <summary>What came of it.</summary>
internal sealed record Findings(
    IReadOnlyList<(string Id, string Violation)> Violations, History History, FinalState State, TimeSpan Took, IReadOnlyList<(string What, TimeSpan Time)> Measured)
{
    public bool Holds => Violations.Count == 0;

    public int Acknowledged => History.Attempts.Count(attempt => attempt.Ending == Ending.Ok);

    public int Unknown => History.Attempts.Count(attempt => attempt.Ending == Ending.Unknown);
}

/// <summary>
/// One run: phones and consoles connected, incidents coming in, something going wrong, everything coming to rest, and then the question whether
/// anything was lost, doubled, late or seen by the wrong eyes.
/// </summary>
internal sealed class Exercise(DrillField ground, Crowd crowd, ExercisePlan plan)
{
    // What still moves in the end is waited for, but not for ever.
    private static readonly TimeSpan ConnectedWithin = TimeSpan.FromSeconds(60), SettlesAtLast = TimeSpan.FromMinutes(15);

    private readonly List<(string, TimeSpan)> measured = [];
    private readonly List<DrillPhone> phones = [];
    private readonly List<DrillConsole> consoles = [];

    public DrillField Field => ground;

    public History History { get; } = new();

    public IReadOnlyList<DrillPhone> Phones => phones;

    public IReadOnlyList<DrillConsole> Consoles => consoles;

    public Crowd Crowd => crowd;

    /// <summary>How long nothing may move before what is missing counts as lost; a broken product is not waited for so long.</summary>
    public TimeSpan SettlesWithin { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>Where a node of the drill build dies.</summary>
    public string? CrashPoint { get; set; }

    /// <summary>For the report; never for the verdict.</summary>
    public void Measure(string what, TimeSpan time) => measured.Add((what, time));

    /// <summary>Runs <paramref name="fault"/> in the middle; it returns when what it broke works again.</summary>
    public async Task<Findings> RunAsync(Func<Exercise, CancellationToken, Task> fault, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) });
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var raising = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await World.RefreshPlacesAsync(ground.Database, cancellation);
        var prober = new Prober(ground, History);
        var lives = new List<Task> { prober.RunAsync(over.Token), new Metronome(History, () => prober.LastAnswerTook).RunAsync(over.Token) };
        lives.AddRange(await SwitchOnAsync(http, over.Token));
        await UntilAsync(() => phones.All(phone => phone.IsConnected) && consoles.All(console => console.IsConnected), ConnectedWithin, cancellation);

        var districts = crowd.Operators.Where(one => one.Name != "shenzhen").ToList();
        var operators = Task.WhenAll(districts.Select(one => OperateAsync(http, one, raising.Token)).Concat(districts.Select(one => MusterAsync(http, one, raising.Token))));
        try
        {
            await Task.Delay(plan.WarmsUp, cancellation);
            await fault(this, cancellation);
            await HealthyAsync(cancellation);
            await Task.Delay(plan.GoesOn, cancellation);
        }
        finally
        {
            await raising.CancelAsync();
        }

        await operators;
        phones.ForEach(phone => phone.Rest());
        await Task.WhenAll(phones.Select(phone => phone.BusyAsync()));
        if (plan.KeepsOpen)
        {
            // Until the last offer must have ended, in the server's time.
            var last = History.Now;
            await UntilAsync(() => History.Pace.After(last, TimeSpan.FromSeconds(20)) < History.Now, TimeSpan.FromMinutes(5), cancellation);
        }

        var state = await SettleAsync(cancellation);
        await over.CancelAsync();
        await Task.WhenAll(lives);

        // Judged by what was when everything stood still; the outages as the prober measured them.
        var violations = Invariant.Judge(Evidence.Of(History, state));
        Measure("without a ready node, at most", prober.Longest);
        if (OffersEndInTime.Lateness(state) is { Count: > 0 } late)
        {
            Measure($"{late.Count} offers expired after their due time by, at the median", late[late.Count / 2]);
            Measure("99 of 100 of them by no more than", late[(int)(late.Count * 0.99)]);
            Measure("all of them by no more than", late[^1]);
        }

        return new Findings(violations, History, state, History.Now - History.Began, measured);
    }

    /// <summary>Polls until it is so; false when the time is over. Never a verdict by itself.</summary>
    public static async Task<bool> UntilAsync(Func<bool> so, TimeSpan within, CancellationToken cancellation)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); waited.Elapsed < within;)
        {
            if (so())
            {
                return true;
            }

            await Task.Delay(50, cancellation);
        }

        return so();
    }

    /// <summary>Waits until every node that should run is ready and every phone has a line.</summary>
    public async Task HealthyAsync(CancellationToken cancellation)
    {
        foreach (var node in ground.Nodes.Where(node => node.IsRunning))
        {
            await node.WaitUntilReadyAsync(ground.Http, cancellation);
        }

        await UntilAsync(() => phones.All(phone => phone.IsConnected), ConnectedWithin, cancellation);
    }

    private async Task<List<Task>> SwitchOnAsync(HttpClient http, CancellationToken over)
    {
        var heads = await InboxHeadsAsync(over);
        var lives = new List<Task>();
        for (var at = 0; at < crowd.Phones.Count; at++)
        {
            var (person, token) = crowd.Phones[at];
            var chance = new Random(HashCode.Combine(plan.Seed, at));
            var route = new Route(ground, at, chance.NextDouble() < plan.BadNetwork ? Road.Bad : Road.Good);
            phones.Add(new DrillPhone(History, http, route, person.Id, token, heads.GetValueOrDefault(person.Id), chance));
        }

        var number = 0;
        foreach (var (name, path, token) in crowd.Operators.Concat(crowd.Operators.Take(1)))
        {
            var route = new Route(ground, number);
            consoles.Add(new DrillConsole(History, http, route, $"{name}{++number}", path, token));
        }

        lives.AddRange(consoles.Select(console => console.StayConnectedAsync(over)));
        foreach (var batch in phones.Chunk(100))
        {
            lives.AddRange(batch.Select(phone => phone.StayConnectedAsync(over)));
            await UntilAsync(() => batch.All(phone => phone.IsConnected), TimeSpan.FromSeconds(5), over);
        }

        return lives;
    }

    /// <summary>By the clock, not by the last answer: a server in trouble must not get a smaller load. Most of it in Futian.</summary>
    private async Task OperateAsync(HttpClient http, (string Name, string Path, string Token) one, CancellationToken ending)
    {
        var chance = new Random(HashCode.Combine(plan.Seed, one.Path.Length, one.Path[^1]));
        var perSecond = plan.IncidentsPerSecond * (one.Name == "futian" ? 0.75 : 0.25);
        var socket = History.Socket($"the operator {one.Name}", null, one.Path);
        Teller By(int client) => new(History, http, new Route(ground, client), $"the operator {one.Name}", one.Token, socket);
        var worker = new DrillOperator(By(0), By(1), crowd.Sites[one.Path[^6..]], chance) { KeepsOpen = plan.KeepsOpen };
        var running = new List<Task>();
        while (!ending.IsCancellationRequested)
        {
            running.Add(worker.WorkAsync(ending));
            await Task.Delay(TimeSpan.FromSeconds((0.5 + chance.NextDouble()) / perSecond), ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running);
    }

    /// <summary>A muster every few seconds in each district, while the incidents go on: the same people, another record, one inbox for both.</summary>
    private async Task MusterAsync(HttpClient http, (string Name, string Path, string Token) one, CancellationToken ending)
    {
        var chance = new Random(HashCode.Combine(plan.Seed, one.Path[^1], "muster".Length));
        var socket = History.Socket($"the operator {one.Name}", null, one.Path);
        Teller By(int client) => new(History, http, new Route(ground, client), $"the operator {one.Name}", one.Token, socket);
        var worker = new MusterOperator(History, By(0), By(1), crowd.Pools[one.Path[^6..]], crowd.Sites[one.Path[^6..]], chance);
        var running = new List<Task>();
        while (!ending.IsCancellationRequested)
        {
            running.Add(worker.WorkAsync(ending));
            await Task.Delay(plan.MusterEvery * (0.7 + (0.6 * chance.NextDouble())), ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running);
    }

    /// <summary>Everything that is on its way has arrived, or never will.</summary>
    private async Task<FinalState> SettleAsync(CancellationToken cancellation)
    {
        var incidents = History.Attempts.Where(attempt => attempt.Order == Order.Raise).Select(attempt => attempt.Subject).ToHashSet();
        var musters = History.Attempts.Where(attempt => attempt.Order == Order.CallMuster).Select(attempt => attempt.Subject).ToHashSet();
        var volunteers = History.Phones.Select(phone => phone.Volunteer).ToList();
        Invariant[] streams = [new GaplessStreams(), new MustersReachEverybody()];
        var all = System.Diagnostics.Stopwatch.StartNew();
        var still = System.Diagnostics.Stopwatch.StartNew();
        var seen = (Facts: 0, MusterFacts: 0, Missing: 0);
        while (true)
        {
            var state = await FinalState.ReadAsync(ground.Database, incidents, musters, volunteers, cancellation);
            var evidence = Evidence.Of(History, state);
            var now = (state.Facts.Count, state.Musters.Facts.Count, streams.Sum(stream => stream.Violations(evidence).Count()));
            if (now != seen)
            {
                // A machine that is slow by a factor of thirty moves for minutes; what is lost does not move.
                seen = now;
                still.Restart();
            }

            if (seen.Missing == 0 || still.Elapsed > SettlesWithin || all.Elapsed > SettlesAtLast)
            {
                return state;
            }

            await Task.Delay(300, cancellation);
        }
    }

    private async Task<Dictionary<Guid, long>> InboxHeadsAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ground.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT volunteer_id, last_number FROM inbox_heads", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var heads = new Dictionary<Guid, long>();
        while (await reader.ReadAsync(cancellation))
        {
            heads[reader.GetGuid(0)] = reader.GetInt64(1);
        }

        return heads;
    }
}
