using Dispatch.Geo.Matching;
using Xunit;

namespace Dispatch.Geo.Tests.Matching;

public sealed class GatesTests
{
    private static readonly DateOnly Today = Given.Today;

    private static IReadOnlyList<string> Refusals(Func<Candidate, Candidate> spoil, bool hazardous = true)
    {
        var candidate = spoil(Given.Volunteer(1));
        var request = Given.Request(1, candidate) with { Hazardous = hazardous };
        var refusals = Gates.Refusals(candidate, request);
        Assert.Equal(refusals.Count == 0, Gates.Pass(candidate, request));
        return refusals;
    }

    [Fact]
    public void One_who_has_everything_passes() => Assert.Empty(Refusals(c => c));

    [Fact]
    public void A_certificate_counts_on_its_last_day_and_not_on_the_next()
    {
        Assert.Empty(Refusals(c => c with { CertificateUntil = Today }));
        Assert.Equal([Rules.CertificateEnded], Refusals(c => c with { CertificateUntil = Today.AddDays(-1) }));
        Assert.Empty(Refusals(c => c with { CertificateUntil = null }));
        Assert.Empty(Refusals(c => c with { CertificateFrom = Today }));
        Assert.Equal([Rules.CertificateNotYetValid], Refusals(c => c with { CertificateFrom = Today.AddDays(1) }));
    }

    [Fact]
    public void Hazardous_work_needs_insurance_on_that_day_and_nothing_overrides_it()
    {
        Assert.Empty(Refusals(c => c with { InsuredUntil = Today }));
        Assert.Equal([Rules.InsuranceEnded], Refusals(c => c with { InsuredUntil = Today.AddDays(-1) }));
        Assert.Equal([Rules.InsuranceNotYetValid], Refusals(c => c with { InsuredFrom = Today.AddDays(1) }));
        Assert.Equal([Rules.InsuranceMissing], Refusals(c => c with { InsuredFrom = null, InsuredUntil = null }));
    }

    [Fact]
    public void Other_work_does_not_ask_for_insurance_and_takes_limited_fitness()
    {
        Assert.Empty(Refusals(c => c with { InsuredFrom = null, InsuredUntil = null, Fitness = Fitness.Limited }, hazardous: false));
        Assert.Equal([Rules.LimitedFitness], Refusals(c => c with { Fitness = Fitness.Limited }));
        Assert.Equal([Rules.Unfit], Refusals(c => c with { Fitness = Fitness.Unfit }, hazardous: false));
    }

    [Fact]
    public void One_is_adult_from_the_eighteenth_birthday()
    {
        Assert.Empty(Refusals(c => c with { DateOfBirth = Today.AddYears(-18) }));
        Assert.Equal([Rules.NotAdult], Refusals(c => c with { DateOfBirth = Today.AddYears(-18).AddDays(1) }));
        Assert.Equal(new DateOnly(2026, 3, 1), Gates.AdultFrom(new DateOnly(2008, 2, 29)));
        Assert.Equal(new DateOnly(2026, 2, 28), Gates.AdultFrom(new DateOnly(2008, 2, 28)));
    }

    [Fact]
    public void Who_served_lately_rests_and_who_was_alerted_often_enough_is_spared_where_the_policy_says_so()
    {
        IReadOnlyList<string> Judge(Candidate candidate, int? budget, double? rest) =>
            Gates.Refusals(candidate, Given.Request(1, candidate) with { AlertBudget = budget, RestFloorSeconds = rest });
        var tired = Given.Volunteer(1) with { RestedSeconds = 3_599, RecentAlerts = 10 };

        Assert.Equal([Rules.Resting, Rules.AlertBudgetSpent], Judge(tired, 10, 3_600));
        Assert.Empty(Judge(tired, 11, 3_599));
        Assert.Empty(Judge(tired, null, null)); // where life is at stake nobody is spared
        Assert.Empty(Judge(Given.Volunteer(1), 1, 3_600));
    }

    [Fact]
    public void Only_a_passed_assessment_counts()
    {
        Assert.Equal([Rules.AssessmentPending], Refusals(c => c with { Assessment = Assessment.Pending }));
        Assert.Equal([Rules.AssessmentFailed], Refusals(c => c with { Assessment = Assessment.Failed }));
    }

