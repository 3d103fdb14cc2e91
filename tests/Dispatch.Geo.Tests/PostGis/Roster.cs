using Dispatch.Geo.Matching;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Geo.Tests.PostGis;

/// <summary>A person as the roster knows him, for tests that compare the database with a slow twin.</summary>
internal sealed record Person
{
    public required Guid Id { get; init; }
    public string Home { get; init; } = "440304001001";
    public DateOnly Born { get; init; } = new(1980, 1, 1);
    public string Fitness { get; init; } = "fit";
    public string Assessment { get; init; } = "passed";
    public string Duty { get; init; } = "on";
    public Position? Address { get; init; }
    public int Uncertainty { get; init; } = 300;
    public Position? Fix { get; init; }
    public float Accuracy { get; init; } = 15;
    public DateTimeOffset FixAt { get; init; }
    public bool LocationConsent { get; init; } = true;
    public bool AddressConsent { get; init; } = true;
    public (short Qualification, DateOnly From, DateOnly? Until)[] Certificates { get; init; } = [];
    public (DateOnly From, DateOnly Until)[] Insurances { get; init; } = [];
    public (short Weekday, TimeOnly From, string To)[] Hours { get; init; } = [];
}

/// <summary>Writes people into the roster's tables, in which triggers make the candidates.</summary>
internal static class Roster
{
    public static async Task<NpgsqlDataSource> WithRegionsAsync(this PostGisServer server)
    {
        var source = await server.CreateMigratedAsync();
        await source.RunAsync("""
            INSERT INTO regions (code, name, level, level_name, parent_code, path) VALUES
              ('44', '广东省', 1, '省', NULL, '44'), ('4403', '深圳市', 2, '市', '44', '44.4403'),
              ('440304', '福田区', 3, '区', '4403', '44.4403.440304'), ('440305', '南山区', 3, '区', '4403', '44.4403.440305'),
              ('440304001', '园岭街道', 4, '街道', '440304', '44.4403.440304.440304001'),
              ('440304002', '莲花街道', 4, '街道', '440304', '44.4403.440304.440304002'),
              ('440305001', '粤海街道', 4, '街道', '440305', '44.4403.440305.440305001'),
              ('440304001001', '甲社区', 5, '社区', '440304001', '44.4403.440304.440304001.440304001001'),
              ('440304001002', '乙社区', 5, '社区', '440304001', '44.4403.440304.440304001.440304001002'),
              ('440304002001', '丙社区', 5, '社区', '440304002', '44.4403.440304.440304002.440304002001'),
              ('440305001001', '丁社区', 5, '社区', '440305001', '44.4403.440305.440305001.440305001001');
            INSERT INTO qualifications (id, key, parent_id, name, name_en, sort) VALUES
              (900, 'test.a', NULL, 'A', 'A', 900), (901, 'test.b', NULL, 'B', 'B', 901), (902, 'test.a.child', 900, 'C', 'C', 902);
            INSERT INTO categories (key, class, name, name_en, hazardous, life_critical, first_ring, answer_within, radius_metres, risk_hint, sort)
              VALUES ('test', 'accident', 'T', 'T', true, false, 5, '5 minutes', 5000, 'r', 900);
            INSERT INTO accounts (id, username, password_hash, role, name, region) VALUES
              ('00000000-0000-0000-0000-0000000000aa', 'o', 'x', 'operator', 'O', '4403');
            """);
        return source;
    }

