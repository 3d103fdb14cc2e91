using Dispatch.Geo.Waves;

namespace Dispatch.Geo.Matching;

/// <summary>
/// Who is asked, in what order, and why everybody else is not. Pure, deterministic, independent of the order of its input; linear in the
/// candidates but for sorting. What holds:
/// ring first, then distance on the ellipsoid, then volunteer id; nobody in an outer ring while an inner one still can fill;
/// one person fills one slot; the need with the fewest passing people per person wanted chooses first, ties by ordinal.
/// Who is left to another incident (<see cref="Sharing"/>) is chosen by none.
/// </summary>
/// <remarks>
/// Only the first W people who pass count for a need, W being what all needs together want: others can take at most W - wanted of them, so
/// nobody beyond could ever be chosen. That makes the result the same whether the candidates are all of a province or only the nearest pages.
/// Scarcity is judged again after each need has chosen, over the people still free.
/// </remarks>
public static class Matcher
{
    /// <exception cref="ArgumentException">A need twice or wanting nobody, or a candidate for an unknown need.</exception>
    public static MatchResult Match(MatchRequest request)
    {
        var reaches = Reaches(request);
        var left = Sharing.Left(request, reaches.Values);
        foreach (var reach in reaches.Values)
        {
            reach.LeaveToOthers(left, request.Needs.Sum(need => need.Wanted));
        }

        var taken = new Dictionary<Guid, int>();
        var waiting = reaches.Values.ToList();
        while (waiting.Count > 0)
        {
            // Cross-multiplied: free / wanted compared without rounding.
            var scarcest = waiting.Aggregate((a, b) => (long)b.Free(taken) * a.Need.Wanted < (long)a.Free(taken) * b.Need.Wanted ? b : a);
            waiting.Remove(scarcest);
            scarcest.Choose(scarcest.Passing.Where(candidate => !taken.ContainsKey(candidate.VolunteerId)).Take(scarcest.Need.Wanted).ToList(), request);
            scarcest.Asked.ForEach(candidate => taken.Add(candidate.VolunteerId, scarcest.Need.Ordinal));
        }

        var lastRing = request.Rings.Select(ring => ring.Number).DefaultIfEmpty(0).Max();
        var chosen = new List<Chosen>();
        var outcomes = new List<NeedOutcome>();
        var lines = new List<ExplanationLine>();
        foreach (var reach in reaches.Values)
        {
            var exhausted = reach.Plan is null ? reach.Asked.Count < reach.Need.Wanted : !reach.Plan.Reached;
            var ringReached = exhausted ? lastRing : reach.Asked.Select(candidate => candidate.Ring).DefaultIfEmpty(0).Max();
            outcomes.Add(new NeedOutcome(reach.Need.Ordinal, reach.Need.Wanted, reach.Passing.Count, reach.Asked.Count, ringReached, exhausted)
            {
                Plan = reach.Plan,
                OpenBefore = reach.Need.Plan?.Open.Count(offer => offer.ArrivesInSeconds is null),
                ExpectedLate = reach.Need.Plan?.ExpectedLate,
                LeftToOthers = reach.Left == 0 ? null : reach.Left,
                TooFewGathered = reach.IsShort(request, lastRing) ? true : null,
            });
            lines.AddRange(Lines(reach, ringReached, taken, left, request));
        }

        chosen.AddRange(lines.Where(line => line.Verdict == Verdict.Asked).Select(line =>
            new Chosen(line.NeedOrdinal, line.VolunteerId, line.Ring, line.Rank!.Value, line.DistanceMetres!.Value, line.LocatedBy!.Value)));
        return new MatchResult(chosen, outcomes, lines);
    }

    internal static SortedDictionary<int, Reach> Reaches(MatchRequest request)
    {
        var reaches = new SortedDictionary<int, Reach>();
        foreach (var need in request.Needs)
        {
            if (need.Wanted < 1 || !reaches.TryAdd(need.Ordinal, new Reach(need)))
            {
                throw new ArgumentException($"Need {need.Ordinal} is there twice or wants {need.Wanted}.", nameof(request));
            }
        }

        // Rings are nested: a person found in two is of the inner one. Of those who stand at one place, a station's address, the less asked come first.
        foreach (var candidate in request.Candidates.OrderBy(c => c.NeedOrdinal).ThenBy(c => c.Ring).ThenBy(c => c.DistanceMetres ?? double.MaxValue)
                     .ThenBy(c => c.RecentAlerts ?? 0).ThenBy(c => c.VolunteerId))
        {
            if (!reaches.TryGetValue(candidate.NeedOrdinal, out var reach))
            {
                throw new ArgumentException($"Candidate {candidate.VolunteerId} is for need {candidate.NeedOrdinal}, which is not wanted.", nameof(request));
            }

            if (reach.Seen.Add(candidate.VolunteerId))
            {
                reach.Considered.Add((candidate, Gates.Refusals(candidate, request)));
            }
        }

        return reaches;
    }

