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
/// P(too few come) is small. Greedy on the weighted marginal gain, then one-swap: a person moved, exchanged with another contender's, or replaced by a
/// free one, while that lowers the sum. What holds: nobody is allotted twice, nor where his chance is 0; a contender whose target is reached takes
/// nobody more; as many contenders without anybody as can have one person each do have one, whatever the weights, so that none starves beside a greater.
/// Pure and deterministic.
/// </summary>
/// <remarks>
/// Adding chance q to a contender of whom exactly n - 1 come with probability e raises P(at least n) by q e, which is the gain in constant time. That
/// gain is 0 for a first person where two are wanted; a small share of the expected shortfall, q P(fewer than n) / n, stands beside it, or a greedy
/// choice would see no reason to begin. The swaps look at the sum alone.
/// </remarks>
public static class CompetingPlanner
{
    private const double Improvement = 1e-12;
    private const int MostRounds = 200;

    /// <summary>Among so few people several greedy beginnings are tried; each costs about people squared.</summary>
    private const int FewPeople = 24;

    /// <summary>Among so many at most swaps are tried, each look costs people cubed; beyond it the greedy allotment stands.</summary>
    private const int MostSwapped = 64;

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
        var board = new Board(contenders, people, shortfallShare, first);
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

    private sealed class Board
    {
        private readonly IReadOnlyList<Contender> contenders;
        private readonly IReadOnlyList<Contested> people;

        // For each contender P(exactly k come), k below the number wanted: what has reached it has left the array.
        private readonly double[][] exactly;

        private readonly double shortfallShare;
        private readonly int first;

        public Board(IReadOnlyList<Contender> contenders, IReadOnlyList<Contested> people, double shortfallShare, int first)
        {
            (this.contenders, this.people, this.shortfallShare, this.first) = (contenders, people, shortfallShare, first);
            To = [.. Enumerable.Repeat(-1, people.Count)];
            exactly = [.. contenders.Select((_, j) => Fresh(j, -1, -1))];
        }

        public int[] To { get; }

        private double Tail(int j) => 1.0 - exactly[j].Sum();

        private bool Wants(int j) => contenders[j].People > 0 && Tail(j) < contenders[j].Target;

        /// <summary>A greatest matching of people and contenders who have nobody yet, heavier contenders first and each to its likeliest: augmenting paths.</summary>
        public void GiveEachOne()
        {
            var of = Enumerable.Repeat(-1, contenders.Count).ToArray();
            var holder = Enumerable.Repeat(-1, people.Count).ToArray();
            bool Augment(int j, bool[] seen)
            {
                foreach (var i in Enumerable.Range(0, people.Count).Where(i => people[i].Chances[j] > 0).OrderByDescending(i => people[i].Chances[j]).ThenBy(i => i))
                {
                    if (seen[i])
                    {
                        continue;
                    }

                    seen[i] = true;
                    if (holder[i] < 0 || Augment(holder[i], seen))
                    {
                        (holder[i], of[j]) = (j, i);
                        return true;
                    }
                }

                return false;
            }

            foreach (var j in Enumerable.Range(0, contenders.Count).Where(j => Wants(j) && IsStarving(contenders[j])).OrderByDescending(j => contenders[j].Weight).ThenBy(j => j))
            {
                Augment(j, new bool[people.Count]);
            }

            for (var i = 0; i < people.Count; i++)
            {
                if (holder[i] >= 0)
                {
                    Put(i, holder[i]);
                }
            }
        }

        public void AddGreedily()
        {
            while (true)
            {
                var (best, who, where) = (-1.0, -1, -1);
                for (var j = 0; j < contenders.Count; j++)
                {
                    if (!Wants(j))
                    {
                        continue;
                    }

                    var each = (j == first ? 1e6 : 1.0) * contenders[j].Weight * (exactly[j][^1] + (shortfallShare * (1.0 - Tail(j)) / contenders[j].People));
                    for (var i = 0; i < people.Count; i++)
                    {
                        if (To[i] < 0 && people[i].Chances[j] > 0 && people[i].Chances[j] * each > best)
                        {
                            (best, who, where) = (people[i].Chances[j] * each, i, j);
                        }
                    }
                }

                if (who < 0)
                {
                    return;
                }

                Put(who, where);
            }
        }

