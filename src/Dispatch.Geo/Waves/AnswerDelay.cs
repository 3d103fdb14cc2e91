namespace Dispatch.Geo.Waves;

/// <summary>
/// How long those who answer take, from the offer to the answer: log-logistic of shape 2, F(d) = d² / (d² + median²), cut off where the offer
/// ends. Half have answered at the median, nine of ten at three times the median; a closed form, so that SQL and C# mean the same. Of an answer
/// that comes at all within the offer F is 1 at its end: what is learned from offers that ended already knows of the end.
/// </summary>
/// <param name="MedianSeconds">Without the cut-off.</param>
/// <param name="WindowSeconds">For how long an offer is open.</param>
public readonly record struct AnswerDelay(double MedianSeconds, double WindowSeconds)
{
    /// <summary>Probability that the answer has come after this many seconds, given that it comes within the window.</summary>
    public double CameWithin(double seconds) =>
        seconds <= 0.0 ? 0.0 : seconds >= WindowSeconds ? 1.0 : Uncut(seconds) / Uncut(WindowSeconds);

    private double Uncut(double seconds) => seconds * seconds / ((seconds * seconds) + (MedianSeconds * MedianSeconds));
}
