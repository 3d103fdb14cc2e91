using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// Who speaks for a region that is asked to lend: its desk, after silence its liaison, after that the superior's desk too. How a loan ends is
/// another question (<see cref="ReleaseVoice"/>).
/// </summary>
/// <param name="As">In which capacity he answers, or would when it is his turn.</param>
/// <param name="For">The region whose word it is: his own, or, of a liaison, the one in whose stead he speaks.</param>
/// <param name="MayAnswer">It is his turn, as far as who he is goes.</param>
internal sealed record LendingVoice(AidStage As, string For, bool MayAnswer)
{
    /// <summary>Null: it is not his to see.</summary>
    public static async Task<LendingVoice?> OfAsync(DispatchDb db, Caller caller, AidRequest request, string lenderPath, CancellationToken cancellation)
    {
        if (caller.Role != Role.Operator)
        {
            return null;
        }

        var isDesk = caller.RegionPath == lenderPath;
        var isSuperior = !isDesk && Caller.Covers(caller.RegionPath, lenderPath);
        var isLiaison = await db.RegionLiaisons.AnyAsync(liaison => liaison.Region == request.Region && liaison.AccountId == caller.AccountId, cancellation);
        if (!isDesk && !isSuperior && !isLiaison)
        {
            return null;
        }

        // A request that began with the superior stays there: the region's policy leaves lending to it.
        var superiorOnly = request.Stage == AidStage.Superior && request.StageWithin > TimeSpan.Zero && request.DueAt == request.AskedAt + request.StageWithin;
        var may = request.Stage switch
        {
            AidStage.Desk => isDesk,
            AidStage.Liaison => isDesk || isLiaison,
            _ => isSuperior || (!superiorOnly && (isDesk || isLiaison)),
        };

        // A superior who is the region's liaison too is asked as its liaison first, and as its superior when that has come.
        var capacity = isDesk ? AidStage.Desk : isSuperior && (request.Stage == AidStage.Superior || !isLiaison) ? AidStage.Superior : AidStage.Liaison;
        return new(capacity, capacity == AidStage.Liaison ? request.Region : caller.RegionPath.Split('.')[^1], may);
    }
}
