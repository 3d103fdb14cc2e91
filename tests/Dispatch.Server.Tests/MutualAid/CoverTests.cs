using Dispatch.Geo;
using Dispatch.Geo.Waves;
using Dispatch.Server.MutualAid;

namespace Dispatch.Server.Tests.MutualAid;

/// <summary>What remains of a region's cover: pure arithmetic over who could come.</summary>
public sealed class CoverTests
{
    private const short Medical = 15, Water = 13;

    private static readonly Position Station = new(114.05, 22.55);

    [Fact]
    public void As_many_are_lent_as_the_floor_allows_and_nobody_who_does_not_count_is_held_back()
    {
        var holders = Enumerable.Range(0, 4).Select(i => At(i, Medical, 1_000)).ToList();
        var elsewhere = At(9, Medical, 9_000);
        Floor[] floors = [Keep(2, metres: 5_000)];

        var lent = Cover.Most(floors, [.. holders, elsewhere], [.. holders.Select(one => one.VolunteerId), elsewhere.VolunteerId], most: 10);

        Assert.Equal([holders[0].VolunteerId, holders[1].VolunteerId, elsewhere.VolunteerId], lent);
    }

    [Fact]
    public void A_floor_that_is_missed_already_lends_nobody_who_counts_and_lets_the_others_go()
    {
        var one = At(1, Medical, 1_000);
        var swimmer = At(2, Water, 1_000);

        Assert.Equal([swimmer.VolunteerId], Cover.Most([Keep(2)], [one, swimmer], [one.VolunteerId, swimmer.VolunteerId], most: 10));
        Assert.True(Assert.Single(Cover.After([Keep(2)], [one, swimmer], [one.VolunteerId])).Breaks);
    }

    [Fact]
    public void One_person_counts_once_for_a_floor_however_many_rows_he_has()
    {
        var one = At(1, Medical, 1_000);

        Assert.Equal((1, 0), (Assert.Single(Cover.After([Keep(1)], [one, one], [])).Now, Assert.Single(Cover.After([Keep(1)], [one, one], [one.VolunteerId])).After));
    }

    [Theory]
    [InlineData(Means.Car, 1_000, true)] // 72 s + 1000 x 1.3 / 6.9 x 1.6 = 373 s
    [InlineData(Means.Undeclared, 1_000, false)] // 72 s + 1000 x 1.3 / 2.3 x 1.6 = 976 s
    [InlineData(Means.Undeclared, 500, true)] // 524 s
    public void Minutes_are_to_set_out_and_to_come_by_the_means_declared(Means means, double metres, bool counts) =>
        Assert.Equal(counts, Keep(1, minutes: 10).Counts(At(1, Medical, metres) with { Means = means }));

    [Fact]
    public void A_floor_says_in_words_what_it_keeps()
    {
        Assert.Equal(("保留 2 名应急救护（区医院 10 分钟内）", "keep 2 Emergency first aid within 10 min of 区医院"), (Keep(2, minutes: 10).Zh, Keep(2, minutes: 10).En));
        Assert.Equal(("保留 2 名应急救护", "keep 2 Emergency first aid"), (Keep(2).Zh, Keep(2).En));
    }

    private static Floor Keep(int count, int? metres = null, int? minutes = null) =>
        new(Guid.NewGuid(), Medical, "应急救护", "Emergency first aid", count, metres is null && minutes is null ? null : Station, "区医院", metres, minutes);

    private static Holder At(int number, short qualification, double metresNorth) =>
        new(new Guid(number, 0, 0, new byte[8]), qualification, new(Station.Longitude, Station.Latitude + (metresNorth / 110_574)), Means.Undeclared);
}
