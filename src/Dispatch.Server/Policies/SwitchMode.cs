using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Policies;

/// <summary>An operator switches the mode of a region of his. Incidents raised from now on are planned by it; running ones keep their plan.</summary>
internal static class SwitchMode
{
    internal sealed record Request(Guid? CommandId, string? Mode, string? Reason);

    public static async Task<IResult> Handle(string code, Request request, Caller caller, IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        var faults = RegionCommands.Check(request.CommandId, request.Reason);
        if (!Modes.Read(request.Mode, out var mode))
        {
            faults.Add(new("mode", Modes.OneOf, Modes.OneOfEn));
        }

        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await CommandedRegion.FindAsync(db, code, caller, faults, cancellation) is not { } path || faults.Count > 0)
        {
            return faults.Count > 0 ? Problems.Invalid(faults) : Problems.NotFound("属地", "region");
        }

        var refusal = await RegionOrder.CarryOutAsync(
            store, request.CommandId!.Value, code, "modeSwitched", caller.AccountId, request.Reason!,
            async (writing, now) =>
            {
                var row = await writing.RegionModes.SingleOrDefaultAsync(own => own.Region == code, cancellation);
                var before = row?.Mode ?? Mode.Peacetime;
                if (row is null)
                {
                    writing.RegionModes.Add(new() { Region = code, Mode = mode, Since = now });
                }
                else if (row.Mode != mode)
                {
                    (row.Mode, row.Since) = (mode, now);
                }

                return (null, new { mode = before }, new { mode });
            },
            cancellation);
        return refusal ?? await ReadPolicies.PageAsync(store, code, path, cancellation);
    }
}
