using Dispatch.Geo.Regions;
using Xunit;

namespace Dispatch.Geo.Tests.Regions;

public sealed class RegionTreeTests
{
    private static readonly Dictionary<string, string> Paths = [];

    // Shenzhen with a full ladder, Dongguan without districts, Haikou under a statistical pseudo-level, and a county led by its province.
    private static readonly RegionTree Tree = new(
    [
        R("44", null, RegionLevel.Province), R("4403", "44", RegionLevel.City), R("440304", "4403", RegionLevel.County), R("440305", "4403", RegionLevel.County),
        R("440304001", "440304", RegionLevel.Town), R("440304002", "440304", RegionLevel.Town), R("440304001001", "440304001", RegionLevel.Village),
        R("4419", "44", RegionLevel.City), R("441900003", "4419", RegionLevel.Town), R("441900003001", "441900003", RegionLevel.Village),
        R("46", null, RegionLevel.Province), R("4690", "46", RegionLevel.City) with { HasAuthority = false }, R("469001", "4690", RegionLevel.County),
        R("469002", "4690", RegionLevel.County), R("469001100", "469001", RegionLevel.Town),
    ]);

    private static Region R(string code, string? parent, RegionLevel level)
    {
        var path = Region.PathUnder(parent is null ? null : Paths[parent], code);
        Paths[code] = path;
        return new Region(code, $"region {code}", parent, level, "x", path);
    }

    [Theory]
    [InlineData("440304001001", "440304002", "440304")]
    [InlineData("440304001001", "440304001", "440304001")]
    [InlineData("440304001", "440305", "4403")]
    [InlineData("440304001", "441900003", "44")]
    [InlineData("469001100", "469002", "46")] // past the pseudo-level
    [InlineData("440304", "440304", "440304")]
    public void The_common_superior_is_the_lowest_with_authority_over_both(string a, string b, string expected)
    {
        Assert.Equal(expected, Tree.CommonSuperior(Tree.Get(a), Tree.Get(b))!.Code);
        Assert.Equal(expected, Tree.CommonSuperior(Tree.Get(b), Tree.Get(a))!.Code);
        Assert.Equal(expected, Tree.CommonSuperior([Tree.Get(a), Tree.Get(b), Tree.Get(a)])!.Code);
    }

    [Fact]
    public void Two_provinces_have_no_common_superior_here() => Assert.Null(Tree.CommonSuperior(Tree.Get("440304"), Tree.Get("469001")));

    [Theory]
    [InlineData("440304001001", "440304")]
    [InlineData("440304", "440304")]
    [InlineData("441900003001", "4419")] // a city without districts is its own district
    [InlineData("4403", "4403")]
    [InlineData("4690", "46")]
    public void The_district_is_the_lowest_command_at_county_level_or_above(string code, string expected) =>
        Assert.Equal(expected, Tree.DistrictOf(Tree.Get(code)).Code);

    [Fact]
    public void A_deployment_of_one_town_is_led_by_the_town_and_one_without_authority_by_nobody()
    {
        var town = new Region("440304001", "t", null, RegionLevel.Town, "x", "440304001");
        Assert.Equal(town, new RegionTree([town]).DistrictOf(town));
        var powerless = town with { HasAuthority = false };
        Assert.Throws<InvalidOperationException>(() => new RegionTree([powerless]).DistrictOf(powerless));
    }

    [Theory]
    [InlineData("440304001001", RegionLevel.Village, "440304001001 440304001 440304")]
    [InlineData("440304001001", RegionLevel.Town, "440304001 440304")]
    [InlineData("440304001001", RegionLevel.County, "440304")]
    [InlineData("440304002", RegionLevel.Village, "440304002 440304")] // no communities drawn here
    [InlineData("441900003001", RegionLevel.Village, "441900003001 441900003 4419")]
    [InlineData("441900003001", RegionLevel.County, "4419")]
    [InlineData("4403", RegionLevel.Village, "4403")]
    [InlineData("469001100", RegionLevel.Town, "469001100 469001")]
    public void The_ladder_climbs_from_the_first_ring_to_the_district_and_no_farther(string place, RegionLevel first, string expected)
    {
        var rings = Ladder.Rings(Tree, Tree.Get(place), first);
        Assert.Equal(expected, string.Join(' ', rings.Select(ring => ring.RegionCode)));
        Assert.Equal(Enumerable.Range(1, rings.Count), rings.Select(ring => ring.Number));
        Assert.All(rings, ring => Assert.Equal(Tree.Get(ring.RegionCode).Path, ring.Path));
    }

    [Fact]
    public void Within_is_by_whole_codes_not_by_their_first_digits()
    {
        Assert.True(Region.IsWithin("44.4403.440304", "44.4403"));
        Assert.True(Region.IsWithin("44.4403", "44.4403"));
        Assert.False(Region.IsWithin("44.44031", "44.4403"));
        Assert.False(Region.IsWithin("44", "44.4403"));
    }

    [Fact]
    public void A_tree_that_cannot_be_is_refused()
    {
        var root = new Region("44", "r", null, RegionLevel.Province, "x", "44");
        Assert.Throws<ArgumentException>(() => new RegionTree([root, root]));
        Assert.Throws<ArgumentException>(() => new RegionTree([new Region("4403", "c", "44", RegionLevel.City, "x", "44.4403")]));
        Assert.Throws<ArgumentException>(() => new RegionTree([root, new Region("4403", "c", "44", RegionLevel.Province, "x", "44.4403")]));
        Assert.Throws<ArgumentException>(() => new RegionTree([root, new Region("4403", "c", "44", RegionLevel.City, "x", "4403")]));
        Assert.Throws<KeyNotFoundException>(() => Tree.Get("99"));
        Assert.Equal(0, RegionTree.Empty.Count);
        Assert.Equal(["440304", "440305"], Tree.ChildrenOf(Tree.Get("4403")).Select(region => region.Code));
    }
}
