using Dispatch.Server.Clock;
using Dispatch.Server.Tests.Support;
using Npgsql;

namespace Dispatch.Server.Tests.Clock;

/// <summary>The question every node asks each second, pinned at a record of years in which hardly anything is due.</summary>
public sealed class DuePlanTests
{
    [Fact]
    public async Task What_is_due_is_found_by_its_indexes_however_long_the_record()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        await world.SqlAsync("""
            SET session_replication_role = replica; -- the people in these call-outs need not exist
            INSERT INTO incidents (id, request_hash, category, risk, address, location, region, region_path, region_zone, region_names, district, hazardous,
                                   life_critical, first_ring, answer_within, radius_metres, state, look_at, raised_by, ended_at)
            SELECT md5(i::text)::uuid, '', 'flood', 'r', 'a', ST_Point(114.01, 22.52, 4326)::geography, '440304', '44.4403.440304', 'Asia/Shanghai', '{}', '440304',
                   false, true, 3, '1 minute', 5000, CASE WHEN i <= 60 THEN 'open' ELSE 'closed' END, CASE WHEN i <= 60 THEN now() + interval '1 minute' END,
                   gen_random_uuid(), CASE WHEN i > 60 THEN now() END
            FROM generate_series(1, 20000) AS i;
            INSERT INTO callouts (id, incident_id, need_ordinal, wave, volunteer_id, state, ring, rank, distance_metres, located_by, offered_at, due_at, changed_at)
            SELECT gen_random_uuid(), md5((1 + i % 20000)::text)::uuid, 1, 1, gen_random_uuid(), CASE WHEN i <= 600 THEN 'offered' ELSE 'expired' END,
                   1, 1, 1, 'fix', now(), now() + interval '1 minute', now()
            FROM generate_series(1, 60000) AS i;
            """);
        await world.SqlAsync("ANALYZE incidents, callouts");

        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SET plan_cache_mode = force_generic_plan; PREPARE due (interval) AS {DueIncidents.DueSql}; EXPLAIN (COSTS OFF) EXECUTE due ('0')", connection);
        var lines = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                lines.Add(reader.GetString(0));
            }
        }

        var plan = string.Join('\n', lines);
        Assert.Contains("Index Scan using incidents_to_look_at", plan, StringComparison.Ordinal);
        Assert.Contains("Index Scan using callouts_due", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on incidents", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on callouts", plan, StringComparison.Ordinal);
    }
}
