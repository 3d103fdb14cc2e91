using Dispatch.Server.Callouts;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Teams;

/// <summary>In words, which answers of an incident were a captain's word for a member.</summary>
internal static class OnBehalf
{
    private static readonly Dictionary<OnBehalfChannel, (string Zh, string En)> Ways = new()
    {
        [OnBehalfChannel.PhoneCall] = ("电话", "by telephone"),
        [OnBehalfChannel.InPerson] = ("当面", "in person"),
        [OnBehalfChannel.Radio] = ("电台", "by radio"),
    };

    public static async Task<IReadOnlyList<ExplainIncident.OnBehalfView>> ExplainAsync(DispatchDb db, Guid incident, CancellationToken cancellation)
    {
        var rows = await db.Callouts.AsNoTracking().Where(callout => callout.IncidentId == incident && callout.OnBehalfBy != null)
            .OrderBy(callout => callout.AnsweredAt).ToListAsync(cancellation);
        if (rows.Count == 0)
        {
            return [];
        }

        // Whether it was a yes stands in the record: the state may have moved on since.
        var ids = rows.ConvertAll(row => (Guid?)row.Id);
        var noes = await db.Facts.Where(fact => fact.IncidentId == incident && ids.Contains(fact.CalloutId) && fact.Kind == nameof(FactKind.CalloutDeclined))
            .Select(fact => fact.CalloutId).ToListAsync(cancellation);
        var people = rows.SelectMany(row => new[] { row.VolunteerId, row.OnBehalfBy!.Value }).Distinct().ToList();
        var names = await db.Volunteers.Where(volunteer => people.Contains(volunteer.Id)).ToDictionaryAsync(volunteer => volunteer.Id, volunteer => volunteer.Name, cancellation);
        return rows.ConvertAll(row =>
        {
            var (member, captain, way, no) = (names.GetValueOrDefault(row.VolunteerId), names.GetValueOrDefault(row.OnBehalfBy!.Value), Ways[row.OnBehalfChannel!.Value], noes.Contains(row.Id));
            return new ExplainIncident.OnBehalfView(
                row.Id, row.VolunteerId, member, row.AnsweredAt, row.RepudiatedAt,
                $"{member}：队长 {captain} 代为{(no ? "谢绝" : "接受")}（{way.Zh}），原因：{row.OnBehalfReason}{(row.RepudiatedAt is null ? "" : "；本人否认")}",
                $"{member}: captain {captain} {(no ? "declined" : "accepted")} for him ({way.En}): {row.OnBehalfReason}{(row.RepudiatedAt is null ? "" : "; repudiated by himself")}");
        });
    }
}
