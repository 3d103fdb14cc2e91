using Dispatch.Geo.Matching;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Callouts;

/// <summary>
/// The other open incidents that want the same people at this moment. Their rows are read as they are committed and never locked: who of them asks
/// first, and for whom, is decided by the unique index, and every one of them divides the people in the same way (decision 0025).
/// </summary>
internal static class Rivals
{
    /// <summary>So many are planned together at most, those who have nobody first.</summary>
    private const int Most = 8;

    private static readonly string RivalsSql = EmbeddedSql.Read("Rivals.sql");

    /// <summary>Their needs, of those whose own plan would ask somebody whom this incident's would ask too; empty: nobody competes.</summary>
    public static async Task<IReadOnlyList<Rival>> FindAsync(OpenRecord record, MatchRequest own, CancellationToken cancellation)
    {
        var needsHere = Sharing.NeedsOf(own);
        var wanted = needsHere.SelectMany(need => need.Prospects).Where(one => one.Planned == true).Select(one => one.VolunteerId).Distinct().ToArray();
        var found = wanted.Length == 0 ? [] : await ListAsync(record, wanted, cancellation);
        if (found.Count == 0)
        {
            return [];
        }

        var rivals = new List<Rival>();
        foreach (var incident in await record.Db.Incidents.AsNoTracking().Where(incident => found.Contains(incident.Id) && incident.State == IncidentState.Open).ToListAsync(cancellation))
        {
            if (await ReadAsync(record, incident, cancellation) is { } there)
            {
                rivals.AddRange(there.Needs.Where(need => Sharing.Meet(needsHere, need)));
            }
        }

        return rivals;
    }

    /// <summary>
    /// Another incident as it stands, without its lock: who may be asked for what it lacks, also in the stead of who is late, and whom it has asked.
    /// Null: it wants nobody.
    /// </summary>
    /// <exception cref="OtherIncidentFailed">What stands in its rows cannot be read, or planned with: that is its trouble, and not of who looks at it.</exception>
    public static async Task<(MatchRequest Request, IReadOnlyList<Rival> Needs)?> ReadAsync(OpenRecord record, Incident other, CancellationToken cancellation)
    {
        try
        {
            return await GatherAsync(record, other, cancellation) is { } request ? (request, Sharing.NeedsOf(request)) : null;
        }
        catch (Exception e) when (e is not OperationCanceledException && !Parts.IsOutage(e))
        {
            throw new OtherIncidentFailed(other.Id, e);
        }
    }

    private static async Task<MatchRequest?> GatherAsync(OpenRecord record, Incident other, CancellationToken cancellation)
    {
        var wanting = await record.Db.Needs.AsNoTracking().Where(need => need.IncidentId == other.Id)
            .Join(record.Db.Qualifications, need => need.QualificationId, held => held.Id, (need, held) => new { Need = need, held.Key })
            .OrderBy(row => row.Need.Ordinal).ToListAsync(cancellation);
        var late = other.LastWave == 0 ? Latecomers.None : await Latecomers.ReadAsync(record.Connection, record.Transaction, other, record.Now, cancellation);
        wanting.RemoveAll(row => row.Need.Missing == 0 && late.Of(row.Need) == 0);
        return wanting.Count == 0 ? null : await PlanWave.GatherAsync(
            new(record.Connection, record.Transaction, other, record.Now, FromOutside: true), wanting.ConvertAll(row => row.Need), late, wanting.ToDictionary(row => row.Need.Ordinal, row => row.Key),
            await IncidentRings.ReadAsync(record.Db, other, cancellation), PlanWave.PagesWhenShared, beyondOpen: false, cancellation);
    }

    private static async Task<List<Guid>> ListAsync(OpenRecord record, Guid[] wanted, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RivalsSql, record.Connection, record.Transaction);
        command.Parameters.Add(new() { Value = record.Incident.Id });
        command.Parameters.Add(new() { Value = record.Incident.Location });
        command.Parameters.Add(new() { Value = (double)record.Incident.RadiusMetres });
        command.Parameters.Add(new() { Value = record.Incident.Drill });
        command.Parameters.Add(new() { Value = Most });
        command.Parameters.Add(new() { Value = wanted });
        var found = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(reader.GetGuid(0));
        }

        found.RemoveAll(record.Apart.Contains);
        return found;
    }
}

/// <summary>An incident was looked at from another, and could not be read.</summary>
internal sealed class OtherIncidentFailed(Guid incident, Exception cause) : Exception("Another incident could not be read.", cause)
{
    public Guid Incident { get; } = incident;
}
