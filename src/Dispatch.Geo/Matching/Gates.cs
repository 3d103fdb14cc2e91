namespace Dispatch.Geo.Matching;

/// <summary>The keys of every rule an explanation can name. Stored with incidents: never rename one.</summary>
public static class Rules
{
    public const string Nearest = "nearest";
    public const string NearerPeopleAsked = "nearerPeopleAsked";
    public const string AskedForOtherNeed = "askedForOtherNeed";
    public const string LeftToOther = "leftToOther";
    public const string CertificateEnded = "certificateEnded";
    public const string CertificateNotYetValid = "certificateNotYetValid";
    public const string InsuranceMissing = "insuranceMissing";
    public const string InsuranceEnded = "insuranceEnded";
    public const string InsuranceNotYetValid = "insuranceNotYetValid";
    public const string NotAdult = "notAdult";
    public const string Unfit = "unfit";
    public const string LimitedFitness = "limitedFitness";
    public const string AssessmentPending = "assessmentPending";
    public const string AssessmentFailed = "assessmentFailed";
    public const string NoConsent = "noConsent";
    public const string NoLendingConsent = "noLendingConsent";
    public const string OffDuty = "offDuty";
    public const string OutsideHours = "outsideHours";
    public const string QuietHours = "quietHours";
    public const string FixTooOld = "fixTooOld";
    public const string PositionUnknown = "positionUnknown";
    public const string BeyondRadius = "beyondRadius";
    public const string Engaged = "engaged";
    public const string AlreadyAsked = "alreadyAsked";
    public const string Resting = "resting";
    public const string AlertBudgetSpent = "alertBudgetSpent";
}

/// <summary>
/// The hard conditions for being asked. One gate is one question with at most one rule as its answer; all are asked of everybody, so that a
/// person hears every reason at once. Pure; nothing overrides them. The order is the order in which reasons are told.
/// </summary>
public static class Gates
{
    /// <summary>A fix older than this says nothing about where a person is.</summary>
    public static readonly TimeSpan FixFreshFor = TimeSpan.FromMinutes(15);

    public const int AdultAge = 18;

    private static readonly Func<Candidate, MatchRequest, string?>[] InOrder =
        [Certificate, Insurance, Adult, Fit, Assessed, Consenting, ConsentingToBeLent, Available, Undisturbed, Located, WithinRadius, NotEngaged, NotYetAsked, Rested, WithinBudget];

    /// <summary>The rules that say no, first the one to be told; empty when the person may be asked.</summary>
    public static IReadOnlyList<string> Refusals(Candidate candidate, MatchRequest request)
    {
        List<string>? refusals = null;
        foreach (var gate in InOrder)
        {
            if (gate(candidate, request) is { } rule)
            {
                (refusals ??= []).Add(rule);
            }
        }

        return refusals ?? (IReadOnlyList<string>)[];
    }

    /// <summary>Whether every gate is open, without collecting reasons: what paging asks of each row.</summary>
    public static bool Pass(Candidate candidate, MatchRequest request) => Array.TrueForAll(InOrder, gate => gate(candidate, request) is null);

    /// <summary>The day of the eighteenth birthday; of one born on 29 February, 1 March.</summary>
    public static DateOnly AdultFrom(DateOnly dateOfBirth)
    {
        var birthday = dateOfBirth.AddYears(AdultAge);
        return birthday.Day == dateOfBirth.Day ? birthday : birthday.AddDays(1);
    }

    private static string? Certificate(Candidate candidate, MatchRequest request) =>
        candidate.CertificateUntil < request.LocalDate ? Rules.CertificateEnded
        : candidate.CertificateFrom > request.LocalDate ? Rules.CertificateNotYetValid
        : null;

