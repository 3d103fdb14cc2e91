using Dispatch.Geo.Waves;

namespace Dispatch.Geo.Matching;

/// <summary>One need while it is matched: who was considered, who passes, who is asked.</summary>
internal sealed class Reach(NeedToFill need)
{
    private Candidate? lastGathered;
    private int gathered;

    public NeedToFill Need { get; } = need;

    public HashSet<Guid> Seen { get; } = [];

    public List<(Candidate Candidate, IReadOnlyList<string> Refusals)> Considered { get; } = [];

    /// <summary>Who passes and is not left to another incident, as many as could be chosen.</summary>
    public List<Candidate> Passing { get; } = [];

    public List<Candidate> Asked { get; } = [];

    public WavePlan? Plan { get; private set; }

    /// <summary>How many who pass are left to other incidents.</summary>
    public int Left { get; private set; }

    public IEnumerable<Candidate> WhoPasses => Considered.Where(entry => entry.Refusals.Count == 0).Select(entry => entry.Candidate);

    public void LeaveToOthers(IReadOnlyDictionary<Guid, LeftTo> left, int wanted)
    {
        foreach (var candidate in WhoPasses.Take(wanted + left.Count))
        {
            (gathered, lastGathered) = (gathered + 1, candidate);
            if (left.ContainsKey(candidate.VolunteerId))
            {
                Left++;
            }
            else if (Passing.Count < wanted)
            {
                Passing.Add(candidate);
            }
        }
    }

    /// <summary>Of those still free: as many as are wanted, or as many as the plan says.</summary>
    public void Choose(List<Candidate> free, MatchRequest request)
    {
        if (Need.Plan is null)
        {
            Asked.AddRange(free);
            return;
        }

        Plan = WavePlanner.Plan(WaveOf(free, request));
        var planned = Plan.Ask.Select(one => one.VolunteerId).ToHashSet();
        Asked.AddRange(free.Where(candidate => planned.Contains(candidate.VolunteerId)));
    }

    /// <summary>The plan used up everybody gathered, there may be more, and the next could still be there in time (farther out nobody could).</summary>
    public bool IsShort(MatchRequest request, int lastRing) =>
        Plan is { } plan && (!plan.Reached || plan.Late) && gathered >= request.Needs.Sum(need => need.Wanted)
        && !(plan.Reached && lastGathered!.Ring == lastRing && WavePlanner.ChanceInTime(WaveOf([lastGathered], request)) < WavePlanner.LeastChance);

    public WaveRequest WaveOf(IReadOnlyList<Candidate> free, MatchRequest request) => new()
    {
        Target = Need.Plan!.Target,
        Model = request.Model ?? throw new ArgumentException("A plan needs a model of how people answer.", nameof(request)),
        Open = Need.Plan.Open,
        BeyondOpen = Need.Plan.BeyondOpen == true,
        FreshReceipt = Receipt.Unknown,
        Prospects = [.. free.Select(candidate => new Prospect
        {
            VolunteerId = candidate.VolunteerId,
            Ring = candidate.Ring,
            DistanceMetres = candidate.DistanceMetres!.Value,
            Means = candidate.Means ?? Means.Undeclared,
            Record = candidate.Record ?? ResponseRecord.None,
            RecentAlerts = candidate.RecentAlerts ?? 0,
        })],
    };

    public int Free(Dictionary<Guid, int> taken) => Passing.Count(candidate => !taken.ContainsKey(candidate.VolunteerId));
}