        /// <summary>Makes the best single move, exchange or replacement there is; false when none lowers the sum.</summary>
        public bool Swap()
        {
            var (best, move) = (Improvement, (Action?)null);
            void Consider(double gain, Action make)
            {
                if (gain > best)
                {
                    (best, move) = (gain, make);
                }
            }

            for (var a = 0; a < people.Count; a++)
            {
                var from = To[a];
                if (from < 0)
                {
                    continue;
                }

                var without = LossOf(from, Fresh(from, a, -1));
                for (var j = 0; j < contenders.Count; j++)
                {
                    var (who, to) = (a, j);
                    if (j != from && people[a].Chances[j] > 0 && MayLose(from))
                    {
                        Consider(LossOf(from) + LossOf(j) - without - LossOf(j, Fresh(j, -1, a)), () => Move(who, to));
                    }
                }

                for (var b = 0; b < people.Count; b++)
                {
                    var (one, other, there) = (a, b, To[b]);
                    if (there == from || people[b].Chances[from] <= 0 || (there >= 0 && (b < a || people[a].Chances[there] <= 0)))
                    {
                        continue;
                    }

                    var now = LossOf(from) + (there < 0 ? 0 : LossOf(there));
                    var then = LossOf(from, Fresh(from, a, b)) + (there < 0 ? 0 : LossOf(there, Fresh(there, b, a)));
                    var here = from;
                    Consider(now - then, () => Exchange(one, other, here, there));
                }
            }

            move?.Invoke();
            return move is not null;
        }

        /// <summary>Who is not needed for a contender's target is free for the others, and spared otherwise.</summary>
        public void LetGoOfSurplus()
        {
            for (var j = 0; j < contenders.Count; j++)
            {
                foreach (var i in Enumerable.Range(0, people.Count).Where(i => To[i] == j).OrderBy(i => people[i].Chances[j]).ToList())
                {
                    if (MayLose(j) && 1.0 - Fresh(j, i, -1).Sum() >= contenders[j].Target)
                    {
                        To[i] = -1;
                        exactly[j] = Fresh(j, -1, -1);
                    }
                }
            }
        }

        /// <summary>Not the only one of somebody who would starve without.</summary>
        private bool MayLose(int j) => Holds(j) > 1 || !IsStarving(contenders[j]);

        private int Holds(int j) => To.Count(to => to == j);

        private double LossOf(int j) => LossOf(j, exactly[j]);

        private double LossOf(int j, double[] distribution) => contenders[j].Weight * distribution.Sum();

        private void Put(int i, int j)
        {
            To[i] = j;
            exactly[j] = Fresh(j, -1, -1);
        }

        private void Move(int i, int j)
        {
            var from = To[i];
            Put(i, j);
            exactly[from] = Fresh(from, -1, -1);
        }

        private void Exchange(int a, int b, int here, int there)
        {
            (To[a], To[b]) = (there, here);
            exactly[here] = Fresh(here, -1, -1);
            if (there >= 0)
            {
                exactly[there] = Fresh(there, -1, -1);
            }
        }

        /// <summary>The contender's distribution without one person and with another (-1: nobody), worked out anew: taking a chance out again would lose digits.</summary>
        private double[] Fresh(int j, int without, int with)
        {
            var c = new double[Math.Max(contenders[j].People, 0)];
            if (c.Length == 0)
            {
                return c;
            }

            c[0] = 1.0;
            foreach (var chance in contenders[j].Open)
            {
                Add(c, chance);
            }

            for (var i = 0; i < people.Count; i++)
            {
                if ((To[i] == j && i != without) || i == with)
                {
                    Add(c, people[i].Chances[j]);
                }
            }

            return c;
        }

        private static void Add(double[] c, double q)
        {
            for (var k = c.Length - 1; k > 0; k--)
            {
                c[k] = (c[k] * (1.0 - q)) + (c[k - 1] * q);
            }

            c[0] *= 1.0 - q;
        }
    }
}
