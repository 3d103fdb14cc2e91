namespace Dispatch.Geo.Regions;

/// <summary>How far the tree is opened: everybody at home in <paramref name="Path"/> or below, less those of the rings before. Numbers begin at 1.</summary>
public sealed record Ring(int Number, string RegionCode, string Path, RegionLevel Level, string Name);

/// <summary>The order in which the regions around an incident are opened.</summary>
public static class Ladder
{
    /// <summary>
    /// The rings of an incident in <paramref name="place"/>, innermost first: from <paramref name="firstRing"/>, the category's first ring level,
    /// up to the incident's district and no farther; beyond it the law asks for another command's consent. A level that is missing here is
    /// skipped, as is a pseudo-level without authority, and a place known only at a higher level than the first ring begins where it is known.
    /// Never empty; the last ring is the district.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nobody has authority over the place.</exception>
    public static IReadOnlyList<Ring> Rings(RegionTree tree, Region place, RegionLevel firstRing)
    {
        var district = tree.DistrictOf(place);
        return
        [
            .. tree.SelfAndAncestors(place)
                .Where(region => region.HasAuthority && region.IsWithin(district) && (region.Level <= firstRing || region == district))
                .Select((region, index) => new Ring(index + 1, region.Code, region.Path, region.Level, region.Name)),
        ];
    }
}
