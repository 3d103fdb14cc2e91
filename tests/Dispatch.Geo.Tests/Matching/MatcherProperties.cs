using Dispatch.Geo.Matching;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Dispatch.Geo.Tests.Matching;

/// <summary>The matcher against a twin written from the rules of the product, slowly and without pages.</summary>
public sealed class MatcherProperties
{
    private static readonly Gen<Candidate> Candidates =
        from id in Gen.Choose(1, 25)
        from need in Gen.Choose(1, 3)
        from ring in Gen.Choose(1, 3)
        from metres in Gen.Choose(0, 6).Select(n => n * 1_000.0) // many ties, some beyond the radius
        from spoiled in Gen.Choose(0, 9)
        select Spoil(Given.Volunteer(id, metres, ring, need), spoiled);

    private static readonly Gen<MatchRequest> Requests =
        from candidates in Candidates.ListOf().Select(list => list
            .GroupBy(c => (c.VolunteerId, c.NeedOrdinal)).Select(same => same.First() with { Ring = same.Min(c => c.Ring) }).ToArray())
        from wanted in Gen.Choose(1, 5).ArrayOf(3)
        select Given.Request([Given.Need(1, wanted[0]), Given.Need(2, wanted[1]), Given.Need(3, wanted[2])], candidates);

    private static Candidate Spoil(Candidate candidate, int how) => how switch
    {
        0 => candidate with { Duty = Duty.Off },
        1 => candidate with { CertificateUntil = Given.Today.AddDays(-1) },
        2 => candidate with { AlreadyAsked = "declined" },
        3 => candidate with { LocatedBy = null, DistanceMetres = null },
        _ => candidate,
    };

    [Fact]
    public void It_chooses_what_the_slow_twin_chooses() => Holds(request =>
        Matcher.Match(request).Chosen.Select(c => (c.NeedOrdinal, c.VolunteerId)).ToHashSet().SetEquals(Twin(request)));

    [Fact]
    public void The_order_of_the_input_does_not_matter() => Holds(request =>
    {
        var shuffled = request with
        {
            Needs = [.. request.Needs.Reverse()],
            Rings = [.. request.Rings.Reverse()],
            Candidates = [.. request.Candidates.OrderBy(c => c.GetHashCode())],
        };
        return Explanation.Write(Matcher.Match(shuffled)).AsSpan().SequenceEqual(Explanation.Write(Matcher.Match(request)))
            && Explanation.WriteInputs(shuffled).AsSpan().SequenceEqual(Explanation.WriteInputs(request));
    });

    [Fact]
    public void Stored_inputs_give_the_same_bytes_again() => Holds(request =>
    {
        var inputs = Explanation.WriteInputs(request);
        var again = Explanation.ReadInputs(inputs);
        return Explanation.WriteInputs(again).AsSpan().SequenceEqual(inputs)
            && Explanation.Write(Matcher.Match(again)).AsSpan().SequenceEqual(Explanation.Write(Matcher.Match(request)));
    });

    [Fact]
    public void Nobody_is_chosen_twice_or_through_a_closed_gate_or_past_an_inner_ring() => Holds(request =>
    {
        var result = Matcher.Match(request);
        var chosen = result.Chosen.Select(c => c.VolunteerId).ToHashSet();
        var byKey = request.Candidates.ToDictionary(c => (c.NeedOrdinal, c.VolunteerId));
        return chosen.Count == result.Chosen.Count
            && result.Chosen.All(c => Gates.Pass(byKey[(c.NeedOrdinal, c.VolunteerId)], request))
            && result.Chosen.All(c => request.Candidates.All(other => other.NeedOrdinal != c.NeedOrdinal || other.Ring >= c.Ring
                || !Gates.Pass(other, request) || chosen.Contains(other.VolunteerId)))
            && result.Needs.All(need => need.Asked <= need.Wanted && need.Exhausted == need.Asked < need.Wanted);
    });

    [Fact]
    public void Leaving_out_who_stands_behind_the_first_W_who_pass_changes_nothing_that_is_chosen() => Holds(request =>
    {
        var wanted = request.Needs.Sum(need => need.Wanted);
        var near = request.Candidates.GroupBy(c => c.NeedOrdinal).SelectMany(need =>
        {
            var ordered = need.OrderBy(c => c.Ring).ThenBy(c => c.DistanceMetres ?? double.MaxValue).ThenBy(c => c.RecentAlerts ?? 0).ThenBy(c => c.VolunteerId).ToList();
            var passed = 0;
            return ordered.TakeWhile(c => passed < wanted && ((passed += Gates.Pass(c, request) ? 1 : 0) >= 0));
        });
        return Matcher.Match(request with { Candidates = [.. near] }).Chosen.SequenceEqual(Matcher.Match(request).Chosen);
    });

    private static HashSet<(int, Guid)> Twin(MatchRequest request)
    {
        var wanted = request.Needs.Sum(need => need.Wanted);
        var lists = request.Needs.ToDictionary(need => need, need => request.Candidates
            .Where(c => c.NeedOrdinal == need.Ordinal && Gates.Refusals(c, request).Count == 0)
            .OrderBy(c => (c.Ring, c.DistanceMetres, c.RecentAlerts ?? 0, c.VolunteerId)).Take(wanted).Select(c => c.VolunteerId).ToList());
        var chosen = new HashSet<(int, Guid)>();
        while (lists.Count > 0)
        {
            var need = lists.Keys.OrderBy(n => (decimal)lists[n].Count / n.Wanted).ThenBy(n => n.Ordinal).First();
            var people = lists[need].Take(need.Wanted).ToList();
            lists.Remove(need);
            foreach (var list in lists.Values)
            {
                list.RemoveAll(people.Contains);
            }

            chosen.UnionWith(people.Select(person => (need.Ordinal, person)));
        }

        return chosen;
    }

    private static void Holds(Func<MatchRequest, bool> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Requests.ToArbitrary(), property));
}
