using Dispatch.Server.Access;
using Dispatch.Server.Incidents;
using Dispatch.Server.Policies;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// Who says what about the end of a release. Consent is the home region's (属地管理): its desk, its superior, or the liaison who lent in its stead.
/// Who goes home from an incident is its command's word: nobody else knows what he is needed for there, so the lender asks for it and cannot do it.
/// Who commands both from above speaks as their common superior, asked or not: his word is neither the home's nor the incident's command's.
/// A release is extended by whoever could give it: where policy leaves lending to the superior, and under unified command, that is not the desk.
/// </summary>
/// <param name="Side">In which capacity he decides.</param>
/// <param name="For">The region whose word it is: his own, or, of the liaison who lent, the one in whose stead he did.</param>
/// <param name="MayExtend">He could have given it.</param>
/// <param name="GroundEndsAt">What it stands on ends then; null: nothing but the longest loan limits it.</param>
/// <param name="GroundHolds">What it stands on has not been ended.</param>
internal sealed record ReleaseVoice(ReleaseSide Side, string For, bool MayExtend, DateTimeOffset? GroundEndsAt, bool GroundHolds)
{
    /// <summary>Null: it is not his to see.</summary>
    public static async Task<ReleaseVoice?> OfAsync(
        DispatchDb db, Caller caller, Release release, string lenderPath, Incident incident, CancellationToken cancellation)
    {
        var isCommand = caller.Commands(incident.RegionPath);
        var isSuperior = caller.Commands(lenderPath) && caller.RegionPath != lenderPath;
        var isDesk = caller.Commands(lenderPath) && !isSuperior;
        var isLiaisonWhoLent = release.Ground == Ground.Approval && release.ById == caller.AccountId
            && await db.RegionLiaisons.AnyAsync(liaison => liaison.Region == release.Region && liaison.AccountId == caller.AccountId, cancellation); // he still is
        if (!isCommand && !isSuperior && !isDesk && !isLiaisonWhoLent)
        {
            return null;
        }

        var own = caller.RegionPath.Split('.')[^1];
        var side = isCommand && isSuperior && own != incident.District ? ReleaseSide.Superior : isCommand ? ReleaseSide.Command : ReleaseSide.Lender;
        var speaksFor = isCommand || isSuperior || isDesk ? own : release.Region;
        switch (release.Ground)
        {
            case Ground.Approval:
                var mayExtend = isSuperior || ((isDesk || isLiaisonWhoLent) && await ApproverAsync(db, lenderPath, incident.Category, cancellation) == Approver.Desk);
                return new(side, speaksFor, mayExtend, null, true);
            case Ground.Agreement:
                var agreement = await db.Agreements.AsNoTracking().SingleAsync(agreement => agreement.Id == release.AgreementId, cancellation);
                return new(side, speaksFor, isDesk || isSuperior, agreement.ValidUntil, agreement.EndedAt is null);
            case Ground.UnifiedCommand:
                var unified = await db.UnifiedCommands.AsNoTracking().Where(command => command.Id == release.UnifiedCommandId)
                    .Join(db.Regions, command => command.Region, region => region.Code, (command, region) => new { command.Until, command.EndedAt, region.Path }).SingleAsync(cancellation);
                return new(side, speaksFor, caller.Commands(unified.Path), unified.Until, unified.EndedAt is null);
            default:
                return new(side, speaksFor, isCommand, null, true); // an override is the command's own word, and so is a longer one
        }
    }

    private static async Task<Approver> ApproverAsync(DispatchDb db, string lenderPath, string category, CancellationToken cancellation) =>
        Plan.Of(
            await db.Categories.AsNoTracking().SingleAsync(row => row.Key == category, cancellation),
            await PolicyLines.ModeAsync(db, lenderPath, cancellation), await PolicyLines.ReadAsync(db, lenderPath, cancellation), lenderPath).Approver;
}
