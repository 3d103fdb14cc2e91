using Dispatch.Server.Access;
using Dispatch.Server.Policies;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// Standing agreements: proposed by one party and accepted by the other, or made at once by a superior of both; ended by either. Each step is an order
/// on record.
/// </summary>
internal static class Agreements
{
    internal sealed record Request(Guid? CommandId, string? Lender, string? Borrower, bool? BothWays, string? Category, string? Mode, DateTimeOffset? ValidUntil, string? Reason);

    internal sealed record Step(Guid? CommandId, string? Reason);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(366 * 3);

    /// <summary>Whether a region concerns him: his own, below it, or above it.</summary>
    public static bool Touches(Caller caller, string path) => caller.Commands(path) || (caller.Role == Role.Operator && Caller.Covers(path, caller.RegionPath));

    public static async Task<IResult> Make(Guid id, Request request, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        var faults = RegionCommands.Check(request.CommandId, request.Reason);
        Mode? mode = null;
        if (request.Mode is not null)
        {
            if (Modes.Read(request.Mode, out var read))
            {
                mode = read;
            }
            else
            {
                faults.Add(new("mode", Modes.OneOf + "，留空表示各种模式", Modes.OneOfEn + ", or null for every mode"));
            }
        }

        await using var db = await store.CreateDbContextAsync(cancellation);
        var lender = await db.Regions.AsNoTracking().SingleOrDefaultAsync(region => region.Code == request.Lender, cancellation);
        var borrower = await db.Regions.AsNoTracking().SingleOrDefaultAsync(region => region.Code == request.Borrower, cancellation);
        foreach (var (field, found) in new[] { ("lender", lender), ("borrower", borrower) })
        {
            if (found is not { HasAuthority: true, Level: <= 3 })
            {
                faults.Add(new(field, "应为区县级及以上有指挥权的辖区代码", "must be the code of a region at county level or above that commands"));
            }
        }

        // Who lends, leads its people itself: a city's word is not that of its districts, whose people they are, and nothing would ever be released on it.
        var lends = new[] { request.Lender, request.BothWays == true ? request.Borrower : null }.OfType<string>().ToArray();
        var overDistricts = await db.Regions.FromSql($"SELECT * FROM regions r WHERE code = ANY ({lends}) AND EXISTS (SELECT FROM regions d WHERE d.path <@ r.path AND d.code <> r.code AND d.level <= 3 AND d.has_authority)")
            .Select(region => region.Code).ToListAsync(cancellation);
        foreach (var code in overDistricts)
        {
            faults.Add(new(code == request.Lender ? "lender" : "borrower", "出借方须自己指挥队伍：区县，或不设区的市。设区的市请由各区分别订立",
                "who lends must lead its people itself: a district or county, or a city without any. For a city's districts make one for each"));
        }

        if (lender is not null && borrower is not null && (Caller.Covers(lender.Path, borrower.Path) || Caller.Covers(borrower.Path, lender.Path)))
        {
            faults.Add(new("borrower", "协议双方须互不隶属", "neither party may lie within the other"));
        }

        if (request.Category is not null && !await db.Categories.AnyAsync(category => category.Key == request.Category, cancellation))
        {
            faults.Add(new("category", "没有这个类别，见 GET /api/categories；留空表示所有类别", "no such category; null stands for all of them"));
        }

        var now = time.GetUtcNow();
        if (request.ValidUntil is not { } until || until <= now || until > now + Longest)
        {
            faults.Add(new("validUntil", "协议须在将来到期，且不超过三年", "an agreement ends: in the future, and within three years"));
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        var (ofLender, ofBorrower) = (caller.Commands(lender!.Path), caller.Commands(borrower!.Path));
        if (!ofLender && !ofBorrower)
        {
            return Problems.NotFound("属地", "region");
        }

        var missing = ofLender && ofBorrower ? null : ofLender ? borrower.Code : lender.Code;
        var refusal = await RegionOrder.CarryOutAsync(
            store, request.CommandId!.Value, ofLender ? lender.Code : borrower.Code, missing is null ? "agreementMade" : "agreementProposed", caller.AccountId, request.Reason!,
            async (writing, at) =>
            {
                if (await writing.Agreements.AnyAsync(agreement => agreement.Id == id, cancellation))
                {
                    return (Problems.Conflict("此协议编号已使用", "This id is an agreement already"), null, null);
                }

                writing.Agreements.Add(new()
                {
                    Id = id,
                    Lender = lender.Code,
                    Borrower = borrower.Code,
                    BothWays = request.BothWays ?? false,
                    Category = request.Category,
                    Mode = mode,
                    ValidFrom = at,
                    ValidUntil = request.ValidUntil!.Value.ToUniversalTime(),
                    ProposedBy = caller.AccountId,
                    ProposedFor = missing,
                });
                return (null, null, new { id, lender = lender.Code, borrower = borrower.Code, bothWays = request.BothWays ?? false, category = request.Category, mode = request.Mode, validUntil = request.ValidUntil });
            },
            cancellation);
        return refusal ?? await ReadAid.Handle(caller, store, time, cancellation);
    }

    public static Task<IResult> Accept(Guid id, Step request, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation) =>
        StepAsync(id, request, caller, store, time, "agreementAccepted", (agreement, _, paths) =>
        {
            if (agreement.ProposedFor is not { } missing || agreement.EndedAt is not null)
            {
                return Problems.Conflict("此协议不待接受", "This agreement does not wait to be accepted");
            }

            if (!caller.Commands(paths[missing]))
            {
                return Problems.Forbidden("须由对方接受", "The other party has to accept it");
            }

            agreement.ProposedFor = null;
            return null;
        }, cancellation);

    public static Task<IResult> End(Guid id, Step request, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation) =>
        StepAsync(id, request, caller, store, time, "agreementEnded", (agreement, at, _) =>
        {
            if (agreement.EndedAt is not null)
            {
                return Problems.Conflict("此协议已终止", "This agreement has ended");
            }

            agreement.EndedAt = at;
            return null;
        }, cancellation);

    private static async Task<IResult> StepAsync(
        Guid id, Step request, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, string kind, Func<Agreement, DateTimeOffset, Dictionary<string, string>, Problem?> step,
        CancellationToken cancellation)
    {
        var faults = RegionCommands.Check(request.CommandId, request.Reason);
        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        await using var db = await store.CreateDbContextAsync(cancellation);
        var found = await db.Agreements.AsNoTracking().SingleOrDefaultAsync(agreement => agreement.Id == id, cancellation);
        var paths = found is null ? [] : await db.Regions.Where(region => region.Code == found.Lender || region.Code == found.Borrower).ToDictionaryAsync(region => region.Code, region => region.Path, cancellation);
        if (found is null || !paths.Values.Any(caller.Commands))
        {
            return Problems.NotFound("协议", "agreement");
        }

        var own = paths.First(path => caller.Commands(path.Value)).Key;
        var refusal = await RegionOrder.CarryOutAsync(
            store, request.CommandId!.Value, own, kind, caller.AccountId, request.Reason!,
            async (writing, at) =>
            {
                // Locked: a release on this agreement, and its end, come one after the other.
                var agreement = (await writing.Agreements.FromSql($"SELECT * FROM agreements WHERE id = {id} FOR NO KEY UPDATE").ToListAsync(cancellation)).Single();
                var problem = step(agreement, at, paths);
                return (problem, new { id, agreement.Lender, agreement.Borrower }, new { id, agreement.ProposedFor, agreement.EndedAt });
            },
            cancellation);
        return refusal ?? await ReadAid.Handle(caller, store, time, cancellation);
    }
}
