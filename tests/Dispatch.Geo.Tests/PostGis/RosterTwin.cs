using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;

namespace Dispatch.Geo.Tests.PostGis;

/// <summary>What the database should know of a person for a need, worked out in the plainest way: the slow twin of the candidates' rows.</summary>
internal static class RosterTwin
{
    public static readonly Dictionary<string, string> Paths = new()
    {
        ["440304001001"] = "44.4403.440304.440304001.440304001001",
        ["440304001002"] = "44.4403.440304.440304001.440304001002",
        ["440304002001"] = "44.4403.440304.440304002.440304002001",
        ["440305001001"] = "44.4403.440305.440305001.440305001001",
    };

    public static Candidate? CandidateOf(Person p, NeedToFill need, MatchQuestion question)
    {
        var held = p.Certificates.Where(c => c.Qualification == need.QualificationId || (c.Qualification == 902 && need.QualificationId == 900)).ToList();
        var ring = question.Rings.Where(r => Region.IsWithin(Paths[p.Home], r.Path)).Select(r => (int?)r.Number).Min();
        if (held.Count == 0 || ring is null)
        {
            return null;
        }

        var fresh = p.Fix is not null && p.LocationConsent && question.At - p.FixAt <= Gates.FixFreshFor;
        var at = fresh ? p.Fix : p.AddressConsent ? p.Address : null;
        double? metres = at is null ? null : Math.Round(Distance.Metres(question.Place, at.Value), 3);
        if (metres > question.RadiusMetres)
        {
            return null;
        }

        var (certifiedFrom, certifiedUntil) = Told(question.LocalDate, [.. held.Select(c => (c.From, c.Until ?? DateOnly.MaxValue))]);
        var (insuredFrom, insuredUntil) = Told(question.LocalDate, p.Insurances);
        var local = question.At.ToOffset(TimeSpan.FromHours(8));
        return new Candidate
        {
            VolunteerId = p.Id, NeedOrdinal = need.Ordinal, Ring = ring.Value,
            LocatedBy = at is null ? null : fresh ? LocatedBy.Fix : LocatedBy.Address,
            DistanceMetres = metres,
            FixAgeSeconds = p.Fix is null || !p.LocationConsent || (at is not null && !fresh) ? null : (question.At - p.FixAt).TotalSeconds,
            UncertaintyMetres = at is null ? null : fresh ? p.Accuracy : p.Uncertainty,
            CertificateFrom = certifiedFrom!.Value, CertificateUntil = certifiedUntil == DateOnly.MaxValue ? null : certifiedUntil,
            InsuredFrom = insuredFrom, InsuredUntil = insuredUntil,
            DateOfBirth = p.Born,
            Fitness = Enum.Parse<Fitness>(p.Fitness, true), Assessment = Enum.Parse<Assessment>(p.Assessment, true), Duty = Enum.Parse<Duty>(p.Duty, true),
            LocationConsent = p.LocationConsent, AddressConsent = p.AddressConsent,
            WithinHours = p.Duty == "byHours" && p.Hours.Any(h => h.Weekday == (int)local.DayOfWeek && TimeOnly.FromDateTime(local.DateTime) >= h.From
                && (h.To == "24:00" || TimeOnly.FromDateTime(local.DateTime) < TimeOnly.Parse(h.To, System.Globalization.CultureInfo.InvariantCulture))),
        };
    }

    // The days of all periods, day by day: the run that covers today, else the one that ended last, else the next.
    private static (DateOnly? From, DateOnly? Until) Told(DateOnly today, (DateOnly From, DateOnly Until)[] periods)
    {
        var runs = new List<(DateOnly From, DateOnly Until)>();
        foreach (var period in periods.OrderBy(p => p.From))
        {
            if (runs.Count > 0 && (runs[^1].Until == DateOnly.MaxValue || period.From <= runs[^1].Until.AddDays(1)))
            {
                runs[^1] = (runs[^1].From, period.Until > runs[^1].Until ? period.Until : runs[^1].Until);
            }
            else
            {
                runs.Add(period);
            }
        }

        foreach (var run in runs.Where(r => r.From <= today).OrderByDescending(r => r.Until))
        {
            return run;
        }

        return runs.Count == 0 ? (null, null) : runs[0];
    }
}
