using Dispatch.Drills.Clients;
using Dispatch.Drills.Field;
using Dispatch.Drills.Histories;
using Npgsql;

namespace Dispatch.Drills.Bench.Bars;

/// <summary>One node, one database, everybody signed in; no proxy in between, for it would share the processors that are measured.</summary>
internal sealed class LoadRig : IAsyncDisposable
{
    private const int ConnectsAtOnce = 100;

    private readonly CancellationTokenSource over;
    private readonly List<Task> lives = [];
    private readonly Dictionary<string, Teller> operators = [];
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { Timeout = TimeSpan.FromSeconds(100) };
    private TimeSpan processorAtMark;
    private DateTimeOffset mark;

    private LoadRig(DrillField field, Crowd crowd, CancellationToken cancellation)
    {
        (Field, Crowd) = (field, crowd);
        over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        foreach (var (name, path, token) in crowd.Operators)
        {
            operators[name] = new Teller(History, http, new Route(field, 0, Road.Direct), $"the operator {name}", token, History.Socket($"the operator {name}", null, path));
        }
    }

    public DrillField Field { get; }

    public Crowd Crowd { get; }

    public History History { get; } = new();

    public HttpClient Http => http;

    public NodeProcess Node => Field.Nodes[0];

    public List<DrillPhone> Phones { get; } = [];

    public List<DrillConsole> Consoles { get; } = [];

    /// <summary>More people than the demo has are made when needed.</summary>
    public static async Task<LoadRig> OpenAsync(int phones, bool onlyThese, TimeSpan? answerWithin, CancellationToken cancellation, string? district = null)
    {
        var progress = new Progress<string>(Console.WriteLine);
        var field = await DrillField.OpenAsync(
            new FieldPlan(FieldPlan.ShippedProgram, Nodes: 1, Redis: false, ExtraVolunteers: Math.Max(0, phones - (district is null ? 1900 : 1300)), AnswerWithin: answerWithin) { RoadToPostgres = false },
            progress, cancellation);
        try
        {
            return new LoadRig(field, await Crowd.GatherAsync(field, phones, onlyThese, progress, cancellation, district), cancellation);
        }
        catch
        {
            await field.DisposeAsync();
            throw;
        }
    }

    /// <summary>Switches phones on and waits until all have a line.</summary>
    public async Task ConnectAsync(int howMany, bool answer, int seed, CancellationToken cancellation)
    {
        foreach (var batch in Crowd.Phones.Take(howMany).Select((one, at) => (one, at)).Chunk(ConnectsAtOnce))
        {
            var connecting = new List<DrillPhone>();
            foreach (var ((person, token), at) in batch)
            {
                var phone = new DrillPhone(History, http, new Route(Field, 0, Road.Direct), person.Id, token, 0, new Random(HashCode.Combine(seed, at)));
                if (!answer)
                {
                    phone.Rest();
                }

                connecting.Add(phone);
                Phones.Add(phone);
                lives.Add(phone.StayConnectedAsync(over.Token));
            }

            await Drill.Exercise.UntilAsync(() => connecting.All(phone => phone.IsConnected), TimeSpan.FromSeconds(60), cancellation);
            if (Phones.Count % 1000 == 0)
            {
                Console.WriteLine($"{Phones.Count} phones connected");
            }
        }
    }

    public async Task WatchAsync(int consoles, Action<Live.Fact, long>? applied, CancellationToken cancellation)
    {
        var futian = Crowd.Operators.Single(one => one.Name == "futian");
        for (var at = 0; at < consoles; at++)
        {
            var console = new DrillConsole(History, http, new Route(Field, 0, Road.Direct), $"futian{at}", futian.Path, futian.Token) { Applied = applied };
            Consoles.Add(console);
            lives.Add(console.StayConnectedAsync(over.Token));
        }

        await Drill.Exercise.UntilAsync(() => Consoles.All(console => console.IsConnected), TimeSpan.FromSeconds(60), cancellation);
    }

    /// <summary>Raises one incident in Futian and says when the button was pressed.</summary>
    public async Task<Guid> RaiseAsync(Random chance, int needed, string category = "trafficAccident")
    {
        var sites = Crowd.Sites["440304"];
        var site = sites[chance.Next(sites.Count)];
        var id = Guid.CreateVersion7();
        await operators["futian"].InsistAsync(
            Order.Raise, id, id, HttpMethod.Put, $"api/incidents/{id}",
            new
            {
                category, risk = "演练", address = "演练", position = new { site.Longitude, site.Latitude, datum = "wgs84" },
                needs = new[] { new { qualification = "order", count = needed } },
            },
            CancellationToken.None);
        return id;
    }

    public Task CloseAsync(Guid incident)
    {
        var command = Guid.CreateVersion7();
        return operators["futian"].InsistAsync(
            Order.Close, incident, command, HttpMethod.Post, $"api/incidents/{incident}/close", new { commandId = command, reason = "演练" }, CancellationToken.None);
    }

    /// <summary>From here on processor time counts.</summary>
    public void Mark() => (processorAtMark, mark) = (Node.ProcessorTime(), History.Now);

    public double ProcessorsBusy() => (Node.ProcessorTime() - processorAtMark) / (History.Now - mark);

    /// <summary>Everything has come to rest, or its time is over; then the evidence. Incidents that were made by hand are named.</summary>
    public async Task<Evidence> SettleAsync(IEnumerable<Guid>? alsoIncidents, CancellationToken cancellation)
    {
        Console.WriteLine("Waiting until everything has arrived");
        Phones.ForEach(phone => phone.Rest());
        await Task.WhenAll(Phones.Select(phone => phone.BusyAsync()));
        var incidents = History.Attempts.Where(attempt => attempt.Order == Order.Raise).Select(attempt => attempt.Subject).Concat(alsoIncidents ?? []).ToHashSet();
        var volunteers = Phones.Select(phone => phone.Record.Volunteer).ToList();
        var streams = new Invariants.GaplessStreams();
        var until = History.Now + TimeSpan.FromSeconds(60);
        while (true)
        {
            var evidence = Evidence.Of(History, await FinalState.ReadAsync(Field.Database, incidents, volunteers, cancellation));
            if (History.Now > until || !streams.Violations(evidence).Any())
            {
                return evidence;
            }

            await Task.Delay(500, cancellation);
        }
    }

    public async Task<double> ScalarAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Field.Database);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        return Convert.ToDouble(await command.ExecuteScalarAsync(cancellation), System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        Console.WriteLine("Switching off");
        await over.CancelAsync();
        await Task.WhenAll(lives).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Dispose();
        await Field.DisposeAsync();
        over.Dispose();
    }
}
