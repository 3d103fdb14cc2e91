using Dispatch.Geo.Waves;

namespace Dispatch.Drills.Bench.Waves;

/// <summary>
/// A world in which incidents happen: how many volunteers live around them, how willing they are, how fast they answer and travel. What the planner
/// believes is in <see cref="ResponseModel"/>; this is what is so, and on purpose not the same: delays are lognormal here, speeds scatter, and
/// one mood shifts everybody of an incident.
/// </summary>
internal sealed record WaveWorld
{
    public required double RadiusMetres { get; init; }

    /// <summary>Volunteers who pass every gate; the number around an incident is Poisson.</summary>
    public double PerSquareKilometre { get; init; }

    /// <summary>Exactly so many instead.</summary>
    public int? Exactly { get; init; }

    /// <summary>A volunteer's own probability to say yes, before the incident has its say.</summary>
    public required Func<Random, double> Rate { get; init; }

    /// <summary>Every incident shifts all log-odds by the same Normal(0, this): people do not decide independently.</summary>
    public double IncidentSigma { get; init; }

    public required Func<Random, double> AnswerSeconds { get; init; }

    public Func<Random, double> SetOutSeconds { get; init; } = static _ => 0;

    public Func<Random, Means> Means { get; init; } = static _ => Geo.Waves.Means.Undeclared;

    public Func<Random, Means, double> MetresPerSecond { get; init; } = static (_, means) => Travel.MetresPerSecond(means);

    public double Detour { get; init; } = Travel.Detour;

    /// <summary>Of those who do not accept so many say so.</summary>
    public double DeclinesAloud { get; init; } = 0.4;

    /// <summary>Of the phones so many are reached.</summary>
    public double PhonesReached { get; init; } = 1;

    /// <summary>Offers a volunteer has had before in this class of hours, on average: what the planner has learned from.</summary>
    public double EarlierOffers { get; init; }

    /// <summary>
    /// The world of the bench: willingness Beta(2.4, 5.6), mean 30 %; mood 0.5; answering lognormal, median 30 s, sigma 0.6; setting out
    /// lognormal, median 72 s, sigma 0.4; two in five walk, a third cycle, the rest drive, each with a scatter of 0.25; one phone in twenty is
    /// not reached; ten earlier offers each.
    /// </summary>
    public static WaveWorld City(double perSquareKilometre, double incidentSigma = 0.5) => new()
    {
        RadiusMetres = 2_000,
        PerSquareKilometre = perSquareKilometre,
        Rate = static random => Chance.Beta(random, 2.4, 5.6),
        IncidentSigma = incidentSigma,
        AnswerSeconds = static random => Chance.LogNormal(random, 30, 0.6),
        SetOutSeconds = static random => Chance.LogNormal(random, 72, 0.4),
        Means = static random => random.NextDouble() switch { < 0.40 => Geo.Waves.Means.Foot, < 0.75 => Geo.Waves.Means.Bicycle, _ => Geo.Waves.Means.Car },
        MetresPerSecond = static (random, means) => Chance.LogNormal(random, Travel.MetresPerSecond(means), 0.25),
        PhonesReached = 0.95,
        EarlierOffers = 10,
    };

    /// <summary>Everybody around one incident, nearest first, with what each of them would do if asked: every policy meets the same people.</summary>
    public List<Neighbour> People(Random random)
    {
        var count = Exactly ?? Chance.Poisson(random, PerSquareKilometre * Math.PI * RadiusMetres * RadiusMetres / 1e6);
        var mood = IncidentSigma * Chance.Normal(random);
        return [.. Enumerable.Range(0, count).Select(_ => Somebody(random, mood)).OrderBy(one => one.DistanceMetres)];
    }

    private Neighbour Somebody(Random random, double mood)
    {
        var rate = Rate(random);
        var means = Means(random);
        var distance = RadiusMetres * Math.Sqrt(random.NextDouble()); // uniform over the disk
        var reached = random.NextDouble() < PhonesReached;
        var accepts = reached && random.NextDouble() < Shifted(rate, mood);
        return new Neighbour(
            distance,
            means,
            Earlier(random, rate),
            reached ? Chance.Exponential(random, 2) : null,
            accepts,
            Declines: reached && !accepts && random.NextDouble() < DeclinesAloud,
            AnswerSeconds(random),
            SetOutSeconds(random) + (distance * Detour / MetresPerSecond(random, means)));
    }

    private ResponseRecord Earlier(Random random, double rate)
    {
        var offers = EarlierOffers > 0 ? Chance.Poisson(random, EarlierOffers) : 0;
        int yes = 0, no = 0;
        for (var i = 0; i < offers; i++)
        {
            var reached = random.NextDouble() < PhonesReached;
            if (reached && random.NextDouble() < Shifted(rate, IncidentSigma * Chance.Normal(random)))
            {
                yes++;
            }
            else if (reached && random.NextDouble() < DeclinesAloud)
            {
                no++;
            }
        }

        return new(offers, yes, no);
    }

    private static double Shifted(double rate, double mood)
    {
        var odds = rate / (1 - rate) * Math.Exp(mood);
        return double.IsInfinity(odds) ? 1 : odds / (1 + odds);
    }
}

/// <summary>One volunteer around one incident, and what he would do. Null delivery: his phone is not reached.</summary>
internal sealed record Neighbour(
    double DistanceMetres, Means Means, ResponseRecord Record, double? DeliveredAfterSeconds, bool Accepts, bool Declines, double AnswersAfterSeconds, double ArrivesAfterYesSeconds)
{
    /// <summary>What anybody can tell in advance: from the distance, the means and the usual time to set out.</summary>
    public double ExpectedAfterYesSeconds => ResponseModel.Published(HourClass.Working).SetOutSeconds + Travel.SafeSeconds(DistanceMetres, Means);
}

/// <summary>Random numbers of the distributions used here.</summary>
internal static class Chance
{
    public static double Normal(Random random) => // Box and Muller
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public static double LogNormal(Random random, double median, double sigma) => median * Math.Exp(sigma * Normal(random));

    public static double Exponential(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());

    /// <summary>Counted in exponential steps; fast enough for a few hundred.</summary>
    public static int Poisson(Random random, double mean)
    {
        var count = 0;
        for (var sum = Exponential(random, 1); sum < mean; sum += Exponential(random, 1))
        {
            count++;
        }

        return count;
    }

    public static double Beta(Random random, double a, double b)
    {
        var x = Gamma(random, a);
        return x / (x + Gamma(random, b));
    }

    private static double Gamma(Random random, double shape) // Marsaglia and Tsang 2000, for shapes above 1
    {
        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal(random);
            var v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }
}
