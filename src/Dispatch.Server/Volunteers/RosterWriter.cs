using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Dispatch.Server.Access;
using Npgsql;

namespace Dispatch.Server.Volunteers;

/// <summary>Writes a plan without faults in a handful of statements, whatever its length, in the caller's transaction; the candidates follow in its last one.</summary>
internal static class RosterWriter
{
    /// <summary>Fixes older than <paramref name="freshFor"/> do not count as a position.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, RosterPlan plan, PersonalData personal, TimeSpan freshFor, CancellationToken cancellation)
    {
        // By id: whoever locks several volunteers locks them in this order.
        List<RosterChange> changes = [.. plan.Changes.Where(change => change.Verb != RosterVerb.Unchanged).OrderBy(change => change.After.Id)];
        if (changes.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection) { Timeout = 120 };
        Add(batch, "SET LOCAL dispatch.refresh_candidates = 'byCaller'"); // once at the end, instead of after every statement
        Volunteers(batch, changes);
        PhoneNumbers(batch, changes, personal);
        Consents(batch, changes);
        Certificates(batch, changes);
        Insurances(batch, changes);
        Teams(batch, changes);
        HowTheyCome(batch, changes);
        Add(batch, "SELECT refresh_candidates($1, now() - $2)", changes.ConvertAll(change => change.After.Id).ToArray(), freshFor);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static void Volunteers(NpgsqlBatch batch, List<RosterChange> changes)
    {
        foreach (var (verb, sql) in new[]
        {
            (RosterVerb.Insert, """
                INSERT INTO volunteers (id, external_id, name, home_region, date_of_birth, fitness, assessment, registered_address,
                                        registered_location, registered_uncertainty_metres, time_zone)
                SELECT id, external_id, name, home_region, date_of_birth, fitness, assessment, address,
                       ST_SetSRID(ST_MakePoint(longitude, latitude), 4326)::geography, uncertainty, time_zone
                FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::text[], $8::text[], $9::float8[], $10::float8[], $11::int[], $12::text[])
                  AS n (id, external_id, name, home_region, date_of_birth, fitness, assessment, address, longitude, latitude, uncertainty, time_zone)
                """),
            (RosterVerb.Update, """
                UPDATE volunteers v SET name = n.name, home_region = n.home_region, date_of_birth = n.date_of_birth, fitness = n.fitness, assessment = n.assessment,
                    registered_address = n.address, registered_location = ST_SetSRID(ST_MakePoint(n.longitude, n.latitude), 4326)::geography,
                    registered_uncertainty_metres = n.uncertainty, time_zone = n.time_zone, updated_at = now()
                FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::text[], $8::text[], $9::float8[], $10::float8[], $11::int[], $12::text[])
                  AS n (id, external_id, name, home_region, date_of_birth, fitness, assessment, address, longitude, latitude, uncertainty, time_zone)
                WHERE v.id = n.id
                """),
        })
        {
            if (changes.FindAll(change => change.Verb == verb) is { Count: > 0 } rows)
            {
                T[] Each<T>(Func<RosterChange, T> value) => [.. rows.Select(value)];
                Add(batch, sql,
                    Each(row => row.After.Id), Each(row => row.After.ExternalId), Each(row => row.After.Name), Each(row => row.After.RegionCode), Each(row => row.After.DateOfBirth),
                    Each(row => Word(row.After.Fitness)), Each(row => Word(row.After.Assessment)), Each(row => row.After.Address),
                    Each(row => row.After.Place?.Longitude), Each(row => row.After.Place?.Latitude), Each(row => row.After.Place?.UncertaintyMetres), Each(row => row.Region.TimeZone));
            }
        }

        if (changes.FindAll(change => change.Before is { } before && before.Name != change.After.Name) is { Count: > 0 } renamed)
        {
            Add(batch, "UPDATE accounts a SET name = n.name FROM unnest($1::uuid[], $2::text[]) AS n (id, name) WHERE a.volunteer_id = n.id",
                renamed.ConvertAll(change => change.After.Id).ToArray(), renamed.ConvertAll(change => change.After.Name).ToArray());
        }
    }

    private static void PhoneNumbers(NpgsqlBatch batch, List<RosterChange> changes, PersonalData personal)
    {
        var changed = changes.FindAll(change => change.Before?.Phone != change.After.Phone);
        if (changed.FindAll(change => change.After.Phone is null) is { Count: > 0 } gone)
        {
            Add(batch, "DELETE FROM phone_numbers WHERE volunteer_id = ANY ($1)", gone.ConvertAll(change => change.After.Id).ToArray());
        }

        if (changed.FindAll(change => change.After.Phone is not null) is { Count: > 0 } known)
        {
            Add(batch, """
                INSERT INTO phone_numbers (volunteer_id, sealed, blind) SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[])
                ON CONFLICT (volunteer_id) DO UPDATE SET sealed = excluded.sealed, blind = excluded.blind, updated_at = now()
                """, known.ConvertAll(change => change.After.Id).ToArray(), known.ConvertAll(change => personal.Seal(change.After.Id, change.After.Phone!)).ToArray(),
                known.ConvertAll(change => personal.BlindIndex(change.After.Phone!)).ToArray());
        }
    }

    private static void Consents(NpgsqlBatch batch, List<RosterChange> changes)
    {
        var given = Added(changes, entry => entry.Consents);
        if (given.Count > 0)
        {
            Add(batch, """
                INSERT INTO consents (id, volunteer_id, kind, given_at)
                SELECT n.id, n.volunteer, n.kind, now() FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS n (id, volunteer, kind)
                ON CONFLICT (volunteer_id, kind) WHERE withdrawn_at IS NULL DO NOTHING
                """, NewIds(given.Count), given.ConvertAll(row => row.Id).ToArray(), given.ConvertAll(row => Word(row.Item)).ToArray());
        }

        var withdrawn = Removed(changes, entry => entry.Consents);
        if (withdrawn.Count > 0)
        {
            Add(batch, """
                UPDATE consents c SET withdrawn_at = now() FROM unnest($1::uuid[], $2::text[]) AS n (volunteer, kind)
                WHERE c.volunteer_id = n.volunteer AND c.kind = n.kind AND c.withdrawn_at IS NULL
                """, withdrawn.ConvertAll(row => row.Id).ToArray(), withdrawn.ConvertAll(row => Word(row.Item)).ToArray());

            // A position is kept only while its owner consents to it.
            Add(batch, "DELETE FROM positions WHERE volunteer_id = ANY ($1)",
                withdrawn.Where(row => row.Item == ConsentKind.Location).Select(row => row.Id).ToArray());
        }
    }

    private static void Certificates(NpgsqlBatch batch, List<RosterChange> changes)
    {
        var gone = Removed(changes, entry => entry.Certificates, certificate => (certificate.QualificationId, certificate.Number));
        if (gone.Count > 0)
        {
            Add(batch, """
                DELETE FROM certificates c USING unnest($1::uuid[], $2::smallint[], $3::text[]) AS n (volunteer, qualification, number)
                WHERE c.volunteer_id = n.volunteer AND c.qualification_id = n.qualification AND c.number = n.number
                """, gone.ConvertAll(row => row.Id).ToArray(), gone.ConvertAll(row => row.Item.QualificationId).ToArray(), gone.ConvertAll(row => row.Item.Number).ToArray());
        }

        var held = Added(changes, entry => entry.Certificates);
        if (held.Count > 0)
        {
            Add(batch, """
                INSERT INTO certificates (id, volunteer_id, qualification_id, number, issuer, grade, valid_from, valid_until)
                SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::date[], $8::date[])
                ON CONFLICT (volunteer_id, qualification_id, number) DO UPDATE
                SET issuer = excluded.issuer, grade = excluded.grade, valid_from = excluded.valid_from, valid_until = excluded.valid_until
                """, NewIds(held.Count), held.ConvertAll(row => row.Id).ToArray(), held.ConvertAll(row => row.Item.QualificationId).ToArray(),
                held.ConvertAll(row => row.Item.Number).ToArray(), held.ConvertAll(row => row.Item.Issuer).ToArray(), held.ConvertAll(row => row.Item.Grade).ToArray(),
                held.ConvertAll(row => row.Item.ValidFrom).ToArray(), held.ConvertAll(row => row.Item.ValidUntil).ToArray());
        }
    }

    private static void Insurances(NpgsqlBatch batch, List<RosterChange> changes)
    {
        var stated = Added(changes, entry => entry.Insurances);
        if (stated.Count > 0)
        {
            Add(batch, """
                INSERT INTO insurances (id, volunteer_id, policy_number, insurer, valid_from, valid_until)
                SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::date[])
                ON CONFLICT (volunteer_id, policy_number) DO UPDATE
                SET insurer = excluded.insurer, valid_from = excluded.valid_from, valid_until = excluded.valid_until
                """, NewIds(stated.Count), stated.ConvertAll(row => row.Id).ToArray(), stated.ConvertAll(row => row.Item.PolicyNumber).ToArray(),
                stated.ConvertAll(row => row.Item.Insurer).ToArray(), stated.ConvertAll(row => row.Item.ValidFrom).ToArray(), stated.ConvertAll(row => row.Item.ValidUntil).ToArray());
        }
    }

    private static void Teams(NpgsqlBatch batch, List<RosterChange> changes)
    {
        var left = Removed(changes, entry => entry.Teams.Select(team => team.Id));
        if (left.Count > 0)
        {
            Add(batch, "DELETE FROM team_members m USING unnest($1::uuid[], $2::uuid[]) AS n (volunteer, team) WHERE m.volunteer_id = n.volunteer AND m.team_id = n.team",
                left.ConvertAll(row => row.Id).ToArray(), left.ConvertAll(row => row.Item).ToArray());
        }

        var joined = Added(changes, entry => entry.Teams.Select(team => team.Id));
        if (joined.Count > 0)
        {
            Add(batch, """
                INSERT INTO team_members (team_id, volunteer_id, since)
                SELECT n.team, n.volunteer, (now() AT TIME ZONE v.time_zone)::date
                FROM unnest($1::uuid[], $2::uuid[]) AS n (volunteer, team) JOIN volunteers v ON v.id = n.volunteer
                ON CONFLICT DO NOTHING
                """, joined.ConvertAll(row => row.Id).ToArray(), joined.ConvertAll(row => row.Item).ToArray());
        }
    }

    // Beside what was learned of him, which stays: learn_responses() never writes this column.
    private static void HowTheyCome(NpgsqlBatch batch, List<RosterChange> changes)
    {
        var said = changes.FindAll(change => (change.Before?.Means ?? Means.Undeclared) != change.After.Means);
        if (said.Count > 0)
        {
            Add(batch, """
                INSERT INTO response_records (volunteer_id, means) SELECT * FROM unnest($1::uuid[], $2::text[])
                ON CONFLICT (volunteer_id) DO UPDATE SET means = excluded.means
                """, said.ConvertAll(change => change.After.Id).ToArray(), said.ConvertAll(change => Word(change.After.Means)).ToArray());
        }
    }

    private static List<(Guid Id, T Item)> Added<T>(List<RosterChange> changes, Func<RosterEntry, IEnumerable<T>> items) =>
        [.. changes.SelectMany(change => items(change.After).Except(change.Before is null ? [] : items(change.Before)).Select(item => (change.After.Id, item)))];

    private static List<(Guid Id, T Item)> Removed<T>(List<RosterChange> changes, Func<RosterEntry, IEnumerable<T>> items) => Removed(changes, items, item => item);

    private static List<(Guid Id, T Item)> Removed<T, TKey>(List<RosterChange> changes, Func<RosterEntry, IEnumerable<T>> items, Func<T, TKey> key) =>
        [.. changes.Where(change => change.Before is not null)
            .SelectMany(change => items(change.Before!).ExceptBy(items(change.After).Select(key), key).Select(item => (change.After.Id, item)))];

    private static Guid[] NewIds(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    private static string Word<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        }

        batch.BatchCommands.Add(command);
    }
}
