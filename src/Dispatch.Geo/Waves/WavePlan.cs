namespace Dispatch.Geo.Waves;

/// <summary>One person to be asked. <paramref name="Chance"/>: to say yes and be there within the plan's aim.</summary>
public sealed record PlannedAsk(Guid VolunteerId, int Ring, double Chance);

/// <summary>
/// How many are asked, and why. Probabilities are of at least <see cref="People"/> being there within <see cref="AimSeconds"/> from now.
/// </summary>
public sealed record WavePlan
{
    public required int People { get; init; }

    /// <summary>The policy's target.</summary>
    public required double Target { get; init; }

    /// <summary>The calibrated target this plan had to reach.</summary>
    public required double InnerTarget { get; init; }

    /// <summary>Seconds from now the plan aims at; null: whenever they come, because nobody can be there by any time worth naming.</summary>
    public double? AimSeconds { get; init; }

    /// <summary>The aim is later than the policy's time: too few can be there within it.</summary>
    public bool Late { get; init; }

    /// <summary>From those asked before alone.</summary>
    public required double Before { get; init; }

    /// <summary>With this wave.</summary>
    public required double After { get; init; }

    /// <summary>Of everybody reachable within the policy's own time, this wave included; less than the target when the plan is late.</summary>
    public required double InTime { get; init; }

    /// <summary>The inner target is reached. Otherwise everybody there is has been asked.</summary>
    public required bool Reached { get; init; }

    /// <summary>In the order of asking.</summary>
    public required IReadOnlyList<PlannedAsk> Ask { get; init; }

    /// <summary>If nobody answers and nothing more is delivered, the plan no longer holds after so many seconds: look again then. Null: nothing to wait for.</summary>
    public double? ReviewAfterSeconds { get; init; }
}
