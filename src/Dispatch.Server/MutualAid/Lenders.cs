using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;
using Dispatch.Geo.Waves;
using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.MutualAid;

/// <summary>A region that could lend, and through whom it is asked.</summary>
internal sealed record Neighbour(string Code, string Name, string Path, string Through, string ThroughName, double Metres);

/// <summary>Somebody a region could lend for a need: he passes every gate, and consents to be lent.</summary>
internal sealed record Lendable(Guid VolunteerId, short NeedOrdinal, double DistanceMetres, LocatedBy LocatedBy, Means Means);

/// <summary>Who could lend, whom, and what would remain. Reads only; the same match as at home, asked of another region.</summary>
internal static class Lenders
{
    private const string Neighbours = "Neighbours.sql";

    private static readonly string NeighboursSql = EmbeddedSql.Read(Neighbours);
    private static readonly string CoverSql = EmbeddedSql.Read("LendingCover.sql");

    /// <summary>Nearest first within the lowest common superior.</summary>
    public static async Task<List<Neighbour>> NeighboursAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, Incident incident, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(NeighboursSql, connection, transaction);
        command.Parameters.Add(new() { Value = incident.District });
        command.Parameters.Add(new() { Value = incident.Location });
        command.Parameters.Add(new() { Value = (object?)incident.Touched ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
        var neighbours = new List<Neighbour>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            neighbours.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetDouble(5)));
        }

        return neighbours;
    }

    /// <summary>Of a region's people those who could be asked now, nearest first; one person for one need.</summary>
    public static async Task<List<Lendable>> LendableAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Incident incident, DateTimeOffset now, IReadOnlyList<(Need Need, string Key)> needs,
        (string Code, string Name, string Path) region, CancellationToken cancellation)
    {
        var missing = needs.Where(need => need.Need.Missing > 0).ToList();
        if (missing.Count == 0)
        {
            return [];
        }

        // As many as a wave could want at the most; four times as many are looked at, because not everybody consents to be lent.
        var wanted = missing.ConvertAll(need => new NeedToFill(need.Need.Ordinal, need.Need.QualificationId, need.Key, 4 * MostFor(incident, need.Need)));
        var question = PlanWave.Question(incident, now, [new Ring(1, region.Code, region.Path, RegionLevel.County, region.Name)], wanted) with { FirstWave = false };
        var request = await NearestCandidates.Gather(connection, transaction, question, cancellation);
        var passing = request.Candidates.Where(candidate => Gates.Pass(candidate, request)).ToList();
        var consenting = await ConsentingAsync(connection, transaction, passing.ConvertAll(candidate => candidate.VolunteerId), cancellation);
        return
        [
            .. passing.Where(candidate => consenting.Contains(candidate.VolunteerId))
                .OrderBy(candidate => candidate.DistanceMetres).ThenBy(candidate => candidate.VolunteerId).DistinctBy(candidate => candidate.VolunteerId)
                .Select(candidate => new Lendable(
                    candidate.VolunteerId, (short)candidate.NeedOrdinal, candidate.DistanceMetres!.Value, candidate.LocatedBy!.Value, candidate.Means ?? Means.Undeclared)),
        ];
    }

    /// <summary>So many people are named for a need at most: what one wave would ask if every fourth comes.</summary>
    public static int MostFor(Incident incident, Need need) => PoissonBinomial.SmallestNumber(0.25, need.Missing, incident.InnerTarget);

    public static async Task<List<Floor>> FloorsAsync(DispatchDb db, string region, CancellationToken cancellation) =>
        (await db.ReserveFloors.AsNoTracking().Where(floor => floor.Region == region && floor.EndedAt == null)
            .Join(db.Qualifications, floor => floor.QualificationId, qualification => qualification.Id, (floor, qualification) => new { floor, qualification })
            .OrderBy(pair => pair.qualification.Sort).ToListAsync(cancellation))
        .ConvertAll(pair => new Floor(
            pair.floor.Id, pair.floor.QualificationId, pair.qualification.Name, pair.qualification.NameEn, pair.floor.Count,
            pair.floor.Location is null ? null : Position.Of(pair.floor.Location), pair.floor.Place, pair.floor.WithinMetres, pair.floor.WithinMinutes));

    /// <summary>Those of a region who hold one of these qualifications and could come now.</summary>
    public static async Task<List<Holder>> HoldersAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string path, IEnumerable<short> qualifications, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(CoverSql, connection, transaction);
        command.Parameters.Add(new() { Value = path, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.LTree });
        command.Parameters.Add(new() { Value = qualifications.Distinct().ToArray() });
        var holders = new List<Holder>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            holders.Add(new(reader.GetGuid(0), reader.GetInt16(1), new(reader.GetDouble(2), reader.GetDouble(3)), Enum.Parse<Means>(reader.GetString(4), ignoreCase: true)));
        }

        return holders;
    }

    /// <summary>Two lendings of one region's people come one after the other, or each would leave the floor to the other.</summary>
    public static async Task LockAsync(DispatchDb db, string region, CancellationToken cancellation) =>
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext({"lending " + region}))", cancellation);

    private static async Task<HashSet<Guid>> ConsentingAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, List<Guid> volunteers, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT volunteer_id FROM consents WHERE kind = 'crossRegion' AND withdrawn_at IS NULL AND volunteer_id = ANY ($1)", connection, transaction);
        command.Parameters.Add(new() { Value = volunteers.ToArray() });
        var consenting = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            consenting.Add(reader.GetGuid(0));
        }

        return consenting;
    }
}
