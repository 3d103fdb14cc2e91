using Dispatch.Geo.Matching;
using Dispatch.Geo.Regions;

namespace Dispatch.Geo.Tests.Matching;

/// <summary>Requests and people that pass every gate, to be spoiled one fact at a time.</summary>
internal static class Given
{
    public static readonly DateOnly Today = new(2026, 11, 21);
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 14, 30, 0, TimeSpan.FromHours(8));

    public static readonly Ring[] Rings =
    [
        new(1, "440304001001", "44.4403.440304.440304001.440304001001", RegionLevel.Village, "园岭社区"),
        new(2, "440304001", "44.4403.440304.440304001", RegionLevel.Town, "园岭街道"),
        new(3, "440304", "44.4403.440304", RegionLevel.County, "福田区"),
    ];

    public static Guid Id(int n) => new(n, 0, 0, new byte[8]);

    public static Candidate Volunteer(int id, double metres = 500, int ring = 1, int need = 1) => new()
    {
        VolunteerId = Id(id),
        NeedOrdinal = need,
        Ring = ring,
        LocatedBy = LocatedBy.Fix,
        DistanceMetres = metres,
        FixAgeSeconds = 60,
        UncertaintyMetres = 20,
        CertificateFrom = Today.AddYears(-1),
        CertificateUntil = Today.AddYears(1),
        InsuredFrom = Today.AddYears(-1),
        InsuredUntil = Today.AddYears(1),
        DateOfBirth = new DateOnly(1980, 5, 1),
        Fitness = Fitness.Fit,
        Assessment = Assessment.Passed,
        LocationConsent = true,
        AddressConsent = true,
        Duty = Duty.On,
    };

    public static MatchRequest Request(int wanted, params Candidate[] candidates) => Request([Need(1, wanted)], candidates);

    public static MatchRequest Request(NeedToFill[] needs, Candidate[] candidates) => new()
    {
        IncidentId = Id(999),
        At = Now,
        LocalDate = Today,
        Place = new Position(114.055, 22.541),
        RadiusMetres = 5_000,
        Hazardous = true,
        Rings = Rings,
        Needs = needs,
        Candidates = candidates,
    };

    public static NeedToFill Need(int ordinal, int wanted) => new(ordinal, (short)ordinal, $"qualification{ordinal}", wanted);
}
