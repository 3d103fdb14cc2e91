using Dispatch.Geo.Waves;
using Xunit;

namespace Dispatch.Geo.Tests.Waves;

public sealed class ResponseModelTests
{
    private static readonly ResponseModel Fresh = ResponseModel.Published(HourClass.Working);

    [Fact]
    public void Before_anything_is_learned_the_publications_speak()
    {
        Assert.InRange(Fresh.AcceptRate(ResponseRecord.None), 0.17, 0.47);
        Assert.Equal(102, Fresh.AcceptMedianSeconds + Fresh.SetOutSeconds); // turnout by day 1:42, by night 2:22
        Assert.Equal(142, ResponseModel.Published(HourClass.Night).AcceptMedianSeconds + ResponseModel.Published(HourClass.Night).SetOutSeconds);
    }

    [Fact]
    public void A_person_is_shrunk_to_everybody_and_everybody_to_the_publications()
    {
        // Beta(8 * .3 + 4, 8 * .7 + 4) has the mean 6.4 / 16.
        Assert.Equal(0.4, Fresh.AcceptRate(new(8, 4, 4)), 1e-12);
        Assert.Equal(((8 * 0.28) + 4) / 16, Fresh.DeclineRate(new(8, 4, 4)), 1e-12);

        var learned = Fresh with { Everybody = new(950, 85, 300) }; // (50 * .3 + 85) / 1000
        Assert.Equal(0.1, learned.AcceptRate(ResponseRecord.None), 1e-12);
        Assert.Equal(0.9, learned.AcceptRate(new(1e9, 0.9e9, 0)), 1e-6); // who has been asked often is judged by himself
    }

    [Fact]
    public void One_refusal_is_no_verdict() => Assert.InRange(Fresh.AcceptRate(new(1, 0, 1)), 0.25, 0.3);

    [Theory]
    [InlineData("2026-11-20T22:00", HourClass.Night)]
    [InlineData("2026-11-21T05:59", HourClass.Night)]
    [InlineData("2026-11-20T06:00", HourClass.Leisure)]
    [InlineData("2026-11-20T08:00", HourClass.Working)]
    [InlineData("2026-11-20T17:59", HourClass.Working)]
    [InlineData("2026-11-20T18:00", HourClass.Leisure)]
    [InlineData("2026-11-21T12:00", HourClass.Leisure)] // a Saturday
    public void The_hours_are_those_of_the_place(string local, HourClass hours) =>
        Assert.Equal(hours, ResponseModel.HoursOf(DateTime.Parse(local, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Half_answer_by_the_median_and_everybody_who_answers_by_the_end_of_the_offer()
    {
        var delay = new AnswerDelay(30, double.PositiveInfinity);
        Assert.Equal(0.5, new AnswerDelay(30, 1e9).CameWithin(30), 1e-9);
        Assert.Equal(0.9, new AnswerDelay(30, 1e9).CameWithin(90), 1e-9);
        Assert.Equal(1, new AnswerDelay(30, 45).CameWithin(45));
        Assert.Equal(0, delay.CameWithin(0));
    }

    [Theory]
    [InlineData(Means.Undeclared, 2.3)]
    [InlineData(Means.Car, 6.9)]
    public void The_way_takes_the_published_speeds(Means means, double speed) => Assert.Equal(1_000 * Travel.Detour / speed, Travel.Seconds(1_000, means), 1e-9);

    [Fact]
    public void A_plan_counts_on_a_slower_way_than_the_usual() => Assert.Equal(1.6 * Travel.Seconds(500, Means.Foot), Travel.SafeSeconds(500, Means.Foot), 1e-9);
}
