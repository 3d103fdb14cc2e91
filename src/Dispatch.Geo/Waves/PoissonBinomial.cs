namespace Dispatch.Geo.Waves;

/// <summary>
/// How many of some independent events happen, each with a probability of its own: P(N >= n) while events are added one by one. Each addition
/// costs n multiplications: c[j] becomes c[j](1-q) + c[j-1]q, truncated at n. Absolute error below 1e-12 for a thousand events. Not thread-safe.
/// </summary>
public sealed class PoissonBinomial
{
    // exactly[j]: probability that exactly j have happened, j < n. What leaves the array has reached n.
    private readonly double[] exactly;

    // Events that can happen at all. Fewer than n of them cannot be n: the sum below is 1 only to the last digit, and a plan would say "<1 %".
    private int possible;

    /// <param name="atLeast">n; 0 or less is reached already.</param>
    public PoissonBinomial(int atLeast)
    {
        exactly = new double[Math.Max(atLeast, 0)];
        if (exactly.Length > 0)
        {
            exactly[0] = 1.0;
        }
    }

    /// <summary>P(N >= n) of the events added so far. Never falls when one is added.</summary>
    public double Tail
    {
        get
        {
            if (possible < exactly.Length)
            {
                return 0.0;
            }

            var fewer = 0.0;
            foreach (var probability in exactly)
            {
                fewer += probability;
            }

            return Math.Clamp(1.0 - fewer, 0.0, 1.0);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">Not a probability.</exception>
    public void Add(double probability)
    {
        if (!(probability is >= 0.0 and <= 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies between 0 and 1.");
        }

        possible += probability > 0.0 ? 1 : 0;
        for (var j = exactly.Length - 1; j > 0; j--)
        {
            exactly[j] = (exactly[j] * (1.0 - probability)) + (exactly[j - 1] * probability);
        }

        if (exactly.Length > 0)
        {
            exactly[0] *= 1.0 - probability;
        }
    }

    /// <summary>P(N >= <paramref name="atLeast"/>) of all these events.</summary>
    public static double TailOf(IEnumerable<double> probabilities, int atLeast)
    {
        var happened = new PoissonBinomial(atLeast);
        foreach (var probability in probabilities)
        {
            happened.Add(probability);
        }

        return happened.Tail;
    }

    /// <summary>The smallest k with P(N >= <paramref name="atLeast"/>) >= <paramref name="target"/> when k events have the same probability.</summary>
    public static int SmallestNumber(double probability, int atLeast, double target)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, 1.0);
        var happened = new PoissonBinomial(atLeast);
        var k = 0;
        for (; happened.Tail < target; k++)
        {
            happened.Add(probability);
        }

        return k;
    }
}
