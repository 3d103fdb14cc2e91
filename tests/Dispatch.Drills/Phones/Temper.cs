namespace Dispatch.Drills.Phones;

internal enum Reaction
{
    Accept,
    Decline,
    Silence,
}

/// <summary>
/// Whether and when a volunteer answers. Pure: the same seed, volunteer and incident give the same reaction.
/// </summary>
/// <remarks>
/// Where the numbers come from (dispatch-science.md, "Published facts"):
/// <list type="bullet">
/// <item>Response rates of 17 to 47 % in recent studies: each volunteer has a p of his own, Beta(3, 5), mean 0.375, nine of ten between 0.13 and 0.66.</item>
/// <item>People do not decide independently: what keeps one away (the hour, the weather, the football) keeps others away. Every incident shifts
/// all log-odds by the same Normal(0, 0.5).</item>
/// <item>Accepting takes lognormal time, median 30 s, sigma 0.6: nine of ten between 11 and 80 s. Leaving takes the published turnout, median 105 s.</item>
/// <item>Of those who do not accept, 40 % say so. This one is our assumption; nobody publishes it.</item>
/// </list>
/// </remarks>
internal sealed class Temper
{
    private const double AnswerMedianSeconds = 30, AnswerSigma = 0.6;
    private const double TurnoutMedianSeconds = 105, TurnoutSigma = 0.4;
    private const double IncidentSigma = 0.5;
    private const double DeclinesAloud = 0.4;
    private const double TurnsBack = 0.03;

    private static readonly string[] DeclineReasons = ["atWork", "atWork", "tooFar", "ill", "other"];

    private readonly Random chance;
    private readonly int seed;
    private readonly double hurry;

    /// <summary><paramref name="hurry"/> divides every duration: 1 is life, 8 is a demonstration.</summary>
    public Temper(int seed, Guid volunteer, double hurry)
    {
        this.seed = seed;
        this.hurry = hurry;
        chance = new Random(Mix(seed, volunteer));
        Willingness = Beta(3, 5);
    }

    /// <summary>How often he accepts, before the incident has its say.</summary>
    public double Willingness { get; }

    public Reaction To(Guid incident)
    {
        var shared = IncidentSigma * Normal(new Random(Mix(seed, incident)));
        var odds = Willingness / (1 - Willingness) * Math.Exp(shared);
        if (chance.NextDouble() < odds / (1 + odds))
        {
            return Reaction.Accept;
        }

        return chance.NextDouble() < DeclinesAloud ? Reaction.Decline : Reaction.Silence;
    }

    public string DeclineReason() => DeclineReasons[chance.Next(DeclineReasons.Length)];

    public bool WillTurnBack() => chance.NextDouble() < TurnsBack;

    /// <summary>Up to 1: where on his way he turns back.</summary>
    public double Share() => chance.NextDouble();

    public TimeSpan AnswerAfter() => LogNormal(AnswerMedianSeconds, AnswerSigma);

    public TimeSpan LeaveAfter() => LogNormal(TurnoutMedianSeconds, TurnoutSigma);

    private TimeSpan LogNormal(double medianSeconds, double sigma) =>
        TimeSpan.FromSeconds(medianSeconds * Math.Exp(sigma * Normal(chance)) / hurry);

    private static double Normal(Random random) => // Box and Muller
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>For whole parameters the a-th smallest of a + b - 1 uniform numbers is Beta(a, b).</summary>
    private double Beta(int a, int b) => Enumerable.Range(0, a + b - 1).Select(_ => chance.NextDouble()).Order().ElementAt(a - 1);

    /// <summary>Not <see cref="HashCode"/>, which is another one in every process: a seed must repeat its run.</summary>
    internal static int Mix(int seed, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        var mixed = unchecked((uint)seed * 2654435761u);
        foreach (var part in bytes)
        {
            mixed = unchecked((mixed ^ part) * 16777619u);
        }

        return (int)mixed;
    }
}