    // 志愿服务条例 17: insured before hazardous activity, without exception.
    private static string? Insurance(Candidate candidate, MatchRequest request) =>
        !request.Hazardous ? null
        : candidate.InsuredFrom is null || candidate.InsuredUntil is null ? Rules.InsuranceMissing
        : candidate.InsuredUntil < request.LocalDate ? Rules.InsuranceEnded
        : candidate.InsuredFrom > request.LocalDate ? Rules.InsuranceNotYetValid
        : null;

    // 突发事件应对法 39: adults only.
    private static string? Adult(Candidate candidate, MatchRequest request) =>
        AdultFrom(candidate.DateOfBirth) > request.LocalDate ? Rules.NotAdult : null;

    private static string? Fit(Candidate candidate, MatchRequest request) => candidate.Fitness switch
    {
        Fitness.Unfit => Rules.Unfit,
        Fitness.Limited when request.Hazardous => Rules.LimitedFitness,
        _ => null,
    };

    private static string? Assessed(Candidate candidate, MatchRequest request) => candidate.Assessment switch
    {
        Assessment.Pending => Rules.AssessmentPending,
        Assessment.Failed => Rules.AssessmentFailed,
        _ => null,
    };

    // 个人信息保护法 28-29: located only with consent, by the phone or by the registered address, each its own consent.
    private static string? Consenting(Candidate candidate, MatchRequest request) =>
        candidate.LocationConsent || candidate.AddressConsent ? null : Rules.NoConsent;

    // 个人信息保护法 23: shared with another region only with consent to that.
    private static string? ConsentingToBeLent(Candidate candidate, MatchRequest request) =>
        candidate.LendingConsent == false ? Rules.NoLendingConsent : null;

    private static string? Available(Candidate candidate, MatchRequest request) => candidate.Duty switch
    {
        Duty.Off => Rules.OffDuty,
        Duty.ByHours when !candidate.WithinHours => Rules.OutsideHours,
        _ => null,
    };

    // Weekly hours say when somebody can come, not that he may be woken for what can wait; his own switch says that he is up.
    private static string? Undisturbed(Candidate candidate, MatchRequest request) =>
        request.Quiet == true && candidate.Duty != Duty.On ? Rules.QuietHours : null;

    // Judged here again although the query has already fallen back to the address: what may be used is decided in one place.
    private static string? Located(Candidate candidate, MatchRequest request) =>
        !(candidate.LocationConsent || candidate.AddressConsent) ? null // told as NoConsent
        : IsLocated(candidate) ? null
        : candidate.FixAgeSeconds > FixFreshFor.TotalSeconds ? Rules.FixTooOld
        : Rules.PositionUnknown;

    private static string? WithinRadius(Candidate candidate, MatchRequest request) =>
        IsLocated(candidate) && candidate.DistanceMetres > request.RadiusMetres ? Rules.BeyondRadius : null;

    private static string? NotEngaged(Candidate candidate, MatchRequest request) => candidate.EngagedIn is null ? null : Rules.Engaged;

    // Who said no, stayed silent or turned back is not asked again for the same incident; whose offer was withdrawn said nothing.
    private static string? NotYetAsked(Candidate candidate, MatchRequest request) =>
        candidate.EngagedIn is not null || candidate.AlreadyAsked is null or "recalled" ? null : Rules.AlreadyAsked;

    private static string? Rested(Candidate candidate, MatchRequest request) => candidate.RestedSeconds < request.RestFloorSeconds ? Rules.Resting : null;

    private static string? WithinBudget(Candidate candidate, MatchRequest request) => candidate.RecentAlerts >= request.AlertBudget ? Rules.AlertBudgetSpent : null;

    private static bool IsLocated(Candidate candidate) => candidate.DistanceMetres is { } metres && double.IsFinite(metres) && candidate.LocatedBy switch
    {
        LocatedBy.Fix => candidate.LocationConsent && candidate.FixAgeSeconds <= FixFreshFor.TotalSeconds,
        LocatedBy.Address => candidate.AddressConsent,
        _ => false,
    };
}
