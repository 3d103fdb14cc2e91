using System.Diagnostics;
using Dispatch.Server;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Drills.Bench;

/// <summary>
/// A private cluster with a million callable volunteers at home in 5,000 villages of one province, clustered as people live; three in ten are
/// located by a fix, one in eight of all away from home, half are on call by weekly hours, 50,000 call-outs are on record, 20,000 of them active.
/// One village in a hundred has only <see cref="Few"/> volunteers, among as many neighbours as everywhere. Everybody holds <see cref="Everybody"/>,
/// one in a hundred <see cref="OneInAHundred"/>, one in a thousand <see cref="OneInAThousand"/>. A copy of the same rows with a plain GiST index
/// on the place stands beside it, for comparison.
/// </summary>
internal static class MillionCandidates
{
    public const short Everybody = 30001, OneInAHundred = 30002, OneInAThousand = 30003;

    public const string Plain = "candidates_plain";

    public const int Few = 3;

    // The people of village n are those with i % 5000 = n; of one village in a hundred all but the first three live in the next.
    private const string AtHome = " JOIN villages v ON v.n = CASE WHEN i % 100 = 50 AND i > 5000 * 3 THEN i % 5000 + 1 ELSE i % 5000 END";

    private static readonly (string What, string Sql)[] Steps =
    [
        ("regions and villages", """
            SELECT setseed(0.42);
            INSERT INTO qualifications (id, key, name, name_en, sort) VALUES (30001, 'bench.all', 'bench', 'bench', 1), (30002, 'bench.1', 'bench', 'bench', 2), (30003, 'bench.01', 'bench', 'bench', 3);
            INSERT INTO regions (code, name, level, level_name, path) VALUES ('90', '省', 1, '省', '90');
            INSERT INTO regions (code, name, level, level_name, parent_code, path)
              SELECT '90' || lpad(c::text, 2, '0'), '市', 2, '市', '90', ('90.90' || lpad(c::text, 2, '0'))::ltree FROM generate_series(1, 20) c;
            INSERT INTO regions (code, name, level, level_name, parent_code, path)
              SELECT code || lpad(d::text, 2, '0'), '区', 3, '区', code, path || (code || lpad(d::text, 2, '0'))::ltree FROM regions, generate_series(1, 10) d WHERE level = 2 AND code LIKE '90%';
            INSERT INTO regions (code, name, level, level_name, parent_code, path)
              SELECT code || lpad(t::text, 3, '0'), '街道', 4, '街道', code, path || (code || lpad(t::text, 3, '0'))::ltree FROM regions, generate_series(1, 5) t WHERE level = 3 AND code LIKE '90%';
            INSERT INTO regions (code, name, level, level_name, parent_code, path)
              SELECT code || lpad(v::text, 3, '0'), '社区', 5, '社区', code, path || (code || lpad(v::text, 3, '0'))::ltree FROM regions, generate_series(1, 5) v WHERE level = 4 AND code LIKE '90%';
            CREATE TABLE villages AS SELECT row_number() OVER (ORDER BY code) - 1 AS n, code, path,
              113 + (random() + random() + random() - 1.5) * 2 AS lon, 23 + (random() + random() + random() - 1.5) * 1.5 AS lat
              FROM regions WHERE level = 5 AND code LIKE '90%'
            """),
        ("a million volunteers", """
            INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment, duty)
            SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'b' || i, 'bench', v.code, '1980-01-01', 'fit', 'passed',
              CASE WHEN i % 2 = 0 THEN 'on' ELSE 'byHours' END
            FROM generate_series(1, 1000000) i
            """ + AtHome),
        ("their candidate rows", """
            INSERT INTO candidates (volunteer_id, qualification_id, duty, fitness, assessment, date_of_birth, location_consent, address_consent,
              certified, insured, hours, time_zone, region_path, located_by, location, uncertainty_metres, fix_taken_at,
              address_longitude, address_latitude, address_uncertainty_metres)
            SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, q.id, CASE WHEN i % 2 = 0 THEN 'on' ELSE 'byHours' END,
              'fit', 'passed', '1980-01-01', true, true, '{[2020-01-01,2099-01-01)}', '{[2020-01-01,2099-01-01)}',
              CASE WHEN i % 2 = 0 THEN '{}' ELSE '{[0,604800)}' END::int4multirange, 'Asia/Shanghai', v.path,
              CASE WHEN i % 10 < 3 THEN 'fix' ELSE 'address' END,
              ST_SetSRID(ST_MakePoint(v.lon + (random() + random() - 1) * away.degrees, v.lat + (random() + random() - 1) * away.degrees), 4326)::geography, 100,
              CASE WHEN i % 10 < 3 THEN now() + interval '1 day' END, v.lon, v.lat, 100
            FROM generate_series(1, 1000000) i
            """ + AtHome + """

            JOIN (VALUES (30001::smallint, 1), (30002::smallint, 100), (30003::smallint, 1000)) AS q (id, every) ON hashint4(i) % q.every = 0
            CROSS JOIN LATERAL (SELECT CASE WHEN i % 8 = 0 THEN 0.3 ELSE 0.05 END AS degrees) away
            ORDER BY hashint4(i) -- people register in no order of place
            """),
        ("fifty thousand call-outs", """
            INSERT INTO callouts (id, incident_id, need_ordinal, wave, volunteer_id, state, ring, rank, distance_metres, located_by, offered_at, due_at, changed_at)
            SELECT gen_random_uuid(), ('00000000-0000-7000-9000-' || lpad(to_hex(i / 20), 12, '0'))::uuid, 1, 1,
              ('00000000-0000-7000-8000-' || lpad(to_hex(1 + (i::bigint * 7919) % 1000000), 12, '0'))::uuid,
              CASE WHEN i <= 20000 THEN 'accepted' ELSE 'declined' END, 1, 1, 1, 'fix', now(), now(), now()
            FROM generate_series(1, 50000) i
            """),
    ];

