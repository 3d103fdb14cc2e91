using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Drills.Bench;

/// <summary>
/// The nearest 20 qualified among a million, by the query the product uses (<see cref="NearestCandidates.Gather"/>: gates' facts, engagement and
/// earlier call-outs included, one round trip), and in the same run the nearest-neighbour statement alone over the composite index and over a
/// plain GiST index with a filter.
/// </summary>
internal static class BenchMatch
{
    private const int Nearest = 20;

    // A server that has been running: after fewer questions one measures the JIT compiler.
    private const int WarmUp = 2_000;

    // The widest a category may set: at 0.1 % twenty holders are far apart.
    private const double RadiusMetres = 500_000;

    // What one would write without the composite index: the plane's index bounded by the reach, and the qualification as a filter.
    private static readonly string PlainNearest = CandidateSearch.FactsOf($"""
        SELECT candidates.*, mercator <-> ST_SetSRID(($2::point)::geometry, 3857) AS away
        FROM {MillionCandidates.Plain} AS candidates
        WHERE qualification_id = $1 AND ST_DWithin(mercator, ST_SetSRID(($2::point)::geometry, 3857), $3)
          AND region_path <@ $4 AND (region_path <@ $5) IS NOT TRUE AND (located_by = 'address' OR fix_taken_at >= $6) AND $9 > 0 AND $10 IS NOT NULL AND $11 > 0
        ORDER BY mercator <-> ST_SetSRID(($2::point)::geometry, 3857)
        LIMIT $8
        """);

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

        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Options = NearestCandidates.ConnectionOptions }.ConnectionString);
        builder.UseNetTopologySuite(geographyAsDefault: true);
        await using var source = builder.Build();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var villages = await VillagesAsync(connection, cancellation);

        Console.WriteLine($"\n{Machine.Describe()}, {queries} queries a case, seed {seed}, from places where people live");
        Console.WriteLine($"{"holders",-8}{"what",-34}{"p50 ms",9}{"p95 ms",9}{"p99 ms",9}{"max ms",9}");
        var results = new List<Result>();
        foreach (var (name, qualification, target) in Cases)
        {
            var whole = await MeasureAsync(queries, seed, villages, (place, path) => GatherAsync(connection, place, qualification, Rings(path, RegionLevel.Province), cancellation));
            results.Add(Show(name, $"match (target p50 <= {target})", whole, whole.P50Ms <= target));
            var index = await MeasureAsync(queries, seed, villages, (place, _) => NeighboursAsync(connection, CandidateSearch.Everybody.NearestInRing, SearchPlane.PointOf(qualification, place), place, qualification, cancellation));
            results.Add(Show(name, "statement, composite index", index, null));

            // The plain index needs so long at 0.1 % that fewer queries have to do.
            var plain = await MeasureAsync(Math.Max(queries / 30, 50), seed, villages, (place, _) => NeighboursAsync(
                connection, PlainNearest, SearchPlane.PointOf(0, place), place, qualification, cancellation), warmUp: 20);
            results.Add(Show(name, "statement, plain GiST + filter", plain, null));
            var ratio = plain.P50Ms / index.P50Ms;
            Console.WriteLine($"{name,-8}plain / composite at p50: {ratio.ToString("0.0", CultureInfo.InvariantCulture)}{(qualification == MillionCandidates.OneInAThousand ? $" (target >= 50: {(ratio >= 50 ? "reached" : "MISSED")})" : "")}");
        }

        foreach (var (name, what, chosen, qualification, levels) in new (string, string, List<(Position, string)>, short, RegionLevel[])[]
        {
            ("100 %", "match in the district", villages, MillionCandidates.Everybody, [RegionLevel.County]),
            ("100 %", "match, community to district", villages, MillionCandidates.Everybody, [RegionLevel.Village, RegionLevel.Town, RegionLevel.County]),
            ("1 %", "match, community to district", villages, MillionCandidates.OneInAHundred, [RegionLevel.Village, RegionLevel.Town, RegionLevel.County]),
            ("100 %", $"match, community of {MillionCandidates.Few} alone", [.. villages.Where((_, n) => n % 100 == 50)], MillionCandidates.Everybody, [RegionLevel.Village]),
            ("1 %", "match, community of ~2 alone", villages, MillionCandidates.OneInAHundred, [RegionLevel.Village]),
        })
        {
            results.Add(Show(name, what, await MeasureAsync(queries, seed, chosen, (place, path) => GatherAsync(connection, place, qualification, Rings(path, levels), cancellation)), null));
        }

        var file = options.Text("--json", Path.Combine(Environment.CurrentDirectory, "bench-match.json"));
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { machine = Machine.Describe(), queries, seed, results }, JsonSerializerOptions.Web), cancellation);
        Console.WriteLine($"Written to {file}");
        return 0;
    }

    private static async Task GatherAsync(NpgsqlConnection connection, Position place, short qualification, Ring[] rings, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var question = new MatchQuestion
        {
            IncidentId = Guid.CreateVersion7(),
            At = now,
            LocalDate = DateOnly.FromDateTime(now.UtcDateTime),
            Place = place,
            RadiusMetres = RadiusMetres,
            Hazardous = true,
            FirstWave = true, // as when an incident is raised
            Rings = rings,
            Needs = [new(1, qualification, "bench", Nearest)],
        };
        var request = await NearestCandidates.Gather(connection, null, question, cancellation);
        if (rings[^1].Level == RegionLevel.Province && Matcher.Match(request).Chosen.Count != Nearest)
        {
            throw new CommandException($"{Nearest} were wanted, {request.Candidates.Count} were found: the bench measures the wrong thing.");
        }
    }

    private static async Task NeighboursAsync(
        NpgsqlConnection connection, string sql, NpgsqlPoint point, Position place, short qualification, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = qualification },
                new() { Value = point },
                new() { Value = SearchPlane.Reach(place, RadiusMetres) },
                new() { Value = "90", NpgsqlDbType = NpgsqlDbType.LTree },
                new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.LTree },
                new() { Value = now - Gates.FixFreshFor },
                new() { Value = now },
                new() { Value = Nearest },
                new() { Value = 8 * Nearest },
                new() { Value = "900", NpgsqlDbType = NpgsqlDbType.LTree },
                new() { Value = 100 },
            },
        };
        await command.PrepareAsync(cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            // the rows are part of the answer
        }
    }

    private static async Task<Latencies.Summary> MeasureAsync(int queries, int seed, List<(Position Place, string Path)> villages, Func<Position, string, Task> query, int warmUp = WarmUp)
    {
        var chance = new Random(seed);
        var latencies = new Latencies();
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

    /// <summary>The rings of these levels around a village with this path.</summary>
    private static Ring[] Rings(string villagePath, params RegionLevel[] levels)
    {
        var codes = villagePath.Split('.');
        return [.. levels.Select((level, index) => new Ring(index + 1, codes[(int)level - 1], string.Join('.', codes.Take((int)level)), level, codes[(int)level - 1]))];
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
