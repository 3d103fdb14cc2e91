using Dispatch.Geo.Waves;
using Xunit;

namespace Dispatch.Geo.Tests.Waves;

/// <summary>Several incidents over the same people, against exhaustive search: up to 8 volunteers and 3 incidents.</summary>
public sealed class CompetingPlannerTests
{
    [Fact]
    public void It_comes_near_the_best_there_is_and_mostly_reaches_it()
    {
        var random = new Random(20261122);
        var (exact, total, worst, sum) = (0, 0, 1.0, 0.0);
        for (var trial = 0; trial < 250; trial++)
        {
            var (contenders, people) = Given(random, people: random.Next(3, 9), target: 1.0); // never reached: everybody is used
            var found = CompetingPlanner.Loss(contenders, people, CompetingPlanner.Allot(contenders, people));
            var best = Best(contenders, people);
            Assert.True(found >= best - 1e-9);
            total++;
            exact += found - best < 1e-9 ? 1 : 0;
            var ratio = best < 1e-9 ? 1.0 : found / best;
            worst = Math.Max(worst, ratio);
            sum += ratio;
        }

        Assert.True(exact >= 0.95 * total && worst <= 1.15 && sum / total <= 1.002, $"{exact} of {total} best, worst {worst:0.000}, mean {sum / total:0.0000}");
    }

    [Fact]
    public void As_many_incidents_without_anybody_as_can_have_somebody_do_whatever_their_weights()
    {
        var random = new Random(7);
        for (var trial = 0; trial < 400; trial++)
        {
            var (contenders, people) = Given(random, people: random.Next(1, 7), target: 0.9, scarce: true);
            contenders = [.. contenders.Select((contender, j) => j == 0 ? contender with { Weight = 1e6 } : contender)];
            var to = CompetingPlanner.Allot(contenders, people);
            var served = Enumerable.Range(0, contenders.Count).Count(j => CompetingPlanner.IsStarving(contenders[j]) && to.Contains(j));
            Assert.Equal(MostServed(contenders, people), served);
        }
    }

    /// <summary>Of two who want him alike the first gets him; but not when somebody is on his way there and nobody to the other.</summary>
    [Fact]
    public void Who_has_somebody_on_his_way_though_late_does_not_go_without()
    {
        var other = new Contender(1, 1, 0.9, []);
        var person = new Contested(Guid.NewGuid(), [0.5, 0.5]);

        Assert.Equal(0, CompetingPlanner.Allot([other, other], [person]).Single());
        Assert.Equal(1, CompetingPlanner.Allot([other with { Weight = 2, SomebodyComes = true }, other], [person]).Single());
    }

    [Fact]
    public void Nobody_is_allotted_where_he_may_not_be_asked_and_nobody_more_than_the_target_needs()
    {
        var random = new Random(11);
        for (var trial = 0; trial < 300; trial++)
        {
            var (contenders, people) = Given(random, people: random.Next(1, 40), target: 0.6 + (0.35 * random.NextDouble()));
            var to = CompetingPlanner.Allot(contenders, people);
            Assert.Equal(to, CompetingPlanner.Allot(contenders, people)); // deterministic
            for (var j = 0; j < contenders.Count; j++)
            {
                var own = people.Where((_, i) => to[i] == j).Select(person => person.Chances[j]).Order().ToList();
                Assert.All(own, chance => Assert.True(chance > 0));
                if (own.Count > 1)
                {
                    Assert.True(PoissonBinomial.TailOf(contenders[j].Open.Concat(own.Skip(1)), contenders[j].People) < contenders[j].Target, "the least likely is not needed");
                }

                if (PoissonBinomial.TailOf(contenders[j].Open.Concat(own), contenders[j].People) < contenders[j].Target)
                {
                    Assert.DoesNotContain(people.Where((_, i) => to[i] is null), person => person.Chances[j] > 0); // all who could help were asked
                }
            }
        }
    }

    [Fact]
    public void A_first_person_where_two_are_wanted_is_worth_something()
    {
        Contender two = new(1, 2, 0.9, []), one = new(1, 1, 0.9, [0.85]);
        List<Contested> people = [.. Enumerable.Range(1, 6).Select(n => new Contested(Waves.Given.Id(n), [0.6, 0.6]))];
        var to = CompetingPlanner.Allot([two, one], people);
        Assert.InRange(to.Count(where => where == 0), 4, 5);
    }

