using Dispatch.Geo;
using Dispatch.Server.Access;
using Dispatch.Server.Policies;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.MutualAid;

/// <summary>A region sets what it keeps for itself, and lifts it again. Orders on record.</summary>
internal static class Reserves
{
    internal sealed record Request(
        Guid? CommandId, string? Region, string? Qualification, int? Count, PlaceRequest? Position, string? Place, int? WithinMetres, int? WithinMinutes, string? Reason);

    internal sealed record PlaceRequest(double? Longitude, double? Latitude, string? Datum);

    internal sealed record Lift(Guid? CommandId, string? Reason);

    public static async Task<IResult> Set(Guid id, Request request, Caller caller, IDbContextFactory<DispatchDb> store, GeoBounds bounds, TimeProvider time, CancellationToken cancellation)
    {
        var faults = RegionCommands.Check(request.CommandId, request.Reason);
        await using var db = await store.CreateDbContextAsync(cancellation);
        var qualification = await db.Qualifications.AsNoTracking().SingleOrDefaultAsync(row => row.Key == request.Qualification, cancellation);
        if (qualification is null)
        {
            faults.Add(new("qualification", "没有这个资质，见 GET /api/qualifications", "no such qualification, see GET /api/qualifications"));
        }

        if (request.Count is not (>= 1 and <= 500))
        {
            faults.Add(new("count", "人数应为 1 至 500", "must be 1 to 500"));
        }

        Within(faults, "withinMetres", request.WithinMetres, 100, 500_000);
        Within(faults, "withinMinutes", request.WithinMinutes, 1, 1_440);
        if (request.WithinMetres is not null && request.WithinMinutes is not null)
        {
            faults.Add(new("withinMinutes", "距离和时间只能选一个", "a floor is bound by metres or by minutes, not by both"));
        }

        var bounded = request.WithinMetres is not null || request.WithinMinutes is not null;
        Position? place = null;
        if (bounded)
        {
            Text.Check(faults, "place", request.Place, 100);
            place = Places.Read(faults, "position", request.Position?.Longitude, request.Position?.Latitude, request.Position?.Datum, bounds);
        }
        else if (request.Position is not null)
        {
            faults.Add(new("withinMetres", "给出位置时须给出距离或时间", "a place needs a distance or a time"));
        }

        if (await CommandedRegion.FindAsync(db, request.Region, caller, faults, cancellation) is null || faults.Count > 0)
        {
            return faults.Count > 0 ? Problems.Invalid(faults) : Problems.NotFound("属地", "region");
        }

        var refusal = await RegionOrder.CarryOutAsync(
            store, request.CommandId!.Value, request.Region!, "floorSet", caller.AccountId, request.Reason!,
            async (writing, _) =>
            {
                if (await writing.ReserveFloors.AnyAsync(floor => floor.Id == id, cancellation))
                {
                    return (Problems.Conflict("此保底编号已使用", "This id is a floor already"), null, null);
                }

                writing.ReserveFloors.Add(new()
                {
                    Id = id,
                    Region = request.Region!,
                    QualificationId = qualification!.Id,
                    Count = (short)request.Count!.Value,
                    Location = place?.ToPoint(),
                    Place = bounded ? request.Place!.Trim() : null,
                    WithinMetres = request.WithinMetres,
                    WithinMinutes = (short?)request.WithinMinutes,
                });
                return (null, null, new { id, qualification = qualification.Key, request.Count, request.Place, request.WithinMetres, request.WithinMinutes });
            },
            cancellation);
        return refusal ?? await ReadAid.Handle(caller, store, time, cancellation);
    }

    public static async Task<IResult> Remove(Guid id, Lift request, Caller caller, IDbContextFactory<DispatchDb> store, TimeProvider time, CancellationToken cancellation)
    {
        var faults = RegionCommands.Check(request.CommandId, request.Reason);
        await using var db = await store.CreateDbContextAsync(cancellation);
        var region = await db.ReserveFloors.Where(floor => floor.Id == id).Select(floor => floor.Region).SingleOrDefaultAsync(cancellation);
        if (faults.Count > 0 || region is null || await CommandedRegion.FindAsync(db, region, caller, faults, cancellation) is null)
        {
            return faults.Count > 0 ? Problems.Invalid(faults) : Problems.NotFound("保底", "reserve floor");
        }

        var refusal = await RegionOrder.CarryOutAsync(
            store, request.CommandId!.Value, region, "floorRemoved", caller.AccountId, request.Reason!,
            async (writing, at) =>
            {
                var floor = await writing.ReserveFloors.SingleAsync(floor => floor.Id == id, cancellation);
                if (floor.EndedAt is not null)
                {
                    return (Problems.Conflict("此保底已取消", "This floor was lifted already"), null, null);
                }

                floor.EndedAt = at;
                return (null, new { id, floor.Count }, null);
            },
            cancellation);
        return refusal ?? await ReadAid.Handle(caller, store, time, cancellation);
    }

    private static void Within(List<Fault> faults, string field, int? value, int least, int most)
    {
        if (value is { } given && (given < least || given > most))
        {
            faults.Add(new(field, $"应为 {least} 至 {most}", $"must be {least} to {most}"));
        }
    }
}
