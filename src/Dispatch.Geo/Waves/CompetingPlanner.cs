namespace Dispatch.Geo.Waves;

/// <summary>One need of one incident that wants people another wants too.</summary>
/// <param name="Weight">How much it counts that it is filled; above 0.</param>
/// <param name="People">So many are missing.</param>
/// <param name="Target">The inner target of its plan: with this probability reached it takes nobody more.</param>
/// <param name="Open">Chances of those asked before.</param>
/// <param name="SomebodyComes">Somebody is on his way, although too late for <see cref="Open"/>.</param>
public sealed record Contender(double Weight, int People, double Target, IReadOnlyList<double> Open, bool SomebodyComes = false);

/// <summary>Who may be asked by which contender: his chance for each to say yes and be there in time, 0 where he may not be asked.</summary>
public sealed record Contested(Guid VolunteerId, IReadOnlyList<double> Chances);

/// <summary>
/// Several incidents over the same people, planned together: each person is allotted to one of them or to none, so that the weighted sum of
/// P(too few come) is small. Greedy on the weighted marginal gain, then one-swap: each person in turn moved, exchanged with another contender's, or
/// replaced by a free one, whichever lowers the sum most, until nothing does. What holds: nobody is allotted twice, nor where his chance is 0; a contender whose target is reached takes
/// nobody more; as many contenders without anybody as can have one person each do have one, whatever the weights, so that none starves beside a greater.
/// Pure and deterministic.
/// </summary>
/// <remarks>
/// Adding chance q to a contender of whom exactly n - 1 come with probability e raises P(at least n) by q e, which is the gain in constant time. That
/// gain is 0 for a first person where two are wanted; a small share of the expected shortfall, q P(fewer than n) / n, stands beside it, or a greedy
/// choice would see no reason to begin. The swaps look at the sum alone, each in constant time: P(too few) without a person and P(exactly one too few)
/// without him tell what any other in his place would do, and are worked out anew only for contenders that hold others than before.
/// </remarks>
public static class CompetingPlanner
{
    private const int MostRounds = 200;

    /// <summary>Among so few people several greedy beginnings are tried; each costs about people squared.</summary>
    private const int FewPeople = 24;

    /// <summary>Among so many at most swaps are tried, which costs some people squared (25 ms for so many); beyond it the greedy allotment stands.</summary>
    private const int MostSwapped = 256;

    // How much the shortfall weighs beside the gain: one greedy beginning each, and one for each contender who is served first, of which the best end
    // is taken. Three wanted together are worth nothing one by one, so that a single beginning ends in the best allotment 90 times of 100
    // (CompetingPlannerTests, against exhaustive search).
    private static readonly double[] Shares = [0.05, 0, 0.5, 5];

    /// <returns>For each person the contender he is allotted to, or null; in the order given.</returns>
    public static IReadOnlyList<int?> Allot(IReadOnlyList<Contender> contenders, IReadOnlyList<Contested> people)
    {
        var few = people.Count <= FewPeople;
        var beginnings = from share in few ? Shares : Shares.Take(1) from first in Enumerable.Range(-1, few ? contenders.Count + 1 : 1) select (share, first);
        return beginnings.Select(one => From(one.share, one.first, contenders, people)).MinBy(to => Loss(contenders, people, to))!;
    }

    private static List<int?> From(double shortfallShare, int first, IReadOnlyList<Contender> contenders, IReadOnlyList<Contested> people)
    {
        var board = new CompetingBoard(contenders, people, shortfallShare, first);
        board.GiveEachOne();
        board.AddGreedily();
        for (var round = 0; people.Count <= MostSwapped && round < MostRounds && board.Swap(); round++)
        {
            board.AddGreedily();
        }

        board.LetGoOfSurplus();
        board.AddGreedily();
        return [.. board.To.Select(to => to < 0 ? (int?)null : to)];
    }

    /// <summary>The weighted sum of P(fewer come than are wanted) under an allotment.</summary>
    public static double Loss(IReadOnlyList<Contender> contenders, IReadOnlyList<Contested> people, IReadOnlyList<int?> to) => contenders.Select((contender, j) =>
        contender.Weight * (1.0 - PoissonBinomial.TailOf(contender.Open.Concat(people.Where((_, i) => to[i] == j).Select(person => person.Chances[j])), contender.People))).Sum();

    /// <summary>Nobody asked before could still come.</summary>
    public static bool IsStarving(Contender contender) => !contender.SomebodyComes && !contender.Open.Any(chance => chance > 0);
}
