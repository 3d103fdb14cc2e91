namespace Dispatch.Geo.Waves;

/// <summary>In what order people of one ring are asked.</summary>
public enum WaveOrder
{
    /// <summary>As given: nearest first. What a call-out uses, since the law asks for the nearest.</summary>
    Nearest,

    /// <summary>Likeliest to be there first, among equals the less asked: the smallest wave there is.</summary>
    Likeliest,
}

/// <summary>What is wanted.</summary>
/// <param name="People">So many are missing on scene.</param>
/// <param name="Probability">How surely they shall be there in time: the policy's target.</param>
/// <param name="InnerProbability">The calibrated target of a single plan (<see cref="InnerTarget"/>); planning again and again adds the rest.</param>
/// <param name="WithinSeconds">From now until they shall be there; negative when that has passed.</param>
/// <param name="PeriodSeconds">From the raise until they shall be there: what a later aim is counted in.</param>
/// <param name="AnswerWithinSeconds">For how long an offer is open.</param>
public sealed record WaveTarget(int People, double Probability, double InnerProbability, double WithinSeconds, double PeriodSeconds, double AnswerWithinSeconds);

/// <summary>Whether the phone is known to have the offer.</summary>
public enum Receipt
{
    /// <summary>Nobody looks at receipts here: the plain posterior of the silent.</summary>
    Unknown,

    NotDelivered,

    Delivered,

    /// <summary>Every channel has said that it could not reach him: nothing is hoped of him until his phone says otherwise.</summary>
    Failed,
}

/// <summary>Somebody asked before, who is silent or on his way. Who declined is not here.</summary>
public sealed record OpenOffer
{
    /// <summary>Null in what was stored before it was kept.</summary>
    public Guid? VolunteerId { get; init; }

    public required double AskedSecondsAgo { get; init; }

    public required double DistanceMetres { get; init; }

    public Means Means { get; init; }

    public required ResponseRecord Record { get; init; }

    public Receipt Receipt { get; init; }

    /// <summary>A phone that had the offer late: so long after it was made his time to answer began. Null: at once, or nobody knows.</summary>
    public double? DeliveredAfterSeconds { get; init; }

    /// <summary>Of one who said yes: seconds until he is expected there, negative when that has passed. Null: has not answered.</summary>
    public double? ArrivesInSeconds { get; init; }
}

/// <summary>Somebody who may be asked: every gate is open.</summary>
public sealed record Prospect
{
    public required Guid VolunteerId { get; init; }

    public required int Ring { get; init; }

    public required double DistanceMetres { get; init; }

    public Means Means { get; init; }

    public required ResponseRecord Record { get; init; }

    /// <summary>How often he has been alerted lately.</summary>
    public int RecentAlerts { get; init; }
}

/// <summary>Everything a plan depends on. Prospects are given nearest first, inner rings first.</summary>
public sealed record WaveRequest
{
    public required WaveTarget Target { get; init; }

    public required ResponseModel Model { get; init; }

    public required IReadOnlyList<OpenOffer> Open { get; init; }

    public required IReadOnlyList<Prospect> Prospects { get; init; }

    public WaveOrder Order { get; init; }

    /// <summary>
    /// As many are asked as if nobody silent had been asked before: an operator has said that he wants more. They are hoped for all the same, so the
    /// probabilities of the plan count them.
    /// </summary>
    public bool BeyondOpen { get; init; }

    /// <summary>What the next look is timed by: what is assumed to be known by then of the receipts of this wave.</summary>
    public Receipt FreshReceipt { get; init; } = Receipt.NotDelivered;
}
