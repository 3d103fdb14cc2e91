using System.Globalization;
using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Volunteers;

/// <summary>
/// A volunteer states the hours of the week in which he may be called while his duty switch stands on "by hours". The whole week is replaced at once,
/// so repeating is harmless; the candidates follow by trigger, in the same transaction.
/// </summary>
internal sealed class SetHours(IDbContextFactory<DispatchDb> store)
{
    internal sealed record Span(short? Weekday, string? From, string? To);

    internal sealed record Request(IReadOnlyList<Span?>? WeeklyHours);

    private const int MostSpans = 28;

    public async Task<Outcome<VolunteerSelf>> HandleAsync(Caller caller, Request request, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        var week = Read(request, caller.VolunteerId, faults);
        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        await using var db = await store.CreateDbContextAsync(cancellation);
        await using var transaction = await db.BeginAsync(cancellation);

        // The volunteer's row is the lock: of two devices the second replaces the first's week, never mixes with it.
        await db.Volunteers.FromSql($"SELECT * FROM volunteers WHERE id = {caller.VolunteerId} FOR NO KEY UPDATE").ToListAsync(cancellation);
        await db.WeeklyHours.Where(hours => hours.VolunteerId == caller.VolunteerId).ExecuteDeleteAsync(cancellation);
        db.WeeklyHours.AddRange(week);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return await VolunteerSelf.ReadAsync(db, caller.VolunteerId, cancellation);
    }

    private static List<WeeklyHours> Read(Request request, Guid volunteer, List<Fault> faults)
    {
        var week = new List<WeeklyHours>();
        if (request.WeeklyHours is not { Count: <= MostSpans } spans)
        {
            faults.Add(new("weeklyHours", $"应为 0 至 {MostSpans} 个时段", $"must be 0 to {MostSpans} spans"));
            return week;
        }

        for (var i = 0; i < spans.Count; i++)
        {
            var field = $"weeklyHours[{i}]";
            if (spans[i] is not { Weekday: >= 0 and <= 6 } span)
            {
                faults.Add(new($"{field}.weekday", "应为 0（星期日）至 6（星期六）", "must be 0 (Sunday) to 6 (Saturday)"));
                continue;
            }

            if (!TimeOnly.TryParseExact(span.From, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)
                || !TimeOnly.TryParseExact(span.To, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var to))
            {
                faults.Add(new(field, "时间应写作 08:00", "times are written like 08:00"));
            }
            else if (from >= to)
            {
                faults.Add(new(field, "结束应晚于开始；跨午夜请分两段填写", "must end after it begins; a span over midnight is two"));
            }
            else if (week.Exists(other => other.Weekday == span.Weekday && other.FromTime < to && from < other.ToTime))
            {
                faults.Add(new(field, "与同日另一时段重叠", "overlaps another span of the same day"));
            }
            else
            {
                week.Add(new() { VolunteerId = volunteer, Weekday = span.Weekday!.Value, FromTime = from, ToTime = to });
            }
        }

        return week;
    }
}