    [Fact]
    public void A_fix_counts_for_fifteen_minutes_and_only_with_consent_to_be_located()
    {
        Assert.Empty(Refusals(c => c with { FixAgeSeconds = 900 }));
        Assert.Equal([Rules.FixTooOld], Refusals(c => c with { FixAgeSeconds = 900.001 }));
        Assert.Equal([Rules.PositionUnknown], Refusals(c => c with { LocationConsent = false }));
        Assert.Equal([Rules.NoConsent], Refusals(c => c with { LocationConsent = false, AddressConsent = false, LocatedBy = null, DistanceMetres = null }));
    }

    [Fact]
    public void An_address_counts_only_with_consent_to_its_use()
    {
        Assert.Empty(Refusals(c => c with { LocatedBy = LocatedBy.Address, FixAgeSeconds = null, LocationConsent = false }));
        Assert.Equal([Rules.PositionUnknown], Refusals(c => c with { LocatedBy = LocatedBy.Address, FixAgeSeconds = null, AddressConsent = false }));
        Assert.Equal([Rules.FixTooOld], Refusals(c => c with { LocatedBy = null, DistanceMetres = null, FixAgeSeconds = 4_000, AddressConsent = false }));
        Assert.Equal([Rules.PositionUnknown], Refusals(c => c with { LocatedBy = null, DistanceMetres = null, FixAgeSeconds = null }));
        Assert.Equal([Rules.PositionUnknown], Refusals(c => c with { DistanceMetres = double.NaN }));
    }

    [Fact]
    public void The_radius_bounds_where_one_is_not_where_one_lives()
    {
        Assert.Empty(Refusals(c => c with { DistanceMetres = 5_000 }));
        Assert.Equal([Rules.BeyondRadius], Refusals(c => c with { DistanceMetres = 5_000.001 }));
    }

    [Fact]
    public void Duty_is_a_switch_or_the_weekly_hours()
    {
        Assert.Equal([Rules.OffDuty], Refusals(c => c with { Duty = Duty.Off, WithinHours = true }));
        Assert.Equal([Rules.OutsideHours], Refusals(c => c with { Duty = Duty.ByHours, WithinHours = false }));
        Assert.Empty(Refusals(c => c with { Duty = Duty.ByHours, WithinHours = true }));
        Assert.Empty(Refusals(c => c with { Duty = Duty.On, WithinHours = false }));
    }

    [Theory]
    [InlineData("declined")]
    [InlineData("expired")]
    [InlineData("turnedBack")]
    [InlineData("released")]
    [InlineData("standby")]
    public void Who_has_answered_or_let_it_expire_is_not_asked_again(string state) =>
        Assert.Equal([Rules.AlreadyAsked], Refusals(c => c with { AlreadyAsked = state }));

    [Fact]
    public void Whose_offer_was_withdrawn_may_be_asked_again_and_who_is_engaged_may_not()
    {
        Assert.Empty(Refusals(c => c with { AlreadyAsked = "recalled" }));
        Assert.Equal([Rules.Engaged], Refusals(c => c with { EngagedIn = Given.Id(5) }));
        Assert.Equal([Rules.Engaged], Refusals(c => c with { EngagedIn = Given.Id(999), AlreadyAsked = "accepted" }));
    }

    [Fact]
    public void Every_reason_is_told_at_once_the_certificate_first() =>
        Assert.Equal(
            [Rules.CertificateEnded, Rules.InsuranceMissing, Rules.NotAdult, Rules.Unfit, Rules.AssessmentFailed, Rules.NoConsent, Rules.OffDuty, Rules.Engaged],
            Refusals(c => c with
            {
                CertificateUntil = Today.AddDays(-1), InsuredFrom = null, InsuredUntil = null, DateOfBirth = Today, Fitness = Fitness.Unfit,
                Assessment = Assessment.Failed, LocationConsent = false, AddressConsent = false, Duty = Duty.Off, EngagedIn = Given.Id(5),
            }));
}
