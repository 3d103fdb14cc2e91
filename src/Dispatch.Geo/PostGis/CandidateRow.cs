using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Geo.PostGis;

/// <summary>One row of CandidateFacts.sql: the candidate, and how far away the search plane says it is (NaN: found without the plane).</summary>
internal readonly record struct CandidateRow(Candidate Candidate, double PlaneMetres)
{
    public static CandidateRow Read(NpgsqlDataReader row, MatchQuestion question, int needOrdinal, int ring)
    {
        var located = !row.IsDBNull(2);
        double? distance = located ? Math.Round(Distance.Metres(question.Place, new Position(row.GetDouble(2), row.GetDouble(3))), 3) : null;
        LocatedBy? locatedBy = !located ? null : row.GetBoolean(1) ? LocatedBy.Fix : LocatedBy.Address;
        var (certifiedFrom, certifiedUntil) = PeriodOf(row.GetFieldValue<NpgsqlRange<DateOnly>[]>(6), question.LocalDate);
        var (insuredFrom, insuredUntil) = PeriodOf(row.GetFieldValue<NpgsqlRange<DateOnly>[]>(7), question.LocalDate);
        var candidate = new Candidate
        {
            VolunteerId = row.GetGuid(0),
            NeedOrdinal = needOrdinal,
            Ring = ring,
            LocatedBy = locatedBy,
            DistanceMetres = distance,
            // The age of a fix matters when it locates, or when a stale one is why nothing does; beside an address it would only change
            // with the moment the row was settled.
            FixAgeSeconds = locatedBy == LocatedBy.Address || row.IsDBNull(5) ? null : Age(question.At, row.GetFieldValue<DateTime>(5)),
            UncertaintyMetres = row.IsDBNull(4) ? null : Math.Round(row.GetFloat(4), 1),
            CertificateFrom = certifiedFrom ?? DateOnly.MinValue,
            CertificateUntil = certifiedUntil,
            InsuredFrom = insuredFrom,
            InsuredUntil = insuredUntil,
            DateOfBirth = row.GetFieldValue<DateOnly>(8),
            Fitness = Fitness(row.GetString(9)),
            Assessment = Assessment(row.GetString(10)),
            LocationConsent = row.GetBoolean(11),
            AddressConsent = row.GetBoolean(12),
            Duty = Duty(row.GetString(13)),
            WithinHours = row.GetBoolean(14),
            EngagedIn = row.IsDBNull(15) ? null : row.GetGuid(15),
            Record = row.IsDBNull(17) ? null : RecordOf(row, 17, question.Hours),
            RecentAlerts = row.IsDBNull(20) ? null : Alerts(row.GetFieldValue<DateTime[]>(20), question),
            RestedSeconds = row.IsDBNull(21) ? null : Age(question.At, row.GetFieldValue<DateTime>(21)),
            Means = row.IsDBNull(22) || row.GetString(22) == "undeclared" ? null : MeansOf(row.GetString(22)),
        };
        return new CandidateRow(candidate, row.GetDouble(16));
    }

    /// <summary>Three columns asked, accepted, declined, each an array by class of hours. Null: never asked in these hours.</summary>
    internal static ResponseRecord? RecordOf(NpgsqlDataReader row, int first, HourClass hours)
    {
        double At(int column) => row.GetFieldValue<float[]>(column)[(int)hours];
        return At(first) == 0 && At(first + 1) == 0 ? null : new(At(first), At(first + 1), At(first + 2));
    }

    internal static Means MeansOf(string word) => word switch
    {
        "undeclared" => Means.Undeclared,
        "foot" => Means.Foot,
        "bicycle" => Means.Bicycle,
        "car" => Means.Car,
        _ => throw new InvalidDataException($"Unknown means '{word}'."),
    };

    /// <summary>The period that covers the day, else the one that ended last, else the one that begins next. Ranges come with an exclusive end.</summary>
    internal static (DateOnly? From, DateOnly? Until) PeriodOf(NpgsqlRange<DateOnly>[] periods, DateOnly day)
    {
        (DateOnly? From, DateOnly? Until) told = (null, null);
        foreach (var period in periods) // ascending, and apart from each other
        {
            if (told.From is not null && period.LowerBound > day)
            {
                break;
            }

            told = (period.LowerBound, period.UpperBoundInfinite ? null : period.UpperBound.AddDays(-1));
        }

        return told;
    }

    private static int? Alerts(DateTime[] alertedAt, MatchQuestion question)
    {
        var alerts = alertedAt.Count(at => question.At.UtcDateTime - at < question.AlertPeriod);
        return alerts == 0 ? null : alerts;
    }

    // Rounded up: a fix that is stale by less than a millisecond must not look fresh.
    private static double Age(DateTimeOffset at, DateTime taken) => Math.Max(0.0, Math.Ceiling((at.UtcDateTime - taken).TotalMilliseconds) / 1_000.0);

    private static Fitness Fitness(string word) => word switch
    {
        "fit" => Matching.Fitness.Fit,
        "limited" => Matching.Fitness.Limited,
        "unfit" => Matching.Fitness.Unfit,
        _ => throw new InvalidDataException($"Unknown fitness '{word}'."),
    };

    private static Assessment Assessment(string word) => word switch
    {
        "passed" => Matching.Assessment.Passed,
        "pending" => Matching.Assessment.Pending,
        "failed" => Matching.Assessment.Failed,
        _ => throw new InvalidDataException($"Unknown assessment '{word}'."),
    };

    private static Duty Duty(string word) => word switch
    {
        "on" => Matching.Duty.On,
        "off" => Matching.Duty.Off,
        "byHours" => Matching.Duty.ByHours,
        _ => throw new InvalidDataException($"Unknown duty '{word}'."),
    };
}
