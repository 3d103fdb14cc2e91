namespace Dispatch.Geo.Waves;

/// <summary>Somebody asked, and how long his way usually takes.</summary>
public readonly record struct Expected(double DistanceMetres, Means Means, ResponseRecord Record);

/// <summary>When the people wanted will usually be there: what an operator may expect, where a plan says what he can count on.</summary>
public static class ExpectedArrival
{
    private const double LatestSeconds = 7 * 24 * 3600;

    /// <summary>
    /// Seconds from now by which at least <paramref name="people"/> of those asked are there with a probability of one half; null: even in the end
    /// so many say yes less often than not. Usual ways, not the slower ones a plan counts on. Pure; about thirty tails.
    /// </summary>
    public static double? MedianSeconds(ResponseModel model, double answerWithinSeconds, int people, IReadOnlyCollection<Expected> asked)
    {
        var delay = new AnswerDelay(model.AcceptMedianSeconds, answerWithinSeconds);
        double Tail(double seconds) => PoissonBinomial.TailOf(
            asked.Select(one => model.AcceptRate(one.Record) * delay.CameWithin(seconds - model.SetOutSeconds - Travel.Seconds(one.DistanceMetres, one.Means))), people);

        if (Tail(LatestSeconds) < 0.5)
        {
            return null;
        }

        double early = 0, late = LatestSeconds;
        while (late - early > 1)
        {
            var middle = (early + late) / 2;
            (early, late) = Tail(middle) >= 0.5 ? (early, middle) : (middle, late);
        }

        return Math.Ceiling(late);
    }
}
