namespace Dispatch.Server.Callouts;

/// <summary>
/// The first rule for how many to ask: the smallest number of open offers that gives, with every offer accepted independently at
/// <see cref="AcceptanceRate"/>, at least a <see cref="Certainty"/> chance that the missing places are filled. A decline or an expiry leaves fewer open
/// offers, so the same rule asks the next nearest. Replaced by the planner, which learns the rates per person.
/// </summary>
internal static class AskingRule
{
    /// <summary>Within the 17-47 % of recent studies (docs/performance.md); a constant until rates are learned from our own facts.</summary>
    public const double AcceptanceRate = 0.3;

    public const double Certainty = 0.9;

    /// <summary>How many offers should be open for <paramref name="missing"/> places: 7 for one, 12 for two, 21 for four.</summary>
    public static int OpenOffers(int missing)
    {
        if (missing <= 0)
        {
            return 0;
        }

        // counts[j]: probability of exactly j acceptances so far, j < missing; what leaves the array has reached the target.
        var counts = new double[missing];
        counts[0] = 1;
        for (var asked = 0; ; asked++)
        {
            if (1 - counts.Sum() >= Certainty)
            {
                return asked;
            }

            for (var j = missing - 1; j >= 0; j--)
            {
                counts[j] = (counts[j] * (1 - AcceptanceRate)) + (j > 0 ? counts[j - 1] * AcceptanceRate : 0);
            }
        }
    }
}
