using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dispatch.Server.Tests.Support;

/// <summary>
/// A small district to test in. District 440304 is the square 114.00-114.10 E, 22.50-22.60 N with four streets (440304001 south-west, 002 south-east,
/// 003 north-west, 004 north-east), the first of which has two communities: 440304001001 west, 440304001002 east. District 440303 adjoins in the east.
/// Operators <c>futian</c>, <c>luohu</c> and <c>shenzhen</c>, all with the password <see cref="Password"/>.
/// </summary>
public sealed class World(string connectionString)
{
    public const string Password = "correct horse battery staple";

    /// <summary>In community 440304001001, away from every border.</summary>
    public static readonly (double Longitude, double Latitude) Centre = (114.012, 22.525);

    // Few rounds: a hash says itself how many it took, and the tests sign in thousands of times.
    private static readonly string PasswordHash =
        new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 1_000 })).HashPassword(new object(), Password);

    private int volunteers;

    public string ConnectionString => connectionString;

    public async Task BuildAsync()
    {
        await BuildAsync($"""
            INSERT INTO regions (code, name, name_en, level, level_name, parent_code, path, boundary, boundary_kind) VALUES
              ('44', '广东省', 'Guangdong', 1, '省', NULL, '44', {Square(113.9, 22.4, 114.3, 22.7)}, 'schematic'),
              ('4403', '深圳市', 'Shenzhen', 2, '市', '44', '44.4403', {Square(113.95, 22.45, 114.25, 22.65)}, 'schematic'),
              ('440304', '福田区', 'Futian', 3, '区', '4403', '44.4403.440304', {Square(114.0, 22.5, 114.1, 22.6)}, 'schematic'),
              ('440303', '罗湖区', 'Luohu', 3, '区', '4403', '44.4403.440303', {Square(114.1, 22.5, 114.2, 22.6)}, 'schematic'),
              ('440304001', '一街道', 'First', 4, '街道', '440304', '44.4403.440304.440304001', {Square(114.0, 22.5, 114.05, 22.55)}, 'schematic'),
              ('440304002', '二街道', 'Second', 4, '街道', '440304', '44.4403.440304.440304002', {Square(114.05, 22.5, 114.1, 22.55)}, 'schematic'),
              ('440304003', '三街道', 'Third', 4, '街道', '440304', '44.4403.440304.440304003', {Square(114.0, 22.55, 114.05, 22.6)}, 'schematic'),
              ('440304004', '四街道', 'Fourth', 4, '街道', '440304', '44.4403.440304.440304004', {Square(114.05, 22.55, 114.1, 22.6)}, 'schematic'),
              ('440303001', '邻街道', 'Next', 4, '街道', '440303', '44.4403.440303.440303001', {Square(114.1, 22.5, 114.2, 22.6)}, 'schematic'),
              ('440304001001', '西社区', 'West', 5, '社区', '440304001', '44.4403.440304.440304001.440304001001', {Square(114.0, 22.5, 114.025, 22.55)}, 'schematic'),
              ('440304001002', '东社区', 'East', 5, '社区', '440304001', '44.4403.440304.440304001.440304001002', {Square(114.025, 22.5, 114.05, 22.55)}, 'schematic');
            INSERT INTO accounts (id, username, password_hash, role, name, region) VALUES
              (gen_random_uuid(), 'futian', '{PasswordHash}', 'operator', '福田指挥员', '440304'),
              (gen_random_uuid(), 'luohu', '{PasswordHash}', 'operator', '罗湖指挥员', '440303'),
              (gen_random_uuid(), 'shenzhen', '{PasswordHash}', 'operator', '市指挥员', '4403');

            -- A policy that tests can count on: at the published rate of 30 % and time enough to come from anywhere, 90 % of at least one, two, four
            -- take 7, 12, 21 people (the binomial tail; WavePlannerTests). People here answer late, so that silence says nothing for most of a minute.
            UPDATE categories SET target_probability = 0.9, inner_target = 0.9, arrive_within = '24 hours';
            UPDATE response_rates SET accept_median = 3600, decline_median = 3600;
            """);
    }

    /// <summary>A volunteer who passes every gate unless told otherwise, east of the centre by so many metres, with a phone account of his external id.</summary>
    public async Task<Guid> VolunteerAsync(
        double metresEast,
        string qualification = "rescue.water",
        string home = "440304001001",
        string duty = "on",
        string fitness = "fit",
        string assessment = "passed",
        string dateOfBirth = "1980-05-01",
        string? certificateUntil = "2099-12-31",
        string? insuredUntil = "2099-12-31",
        string locatedBy = "fix",
        string fixAge = "0 seconds",
        bool locationConsent = true,
        bool addressConsent = false)
    {
        var id = Guid.CreateVersion7();
        var number = Interlocked.Increment(ref volunteers);
        var place = Place(metresEast);
        await BuildAsync($"""
            INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment, duty, registered_address, registered_location, registered_uncertainty_metres)
            VALUES ('{id}', 'v{number:0000}', '志愿者{number}', '{home}', '{dateOfBirth}', '{fitness}', '{assessment}', '{duty}', '登记地址',
              {(locatedBy == "address" ? place : "NULL")}, {(locatedBy == "address" ? "200" : "NULL")});
            INSERT INTO accounts (id, username, password_hash, role, name, volunteer_id) VALUES (gen_random_uuid(), 'v{number:0000}', '{PasswordHash}', 'volunteer', '志愿者{number}', '{id}');
            INSERT INTO certificates (id, volunteer_id, qualification_id, number, issuer, valid_from, valid_until)
            SELECT gen_random_uuid(), '{id}', q.id, 'C-{number}', '发证机构', '2020-01-01', {Quote(certificateUntil)} FROM qualifications q WHERE q.key = '{qualification}';
            """ + (insuredUntil is null ? "" : $"""
            INSERT INTO insurances (id, volunteer_id, policy_number, insurer, valid_from, valid_until) VALUES (gen_random_uuid(), '{id}', 'P-{number}', '保险公司', '2020-01-01', '{insuredUntil}');
            """) + (locationConsent ? $"INSERT INTO consents (id, volunteer_id, kind, given_at) VALUES (gen_random_uuid(), '{id}', 'location', now());" : "")
            + (addressConsent || locatedBy == "address" ? $"INSERT INTO consents (id, volunteer_id, kind, given_at) VALUES (gen_random_uuid(), '{id}', 'registeredAddress', now());" : "")
            + (locatedBy == "fix" ? $"INSERT INTO positions (volunteer_id, location, accuracy_metres, taken_at) VALUES ('{id}', {place}, 10, now() - interval '{fixAge}');" : "")
            + $"SELECT refresh_candidates(ARRAY['{id}']::uuid[], now() - interval '15 minutes');");
        return id;
    }

    public async Task<List<Guid>> VolunteersAsync(int howMany, double firstMetresEast = 100, double everyMetres = 50, string qualification = "rescue.water")
    {
        var ids = new List<Guid>();
        for (var i = 0; i < howMany; i++)
        {
            ids.Add(await VolunteerAsync(firstMetresEast + (i * everyMetres), qualification));
        }

        return ids;
    }

    public Task SqlAsync(string sql) => Cluster.ExecuteAsync(connectionString, sql);

    /// <summary>Changes facts as only a superuser with intent can: the guard is taken off for it.</summary>
    public Task TamperAsync(string sql) => SqlAsync($"""
        BEGIN;
        ALTER TABLE facts DISABLE TRIGGER facts_are_final;
        ALTER TABLE muster_facts DISABLE TRIGGER muster_facts_are_final;
        {sql};
        ALTER TABLE facts ENABLE ALWAYS TRIGGER facts_are_final;
        ALTER TABLE muster_facts ENABLE ALWAYS TRIGGER muster_facts_are_final;
        COMMIT;
        """);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>From now on it is kept what was ever set apart: a row of quarantine goes away with the next look that succeeds.</summary>
    public Task NoteQuarantineAsync() => SqlAsync("""
        CREATE TABLE set_apart (subject text);
        CREATE FUNCTION note_set_apart() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO public.set_apart VALUES (NEW.subject::text); RETURN NULL; END $$;
        CREATE TRIGGER note_set_apart AFTER INSERT ON quarantine FOR EACH ROW EXECUTE FUNCTION note_set_apart();
        """);

    /// <summary>What was set apart since.</summary>
    public Task<string> SetApartAsync() => ScalarAsync<string>("SELECT coalesce(string_agg(DISTINCT subject, ' '), '') FROM set_apart");

    public async Task<string> PlanAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("EXPLAIN " + sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        return string.Join('\n', plan);
    }

    // On a pooled connection: a new one costs the server more than what it is told here.
    private async Task BuildAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Place(double metresEast) => string.Create(CultureInfo.InvariantCulture,
        $"ST_Project(ST_SetSRID(ST_MakePoint({Centre.Longitude}, {Centre.Latitude}), 4326)::geography, {metresEast}, radians(90))");

    private static string Quote(string? text) => text is null ? "NULL" : $"'{text}'";

    private static string Square(double west, double south, double east, double north) => string.Create(CultureInfo.InvariantCulture,
        $"ST_Multi(ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326))");
}
