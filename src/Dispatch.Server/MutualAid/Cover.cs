using Dispatch.Geo;
using Dispatch.Geo.Waves;

namespace Dispatch.Server.MutualAid;

/// <summary>Somebody who holds a qualification and could come now.</summary>
internal sealed record Holder(Guid VolunteerId, short QualificationId, Position Place, Means Means);

/// <summary>A reserve floor with its words, and where it is measured from.</summary>
internal sealed record Floor(Guid Id, short QualificationId, string Qualification, string QualificationEn, int Count, Position? Place, string? PlaceName, int? WithinMetres, int? WithinMinutes)
{
    /// <summary>保留 2 名应急救护（市民中心 10 分钟内）</summary>
    public string Zh => $"保留 {Count} 名{Qualification}{(Place is null ? "" : $"（{PlaceName} {(WithinMetres is { } m ? $"{m} 米" : $"{WithinMinutes} 分钟")}内）")}";

    public string En => $"keep {Count} {QualificationEn}{(Place is null ? "" : $" within {(WithinMetres is { } m ? $"{m} m" : $"{WithinMinutes} min")} of {PlaceName}")}";

    /// <summary>Whether somebody counts for this floor. Minutes: to set out by day and to come, at the speed a plan counts on.</summary>
    public bool Counts(Holder holder)
    {
        if (holder.QualificationId != QualificationId)
        {
            return false;
        }

        if (Place is not { } from)
        {
            return true;
        }

        var metres = Distance.Metres(from, holder.Place);
        return WithinMetres is { } most
            ? metres <= most
            : ResponseModel.Published(HourClass.Working).SetOutSeconds + Travel.SafeSeconds(metres, holder.Means) <= WithinMinutes * 60;
    }
}

/// <summary>How many count for a floor now, and when these people are lent.</summary>
internal sealed record Remaining(Floor Floor, int Now, int After)
{
    /// <summary>A floor that is missed already is not broken by lending somebody who does not count for it.</summary>
    public bool Breaks => After < Floor.Count && After < Now;
}

/// <summary>
/// What remains of a region's cover when people are lent. Pure. A floor is a hard limit: <see cref="Most"/> leaves out whoever would break one, and
/// a desk that names him all the same is refused.
/// </summary>
internal static class Cover
{
    public static IReadOnlyList<Remaining> After(IReadOnlyList<Floor> floors, IReadOnlyList<Holder> holders, IReadOnlyCollection<Guid> lent) =>
    [
        .. floors.Select(floor =>
        {
            var able = holders.Where(floor.Counts).Select(holder => holder.VolunteerId).ToHashSet();
            return new Remaining(floor, able.Count, able.Count(id => !lent.Contains(id)));
        }),
    ];

    /// <summary>Of these people, in their order, as many as the floors allow.</summary>
    public static IReadOnlyList<Guid> Most(IReadOnlyList<Floor> floors, IReadOnlyList<Holder> holders, IEnumerable<Guid> wanted, int most)
    {
        var lent = new List<Guid>();
        foreach (var one in wanted)
        {
            if (lent.Count == most)
            {
                break;
            }

            if (!After(floors, holders, [.. lent, one]).Any(remaining => remaining.Breaks))
            {
                lent.Add(one);
            }
        }

        return lent;
    }
}
