using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Volunteers;

/// <summary>
/// A station gives one of its volunteers a code for a drill phone: a twin of him that only drills can call (made, or renewed from the roster), with
/// the twin's own sign-in. Shown once, like the code of his real phone.
/// </summary>
internal static class IssueDrillPhone
{
    public static async Task<IResult> Handle(Guid id, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var home = await db.Volunteers.Where(volunteer => volunteer.Id == id)
            .Join(db.Regions, volunteer => volunteer.HomeRegion, region => region.Code, (_, region) => region.Path).SingleOrDefaultAsync(cancellation);
        if (home is null || !caller.Commands(home))
        {
            return Problems.NotFound("志愿者", "volunteer");
        }

        var twin = (await db.Database.SqlQuery<Guid?>($"SELECT make_drill_twin({id}) AS \"Value\"").ToListAsync(cancellation)).Single();
        if (twin is not { } made)
        {
            return Problems.Conflict("这已经是演练人员", "This is a drill twin already");
        }

        // He comes to a drill as he would come: the plan reckons with it.
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO response_records (volunteer_id, means) SELECT {made}::uuid, means FROM response_records WHERE volunteer_id = {id}
            ON CONFLICT (volunteer_id) DO UPDATE SET means = excluded.means
            """, cancellation);
        return await IssueActivationCode.Handle(made, caller, store, time, cancellation);
    }
}
