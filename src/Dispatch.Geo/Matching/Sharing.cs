using Dispatch.Geo.Waves;

namespace Dispatch.Geo.Matching;

/// <summary>A need of another open incident that wants people too; made by <see cref="Sharing"/>, stored with the wave that was planned beside it.</summary>
/// <param name="IncidentId">The other incident.</param>
/// <param name="NeedOrdinal">Its need.</param>
/// <param name="LifeCritical">There life is at stake: it weighs more.</param>
/// <param name="People">So many are missing there.</param>
/// <param name="Target">The inner target of its plan.</param>
/// <param name="Open">Chances of those asked there before.</param>
/// <param name="Prospects">Who may be asked there: whom its plan alone would ask, and as many again.</param>
public sealed record Rival(Guid IncidentId, int NeedOrdinal, bool LifeCritical, int People, double Target, IReadOnlyList<double> Open, IReadOnlyList<RivalProspect> Prospects)
{
    /// <summary>Somebody is on his way there, although too late: it lacks people, but does not go without. Null: no.</summary>
    public bool? SomebodyComes { get; init; }
}

/// <param name="VolunteerId">Who.</param>
/// <param name="DistanceMetres">To the other incident.</param>
/// <param name="Chance">To say yes to it and be there by its aim.</param>
/// <param name="Planned">Its plan alone would ask him.</param>
public sealed record RivalProspect(Guid VolunteerId, double DistanceMetres, double Chance, bool? Planned);

/// <summary>Somebody who passes every gate here and is left to another incident.</summary>
internal sealed record LeftTo(Guid IncidentId, int People, double Chance, IReadOnlyDictionary<int, double> ChanceHere);

/// <summary>
/// Several open incidents over the same people: each plans them all together (<see cref="CompetingPlanner"/>) and takes only what is its own. Every one
/// of them comes to the same division from the same rows, whichever plans first, so none has to wait for another or hold its lock. Pure.
/// </summary>
public static class Sharing
{
    /// <summary>Where life is at stake a shortfall counts so much more.</summary>
    private const double LifeCriticalWeight = 4;

    /// <summary>So many may be asked at least beside those a plan alone asks: those who could take the place of people left to another.</summary>
    private const int SpareProspects = 20;

    /// <summary>Among people as likely to come the nearer is preferred; a hundred kilometres weigh one chance in a hundred.</summary>
    private const double ChancePerMetre = 1e-7;

    /// <summary>Each planned need of an incident, as another incident sees it.</summary>
    public static IReadOnlyList<Rival> NeedsOf(MatchRequest request) => NeedsOf(request, Matcher.Reaches(request).Values);

    /// <summary>Whether a plan of this incident and the plan of another, each made alone, would ask the same person: only then do they compete.</summary>
    public static bool Meet(IReadOnlyList<Rival> own, Rival other)
    {
        var wanted = own.SelectMany(need => need.Prospects).Where(one => one.Planned == true).Select(one => one.VolunteerId).ToHashSet();
        return other.Prospects.Any(one => one.Planned == true && wanted.Contains(one.VolunteerId));
    }

    /// <summary>
    /// Whom an incident that has nobody, and nobody left to ask, takes over from others that have asked them and have not heard from them: its part of
    /// the division that would have been made had they all been raised at once. Who has somebody already keeps him when it makes no difference, and his
    /// only one goes nowhere but to where it weighs more: where life is at stake. To whom somebody comes, although late, the offers in his stead are not that.
    /// </summary>
    /// <param name="own">The incident that has nobody.</param>
    /// <param name="starving">Ordinals of its needs that have nobody.</param>
    /// <param name="holders">The incidents that have asked them, with their open offers.</param>
    /// <param name="silent">Those who may be taken over: asked, silent.</param>
    public static IReadOnlyList<Guid> TakenOver(MatchRequest own, IReadOnlyCollection<int> starving, IReadOnlyList<MatchRequest> holders, IReadOnlySet<Guid> silent)
    {
        var reaches = Matcher.Reaches(own).Values.Where(reach => starving.Contains(reach.Need.Ordinal) && reach.Need.Plan is not null).ToList();
        var wanting = reaches.ConvertAll(reach =>
        {
            // But for the other incident's offer he would pass.
            var wave = reach.WaveOf([.. reach.Considered.Where(entry => entry.Refusals is [Rules.Engaged] && silent.Contains(entry.Candidate.VolunteerId)).Select(entry => entry.Candidate)], own);
            var plan = WavePlanner.Plan(wave);
            return (Contender: new Contender(own.LifeCritical ? LifeCriticalWeight : 1, plan.People, plan.InnerTarget, []), Chances: ByVolunteer(wave.Prospects.Select(one => one.VolunteerId), WavePlanner.Chances(wave, plan.AimSeconds).Prospects));
        });
        var wanted = wanting.SelectMany(need => need.Chances.Keys).ToHashSet();
        var holding = holders.SelectMany(holder => Matcher.Reaches(holder).Values.Where(reach => reach.Need.Plan is not null).Select(reach =>
        {
            var wave = reach.WaveOf([.. reach.WhoPasses], holder);
            var plan = WavePlanner.Plan(wave);
            var open = wave.Open.Zip(WavePlanner.Chances(wave, plan.AimSeconds).Open, (offer, chance) => (offer.VolunteerId, Chance: chance)).ToList();
            return (
                Contender: new Contender(holder.LifeCritical ? LifeCriticalWeight : 1, plan.People, plan.InnerTarget, [.. open.Where(one => one.VolunteerId is not { } who || !wanted.Contains(who)).Select(one => one.Chance)], reach.Need.Plan!.ExpectedLate > 0),
                Chances: open.Where(one => one.VolunteerId is { } who && wanted.Contains(who)).ToDictionary(one => one.VolunteerId!.Value, one => one.Chance));
        })).ToList();
        var needs = holding.Concat(wanting).ToList(); // who has somebody comes first: of equals it keeps him
        var people = holding.SelectMany(need => need.Chances.Keys).Distinct().Order().ToList();
        var to = CompetingPlanner.Allot([.. needs.Select(need => need.Contender)], people.ConvertAll(person => new Contested(person, [.. needs.Select(need => need.Chances.GetValueOrDefault(person))])));
        return [.. people.Where((_, i) => to[i] >= holding.Count)];
    }