    public static async Task RunAsync(this NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task AddAsync(this NpgsqlDataSource source, IReadOnlyCollection<Person> people)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection);
        void Add(string sql, params object[] columns)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var column in columns)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = column });
            }

            batch.BatchCommands.Add(command);
        }

        Add("""
            INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment, duty, registered_location, registered_uncertainty_metres)
            SELECT id, id::text, 'n', home, born, fitness, assessment, duty, ST_Point(x, y, 4326)::geography, CASE WHEN x IS NOT NULL THEN uncertainty END
            FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::float8[], $9::int[])
              AS p (id, home, born, fitness, assessment, duty, x, y, uncertainty)
            """,
            people.Select(p => p.Id).ToArray(), people.Select(p => p.Home).ToArray(), people.Select(p => p.Born).ToArray(),
            people.Select(p => p.Fitness).ToArray(), people.Select(p => p.Assessment).ToArray(), people.Select(p => p.Duty).ToArray(),
            people.Select(p => p.Address?.Longitude).ToArray(), people.Select(p => p.Address?.Latitude).ToArray(), people.Select(p => p.Uncertainty).ToArray());
        var fixes = people.Where(p => p.Fix is not null).ToList();
        Add("""
            INSERT INTO positions (volunteer_id, location, accuracy_metres, taken_at)
            SELECT id, ST_Point(x, y, 4326)::geography, accuracy, at FROM unnest($1::uuid[], $2::float8[], $3::float8[], $4::real[], $5::timestamptz[]) AS p (id, x, y, accuracy, at)
            """,
            fixes.Select(p => p.Id).ToArray(), fixes.Select(p => p.Fix!.Value.Longitude).ToArray(), fixes.Select(p => p.Fix!.Value.Latitude).ToArray(),
            fixes.Select(p => p.Accuracy).ToArray(), fixes.Select(p => p.FixAt.UtcDateTime).ToArray());
        var consents = people.SelectMany(p => new[] { p.LocationConsent ? "location" : null, p.AddressConsent ? "registeredAddress" : null }
            .OfType<string>().Select(kind => (p.Id, kind))).ToList();
        Add("INSERT INTO consents (id, volunteer_id, kind, given_at) SELECT gen_random_uuid(), id, kind, now() FROM unnest($1::uuid[], $2::text[]) AS c (id, kind)",
            consents.Select(c => c.Id).ToArray(), consents.Select(c => c.kind).ToArray());
        var certificates = people.SelectMany(p => p.Certificates.Select(c => (p.Id, c))).ToList();
        Add("""
            INSERT INTO certificates (id, volunteer_id, qualification_id, number, issuer, valid_from, valid_until)
            SELECT gen_random_uuid(), id, q, gen_random_uuid()::text, 'i', f, u FROM unnest($1::uuid[], $2::smallint[], $3::date[], $4::date[]) AS c (id, q, f, u)
            """,
            certificates.Select(c => c.Id).ToArray(), certificates.Select(c => c.c.Qualification).ToArray(),
            certificates.Select(c => c.c.From).ToArray(), certificates.Select(c => c.c.Until).ToArray());
        var insurances = people.SelectMany(p => p.Insurances.Select(i => (p.Id, i))).ToList();
        Add("""
            INSERT INTO insurances (id, volunteer_id, policy_number, insurer, valid_from, valid_until)
            SELECT gen_random_uuid(), id, gen_random_uuid()::text, 'i', f, u FROM unnest($1::uuid[], $2::date[], $3::date[]) AS i (id, f, u)
            """,
            insurances.Select(i => i.Id).ToArray(), insurances.Select(i => i.i.From).ToArray(), insurances.Select(i => i.i.Until).ToArray());
        var hours = people.SelectMany(p => p.Hours.Select(h => (p.Id, h))).ToList();
        Add("INSERT INTO weekly_hours SELECT id, d, f, u::time FROM unnest($1::uuid[], $2::smallint[], $3::time[], $4::text[]) AS h (id, d, f, u)",
            hours.Select(h => h.Id).ToArray(), hours.Select(h => h.h.Weekday).ToArray(), hours.Select(h => h.h.From).ToArray(), hours.Select(h => h.h.To).ToArray());
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>As the sweep does: rows of stale fixes fall back to the address, or to nothing.</summary>
    public static Task SettleAsync(this NpgsqlDataSource source, DateTimeOffset at) => source.RunAsync($"""
        SELECT refresh_candidates(array_agg(DISTINCT volunteer_id), '{(at - Gates.FixFreshFor).UtcDateTime:o}') FROM candidates
        """);
}
