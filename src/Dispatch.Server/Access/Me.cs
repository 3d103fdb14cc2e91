using Dispatch.Server.Storage;
using Dispatch.Server.Volunteers;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Access;

/// <summary>Tells the caller who he is, for which region, and what the server's time is.</summary>
internal static class Me
{
    internal sealed record RegionView(string Code, string Name, string? NameEn, string Path, short Level, string LevelName, string TimeZone);

    internal sealed record View(Guid AccountId, Role Role, string Name, RegionView Region, VolunteerSelf? Volunteer, DateTimeOffset ServerTime);

    public static async Task<IResult> Get(Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(account => account.Id == caller.AccountId, cancellation);
        if (account is null)
        {
            return Problems.Unauthenticated("账号已停用", "The account is gone");
        }

        var self = account.VolunteerId is { } volunteer ? await VolunteerSelf.ReadAsync(db, volunteer, cancellation) : null;
        var code = account.Region ?? self!.HomeRegion;
        var region = await db.Regions.Where(region => region.Code == code)
            .Select(region => new RegionView(region.Code, region.Name, region.NameEn, region.Path, region.Level, region.LevelName, region.TimeZone))
            .SingleAsync(cancellation);
        return TypedResults.Ok(new View(account.Id, account.Role, account.Name, region, self, time.GetUtcNow()));
    }
}
