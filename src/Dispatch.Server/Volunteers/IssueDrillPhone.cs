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
        return twin is { } made
            ? await IssueActivationCode.Handle(made, caller, store, time, cancellation)
            : Problems.Conflict("这已经是演练人员", "This is a drill twin already");
    }
}
