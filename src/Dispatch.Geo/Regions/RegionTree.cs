using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Dispatch.Geo.Regions;

/// <summary>
/// All regions of a deployment. Immutable, safe to share between threads; look-ups are a hash, walks are the depth of the tree (at most five).
/// Parents are as stored; nothing is derived from how a code is written.
/// </summary>
public sealed class RegionTree
{
    private readonly FrozenDictionary<string, Region> byCode;
    private readonly ILookup<string, Region> byParent;

    /// <exception cref="ArgumentException">A code twice, a parent that is not there, a parent not above its child, or a path that is not its parent's plus its code.</exception>
    public RegionTree(IEnumerable<Region> regions)
    {
        var all = regions.OrderBy(region => region.Code, StringComparer.Ordinal).ToList();
        if (all.GroupBy(region => region.Code).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Region {twice.Key} is there {twice.Count()} times.", nameof(regions));
        }

        byCode = all.ToFrozenDictionary(region => region.Code, StringComparer.Ordinal);
        byParent = all.Where(region => region.ParentCode is not null).ToLookup(region => region.ParentCode!, StringComparer.Ordinal);
        foreach (var region in all)
        {
            var parent = region.ParentCode is null ? null : Find(region.ParentCode)
                ?? throw new ArgumentException($"The parent {region.ParentCode} of region {region.Code} is not there.", nameof(regions));
            if (parent is not null && parent.Level >= region.Level)
            {
                throw new ArgumentException($"The parent {parent.Code} ({parent.Level}) is not above region {region.Code} ({region.Level}).", nameof(regions));
            }

            if (region.Path != Region.PathUnder(parent?.Path, region.Code))
            {
                throw new ArgumentException($"The path {region.Path} of region {region.Code} is not its parent's path and its code.", nameof(regions));
            }
        }
    }

    public static RegionTree Empty { get; } = new([]);

    /// <summary>Every region, by code.</summary>
    public IEnumerable<Region> All => byCode.Values.OrderBy(region => region.Code, StringComparer.Ordinal);

    public int Count => byCode.Count;

    public Region? Find(string code) => byCode.GetValueOrDefault(code);

    public bool TryFind(string code, [NotNullWhen(true)] out Region? region) => byCode.TryGetValue(code, out region);

    /// <exception cref="KeyNotFoundException">There is no such region.</exception>
    public Region Get(string code) => Find(code) ?? throw new KeyNotFoundException($"There is no region {code}.");

    public Region? ParentOf(Region region) => region.ParentCode is null ? null : Get(region.ParentCode);

    /// <summary>Direct children, by code.</summary>
    public IEnumerable<Region> ChildrenOf(Region region) => byParent[region.Code];

    /// <summary>From the parent up to the root.</summary>
    public IEnumerable<Region> Ancestors(Region region)
    {
        for (var above = ParentOf(region); above is not null; above = ParentOf(above))
        {
            yield return above;
        }
    }

    /// <summary>The region itself, then from the parent up to the root.</summary>
    public IEnumerable<Region> SelfAndAncestors(Region region) => Ancestors(region).Prepend(region);

    /// <summary>
    /// The lowest region with authority that both lie in: who leads an incident that touches both (突发事件应对法 18). Pseudo-levels are passed
    /// over. Null when the two have no such superior in this deployment.
    /// </summary>
    public Region? CommonSuperior(Region a, Region b) =>
        SelfAndAncestors(a).FirstOrDefault(region => region.HasAuthority && b.IsWithin(region));

    /// <summary>The common superior of any number of regions.</summary>
    public Region? CommonSuperior(IReadOnlyCollection<Region> regions) =>
        regions.Count == 0 ? null : SelfAndAncestors(regions.First()).FirstOrDefault(above => above.HasAuthority && regions.All(region => region.IsWithin(above)));

    /// <summary>
    /// The command that leads here: the lowest region with authority, this one or above, at county level or higher. A city without districts
    /// (Dongguan) is its own district. In a deployment that begins below county level it is the highest region with authority.
    /// </summary>
    /// <exception cref="InvalidOperationException">Neither this region nor any above it has authority.</exception>
    public Region DistrictOf(Region region)
    {
        var commanding = SelfAndAncestors(region).Where(above => above.HasAuthority).ToList();
        return commanding.Find(above => above.Level <= RegionLevel.County)
            ?? commanding.LastOrDefault()
            ?? throw new InvalidOperationException($"No region with authority leads {region.Code}.");
    }
}
