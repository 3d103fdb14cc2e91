using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>Who speaks for a region that is asked to lend: its desk, after silence its liaison, after that the superior's desk too.</summary>
internal static class LendingDesk
{
    internal enum Standing
    {
        /// <summary>Not his to see.</summary>
        None,

        /// <summary>Sees it, and is not asked (yet).</summary>
        Sees,

        MayAnswer,
    }

    public static async Task<Standing> StandingAsync(DispatchDb db, Caller caller, AidRequest request, string lenderPath, CancellationToken cancellation)
    {
        if (caller.Role != Role.Operator)
        {
            return Standing.None;
        }

        var isDesk = caller.RegionPath == lenderPath;
        var isSuperior = !isDesk && Caller.Covers(caller.RegionPath, lenderPath);
        var isLiaison = await db.RegionLiaisons.AnyAsync(liaison => liaison.Region == request.Region && liaison.AccountId == caller.AccountId, cancellation);
        if (!isDesk && !isSuperior && !isLiaison)
        {
            return Standing.None;
        }

        // A request that began with the superior stays there: the region's policy leaves lending to it.
        var superiorOnly = request.Stage == AidStage.Superior && request.StageWithin > TimeSpan.Zero && request.DueAt == request.AskedAt + request.StageWithin;
        var may = request.Stage switch
        {
            AidStage.Desk => isDesk,
            AidStage.Liaison => isDesk || isLiaison,
            _ => isSuperior || (!superiorOnly && (isDesk || isLiaison)),
        };
        return may ? Standing.MayAnswer : Standing.Sees;
    }
}
