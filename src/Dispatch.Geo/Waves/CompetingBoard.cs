namespace Dispatch.Geo.Waves;

/// <summary>
/// Who is allotted where while <see cref="CompetingPlanner"/> thinks, and what every change would be worth.
/// </summary>
internal sealed class CompetingBoard
{
    private const double Improvement = 1e-12;

    private readonly IReadOnlyList<Contender> contenders;
    private readonly IReadOnlyList<Contested> people;

    // For each contender P(exactly k come), k below the number wanted: what has reached it has left the array.
    private readonly double[][] exactly;

    // As at the last look: each contender, and the one who holds a person without that person.
    private readonly Short[] now, without;
    private readonly bool[] isChanged;

    private readonly double shortfallShare;
    private readonly int first;

    public CompetingBoard(IReadOnlyList<Contender> contenders, IReadOnlyList<Contested> people, double shortfallShare, int first)
    {
        (this.contenders, this.people, this.shortfallShare, this.first) = (contenders, people, shortfallShare, first);
        To = [.. Enumerable.Repeat(-1, people.Count)];
        exactly = [.. contenders.Select((_, j) => Fresh(j, -1))];
        isChanged = [.. contenders.Select(_ => true)];
        now = new Short[contenders.Count];
        without = new Short[people.Count];
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

        foreach (var j in Enumerable.Range(0, contenders.Count).Where(j => Wants(j) && CompetingPlanner.IsStarving(contenders[j])).OrderByDescending(j => contenders[j].Weight).ThenBy(j => j))
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

    /// <summary>Makes of everybody the best move, exchange or replacement there is; false when none lowers the sum.</summary>
    public bool Swap()
    {
        var any = false;
        for (var a = 0; a < people.Count; a++)
        {
            var from = To[a];
            if (from < 0)
            {
                continue;
            }

            LookAgain();
            var (best, other, where) = (Improvement, -1, -1);
            for (var j = 0; j < contenders.Count && MayLose(from); j++)
            {
                var gain = j == from || people[a].Chances[j] <= 0 ? 0 : LossOf(from) - LossWithout(a) + LossOf(j) - LossWith(j, a);
                (best, where) = gain > best ? (gain, j) : (best, where);
            }

            for (var b = 0; b < people.Count; b++)
            {
                var there = To[b];
                if (there == from || people[b].Chances[from] <= 0 || (there >= 0 && people[a].Chances[there] <= 0))
                {
                    continue;
                }

                var gain = LossOf(from) - LossWithout(a, b) + (there < 0 ? 0 : LossOf(there) - LossWithout(b, a));
                (best, other, where) = gain > best ? (gain, b, there) : (best, other, where);
            }

            if (other >= 0)
            {
                Exchange(a, other, from, where);
            }
            else if (where >= 0)
            {
                Move(a, where);
            }

            any |= best > Improvement;
        }

        return any;
    }

    /// <summary>Who is not needed for a contender's target is free for the others, and spared otherwise.</summary>
    public void LetGoOfSurplus()
    {
        for (var j = 0; j < contenders.Count; j++)
        {
            foreach (var i in Enumerable.Range(0, people.Count).Where(i => To[i] == j).OrderBy(i => people[i].Chances[j]).ToList())
            {
                if (MayLose(j) && 1.0 - Fresh(j, i).Sum() >= contenders[j].Target)
                {
                    To[i] = -1;
                    Count(j);
                }
            }
        }
    }

    /// <summary>Not the only one of somebody who would starve without.</summary>
    private bool MayLose(int j) => Holds(j) > 1 || !CompetingPlanner.IsStarving(contenders[j]);

    private int Holds(int j) => To.Count(to => to == j);

    private double LossOf(int j) => contenders[j].Weight * now[j].Few;

    private double LossWith(int j, int i) => contenders[j].Weight * now[j].With(people[i].Chances[j]);

    /// <summary>Of the contender who holds him, without him; and with another in his place.</summary>
    private double LossWithout(int i) => contenders[To[i]].Weight * without[i].Few;

    private double LossWithout(int i, int other) => contenders[To[i]].Weight * without[i].With(people[other].Chances[To[i]]);

    /// <summary>Works out anew what <see cref="Swap"/> looks at, of those who hold others than at the last look.</summary>
    private void LookAgain()
    {
        for (var j = 0; j < contenders.Count; j++)
        {
            if (!isChanged[j])
            {
                continue;
            }

            isChanged[j] = false;
            now[j] = Short.Of(exactly[j]);
            for (var i = 0; i < people.Count; i++)
            {
                if (To[i] == j)
                {
                    without[i] = Short.Of(Fresh(j, i));
                }
            }
        }
    }

    private void Put(int i, int j)
    {
        To[i] = j;
        Count(j);
    }

    private void Move(int i, int j)
    {
        var from = To[i];
        Put(i, j);
        Count(from);
    }

    private void Exchange(int a, int b, int here, int there)
    {
        (To[a], To[b]) = (there, here);
        Count(here);
        if (there >= 0)
        {
            Count(there);
        }
    }

    private void Count(int j) => (exactly[j], isChanged[j]) = (Fresh(j, -1), true);

    /// <summary>The contender's distribution without one person (-1: nobody), worked out anew: taking a chance out again would lose digits.</summary>
    private double[] Fresh(int j, int without)
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
            if (To[i] == j && i != without)
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

    /// <summary>P(too few come), and of it P(exactly one too few): all that a look at one person more needs.</summary>
    private readonly record struct Short(double Few, double OneTooFew)
    {
        public static Short Of(double[] exactly) => exactly.Length == 0 ? default : new(exactly.Sum(), exactly[^1]);

        /// <summary>P(too few come) when somebody more comes with this chance.</summary>
        public double With(double chance) => Few - (chance * OneTooFew);
    }
}
