using Dispatch.Server.Live;

namespace Dispatch.Server.Callouts;

/// <summary>
/// Advances one incident under its own lock (<see cref="CallOutNearest"/>), and where it has nobody, those first that have to give it people. What fails in
/// another's record is set apart as that one's.
/// </summary>
internal sealed class AdvanceIncident(FactLog log, TakeOver takeOver, Quarantine quarantine)
{
    public async Task AdvanceAsync(Guid incidentId, CancellationToken cancellation)
    {
        var claims = await OnceAsync(incidentId, cancellation);
        if (claims.Count == 0)
        {
            return;
        }

        foreach (var holder in claims.GroupBy(claim => claim.HolderId, claim => claim.CalloutId))
        {
            await BlamingAsync(holder.Key, () => takeOver.WithdrawAsync(holder.Key, [.. holder], cancellation), cancellation);
        }

        // The one that has nobody asks first; then those who gave, for whatever else there is. Whoever dies in between is looked at again in time.
        await OnceAsync(incidentId, cancellation);
        foreach (var holder in claims.Select(claim => claim.HolderId).Distinct())
        {
            await BlamingAsync(holder, () => OnceAsync(holder, cancellation), cancellation);
        }
    }

    /// <summary>What fails in another incident's own record is that one's trouble: it is set apart, and this one goes on.</summary>
    private async Task BlamingAsync(Guid other, Func<Task> change, CancellationToken cancellation)
    {
        try
        {
            await change();
        }
        catch (Exception e) when (e is not (OperationCanceledException or OtherIncidentFailed) && !Parts.IsOutage(e))
        {
            await quarantine.PutAsync(QuarantineKind.Incident, other, 0, e, cancellation);
        }
    }

    private async Task<List<TakeOver.Claim>> OnceAsync(Guid incidentId, CancellationToken cancellation) =>
        (await log.ChangeAsync<List<TakeOver.Claim>>(incidentId, async record => await CallOutNearest.AdvanceAsync(record, widen: false, cancellation), cancellation)).Value ?? [];
}
