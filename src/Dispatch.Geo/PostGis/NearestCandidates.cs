using Dispatch.Geo.Matching;
using Npgsql;

namespace Dispatch.Geo.PostGis;

/// <summary>Gathers the candidates of a match: a first, plain version that reads every holder within the outermost ring.</summary>
public static class NearestCandidates
{
    public static async Task<MatchRequest> Gather(NpgsqlConnection connection, NpgsqlTransaction? transaction, MatchQuestion question, CancellationToken cancellation)
    {
        var candidates = new List<Candidate>();
        foreach (var need in question.Needs)
        {
            await using var command = new NpgsqlCommand(
                """
                SELECT c.volunteer_id, c.region_path::text, c.located_by, ST_Distance(c.location, ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography),
                       extract(epoch FROM $3 - c.fix_taken_at)::float8, coalesce(p.accuracy_metres, v.registered_uncertainty_metres)::float8,
                       c.valid_from, c.valid_until, ins.valid_from, ins.valid_until, v.date_of_birth, v.fitness, v.assessment, v.duty,
                       is_available(v.id, 'byHours', v.time_zone, $3),
                       EXISTS (SELECT FROM consents x WHERE x.volunteer_id = v.id AND x.kind = 'location' AND x.withdrawn_at IS NULL),
                       EXISTS (SELECT FROM consents x WHERE x.volunteer_id = v.id AND x.kind = 'registeredAddress' AND x.withdrawn_at IS NULL),
                       (SELECT k.incident_id FROM callouts k WHERE k.volunteer_id = v.id AND k.state IN ('offered', 'accepted', 'enRoute', 'onScene')),
                       (SELECT k.state FROM callouts k WHERE k.volunteer_id = v.id AND k.incident_id = $4 ORDER BY k.offered_at DESC LIMIT 1)
                FROM candidates c
                JOIN volunteers v ON v.id = c.volunteer_id
                LEFT JOIN positions p ON p.volunteer_id = v.id AND c.located_by = 'fix'
                LEFT JOIN LATERAL (SELECT valid_from, valid_until FROM insurances i WHERE i.volunteer_id = v.id
                    ORDER BY (i.valid_from <= $6 AND i.valid_until >= $6) DESC, i.valid_until DESC LIMIT 1) ins ON true
                WHERE c.qualification_id = $5 AND c.region_path <@ $7::ltree
                """, connection, transaction);
            command.Parameters.Add(new() { Value = question.Place.Longitude });
            command.Parameters.Add(new() { Value = question.Place.Latitude });
            command.Parameters.Add(new() { Value = question.At.UtcDateTime });
            command.Parameters.Add(new() { Value = question.IncidentId });
            command.Parameters.Add(new() { Value = need.QualificationId });
            command.Parameters.Add(new() { Value = question.LocalDate });
            command.Parameters.Add(new() { Value = question.Rings[^1].Path });
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
            {
                var path = row.GetString(1);
                candidates.Add(new()
                {
                    VolunteerId = row.GetGuid(0),
                    NeedOrdinal = need.Ordinal,
                    Ring = question.Rings.First(ring => Regions.Region.IsWithin(path, ring.Path)).Number,
                    LocatedBy = row.IsDBNull(2) ? null : row.GetString(2) == "fix" ? LocatedBy.Fix : LocatedBy.Address,
                    DistanceMetres = row.IsDBNull(3) ? null : Math.Round(row.GetDouble(3), 3),
                    FixAgeSeconds = row.IsDBNull(4) ? null : Math.Round(Math.Max(0, row.GetDouble(4)), 3),
                    UncertaintyMetres = row.IsDBNull(5) ? null : row.GetDouble(5),
                    CertificateFrom = row.GetFieldValue<DateOnly>(6),
                    CertificateUntil = row.IsDBNull(7) ? null : row.GetFieldValue<DateOnly>(7),
                    InsuredFrom = row.IsDBNull(8) ? null : row.GetFieldValue<DateOnly>(8),
                    InsuredUntil = row.IsDBNull(9) ? null : row.GetFieldValue<DateOnly>(9),
                    DateOfBirth = row.GetFieldValue<DateOnly>(10),
                    Fitness = Enum.Parse<Fitness>(row.GetString(11), true),
                    Assessment = Enum.Parse<Assessment>(row.GetString(12), true),
                    Duty = Enum.Parse<Duty>(row.GetString(13), true),
                    WithinHours = row.GetBoolean(14),
                    LocationConsent = row.GetBoolean(15),
                    AddressConsent = row.GetBoolean(16),
                    EngagedIn = row.IsDBNull(17) ? null : row.GetGuid(17),
                    AlreadyAsked = row.IsDBNull(18) ? null : row.GetString(18),
                });
            }
        }

        return new()
        {
            IncidentId = question.IncidentId,
            At = question.At,
            LocalDate = question.LocalDate,
            Place = question.Place,
            RadiusMetres = question.RadiusMetres,
            Hazardous = question.Hazardous,
            LifeCritical = question.LifeCritical,
            Rings = question.Rings,
            Needs = question.Needs,
            Candidates = candidates,
        };
    }
}
