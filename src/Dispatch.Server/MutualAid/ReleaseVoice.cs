using Dispatch.Server.Access;
using Dispatch.Server.Policies;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>
/// Who says what about the end of a release. Consent is the home region's (属地管理): its desk, its superior, or the liaison who lent in its stead.
/// Who goes home from an incident is its command's word: nobody else knows what he is needed for there, so the lender asks for it and cannot do it.
/// A release is extended by whoever could give it: where policy leaves lending to the superior, and under unified command, that is not the desk.
/// </summary>
internal sealed record ReleaseVoice(ReleaseSide Side, bool MayExtend, DateTimeOffset? GroundEndsAt, bool GroundHolds)
{
    /// <summary>Null: it is not his to see.</summary>
    public static async Task<ReleaseVoice?> OfAsync(
        DispatchDb db, Caller caller, Release release, string lenderPath, string incidentPath, string category, CancellationToken cancellation)
    {
        var isCommand = caller.Commands(incidentPath);
        var isSuperior = caller.Commands(lenderPath) && caller.RegionPath != lenderPath;
        var isDesk = caller.Commands(lenderPath) && !isSuperior;
        var isLiaisonWhoLent = release.Ground == Ground.Approval && release.ById == caller.AccountId;
        if (!isCommand && !isSuperior && !isDesk && !isLiaisonWhoLent)
        {
            return null;
        }

        var side = Appeals.IsSuperior(caller, release, lenderPath) ? ReleaseSide.Superior : isCommand ? ReleaseSide.Command : ReleaseSide.Lender;
        switch (release.Ground)
        {
            case Ground.Approval:
                var mayExtend = isSuperior || ((isDesk || isLiaisonWhoLent) && await ApproverAsync(db, lenderPath, category, cancellation) == Approver.Desk);
                return new(side, mayExtend, null, true);
            case Ground.Agreement:
                var agreement = await db.Agreements.AsNoTracking().SingleAsync(agreement => agreement.Id == release.AgreementId, cancellation);
                return new(side, isDesk || isSuperior, agreement.ValidUntil, agreement.EndedAt is null);
            case Ground.UnifiedCommand:
                var unified = await db.UnifiedCommands.AsNoTracking().Where(command => command.Id == release.UnifiedCommandId)
                    .Join(db.Regions, command => command.Region, region => region.Code, (command, region) => new { command.Until, command.EndedAt, region.Path }).SingleAsync(cancellation);
                return new(side, caller.Commands(unified.Path), unified.Until, unified.EndedAt is null);
            default:
                return new(side, isCommand, null, true); // an override is the command's own word, and so is a longer one
        }
    }

    private static async Task<Approver> ApproverAsync(DispatchDb db, string lenderPath, string category, CancellationToken cancellation) =>
        Plan.Of(
            await db.Categories.AsNoTracking().SingleAsync(row => row.Key == category, cancellation),
            await PolicyLines.ModeAsync(db, lenderPath, cancellation), await PolicyLines.ReadAsync(db, lenderPath, cancellation), lenderPath).Approver;
}
