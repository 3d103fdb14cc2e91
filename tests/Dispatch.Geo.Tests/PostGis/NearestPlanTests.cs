using System.Text.RegularExpressions;
using Dispatch.Geo.PostGis;
using Npgsql;
using Xunit;

namespace Dispatch.Geo.Tests.PostGis;

/// <summary>The plans the numbers in docs/matching.md stand on, pinned at a size at which a wrong one would hurt.</summary>
[Collection(OnPostGis.Name)]
public sealed partial class NearestPlanTests(PostGisServer server)
{
    private const string Facts = "smallint, point, float8, ltree, ltree, timestamptz, timestamptz, int, int, ltree, int";
    private const string Here = "900::smallint, '(60410673587.9, 2576483.4)'::point, 5000, '44.4403.440304', NULL, now() - interval '15 minutes', now(), 24, 600, '44.4403.4403040', 100";

    [Fact]
    public async Task Each_question_is_answered_by_the_index_made_for_it()
    {
        await using var source = await server.WithRegionsAsync();
        await source.RunAsync("""
            INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment)
            SELECT gen_random_uuid(), i::text, 'n', (ARRAY['440304001001', '440304001002', '440304002001', '440305001001'])[1 + i % 4], '1980-01-01', 'fit', 'passed'
            FROM generate_series(1, 60000) AS i;
            INSERT INTO candidates (volunteer_id, qualification_id, duty, fitness, assessment, date_of_birth, location_consent, address_consent, certified, insured,
                                    hours, time_zone, region_path, located_by, location, uncertainty_metres, fix_taken_at)
            SELECT v.id, q, 'on', 'fit', 'passed', v.date_of_birth, true, true, '{[2020-01-01,)}', '{[2020-01-01,2099-01-01)}', '{}', v.time_zone, r.path,
                   CASE WHEN random() < 0.3 THEN 'fix' ELSE 'address' END, ST_Point(113.8 + random() * 0.5, 22.3 + random() * 0.5, 4326)::geography, 100, now() + interval '1 day'
            FROM volunteers v JOIN regions r ON r.code = v.home_region, unnest(ARRAY[900, 901]) AS q WHERE q = 900 OR random() < 0.01;
            """);
        await source.RunAsync("VACUUM ANALYZE candidates");
        await using var connection = await source.OpenConnectionAsync();

        var plans = new List<string>();
        foreach (var statements in new[] { CandidateSearch.Everybody, CandidateSearch.WhoMayCome })
        {
            var nearest = await PlanAsync(connection, statements.NearestInRing, $"({Facts})", $"({Here})");
            Assert.Contains("Index Scan using candidates_by_qualification_and_place", nearest, StringComparison.Ordinal);
            Assert.Contains("Index Cond: (search_point <@ box", nearest, StringComparison.Ordinal); // the reach bounds the scan itself
            Assert.Contains("Order By: (search_point <->", nearest, StringComparison.Ordinal);
            Assert.DoesNotContain("Sort", nearest, StringComparison.Ordinal);

            var holders = await PlanAsync(connection, statements.HoldersOfRing, $"({Facts})", $"({Here})");
            Assert.Contains("candidates_by_qualification_and_region", holders, StringComparison.Ordinal);

            var unsettled = await PlanAsync(connection, statements.NearestAndUnsettled, $"({Facts})", $"({Here})");
            Assert.Contains("Index Scan using candidates_by_qualification_and_place", unsettled, StringComparison.Ordinal);
            Assert.Contains("Index Scan using candidates_with_fix_by_time", unsettled, StringComparison.Ordinal);
            Assert.Contains("candidates_unlocated", unsettled, StringComparison.Ordinal);
            plans.AddRange([nearest, holders, unsettled]);
            Assert.DoesNotContain("Anti Join", nearest, StringComparison.Ordinal);
        }

        var count = await PlanAsync(connection, CandidateSearch.CountHolders, "(smallint, ltree, ltree, int)", "(900::smallint, '44.4403', '44.44030', 5001)");
        Assert.Contains("Index Only Scan using candidates_by_qualification_and_region", count, StringComparison.Ordinal);
        var withinReach = await PlanAsync(connection, CandidateSearch.CountWithinReach, "(point, float8, int)", "('(60410673587.9, 2576483.4)'::point, 5000, 601)");
        Assert.Contains("Index Only Scan using candidates_by_qualification_and_place", withinReach, StringComparison.Ordinal);
        Assert.All([.. plans, count, withinReach], plan =>
        {
            Assert.DoesNotMatch(SeqScanOfCandidates(), plan);
            Assert.DoesNotContain("Gather", plan, StringComparison.Ordinal);
        });
    }

    private static async Task<string> PlanAsync(NpgsqlConnection connection, string sql, string types, string arguments)
    {
        await using var command = new NpgsqlCommand(
            $"SET plan_cache_mode = force_generic_plan; PREPARE question {types} AS {sql}; EXPLAIN (COSTS OFF) EXECUTE question {arguments}", connection);
        var lines = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                lines.Add(reader.GetString(0));
            }
        }

        await using var forget = new NpgsqlCommand("DEALLOCATE question", connection);
        await forget.ExecuteNonQueryAsync();
        return string.Join('\n', lines);
    }

    [GeneratedRegex("Seq Scan on (candidates|volunteers)")]
    private static partial Regex SeqScanOfCandidates();
}
