using Dispatch.Geo.Matching;
using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Volunteers;

/// <summary>A volunteer turns his duty switch. Off duty his last position is forgotten: location is used only while he may be called.</summary>
internal sealed class SetDuty(IDbContextFactory<DispatchDb> store, TimeProvider time)
{
    internal sealed record Request(string? Duty);

    public async Task<Outcome<VolunteerSelf>> HandleAsync(Caller caller, Request request, CancellationToken cancellation)
    {
        Duty? duty = request.Duty switch { "on" => Duty.On, "off" => Duty.Off, "byHours" => Duty.ByHours, _ => null };
        if (duty is null)
        {
            return Problems.Invalid(new Fault("duty", "应为 on、off 或 byHours", "must be on, off or byHours"));
        }

        await using var db = await store.CreateDbContextAsync(cancellation);
        await using var transaction = await db.BeginAsync(cancellation);
        await db.Volunteers.Where(volunteer => volunteer.Id == caller.VolunteerId && volunteer.Duty != duty)
            .ExecuteUpdateAsync(row => row.SetProperty(volunteer => volunteer.Duty, duty.Value).SetProperty(volunteer => volunteer.DutyChangedAt, time.GetUtcNow()), cancellation);
        if (duty == Duty.Off)
        {
            await db.Positions.Where(position => position.VolunteerId == caller.VolunteerId).ExecuteDeleteAsync(cancellation);
            await Candidates.RefreshAsync(db, [caller.VolunteerId], cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return await VolunteerSelf.ReadAsync(db, caller.VolunteerId, cancellation);
    }
}
