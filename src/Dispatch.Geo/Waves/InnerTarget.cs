namespace Dispatch.Geo.Waves;

/// <summary>
/// The target of one plan that makes many plans reach the policy's. Planning again after every answer restores the target again and again, which
/// realises more than it; a mood that all share on the day realises less. Which is stronger is measured, not guessed: <c>./dev bench waves</c>
/// simulates both and prints this table (docs/performance.md). Between its lines interpolated on the odds of failure. 99 % could not be realised
/// with any inner target in the simulated places, so nothing is taken off there.
/// </summary>
public static class InnerTarget
{
    /// <summary>Target of the policy, inner target that realised it.</summary>
    public static readonly IReadOnlyList<(double Target, double Inner)> Calibrated = [(0.80, 0.50), (0.90, 0.85), (0.95, 0.925), (0.99, 0.99)];

    /// <exception cref="ArgumentOutOfRangeException">Not between 0 and 1.</exception>
    public static double For(double target)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, 1.0);
        var above = 0;
        while (above < Calibrated.Count && Calibrated[above].Target < target)
        {
            above++;
        }

        // Outside the table the nearest line's shift of the log-odds goes on.
        var (low, high) = (Calibrated[Math.Max(above - 1, 0)], Calibrated[Math.Min(above, Calibrated.Count - 1)]);
        var between = low.Target == high.Target ? 0.0 : (LogOdds(target) - LogOdds(low.Target)) / (LogOdds(high.Target) - LogOdds(low.Target));
        var shift = ((1.0 - between) * (LogOdds(low.Inner) - LogOdds(low.Target))) + (between * (LogOdds(high.Inner) - LogOdds(high.Target)));
        return 1.0 / (1.0 + Math.Exp(-LogOdds(target) - shift));
    }

    private static double LogOdds(double probability) => Math.Log(probability / (1.0 - probability));
}
