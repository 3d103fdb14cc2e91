using Dispatch.Geo.Regions;
using Dispatch.Server.Access;

namespace Dispatch.Server.Regions;

/// <summary>
/// Compares the regions of an import with those that are there: what would be inserted, updated, left alone, and every fault at once. Pure.
/// A region that the file does not name is never touched, and none is ever removed.
/// </summary>
internal sealed class RegionPlan
{
    private readonly List<RegionFault> faults = [];
    private readonly List<RegionRow> inserted = [], updated = [];

    private RegionPlan()
    {
    }

    public IReadOnlyList<RegionFault> Faults => faults;

    /// <summary>Parents before children.</summary>
    public IReadOnlyList<RegionRow> Inserted => inserted;

    public IReadOnlyList<RegionRow> Updated => updated;

    /// <summary>Those of the updated that hang under another parent than before.</summary>
    public IReadOnlyList<string> Moved { get; private set; } = [];

    public int Unchanged { get; private set; }

    /// <summary>
    /// <paramref name="now"/> holds every region that is there, with the boundaries at least of those the file names. An operator imports only at or
    /// below his own region, <paramref name="commandPath"/>; null for the installation itself, which may plant a root.
    /// </summary>
    public static RegionPlan Make(IReadOnlyList<RegionFeature> stated, IReadOnlyDictionary<string, RegionRow> now, string? commandPath, string boundaryKind)
    {
        var plan = new RegionPlan();
        var byCode = new Dictionary<string, RegionFeature>(StringComparer.Ordinal);
        foreach (var region in stated.Where(region => !byCode.TryAdd(region.Code, region)))
        {
            plan.Fault(region, "code", $"代码与第 {byCode[region.Code].Feature + 1} 个要素重复", $"the code is already on feature {byCode[region.Code].Feature}");
        }

        var moved = new List<string>();
        foreach (var region in byCode.Values.OrderBy(region => region.Level).ThenBy(region => region.Code, StringComparer.Ordinal))
        {
            var there = now.GetValueOrDefault(region.Code);
            if (plan.PathOf(region, byCode, now) is not { } path)
            {
                continue;
            }

            if (commandPath is not null && (!Caller.Covers(commandPath, path) || (there is not null && !Caller.Covers(commandPath, there.Path))))
            {
                plan.Fault(region, "code", "不在您的辖区内", "is not in your region");
                continue;
            }

            if (region.Boundary is null && there?.Boundary is null)
            {
                plan.Fault(region, "geometry", "缺少边界", "a new region needs its boundary");
                continue;
            }

            plan.Compare(region, there, path, boundaryKind);
            if (there is not null && there.ParentCode != region.Parent)
            {
                moved.Add(region.Code);
            }
        }

        plan.Moved = moved;
        plan.faults.Sort((a, b) => Nullable.Compare(a.Feature, b.Feature));
        return plan;
    }

    private void Compare(RegionFeature region, RegionRow? there, string path, string boundaryKind)
    {
        var row = new RegionRow
        {
            Code = region.Code,
            Name = region.Name,
            NameEn = region.NameEn ?? there?.NameEn,
            Level = (short)region.Level,
            LevelName = region.LevelName,
            ParentCode = region.Parent,
            Path = path,
            HasAuthority = region.HasAuthority,
            TimeZone = region.TimeZone,
            Boundary = region.Boundary ?? there?.Boundary,
            BoundaryKind = region.Boundary is null ? there?.BoundaryKind : boundaryKind,
        };
        if (there is null)
        {
            inserted.Add(row);
        }
        else if ((row.Name, row.NameEn, row.Level, row.LevelName, row.ParentCode, row.Path, row.HasAuthority, (row.TimeZone, row.BoundaryKind))
            == (there.Name, there.NameEn, there.Level, there.LevelName, there.ParentCode, there.Path, there.HasAuthority, (there.TimeZone, there.BoundaryKind))
            && row.Boundary!.EqualsExact(there.Boundary))
        {
            Unchanged++;
        }
        else
        {
            updated.Add(row);
        }
    }

    /// <summary>Parents may stand in the same file, in any order.</summary>
    private string? PathOf(RegionFeature region, Dictionary<string, RegionFeature> stated, IReadOnlyDictionary<string, RegionRow> now)
    {
        var codes = new List<string> { region.Code };
        for (var child = region; child.Parent is { } code;)
        {
            if (stated.TryGetValue(code, out var parent))
            {
                if (parent.Level >= child.Level)
                {
                    Fault(region, "parent", $"上级 {code} 的层级不高于下级 {child.Code}", $"the parent {code} is not of a higher level than {child.Code}");
                    return null;
                }

                codes.Insert(0, code);
                child = parent;
            }
            else if (now.TryGetValue(code, out var above))
            {
                if (above.Level >= (short)child.Level)
                {
                    Fault(region, "parent", $"上级 {code} 的层级不高于下级 {child.Code}", $"the parent {code} is not of a higher level than {child.Code}");
                    return null;
                }

                return $"{above.Path}.{string.Join('.', codes)}";
            }
            else
            {
                Fault(region, "parent", $"没有上级 {code}：文件中没有，系统中也没有", $"there is no parent {code}, neither in the file nor here");
                return null;
            }
        }

        return string.Join('.', codes);
    }

    private void Fault(RegionFeature region, string field, string message, string messageEn) =>
        faults.Add(new(region.Feature, region.Code, field, message, messageEn));
}
