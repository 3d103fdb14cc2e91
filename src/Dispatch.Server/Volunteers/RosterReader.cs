using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Dispatch.Server.Access;
using Npgsql;

namespace Dispatch.Server.Volunteers;

/// <summary>Reads, and locks until the end of the transaction, what the roster has of the volunteers, regions and teams that a file speaks about.</summary>
internal static class RosterReader
{
    public static async Task<RosterNow> ReadAsync(NpgsqlConnection connection, IReadOnlyCollection<RosterLine> lines, PersonalData personal, CancellationToken cancellation)
    {
        string[] ids = [.. lines.Select(line => line.ExternalId).Where(id => id.Length > 0).Distinct()];
        string[] codes = [.. lines.Select(line => line.RegionCode).OfType<string>().Distinct()];
        string[] teams = [.. lines.SelectMany(line => line.Teams ?? []).Distinct()];

        var entries = await EntriesAsync(connection, ids, personal, cancellation);
        var regions = new Dictionary<string, RosterRegion>(StringComparer.Ordinal);
        await foreach (var row in RowsAsync(connection, "SELECT code, name, path::text, time_zone FROM regions WHERE code = ANY ($1)",
            [.. codes.Concat(entries.Values.Select(entry => entry.RegionCode)).Distinct()], cancellation))
        {
            regions[row.GetString(0)] = new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3));
        }

        var known = new Dictionary<string, RosterTeam>(StringComparer.Ordinal);
        await foreach (var row in RowsAsync(connection,
            "SELECT t.id, t.external_id, t.name, r.path::text FROM teams t JOIN regions r ON r.code = t.home_region WHERE t.external_id = ANY ($1)", teams, cancellation))
        {
            known[row.GetString(1)] = Team(row, 0);
        }

        return new RosterNow(entries, regions, known);
    }

    public static async Task<List<QualificationName>> QualificationsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var qualifications = new List<QualificationName>();
        await using var command = new NpgsqlCommand("SELECT id, key, name, name_en, needs_certificate FROM qualifications ORDER BY id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            qualifications.Add(new(reader.GetInt16(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetBoolean(4)));
        }

        return qualifications;
    }

    private static async Task<Dictionary<string, RosterEntry>> EntriesAsync(NpgsqlConnection connection, string[] ids, PersonalData personal, CancellationToken cancellation)
    {
        var entries = new Dictionary<Guid, RosterEntry>();

        // One import at a time: two of them writing the same new number would meet at the unique constraint, without a line to name.
        await using (var queue = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtext('import of the roster'))", connection))
        {
            await queue.ExecuteNonQueryAsync(cancellation);
        }

        await foreach (var row in RowsAsync(connection, """
            SELECT v.id, v.external_id, v.name, v.home_region, r.path::text, v.date_of_birth, v.fitness, v.assessment, v.registered_address,
                   ST_X(v.registered_location::geometry), ST_Y(v.registered_location::geometry), v.registered_uncertainty_metres,
                   coalesce(m.means, 'undeclared')
            FROM volunteers v JOIN regions r ON r.code = v.home_region LEFT JOIN response_records m ON m.volunteer_id = v.id
            WHERE v.external_id = ANY ($1) ORDER BY v.id FOR UPDATE OF v
            """, ids, cancellation))
        {
            entries[row.GetGuid(0)] = new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4),
                row.GetFieldValue<DateOnly>(5), Enum.Parse<Fitness>(row.GetString(6), true), Enum.Parse<Assessment>(row.GetString(7), true))
            {
                Address = row.IsDBNull(8) ? null : row.GetString(8),
                Place = row.IsDBNull(9) ? null : new(Math.Round(row.GetDouble(9), 7), Math.Round(row.GetDouble(10), 7), row.GetInt32(11)),
                Means = Enum.Parse<Means>(row.GetString(12), true),
            };
        }

        Guid[] found = [.. entries.Keys];
        var certificates = new List<(Guid, HeldCertificate)>();
        await foreach (var row in RowsAsync(connection,
            "SELECT volunteer_id, qualification_id, number, issuer, grade, valid_from, valid_until FROM certificates WHERE volunteer_id = ANY ($1)", found, cancellation))
        {
            certificates.Add((row.GetGuid(0), new(row.GetInt16(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
                row.GetFieldValue<DateOnly>(5), row.IsDBNull(6) ? null : row.GetFieldValue<DateOnly>(6))));
        }

        var insurances = new List<(Guid, InsurancePeriod)>();
        await foreach (var row in RowsAsync(connection,
            "SELECT volunteer_id, policy_number, insurer, valid_from, valid_until FROM insurances WHERE volunteer_id = ANY ($1)", found, cancellation))
        {
            insurances.Add((row.GetGuid(0), new(row.GetString(1), row.GetString(2), row.GetFieldValue<DateOnly>(3), row.GetFieldValue<DateOnly>(4))));
        }

        var consents = new List<(Guid, ConsentKind)>();
        await foreach (var row in RowsAsync(connection,
            "SELECT volunteer_id, kind FROM consents WHERE volunteer_id = ANY ($1) AND withdrawn_at IS NULL", found, cancellation))
        {
            consents.Add((row.GetGuid(0), Enum.Parse<ConsentKind>(row.GetString(1), true)));
        }

        var memberships = new List<(Guid, RosterTeam)>();
        await foreach (var row in RowsAsync(connection, """
            SELECT m.volunteer_id, t.id, t.external_id, t.name, r.path::text
            FROM team_members m JOIN teams t ON t.id = m.team_id JOIN regions r ON r.code = t.home_region WHERE m.volunteer_id = ANY ($1)
            """, found, cancellation))
        {
            memberships.Add((row.GetGuid(0), Team(row, 1)));
        }

        var numbers = new Dictionary<Guid, string>();
        await foreach (var row in RowsAsync(connection, "SELECT volunteer_id, sealed FROM phone_numbers WHERE volunteer_id = ANY ($1)", found, cancellation))
        {
            numbers[row.GetGuid(0)] = personal.Open(row.GetGuid(0), row.GetFieldValue<byte[]>(1));
        }

        var (heldBy, insuredBy, consentsOf, teamsOf) = (ById(certificates), ById(insurances), ById(consents), ById(memberships));
        return entries.Values.ToDictionary(entry => entry.ExternalId, entry => entry with
        {
            Phone = numbers.GetValueOrDefault(entry.Id),
            Certificates = [.. heldBy[entry.Id]],
            Insurances = [.. insuredBy[entry.Id]],
            Consents = consentsOf[entry.Id].ToHashSet(),
            Teams = [.. teamsOf[entry.Id]],
        }, StringComparer.Ordinal);
    }

    private static ILookup<Guid, T> ById<T>(IEnumerable<(Guid Id, T Value)> rows) => rows.ToLookup(row => row.Id, row => row.Value);

    private static RosterTeam Team(NpgsqlDataReader row, int first) =>
        new(row.GetGuid(first), row.GetString(first + 1), row.GetString(first + 2), row.GetString(first + 3));

    private static async IAsyncEnumerable<NpgsqlDataReader> RowsAsync<T>(
        NpgsqlConnection connection, string sql, T[] argument, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return reader;
        }
    }
}
