using Dispatch.Geo.Waves;
using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Volunteers;

/// <summary>
/// A volunteer says how he comes to an incident: on foot, by bicycle, by car, or that he does not say. The planner reckons his time on the way by it;
/// nobody else is told. His drill twin comes as he does; what is said on a drill phone is the twin's alone.
/// </summary>
internal sealed class SetMeans(IDbContextFactory<DispatchDb> store)
{
    internal sealed record Request(string? Means);

    public async Task<Outcome<VolunteerSelf>> HandleAsync(Caller caller, Request request, CancellationToken cancellation)
    {
        if (request.Means is not ("foot" or "bicycle" or "car" or "undeclared"))
        {
            return Problems.Invalid(new Fault("means", "应为 foot（步行）、bicycle（自行车）、car（汽车）或 undeclared（未说明）", "must be foot, bicycle, car or undeclared"));
        }

        await using var db = await store.CreateDbContextAsync(cancellation);

        // Beside what was learned of him, which stays. In the order of ids, as whatever else writes several of these rows.
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO response_records (volunteer_id, means)
            SELECT id, {request.Means} FROM volunteers WHERE id = {caller.VolunteerId} OR twin_of = {caller.VolunteerId} ORDER BY id
            ON CONFLICT (volunteer_id) DO UPDATE SET means = excluded.means
            """, cancellation);
        return await VolunteerSelf.ReadAsync(db, caller.VolunteerId, cancellation);
    }
}
