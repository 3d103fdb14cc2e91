using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Volunteers;

/// <summary>
/// A volunteer gives or withdraws a consent, each by itself (个人信息保护法 28-29, 23). What was given stays on record with its time of withdrawal;
/// without consent to be located his last position is destroyed at once.
/// </summary>
internal sealed class SetConsents(IDbContextFactory<DispatchDb> store, ReportPosition positions, TimeProvider time)
{
    internal sealed record Request(bool? Location, bool? RegisteredAddress, bool? CrossRegion);

    public async Task<Outcome<VolunteerSelf>> HandleAsync(Caller caller, Request request, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await store.CreateDbContextAsync(cancellation);
        await using var transaction = await db.BeginAsync(cancellation);

        // The volunteer's row is the lock: two of his devices may say opposite things at once.
        await db.Volunteers.FromSql($"SELECT * FROM volunteers WHERE id = {caller.VolunteerId} FOR UPDATE").ToListAsync(cancellation);
        foreach (var (kind, given) in new[]
        {
            (ConsentKind.Location, request.Location), (ConsentKind.RegisteredAddress, request.RegisteredAddress), (ConsentKind.CrossRegion, request.CrossRegion),
        })
        {
            var live = await db.Consents.SingleOrDefaultAsync(
                consent => consent.VolunteerId == caller.VolunteerId && consent.Kind == kind && consent.WithdrawnAt == null, cancellation);
            if (given == true && live is null)
            {
                db.Consents.Add(new Consent { Id = Guid.CreateVersion7(now), VolunteerId = caller.VolunteerId, Kind = kind, GivenAt = now });
            }
            else if (given == false && live is not null)
            {
                live.WithdrawnAt = now;
            }
        }

        await db.SaveChangesAsync(cancellation);
        if (request.Location == false)
        {
            await db.Positions.Where(position => position.VolunteerId == caller.VolunteerId).ExecuteDeleteAsync(cancellation);
        }

        await Candidates.RefreshAsync(db, [caller.VolunteerId], cancellation);
        await transaction.CommitAsync(cancellation);
        positions.ConsentChanged(caller.VolunteerId);
        return await VolunteerSelf.ReadAsync(db, caller.VolunteerId, cancellation);
    }
}