    /// <summary>Beyond 256 people no swaps are tried: as many are served all the same, and what one pass loses against swaps, where people are scarce, is bounded: measured 1.40 at worst and 1.12 on average.</summary>
    [Fact]
    public void Among_more_people_than_are_swapped_nobody_starves_and_the_greedy_division_costs_what_was_measured()
    {
        var random = new Random(64);
        var (worst, sum, trials) = (0.0, 0.0, 30);
        for (var trial = 0; trial < trials; trial++)
        {
            // Many want the same; all but the first, which weighs more than all of them, can ask only the first three, whom it likes best.
            List<Contender> contenders = [new(1e6, 3, 1.0, []), .. Enumerable.Range(0, 3).Select(_ => new Contender(1, random.Next(1, 4), 1.0, []))];
            List<Contested> people = [.. Enumerable.Range(0, random.Next(257, 400)).Select(n => new Contested(
                Waves.Given.Id(n + 1), [n < 3 ? 0.9 : 0.1 + (0.3 * random.NextDouble()), .. Enumerable.Range(0, 3).Select(_ => n < 3 ? 0.1 + (0.5 * random.NextDouble()) : 0.0)]))];
            var to = CompetingPlanner.Allot(contenders, people);
            Assert.All(Enumerable.Range(0, 4), j => Assert.Contains(j, to));
            Assert.Equal(to, CompetingPlanner.Allot(contenders, people));

            var (others, crowd) = Given(random, people: 256, target: 1.0);
            crowd = [.. crowd.Select(one => one with { Chances = [.. one.Chances.Select(chance => chance / 40)] })]; // or nobody would be short of anybody
            var more = crowd.Append(new Contested(Waves.Given.Id(1_000), [.. others.Select(_ => 0.0)])).ToList(); // the 257th may be asked by nobody: the same task without swaps
            var ratio = CompetingPlanner.Loss(others, more, CompetingPlanner.Allot(others, more)) / CompetingPlanner.Loss(others, crowd, CompetingPlanner.Allot(others, crowd));
            (worst, sum) = (Math.Max(worst, ratio), sum + ratio);
        }

        Assert.True(worst <= 1.45 && sum / trials <= 1.14, $"worst {worst:0.0000}, mean {sum / trials:0.0000}");
    }

    private static (IReadOnlyList<Contender> Contenders, IReadOnlyList<Contested> People) Given(Random random, int people, double target, bool scarce = false)
    {
        var incidents = random.Next(2, 4);
        return (
            [.. Enumerable.Range(0, incidents).Select(_ => new Contender(0.5 + random.NextDouble(), random.Next(1, 4), target, random.Next(0, 2) == 0 ? [] : [random.NextDouble() * 0.5]))],
            [.. Enumerable.Range(1, people).Select(n => new Contested(
                Waves.Given.Id(n), [.. Enumerable.Range(0, incidents).Select(_ => random.NextDouble() < (scarce ? 0.6 : 0.2) ? 0.0 : 0.1 + (0.8 * random.NextDouble()))]))]);
    }

    /// <summary>The least loss of all allotments that serve as many incidents as can be served.</summary>
    private static double Best(IReadOnlyList<Contender> contenders, IReadOnlyList<Contested> people)
    {
        var (most, best) = (MostServed(contenders, people), double.MaxValue);
        foreach (var to in All(contenders, people))
        {
            if (Enumerable.Range(0, contenders.Count).Count(j => CompetingPlanner.IsStarving(contenders[j]) && to.Contains(j)) == most)
            {
                best = Math.Min(best, CompetingPlanner.Loss(contenders, people, to));
            }
        }

        return best;
    }

    private static int MostServed(IReadOnlyList<Contender> contenders, IReadOnlyList<Contested> people)
    {
        var wanting = Enumerable.Range(0, contenders.Count).Where(j => CompetingPlanner.IsStarving(contenders[j])).ToHashSet();
        return All(contenders, people).Max(to => wanting.Count(j => to.Contains(j)));
    }

    private static IEnumerable<int?[]> All(IReadOnlyList<Contender> contenders, IReadOnlyList<Contested> people)
    {
        var to = new int?[people.Count];
        IEnumerable<int?[]> From(int i)
        {
            if (i == people.Count)
            {
                yield return to;
                yield break;
            }

            for (var j = -1; j < contenders.Count; j++)
            {
                if (j < 0 || people[i].Chances[j] > 0)
                {
                    to[i] = j < 0 ? null : j;
                    foreach (var rest in From(i + 1))
                    {
                        yield return rest;
                    }
                }
            }
        }

        return From(0);
    }
}