    private static Dictionary<Guid, double> ByVolunteer(IEnumerable<Guid> volunteers, IReadOnlyList<double> chances) =>
        volunteers.Zip(chances, KeyValuePair.Create).ToDictionary(pair => pair.Key, pair => pair.Value);

    internal static IReadOnlyDictionary<Guid, LeftTo> Left(MatchRequest request, IEnumerable<Reach> reaches)
    {
        var left = new Dictionary<Guid, LeftTo>();
        if (request.Rivals is not { Count: > 0 } rivals)
        {
            return left;
        }

        // In an order that is the same from whichever of them it is looked at.
        var own = NeedsOf(request, reaches);
        var needs = own.Concat(rivals).OrderBy(need => need.IncidentId).ThenBy(need => need.NeedOrdinal).ToList();
        var chances = needs.ConvertAll(need => need.Prospects.ToDictionary(one => one.VolunteerId));
        var people = needs.SelectMany(need => need.Prospects).Select(one => one.VolunteerId).Distinct().Order().ToList();
        var to = CompetingPlanner.Allot(
            needs.ConvertAll(need => new Contender(need.LifeCritical ? LifeCriticalWeight : 1, need.People, need.Target, need.Open, need.SomebodyComes == true)),
            people.ConvertAll(person => new Contested(
                person, [.. chances.Select(of => of.TryGetValue(person, out var one) ? one.Chance * Math.Max(1 - (ChancePerMetre * one.DistanceMetres), 0.5) : 0)])));
        for (var i = 0; i < people.Count; i++)
        {
            if (to[i] is { } j && needs[j].IncidentId != request.IncidentId)
            {
                left.Add(people[i], new(
                    needs[j].IncidentId, needs[j].People, chances[j][people[i]].Chance,
                    own.Where(need => need.Prospects.Any(one => one.VolunteerId == people[i]))
                        .ToDictionary(need => need.NeedOrdinal, need => need.Prospects.First(one => one.VolunteerId == people[i]).Chance)));
            }
        }

        return left;
    }

    private static List<Rival> NeedsOf(MatchRequest request, IEnumerable<Reach> reaches)
    {
        var needs = new List<Rival>();
        foreach (var reach in reaches.Where(reach => reach.Need.Plan is not null))
        {
            var wave = reach.WaveOf([.. reach.WhoPasses], request);
            var plan = WavePlanner.Plan(wave);
            var planned = plan.Ask.Select(one => one.VolunteerId).ToHashSet();
            var (open, each) = WavePlanner.Chances(wave, plan.AimSeconds);
            open = wave.BeyondOpen ? [.. open.Where((_, i) => wave.Open[i].ArrivesInSeconds is not null)] : open; // as its plan chooses
            needs.Add(new(
                request.IncidentId, reach.Need.Ordinal, request.LifeCritical, plan.People, plan.InnerTarget, open,
                [
                    .. wave.Prospects.Zip(each, (prospect, chance) => (prospect, chance)).Where(one => one.chance >= WavePlanner.LeastChance)
                        .Take(planned.Count + Math.Max(planned.Count, SpareProspects))
                        .Select(one => new RivalProspect(one.prospect.VolunteerId, one.prospect.DistanceMetres, one.chance, planned.Contains(one.prospect.VolunteerId) ? true : null)),
                ])
            {
                SomebodyComes = reach.Need.Plan!.ExpectedLate > 0 ? true : null,
            });
        }

        return needs;
    }
}
