using Dispatch.Server.Live;

namespace Dispatch.Server.Callouts;

/// <summary>
/// Advances one incident under its own lock (<see cref="CallOutNearest"/>), and where it has nobody, those first that have to give it people. What fails in
/// another's record is set apart as that one's.
/// </summary>
/// <remarks>
/// As many at a time as there are processors, at least two, whoever found that they are due: incidents that want the same people wait for each other with
/// their own records locked, and the more of them try at once the longer an operator's order and a volunteer's answer wait. Who waits here locks nothing.
/// </remarks>
internal sealed class AdvanceIncident(FactLog log, TakeOver takeOver, Quarantine quarantine) : IDisposable
{
    internal static readonly int AtOnce = Math.Max(2, Environment.ProcessorCount);

    private readonly SemaphoreSlim turns = new(AtOnce);

    public void Dispose() => turns.Dispose();

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

    private async Task<List<TakeOver.Claim>> OnceAsync(Guid incidentId, CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            return (await log.ChangeAsync<List<TakeOver.Claim>>(incidentId, async record => await CallOutNearest.AdvanceAsync(record, widen: false, cancellation), cancellation)).Value ?? [];
        }
        finally
        {
            turns.Release();
        }
    }
}
