using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Waves;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Callouts;

/// <summary>
/// Who said yes and is expected too late. He keeps his call-out and his place, and nobody but an operator releases him; but the plan no longer counts on
/// him, so others are asked in time. Their yes is standby, because the place is taken (docs/decisions/0028).
/// </summary>
internal sealed class Latecomers
{
    private readonly ILookup<short, OnTheBooks> late, onStandby, silent;
    private readonly DateTimeOffset now, deadline;

    private Latecomers(IReadOnlyList<OnTheBooks> people, Func<OnTheBooks, bool> isLate, DateTimeOffset now, DateTimeOffset deadline)
    {
        (this.now, this.deadline) = (now, deadline);
        late = people.Where(one => one.IsComing && isLate(one)).OrderBy(one => one.Way.ExpectedAt).ToLookup(one => one.NeedOrdinal);
        onStandby = people.Where(one => one.Said == "standby").OrderBy(one => one.Way.ExpectedAt).ToLookup(one => one.NeedOrdinal);
        silent = people.Where(one => one.Said == "offered").ToLookup(one => one.NeedOrdinal);
    }

    /// <summary>Of an incident that has asked nobody.</summary>
    public static Latecomers None { get; } = new([], _ => false, default, default);

    /// <summary>Somebody is late for some need, and others could still be in time.</summary>
    public bool MayBeMadeUpFor => late.Count > 0 && now < deadline;

    public static DateTimeOffset DeadlineOf(Incident incident) => incident.RaisedAt + incident.ArriveWithin;

    public int Of(Need need) => late[need.Ordinal].Count();

    /// <summary>
    /// For the plan: those who are late, and as many of those who stand by as could take their places. While a place is free who could be called up
    /// has been, and nobody stands in for two.
    /// </summary>
    public IReadOnlyList<OpenOffer> ForPlan(Need need) => [.. late[need.Ordinal].Concat(onStandby[need.Ordinal].Take(need.Missing == 0 ? Of(need) : 0)).Select(one => new OpenOffer
    {
        VolunteerId = one.VolunteerId,
        AskedSecondsAgo = Math.Max(0, Math.Round((now - one.OfferedAt).TotalSeconds, 3)),
        DistanceMetres = one.Way.DistanceMetres,
        Means = one.Way.Means,
        Record = ResponseRecord.None,
        ArrivesInSeconds = Math.Round((one.Way.ExpectedAt - now).TotalSeconds, 3),
    })];

    /// <summary>The need is full, but somebody is late and this offer is to one who could be there in time: it stays open, and a yes is standby.</summary>
    public bool StillWants(Need need, Guid callout) => Of(need) > 0 && silent[need.Ordinal].Any(one => one.CalloutId == callout && one.Way.ExpectedAt <= deadline);

    /// <summary>As it is recorded, without a word into the record: how an incident looks from another.</summary>
    public static async Task<Latecomers> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Incident incident, DateTimeOffset now, CancellationToken cancellation) =>
        new(await PeopleAsync(connection, transaction, incident, now, cancellation), one => one.WasLate, now, DeadlineOf(incident));

    /// <summary>As it is now; who has fallen behind, or caught up, is recorded. What was changed before is written first, so that it counts.</summary>
    public static async Task<Latecomers> LookAsync(OpenRecord record, CancellationToken cancellation)
    {
        await record.Db.SaveChangesAsync(cancellation);
        var (incident, deadline) = (record.Incident, DeadlineOf(record.Incident));
        var people = await PeopleAsync(record.Connection, record.Transaction, incident, record.Now, cancellation);
        var turned = people.Where(one => one.IsComing && one.Way.IsLate(deadline, one.WasLate) != one.WasLate).ToDictionary(one => one.CalloutId);
        if (turned.Count > 0)
        {
            foreach (var callout in await record.Db.Callouts.Where(callout => turned.Keys.Contains(callout.Id)).OrderBy(callout => callout.Id).ToListAsync(cancellation))
            {
                var fellBehind = callout.LateSince is null;
                callout.ExpectLate(fellBehind ? record.Now : null);
                record.Append(
                    fellBehind ? FactKind.CalloutFellBehind : FactKind.CalloutCaughtUp, Actor.System,
                    new { needOrdinal = callout.NeedOrdinal, expectedAt = turned[callout.Id].Way.ExpectedAt, deadline }, callout.Id);
            }
        }

        return new(people, one => one.Way.IsLate(deadline, one.WasLate), record.Now, deadline);
    }

    private static Task<IReadOnlyList<OnTheBooks>> PeopleAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Incident incident, DateTimeOffset now, CancellationToken cancellation) =>
        UnderwayPeople.ReadAsync(connection, transaction, incident.Id, now, ResponseModel.HoursOf(TimeZoneInfo.ConvertTime(now, TimeZoneInfo.FindSystemTimeZoneById(incident.RegionZone)).DateTime), cancellation);
}
