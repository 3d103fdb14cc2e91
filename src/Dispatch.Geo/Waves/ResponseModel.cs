namespace Dispatch.Geo.Waves;

/// <summary>Hours in which people answer alike, by the clock of the incident's place.</summary>
public enum HourClass
{
    /// <summary>22:00 to 06:00, every day.</summary>
    Night,

    /// <summary>08:00 to 18:00, Monday to Friday.</summary>
    Working,

    /// <summary>The rest: mornings, evenings, weekends.</summary>
    Leisure,
}

/// <summary>What became of offers that came to their end: accepted, declined, or neither. An offer withdrawn before its end counts in part.</summary>
public sealed record ResponseRecord(double Asked, double Accepted, double Declined)
{
    public static readonly ResponseRecord None = new(0, 0, 0);
}

/// <summary>
/// How likely somebody says yes, and when. A volunteer's own record in this class of hours is shrunk to everybody's by a Beta prior that weighs
/// <see cref="OwnStrength"/> offers; everybody's is shrunk in the same way to published rates. So the first day uses the publications, the first
/// year the deployment, and who has been asked often is judged by himself.
/// </summary>
public sealed record ResponseModel
{
    /// <summary>Published response rates of recent studies lie between 17 and 47 %.</summary>
    public const double PublishedRate = 0.3;

    /// <summary>Of those who do not accept, two in five say so. An assumption: nobody publishes it, and our own facts soon replace it.</summary>
    public const double AssumedDeclines = 0.28;

    /// <summary>So many offers weighs what everybody does against what one person did: with 8 own offers both count alike.</summary>
    public const double OwnStrength = 8;

    /// <summary>So many offers weigh the publications against what the deployment learned.</summary>
    public const double GroupStrength = 50;

    public required HourClass Hours { get; init; }

    /// <summary>Everybody's record in this class of hours.</summary>
    public required ResponseRecord Everybody { get; init; }

    /// <summary>Median from offer to yes.</summary>
    public required double AcceptMedianSeconds { get; init; }

    /// <summary>Median from offer to no.</summary>
    public required double DeclineMedianSeconds { get; init; }

    /// <summary>From the yes to the first step.</summary>
    public required double SetOutSeconds { get; init; }

    /// <summary>
    /// Before anything was learned. Published turnout, alert to the first step: median 102 s by day, 142 s by night (n = 4,138). We take 30 s of
    /// it for answering.
    /// </summary>
    public static ResponseModel Published(HourClass hours) => new()
    {
        Hours = hours,
        Everybody = ResponseRecord.None,
        AcceptMedianSeconds = 30,
        DeclineMedianSeconds = 30,
        SetOutSeconds = hours == HourClass.Night ? 112 : 72,
    };

    /// <summary>Everybody's rate of yes.</summary>
    public double GroupAcceptRate => Shrink(Everybody.Accepted, Everybody.Asked, PublishedRate, GroupStrength);

    public double GroupDeclineRate => Shrink(Everybody.Declined, Everybody.Asked, AssumedDeclines, GroupStrength);

    /// <summary>Mean of Beta(strength × group + yes, strength × (1 - group) + not yes).</summary>
    public double AcceptRate(ResponseRecord own) => Shrink(own.Accepted, own.Asked, GroupAcceptRate, OwnStrength);

    public double DeclineRate(ResponseRecord own) => Math.Min(Shrink(own.Declined, own.Asked, GroupDeclineRate, OwnStrength), 1.0 - AcceptRate(own));

    public static HourClass HoursOf(DateTime local) => local.Hour switch
    {
        >= 22 or < 6 => HourClass.Night,
        >= 8 and < 18 when local.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) => HourClass.Working,
        _ => HourClass.Leisure,
    };

    private static double Shrink(double happened, double of, double prior, double strength) => ((strength * prior) + happened) / (strength + of);
}
