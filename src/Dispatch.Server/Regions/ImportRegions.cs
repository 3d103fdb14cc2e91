using Dispatch.Geo;
using Dispatch.Geo.Regions;
using Dispatch.Server.Access;
using Dispatch.Server.Imports;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Regions;

/// <summary>
/// A command brings its region tree with boundaries as GeoJSON in a declared datum. First a dry run: what would change, every fault, and what looks
/// careless. Then the same file for good, in one transaction; the same file twice changes nothing. The dry run really writes and then rolls back, so
/// that it is PostGIS itself who judges.
/// </summary>
internal sealed class ImportRegions(IDbContextFactory<DispatchDb> store, GeoBounds bounds)
{
    // Reading 20 MB takes a few hundred megabytes of memory for two seconds: one at a time.
    private static readonly SemaphoreSlim OneAtATime = new(1);

    internal sealed record Report(
        bool DryRun, int ToInsert, int ToUpdate, int Unchanged, IReadOnlyList<RegionFault> Faults, IReadOnlyList<RegionFault> Warnings);

    public static async Task<IResult> Handle(
        HttpRequest request, string? datum, string? boundaryKind, bool? dryRun, Caller caller, ImportRegions import, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        if (!Datums.TryParse(datum, out var declared))
        {
            faults.Add(new("datum", "必须注明坐标系：wgs84、cgcs2000、gcj02 或 bd09", "must be declared: wgs84, cgcs2000, gcj02 or bd09"));
        }

        if (boundaryKind is not ("official" or "schematic"))
        {
            faults.Add(new("boundaryKind", "必须注明边界来源：official（官方）或 schematic（示意图）", "must be stated: official or schematic"));
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        if (await Upload.ReadAsync(request, RegionImport.MostBytes, cancellation) is not { } file)
        {
            return Problems.TooLarge(RegionImport.MostBytes);
        }

        var report = await import.RunAsync(file, declared, boundaryKind!, dryRun == true, caller.RegionPath, cancellation);
        return Upload.Answer(report, [.. report.Faults.Select(fault => new Fault(
            fault.Feature is { } feature ? $"features[{feature}].{fault.Field}" : fault.Field, fault.Message, fault.MessageEn))]);
    }

    /// <summary>An operator imports at or below <paramref name="commandPath"/>; null is the installation itself, which may plant a root.</summary>
    public async Task<Report> RunAsync(byte[] json, Datum datum, string boundaryKind, bool dryRun, string? commandPath, CancellationToken cancellation)
    {
        await OneAtATime.WaitAsync(cancellation);
        try
        {
            var file = RegionImport.Read(json, datum, bounds);
            return file.Faults.Count > 0
                ? new(dryRun, 0, 0, 0, file.Faults, file.Warnings)
                : await CompareAsync(file, boundaryKind, dryRun, commandPath, cancellation);
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private async Task<Report> CompareAsync(RegionFile file, string boundaryKind, bool dryRun, string? commandPath, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        await using var transaction = await db.BeginAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"SET LOCAL statement_timeout = '120s'", cancellation);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('import of regions'))", cancellation);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();

        var plan = RegionPlan.Make(file.Features, await NowAsync(db, file, cancellation), commandPath, boundaryKind);
        List<RegionFault> faults = [.. plan.Faults], warnings = [.. file.Warnings];
        if (faults.Count == 0)
        {
            var features = file.Features.ToDictionary(feature => feature.Code, feature => feature.Feature);
            faults.AddRange((await RegionWriter.BusyAsync(connection, plan, cancellation)).Select(code => new RegionFault(
                features[code], code, "parent", "该区域内有进行中的警情，暂不能改变上级", "cannot move under another parent while an incident is open there")));
            await RegionWriter.WriteAsync(connection, plan, cancellation);
            faults.AddRange((await RegionWriter.InvalidAsync(connection, plan, cancellation)).Select(invalid => new RegionFault(
                features[invalid.Code], invalid.Code, "geometry", $"边界无效：{invalid.Reason}", $"the boundary is not valid: {invalid.Reason}")));
            if (faults.Count == 0)
            {
                warnings.AddRange((await RegionWriter.MisfitsAsync(connection, plan, cancellation)).Select(misfit => misfit.IsParent
                    ? new RegionFault(features[misfit.Code], misfit.Code, "geometry", $"有 {misfit.Share:P0} 的面积在上级 {misfit.Other} 之外：坐标系是否正确？",
                        $"{misfit.Share:P0} of it lies outside its parent {misfit.Other}: is the datum right?")
                    : new RegionFault(features[misfit.Code], misfit.Code, "geometry", $"有 {misfit.Share:P0} 的面积与同级 {misfit.Other} 重叠", $"{misfit.Share:P0} of it lies inside its sibling {misfit.Other}")));
            }
        }

        if (faults.Count == 0 && !dryRun)
        {
            await transaction.CommitAsync(cancellation);
        }

        return new(dryRun, plan.Inserted.Count, plan.Updated.Count, plan.Unchanged, faults, warnings);
    }

    /// <summary>Every region that is there; boundaries, which are large, only of those that the file names.</summary>
    private static async Task<Dictionary<string, RegionRow>> NowAsync(DispatchDb db, RegionFile file, CancellationToken cancellation)
    {
        var codes = file.Features.Select(feature => feature.Code).ToArray();
        var named = await db.Regions.AsNoTracking().Where(region => codes.Contains(region.Code)).ToListAsync(cancellation);
        var others = await db.Regions.Where(region => !codes.Contains(region.Code))
            .Select(region => new RegionRow
            {
                Code = region.Code,
                Name = region.Name,
                Level = region.Level,
                LevelName = region.LevelName,
                ParentCode = region.ParentCode,
                Path = region.Path,
                HasAuthority = region.HasAuthority,
                TimeZone = region.TimeZone,
            }).ToListAsync(cancellation);
        return named.Concat(others).ToDictionary(region => region.Code, StringComparer.Ordinal);
    }
}
