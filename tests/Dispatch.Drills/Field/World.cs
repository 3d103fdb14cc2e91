using System.Globalization;
using System.Security.Cryptography;
using Dispatch.Server.Access;
using Npgsql;

namespace Dispatch.Drills.Field;

/// <summary>A volunteer with a code for his phone.</summary>
internal sealed record Person(Guid Id, string District, string Code);

/// <summary>Turns the demo district into a drill ground: everybody can be asked, and offers end within seconds instead of minutes.</summary>
internal static class World
{
    public static async Task PrepareAsync(string database, FieldPlan plan, CancellationToken cancellation)
    {
        await ExecuteAsync(database, $"""
            SET lock_timeout = '30s';
            SET dispatch.refresh_candidates = 'byCaller'; -- once, when everybody has a place
            INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment, duty)
            SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid, 'extra' || i, '演练' || i, home.code, '1980-01-01', 'fit', 'passed', 'on'
            FROM generate_series(1, {plan.ExtraVolunteers}) i
            JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS n, count(*) OVER () AS of FROM regions WHERE level = 4 AND path <@ '44.4403.440304') home ON home.n = i % home.of
            ON CONFLICT DO NOTHING;
            INSERT INTO certificates (id, volunteer_id, qualification_id, number, issuer, valid_from)
            SELECT gen_random_uuid(), v.id, q.id, 'drill', '演练', '2020-01-01' FROM volunteers v, qualifications q WHERE v.external_id LIKE 'extra%' AND q.key = 'order'
            ON CONFLICT DO NOTHING;
            UPDATE volunteers SET duty = 'on', fitness = 'fit', assessment = 'passed';
            INSERT INTO consents (id, volunteer_id, kind, given_at) SELECT gen_random_uuid(), id, 'location', now() FROM volunteers
            ON CONFLICT (volunteer_id, kind) WHERE withdrawn_at IS NULL DO NOTHING;
            """, cancellation);
        await RefreshPlacesAsync(database, cancellation);
        if (plan.AnswerWithin is { } within)
        {
            await ExecuteAsync(database, string.Create(CultureInfo.InvariantCulture, $"UPDATE categories SET answer_within = make_interval(secs => {within.TotalSeconds})"), cancellation);
        }

        await ExecuteAsync(database, "ANALYZE", cancellation);
    }

    /// <summary>Everybody's phone has just said where he is: at home.</summary>
    public static Task RefreshPlacesAsync(string database, CancellationToken cancellation) => ExecuteAsync(database, """
        INSERT INTO positions (volunteer_id, location, accuracy_metres, taken_at)
        SELECT v.id, coalesce(v.registered_location, ST_PointOnSurface(r.boundary)::geography), 20, now()
        FROM volunteers v JOIN regions r ON r.code = v.home_region WHERE v.registered_location IS NOT NULL OR r.boundary IS NOT NULL
        ON CONFLICT (volunteer_id) DO UPDATE SET taken_at = excluded.taken_at, location = excluded.location;
        SELECT refresh_candidates(array_agg(id ORDER BY id), now() - interval '15 minutes') FROM volunteers;
        """, cancellation);

    /// <summary>Gives so many volunteers, of one district or of all, a code for their phone.</summary>
    public static async Task<List<Person>> PeopleAsync(string database, int howMany, string? district, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellation);
        var people = new List<Person>();
        await using (var command = new NpgsqlCommand("""
            SELECT v.id, coalesce(subpath(r.path, 2, 1)::text, '') FROM volunteers v JOIN regions r ON r.code = v.home_region
            WHERE nlevel(r.path) > 2 AND ($2 IS NULL OR subpath(r.path, 2, 1)::text = $2) ORDER BY v.external_id LIKE 'extra%', md5(v.external_id) LIMIT $1
            """, connection))
        {
            command.Parameters.Add(new() { Value = howMany });
            command.Parameters.Add(new() { Value = (object?)district ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                people.Add(new(reader.GetGuid(0), reader.GetString(1), RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 12)));
            }
        }

        await using var insert = new NpgsqlCommand(
            "INSERT INTO activation_codes (code_hash, volunteer_id, expires_at) SELECT hash, id, now() + interval '1 day' FROM unnest($1::bytea[], $2::uuid[]) AS n (hash, id)", connection);
        insert.Parameters.Add(new() { Value = people.Select(person => ActivatePhone.Hash(person.Code)).ToArray() });
        insert.Parameters.Add(new() { Value = people.Select(person => person.Id).ToArray() });
        await insert.ExecuteNonQueryAsync(cancellation);
        return people;
    }

    public static async Task ExecuteAsync(string database, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false, CommandTimeout = 300 }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
