using Dispatch.Server.Access;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Incidents;

/// <summary>The board, one incident, and its record, for operators within whose region it lies.</summary>
internal static class ReadIncidents
{
    private const int MostEnded = 100, MostFacts = 500;

    internal sealed record Board(IReadOnlyList<IncidentView> Incidents, DateTimeOffset ServerTime);

    internal sealed record Record(IReadOnlyList<FactView> Facts, long LastFact);

    public static async Task<IResult> List(string? state, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        if (state is not (null or "open" or "ended"))
        {
            return Problems.Invalid(new Fault("state", "应为 open 或 ended", "must be open or ended"));
        }

        await using var db = await store.CreateDbContextAsync(cancellation);
        var within = db.Incidents.FromSql($"SELECT * FROM incidents WHERE region_path <@ {caller.RegionPath}::ltree OR touched IS NOT NULL AND EXISTS (SELECT FROM unnest(touched) AS t (path) WHERE t.path::ltree <@ {caller.RegionPath}::ltree)");
        var incidents = state == "ended"
            ? within.Where(incident => incident.State != IncidentState.Open).OrderByDescending(incident => incident.RaisedAt).Take(MostEnded)
            : within.Where(incident => incident.State == IncidentState.Open).OrderByDescending(incident => incident.RaisedAt);
        return TypedResults.Json(new Board(await IncidentView.ReadAsync(db, incidents, cancellation), time.GetUtcNow()), Json.Options);
    }

    public static async Task<IResult> Get(Guid id, Caller caller, IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return await RefusalAsync(db, caller, id, cancellation)
            ?? (IResult)TypedResults.Json(await IncidentView.ReadAsync(db, id, cancellation), Json.Options);
    }

    public static async Task<IResult> Facts(Guid id, long? after, Caller caller, IDbContextFactory<DispatchDb> store, FactReader facts, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await RefusalAsync(db, caller, id, cancellation) is { } refusal)
        {
            return refusal;
        }

        if (after < 0)
        {
            return Problems.Invalid(new Fault("after", "不能为负", "must not be negative"));
        }

        var read = await facts.ReadAsync([KeyValuePair.Create(id, after ?? 0)], MostFacts, cancellation);
        var last = await db.Incidents.Where(incident => incident.Id == id).Select(incident => incident.LastFact).SingleAsync(cancellation);
        return TypedResults.Json(new Record(read, last), Json.Options);
    }

    /// <summary>What lies outside the caller's region is answered like what does not exist.</summary>
    public static async Task<Problem?> RefusalAsync(DispatchDb db, Caller caller, Guid id, CancellationToken cancellation)
    {
        var found = await db.Incidents.Where(incident => incident.Id == id).Select(incident => new { incident.RegionPath, incident.Touched }).SingleOrDefaultAsync(cancellation);
        return found is not null && caller.Sees(found.RegionPath, found.Touched) ? null : Problems.NotFound("警情", "incident");
    }
}
