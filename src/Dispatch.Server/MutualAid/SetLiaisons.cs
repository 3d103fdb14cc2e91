using Dispatch.Server.Access;
using Dispatch.Server.Policies;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>A region says who answers for its desk once it was silent: operators of the region or below it. The whole list at once; an order on record.</summary>
internal static class SetLiaisons
{
    internal sealed record Request(Guid? CommandId, IReadOnlyList<string?>? Usernames, string? Reason);

    private const int Most = 20;

    public static async Task<IResult> Handle(string code, Request request, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        var faults = RegionCommands.Check(request.CommandId, request.Reason);
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await CommandedRegion.FindAsync(db, code, caller, faults, cancellation) is not { } path)
        {
            return faults.Count > 0 ? Problems.Invalid(faults) : Problems.NotFound("属地", "region");
        }

        if (request.Usernames is not { Count: <= Most } names)
        {
            faults.Add(new("usernames", $"应为至多 {Most} 个用户名；空表示不设联络员", $"must be a list of at most {Most} user names; empty: no liaison"));
            return Problems.Invalid(faults);
        }

        var accounts = await db.Accounts.Where(account => names.Contains(account.Username) && account.Role == Role.Operator)
            .Join(db.Regions, account => account.Region, region => region.Code, (account, region) => new { account.Id, account.Username, region.Path }).ToListAsync(cancellation);
        foreach (var (name, index) in names.Select((name, index) => (name, index)))
        {
            if (!accounts.Exists(account => account.Username == name && Caller.Covers(path, account.Path)))
            {
                faults.Add(new($"usernames[{index}]", "不是本辖区或下级的指挥员账号", "is not an operator of this region or below it"));
            }
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        var refusal = await RegionOrder.CarryOutAsync(
            store, request.CommandId!.Value, code, "liaisonsSet", caller.AccountId, request.Reason!,
            async (writing, _) =>
            {
                var before = await writing.RegionLiaisons.Where(liaison => liaison.Region == code).ToListAsync(cancellation);
                var after = accounts.Select(account => account.Id).ToHashSet();
                writing.RegionLiaisons.RemoveRange(before.Where(liaison => !after.Contains(liaison.AccountId)));
                writing.RegionLiaisons.AddRange(after.Where(id => !before.Exists(liaison => liaison.AccountId == id)).Select(id => new RegionLiaison { Region = code, AccountId = id }));
                return (null, new { liaisons = before.ConvertAll(liaison => liaison.AccountId) }, new { liaisons = after });
            },
            cancellation);
        return refusal ?? await ReadAid.Handle(caller, store, time, cancellation);
    }
}