    public static async Task<LocalPostgres> FillAsync(CancellationToken cancellation)
    {
        var cluster = await LocalPostgres.StartAsync(
            new() { Ephemeral = true, Settings = new Dictionary<string, string> { ["shared_buffers"] = "1GB", ["maintenance_work_mem"] = "512MB", ["max_wal_size"] = "8GB" } },
            null, cancellation);
        await using (await Node.CreateAsync([$"--ConnectionStrings:Postgres={cluster.ConnectionString}", "--Database:AllowVolatile=true", "--urls=http://127.0.0.1:0"]))
        {
            // created, and with it the schema
        }

        await using var connection = new NpgsqlConnection(cluster.ConnectionString);
        await connection.OpenAsync(cancellation);
        await ExecuteAsync(connection, "SET session_replication_role = replica", cancellation); // the roster's triggers and references are not what is measured
        var indexes = await IndexesAsync(connection, cancellation);
        await ExecuteAsync(connection, string.Join(';', indexes.Select(index => $"DROP INDEX {index.Name}")), cancellation);
        foreach (var (what, sql) in Steps)
        {
            await StepAsync(what, connection, sql, cancellation);
        }

        await StepAsync("the same rows for a plain index", connection, $"CREATE TABLE {Plain} AS SELECT *, ST_Transform(location::geometry, 3857) AS mercator FROM candidates; CREATE INDEX ON {Plain} USING gist (mercator)", cancellation);
        foreach (var (name, definition) in indexes)
        {
            await StepAsync(name, connection, definition, cancellation);
        }

        await StepAsync("statistics", connection, "VACUUM ANALYZE candidates", cancellation);
        await StepAsync("statistics", connection, $"VACUUM ANALYZE {Plain}", cancellation);
        await StepAsync("statistics", connection, "VACUUM ANALYZE callouts", cancellation);
        return cluster;
    }

    private static async Task StepAsync(string what, NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        Console.Write($"{what} ... ");
        await ExecuteAsync(connection, sql, cancellation);
        Console.WriteLine($"{clock.Elapsed.TotalSeconds:0} s");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 1800 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<List<(string Name, string Definition)>> IndexesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'candidates' AND indexname NOT LIKE '%_pkey'", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var indexes = new List<(string, string)>();
        while (await reader.ReadAsync(cancellation))
        {
            indexes.Add((reader.GetString(0), reader.GetString(1)));
        }

        return indexes;
    }
}