    /// <summary>One line for each person considered in the rings that were opened for this need.</summary>
    private static IEnumerable<ExplanationLine> Lines(Reach reach, int ringReached, Dictionary<Guid, int> taken, IReadOnlyDictionary<Guid, LeftTo> left, MatchRequest request)
    {
        var asked = reach.Asked.Select(candidate => candidate.VolunteerId).ToHashSet();
        var lines = new List<ExplanationLine>();
        var rank = 0;
        Candidate? ahead = null;
        foreach (var (candidate, refusals) in reach.Considered.Where(entry => entry.Candidate.Ring <= ringReached))
        {
            var line = Line(candidate, refusals, request);
            if (refusals.Count == 0 && taken.TryGetValue(candidate.VolunteerId, out var other) && other != reach.Need.Ordinal)
            {
                line = line with { Verdict = Verdict.InReserve, Rule = Rules.AskedForOtherNeed, AskedForNeed = other };
            }
            else if (refusals.Count == 0 && left.TryGetValue(candidate.VolunteerId, out var there))
            {
                line = line with
                {
                    Verdict = Verdict.InReserve, Rule = Rules.LeftToOther, LeftTo = there.IncidentId, MissingThere = there.People, ChanceThere = there.Chance, Chance = there.ChanceHere.GetValueOrDefault(reach.Need.Ordinal),
                };
            }
            else if (refusals.Count == 0)
            {
                (ahead, rank) = ahead?.Ring == candidate.Ring ? (ahead, rank + 1) : (null, 1);
                var isAsked = asked.Contains(candidate.VolunteerId);
                line = line with
                {
                    Verdict = isAsked ? Verdict.Asked : Verdict.InReserve,
                    Rule = isAsked ? Rules.Nearest : Rules.NearerPeopleAsked,
                    Rank = rank,
                    Chance = reach.Plan?.Ask.FirstOrDefault(one => one.VolunteerId == candidate.VolunteerId)?.Chance,
                    Behind = ahead?.VolunteerId,
                    BehindMetres = ahead is null ? null : Math.Round(candidate.DistanceMetres!.Value - ahead.DistanceMetres!.Value, 3),
                };
                ahead = candidate;
            }

            lines.Add(line);
        }

        return lines.OrderBy(line => line.Ring).ThenBy(line => line.Verdict).ThenBy(line => line.Rank ?? int.MaxValue)
            .ThenBy(line => line.DistanceMetres ?? double.MaxValue).ThenBy(line => line.VolunteerId);
    }

    private static ExplanationLine Line(Candidate candidate, IReadOnlyList<string> refusals, MatchRequest request)
    {
        var rule = refusals.Count == 0 ? Rules.Nearest : refusals[0];
        return new ExplanationLine
        {
            NeedOrdinal = candidate.NeedOrdinal,
            VolunteerId = candidate.VolunteerId,
            Ring = candidate.Ring,
            Verdict = Verdict.Out,
            Rule = rule,
            AlsoRules = refusals.Count > 1 ? [.. refusals.Skip(1)] : [],
            DistanceMetres = candidate.DistanceMetres,
            LocatedBy = candidate.LocatedBy,
            FixAgeSeconds = candidate.FixAgeSeconds,
            UncertaintyMetres = candidate.UncertaintyMetres,
            Date = rule switch
            {
                Rules.CertificateEnded => candidate.CertificateUntil,
                Rules.CertificateNotYetValid => candidate.CertificateFrom,
                Rules.InsuranceEnded => candidate.InsuredUntil,
                Rules.InsuranceNotYetValid => candidate.InsuredFrom,
                Rules.NotAdult => Gates.AdultFrom(candidate.DateOfBirth),
                _ => null,
            },
            EngagedIn = rule == Rules.Engaged ? candidate.EngagedIn : null,
            AlreadyAsked = rule == Rules.AlreadyAsked ? candidate.AlreadyAsked : null,
            RecentAlerts = rule == Rules.AlertBudgetSpent ? candidate.RecentAlerts : null,
            RestedSeconds = rule == Rules.Resting ? candidate.RestedSeconds : null,
            Limit = rule switch
            {
                Rules.BeyondRadius => request.RadiusMetres,
                Rules.FixTooOld => Gates.FixFreshFor.TotalSeconds,
                Rules.NotAdult => Gates.AdultAge,
                Rules.Resting => request.RestFloorSeconds,
                Rules.AlertBudgetSpent => request.AlertBudget,
                _ => null,
            },
        };
    }
}
