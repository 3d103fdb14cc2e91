using System.Net.Http.Json;
using Dispatch.Drills.Field;
using Dispatch.Drills.Live;
using Npgsql;

namespace Dispatch.Drills.Clients;

/// <summary>Everybody who takes part in the drills of one field, signed in by the doors everybody uses: phones by their codes, operators by password.</summary>
internal sealed class Crowd
{
    private const int SignInsAtOnce = 8;

    private static readonly (string Name, string Path)[] Commands = [("futian", "44.4403.440304"), ("luohu", "44.4403.440303"), ("shenzhen", "44.4403")];

    private Crowd(IReadOnlyList<(Person Person, string Token)> phones, IReadOnlyList<(string Name, string Path, string Token)> operators, IReadOnlyDictionary<string, List<Site>> sites, IReadOnlyDictionary<string, MusterPool> pools) =>
        (Phones, Operators, Sites, Pools) = (phones, operators, sites, pools);

    public IReadOnlyList<(Person Person, string Token)> Phones { get; }

    public IReadOnlyList<(string Name, string Path, string Token)> Operators { get; }

    /// <summary>Places where people live, by district.</summary>
    public IReadOnlyDictionary<string, List<Site>> Sites { get; }

    /// <summary>Who can be called to a muster, by district.</summary>
    public IReadOnlyDictionary<string, MusterPool> Pools { get; }

    /// <summary><paramref name="onlyThese"/>: nobody without a phone can be asked, and everybody with one can do everything that is asked for.</summary>
    public static async Task<Crowd> GatherAsync(DrillField field, int phones, bool onlyThese, IProgress<string> progress, CancellationToken cancellation, string? district = null)
    {
        var people = await World.PeopleAsync(field.Database, phones, district, cancellation);
        if (people.Count < phones)
        {
            throw new CommandException($"There are {people.Count} volunteers for {phones} phones.");
        }

        if (onlyThese)
        {
            var ids = string.Join(',', people.Select(person => $"'{person.Id}'"));
            await field.ExecuteAsync($"""
                SET lock_timeout = '30s';
                SET dispatch.refresh_candidates = 'byCaller';
                UPDATE volunteers SET duty = 'off' WHERE id <> ALL (ARRAY[{ids}]::uuid[]);
                INSERT INTO certificates (id, volunteer_id, qualification_id, number, issuer, valid_from)
                SELECT gen_random_uuid(), v.id, q.id, 'drill', '演练', '2020-01-01' FROM unnest(ARRAY[{ids}]::uuid[]) AS v (id), qualifications q
                WHERE q.key IN ('order', 'rescue.emergencyMedical') ON CONFLICT DO NOTHING;
                INSERT INTO insurances (id, volunteer_id, policy_number, insurer, valid_from, valid_until)
                SELECT gen_random_uuid(), v.id, 'drill', '演练', '2020-01-01', '2099-01-01' FROM unnest(ARRAY[{ids}]::uuid[]) AS v (id) ON CONFLICT DO NOTHING;
                SELECT refresh_candidates(array_agg(id ORDER BY id), now() - interval '15 minutes') FROM volunteers;
                """, cancellation);
        }

        var route = new Route(field, 0);
        var operators = new List<(string, string, string)>();
        foreach (var (name, path) in Commands)
        {
            using var station = await Station.SignInAsync(field.Nodes[0].Address, name, Demo.Password, cancellation);
            operators.Add((name, path, station.AccessToken));
        }

        var signedIn = new (Person, string)[people.Count];
        var done = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, people.Count), new ParallelOptions { MaxDegreeOfParallelism = SignInsAtOnce, CancellationToken = cancellation }, async (at, stop) =>
        {
            using var answer = await field.Http.PostAsJsonAsync(new Uri(field.Nodes[at % field.Nodes.Count].Address, "api/session/activate"), new { code = people[at].Code }, stop);
            signedIn[at] = (people[at], (await Station.ReadAsync<SignedIn>(answer, stop)).AccessToken);
            if (Interlocked.Increment(ref done) % 1000 == 0)
            {
                progress.Report($"{done} phones activated");
            }
        });
        return new Crowd(signedIn, operators, await SitesAsync(field, cancellation), await PoolsAsync(field, people, cancellation));
    }

    private static async Task<Dictionary<string, MusterPool>> PoolsAsync(DrillField field, List<Person> people, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(field.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("""
            SELECT d.code, array(SELECT t.id FROM teams t JOIN regions r ON r.code = t.home_region WHERE r.path <@ d.path ORDER BY t.external_id) FROM regions d WHERE d.level = 3
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var pools = new Dictionary<string, MusterPool>();
        while (await reader.ReadAsync(cancellation))
        {
            var code = reader.GetString(0);
            pools[code] = new([.. people.Where(person => person.District == code).Select(person => person.Id)], reader.GetFieldValue<Guid[]>(1));
        }

        return pools;
    }

    private static async Task<Dictionary<string, List<Site>>> SitesAsync(DrillField field, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(field.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("""
            SELECT subpath(r.path, 2, 1)::text, ST_X(p.location::geometry), ST_Y(p.location::geometry)
            FROM positions p JOIN volunteers v ON v.id = p.volunteer_id JOIN regions r ON r.code = v.home_region
            JOIN regions d ON d.path = subpath(r.path, 0, 3) AND ST_Covers(d.boundary, p.location::geometry)
            WHERE nlevel(r.path) > 2 ORDER BY md5(v.external_id)
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var sites = new Dictionary<string, List<Site>>();
        while (await reader.ReadAsync(cancellation))
        {
            (sites.TryGetValue(reader.GetString(0), out var own) ? own : sites[reader.GetString(0)] = []).Add(new(reader.GetDouble(1), reader.GetDouble(2)));
        }

        return sites;
    }
}
