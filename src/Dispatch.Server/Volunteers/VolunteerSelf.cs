using System.Globalization;
using System.Text.Json.Serialization;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Volunteers;

/// <summary>What a volunteer sees of himself: everything the gates will judge.</summary>
internal sealed record VolunteerSelf(
    Guid Id,
    string Name,
    Duty Duty,
    bool AvailableNow,
    IReadOnlyList<VolunteerSelf.Hours> WeeklyHours,
    VolunteerSelf.Consented Consents,
    VolunteerSelf.Fix? Position,
    IReadOnlyList<VolunteerSelf.Held> Qualifications,
    DateOnly? InsuredUntil,
    long InboxCursor)
{
    internal sealed record Hours(short Weekday, string From, string To);

    internal sealed record Consented(bool Location, bool RegisteredAddress, bool CrossRegion);

    internal sealed record Fix(double Longitude, double Latitude, float AccuracyMetres, DateTimeOffset TakenAt);

    internal sealed record Held(string Key, string Name, string NameEn, DateOnly? ValidUntil);

    /// <summary>This is a drill phone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Drill { get; init; }

    /// <summary>How he has said that he comes to an incident.</summary>
    public Means Means { get; init; }

    [JsonIgnore]
    public string HomeRegion { get; init; } = "";

    public static async Task<VolunteerSelf> ReadAsync(DispatchDb db, Guid id, CancellationToken cancellation)
    {
        var volunteer = await db.Volunteers.AsNoTracking().SingleAsync(volunteer => volunteer.Id == id, cancellation);
        var hours = await db.WeeklyHours.Where(hours => hours.VolunteerId == id).OrderBy(hours => hours.Weekday).ThenBy(hours => hours.FromTime)
            .Select(hours => new { hours.Weekday, hours.FromTime, hours.ToTime }).ToListAsync(cancellation);
        var consents = await db.Consents.Where(consent => consent.VolunteerId == id && consent.WithdrawnAt == null).Select(consent => consent.Kind).ToListAsync(cancellation);
        var position = await db.Positions.AsNoTracking().SingleOrDefaultAsync(position => position.VolunteerId == id, cancellation);
        var held = await db.Certificates.Where(certificate => certificate.VolunteerId == id)
            .Join(db.Qualifications, certificate => certificate.QualificationId, qualification => qualification.Id, (certificate, qualification) => new { certificate, qualification })
            .OrderBy(pair => pair.qualification.Sort)
            .Select(pair => new Held(pair.qualification.Key, pair.qualification.Name, pair.qualification.NameEn, pair.certificate.ValidUntil)).ToListAsync(cancellation);
        var insuredUntil = await db.Insurances.Where(insurance => insurance.VolunteerId == id).MaxAsync(insurance => (DateOnly?)insurance.ValidUntil, cancellation);
        var state = await db.Database.SqlQuery<State>($"""
            SELECT is_available(v.id, v.duty, v.time_zone, now()) AS "Available", coalesce(h.last_number, 0) AS "Cursor", coalesce(r.means, 'undeclared') AS "Means"
            FROM volunteers v LEFT JOIN inbox_heads h ON h.volunteer_id = v.id LEFT JOIN response_records r ON r.volunteer_id = v.id WHERE v.id = {id}
            """).SingleAsync(cancellation);

        Fix? fix = null;
        if (position is not null)
        {
            var place = Geo.Position.Of(position.Location);
            fix = new(place.Longitude, place.Latitude, position.AccuracyMetres, position.TakenAt);
        }

        return new(
            id, volunteer.Name, volunteer.Duty, state.Available,
            hours.ConvertAll(span => new Hours(span.Weekday, span.FromTime.ToString("HH\\:mm", CultureInfo.InvariantCulture), span.ToTime.ToString("HH\\:mm", CultureInfo.InvariantCulture))),
            new(consents.Contains(ConsentKind.Location), consents.Contains(ConsentKind.RegisteredAddress), consents.Contains(ConsentKind.CrossRegion)),
            fix, held, insuredUntil, state.Cursor)
        {
            HomeRegion = volunteer.HomeRegion,
            Drill = volunteer.Drill,
            Means = Enum.Parse<Means>(state.Means, ignoreCase: true),
        };
    }

    private sealed record State(bool Available, long Cursor, string Means);
}
