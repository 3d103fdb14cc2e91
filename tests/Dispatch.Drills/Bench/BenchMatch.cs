using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;
using Npgsql;

namespace Dispatch.Drills.Bench;

/// <summary>
/// The nearest 20 qualified among a million, by the query the product uses (<see cref="NearestCandidates.Gather"/>: gates' facts, engagement and
/// earlier call-outs included, one round trip), and in the same run the nearest-neighbour statement alone over the composite index and over a
/// plain GiST index with a filter.
/// </summary>
internal static class BenchMatch
{
    private const int Nearest = 20;

    private static readonly (string Name, short Qualification, double TargetP50)[] Cases =
    [
        ("100 %", MillionCandidates.Everybody, 0.8), ("1 %", MillionCandidates.OneInAHundred, 0.3), ("0.1 %", MillionCandidates.OneInAThousand, 0.3),
    ];

    public static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        var options = new Options(words, "--queries", "--seed", "--json");
        var queries = options.Whole("--queries", 3000);
        var seed = options.Whole("--seed", 1);
        await using var cluster = await MillionCandidates.FillAsync(cancellation);

        var builder = new NpgsqlDataSourceBuilder(cluster.ConnectionString);
        builder.UseNetTopologySuite(geographyAsDefault: true);
        await using var source = builder.Build();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var villages = await VillagesAsync(connection, cancellation);
        var province = new Ring(1, "90", "90", RegionLevel.Province, "省");

        Console.WriteLine($"\n{Machine.Describe()}, {queries} queries a case, seed {seed}, from places where people live");
        Console.WriteLine($"{"holders",-8}{"what",-34}{"p50 ms",9}{"p95 ms",9}{"p99 ms",9}{"max ms",9}");
        var results = new List<Result>();
        foreach (var (name, qualification, target) in Cases)
        {
            var whole = await MeasureAsync(queries, seed, villages, (place, _) => GatherAsync(connection, place, qualification, province, Nearest, cancellation));
            results.Add(Show(name, $"match (target p50 <= {target})", whole, whole.P50Ms <= target));
            var index = await MeasureAsync(queries, seed, villages, (place, _) => NeighboursAsync(connection, CandidateSearch.NearestInRing, place, qualification, cancellation));
            results.Add(Show(name, "statement, composite index", index, null));

            // The plain index needs so long at 0.1 % that fewer queries have to do.
            var plain = await MeasureAsync(Math.Max(queries / 30, 50), seed, villages, (place, _) => NeighboursAsync(
                connection, CandidateSearch.NearestInRing.Replace("FROM candidates", $"FROM {MillionCandidates.Plain} AS candidates", StringComparison.Ordinal), place, qualification, cancellation));
            results.Add(Show(name, "statement, plain GiST + filter", plain, null));
            var ratio = plain.P50Ms / index.P50Ms;
            Console.WriteLine($"{name,-8}plain / composite at p50: {ratio.ToString("0.0", CultureInfo.InvariantCulture)}{(qualification == MillionCandidates.OneInAThousand ? $" (target >= 50: {(ratio >= 50 ? "reached" : "MISSED")})" : "")}");
        }

        var village = await MeasureAsync(queries, seed, villages, (place, path) =>
            GatherAsync(connection, place, MillionCandidates.OneInAHundred, new Ring(1, path[(path.LastIndexOf('.') + 1)..], path, RegionLevel.Village, "社区"), Nearest, cancellation));
        results.Add(Show("1 %", "match in one community (~2 hold it)", village, null));

        var file = options.Text("--json", Path.Combine(Environment.CurrentDirectory, "bench-match.json"));
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { machine = Machine.Describe(), queries, seed, results }, JsonSerializerOptions.Web), cancellation);
        Console.WriteLine($"Written to {file}");
        return 0;
    }

    private static async Task GatherAsync(NpgsqlConnection connection, Position place, short qualification, Ring ring, int wanted, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var question = new MatchQuestion
        {
            IncidentId = Guid.CreateVersion7(),
            At = now,
            LocalDate = DateOnly.FromDateTime(now.UtcDateTime),
            Place = place,
            RadiusMetres = 50_000,
            Hazardous = true,
            Rings = [ring],
            Needs = [new(1, qualification, "bench", wanted)],
        };
        var request = await NearestCandidates.Gather(connection, null, question, cancellation);
        if (ring.Level == RegionLevel.Province && Matcher.Match(request).Chosen.Count != wanted)
        {
            throw new CommandException($"{wanted} were wanted, {request.Candidates.Count} were found: the bench measures the wrong thing.");
        }
    }

    private static async Task NeighboursAsync(NpgsqlConnection connection, string sql, Position place, short qualification, CancellationToken cancellation)
    {
        await using var command = CandidateSearch.BenchCommand(connection, sql, place, 50_000, qualification, "90", Nearest);
        await command.PrepareAsync(cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            // the rows are part of the answer
        }
    }

    private static async Task<Latencies.Summary> MeasureAsync(int queries, int seed, List<(Position Place, string Path)> villages, Func<Position, string, Task> query)
    {
        var chance = new Random(seed);
        var latencies = new Latencies();
        var warmUp = Math.Min(200, queries / 5);
        for (var number = -warmUp; number < queries; number++)
        {
            var (place, path) = villages[chance.Next(villages.Count)];
            var began = Stopwatch.GetTimestamp();
            await query(place, path);
            if (number >= 0)
            {
                latencies.Add(began, Stopwatch.GetTimestamp());
            }
        }

        return latencies.Summarise();
    }

    private static Result Show(string holders, string what, Latencies.Summary summary, bool? reached)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{holders,-8}{what,-34}{summary.P50Ms,9:0.000}{summary.P95Ms,9:0.000}{summary.P99Ms,9:0.000}{summary.MaxMs,9:0.0}{(reached is { } met ? met ? "   reached" : "   MISSED" : "")}"));
        return new(holders, what, summary);
    }

    private static async Task<List<(Position Place, string Path)>> VillagesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT lon, lat, path::text FROM villages ORDER BY n", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var villages = new List<(Position, string)>();
        while (await reader.ReadAsync(cancellation))
        {
            villages.Add((new(reader.GetDouble(0), reader.GetDouble(1)), reader.GetString(2)));
        }

        return villages;
    }

    private sealed record Result(string Holders, string What, Latencies.Summary Summary);
}
