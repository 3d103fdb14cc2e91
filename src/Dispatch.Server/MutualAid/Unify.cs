using Dispatch.Server.Access;
using Dispatch.Server.Policies;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>A superior of several commands switches unified command on, for a time, or off before that. An order on record.</summary>
internal static class Unify
{
    internal sealed record Request(Guid? CommandId, string? Region, DateTimeOffset? Until, string? Reason);

    internal sealed record Step(Guid? CommandId, string? Reason);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static async Task<IResult> On(Guid id, Request request, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        var faults = RegionCommands.Check(request.CommandId, request.Reason);
        var now = time.GetUtcNow();
        if (request.Until is not { } until || until <= now || until > now + Longest)
        {
            faults.Add(new("until", "统一指挥须有期限，不超过 30 天", "unified command ends: in the future, and within 30 days"));
        }

        await using var db = await store.CreateDbContextAsync(cancellation);
        var path = await CommandedRegion.FindAsync(db, request.Region, caller, faults, cancellation);
        if (path is not null && !await db.Regions.AnyAsync(region => region.Code == request.Region && region.HasAuthority && region.Level < 3, cancellation))
        {
            faults.Add(new("region", "统一指挥由市级或省级启用", "unified command is for a city or a province"));
        }

        if (path is null || faults.Count > 0)
        {
            return faults.Count > 0 ? Problems.Invalid(faults) : Problems.NotFound("属地", "region");
        }

        var refusal = await RegionOrder.CarryOutAsync(
            store, request.CommandId!.Value, request.Region!, "unifiedCommandOn", caller.AccountId, request.Reason!,
            async (writing, at) =>
            {
                if (await writing.UnifiedCommands.AnyAsync(command => command.Id == id || (command.Region == request.Region && command.EndedAt == null && command.Until > at), cancellation))
                {
                    return (Problems.Conflict("统一指挥已经启用", "Unified command is on already"), null, null);
                }

                writing.UnifiedCommands.Add(new() { Id = id, Region = request.Region!, ById = caller.AccountId, Since = at, Until = request.Until!.Value.ToUniversalTime() });
                return (null, null, new { id, request.Until });
            },
            cancellation);
        return refusal ?? await ReadAid.Handle(caller, store, time, cancellation);
    }

    public static async Task<IResult> Off(Guid id, Step request, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        var faults = RegionCommands.Check(request.CommandId, request.Reason);
        await using var db = await store.CreateDbContextAsync(cancellation);
        var region = await db.UnifiedCommands.Where(command => command.Id == id).Select(command => command.Region).SingleOrDefaultAsync(cancellation);
        if (faults.Count > 0 || region is null || await CommandedRegion.FindAsync(db, region, caller, faults, cancellation) is null)
        {
            return faults.Count > 0 ? Problems.Invalid(faults) : Problems.NotFound("统一指挥", "unified command");
        }

        var refusal = await RegionOrder.CarryOutAsync(
            store, request.CommandId!.Value, region, "unifiedCommandOff", caller.AccountId, request.Reason!,
            async (writing, at) =>
            {
                var command = (await writing.UnifiedCommands.FromSql($"SELECT * FROM unified_commands WHERE id = {id} FOR NO KEY UPDATE").ToListAsync(cancellation)).Single();
                if (command.EndedAt is not null)
                {
                    return (Problems.Conflict("统一指挥已经结束", "Unified command is off already"), null, null);
                }

                command.EndedAt = at;
                return (null, new { id, command.Until }, new { id, endedAt = at });
            },
            cancellation);
        return refusal ?? await ReadAid.Handle(caller, store, time, cancellation);
    }
}
