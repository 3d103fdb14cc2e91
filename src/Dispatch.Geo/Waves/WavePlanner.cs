namespace Dispatch.Geo.Waves;

/// <summary>
/// How many to ask, and how far out. Pure and deterministic; 500 prospects and five people take well under a millisecond. What holds:
/// the smallest wave of the given order that brings P(at least n are there in time) to the inner target; ring first, an outer ring only when
/// everybody useful of the inner ones is asked, but then in the same wave: a deadline that cannot help is not waited for; if all of them cannot
/// reach it within the policy's time they are all asked, and the aim moves out (twice the time, four times, ...) until the target is reached or
/// everybody is asked. Nobody is asked when those asked before reach it, unless the operator wants more (<see cref="WaveRequest.BeyondOpen"/>).
/// </summary>
public static class WavePlanner
{
    /// <summary>Who has less than one chance in a hundred to be there by the aim is not asked for that aim.</summary>
    public const double LeastChance = 0.01;

    /// <summary>Of the phones that accept in the end so many are reached at all; see <see cref="ReachedYet"/>.</summary>
    internal const double ReachableShare = 0.9;

    /// <summary>A phone that is reached has the offer after so many seconds on average.</summary>
    internal const double DeliveryMeanSeconds = 5;

    private const int LaterAims = 8; // the last is 256 periods out; after it comes "whenever"
    private const double ShortestReviewSeconds = 2;

    public static WavePlan Plan(WaveRequest request)
    {
        var target = request.Target;
        var counted = request.BeyondOpen ? [.. request.Open.Where(offer => offer.ArrivesInSeconds is not null)] : request.Open;
        var asked = new bool[request.Prospects.Count];
        var ask = new List<(int Index, double Chance)>();
        double? inTime = null;
        for (var later = 0; ; later++)
        {
            var aim = AimOf(target, later);
            var there = new PoissonBinomial(target.People);
            foreach (var offer in counted)
            {
                there.Add(Chance(offer, request, aim ?? double.PositiveInfinity, afterSeconds: 0));
            }

            var before = With([], aim, there);
            for (var i = 0; i < ask.Count; i++)
            {
                ask[i] = ask[i] with { Chance = Chance(request.Prospects[ask[i].Index], request, aim) };
                there.Add(ask[i].Chance);
            }

            AskMore(request, aim, there, asked, ask);
            inTime ??= With(ask, aim, there);
            var reached = there.Tail >= target.InnerProbability;
            if (reached || aim is null || ask.Count == asked.Length)
            {
                var plan = new WavePlan
                {
                    People = target.People,
                    Target = target.Probability,
                    InnerTarget = target.InnerProbability,
                    AimSeconds = aim,
                    Late = later > 0,
                    Before = before,
                    After = With(ask, aim, there),
                    InTime = inTime.Value,
                    Reached = reached,
                    Ask = [.. ask.Select(one => new PlannedAsk(request.Prospects[one.Index].VolunteerId, request.Prospects[one.Index].Ring, one.Chance))],
                    ReviewAfterSeconds = reached ? ReviewAfter(request, aim ?? double.PositiveInfinity, ask) : null,
                };
                return reached || plan.After >= LeastChance ? plan : WhenTheyMayCome(request, plan, later, ask);
            }
        }

        // With everybody who is hoped for, also where the choice did not count on them.
        double With(IEnumerable<(int Index, double Chance)> chosen, double? aim, PoissonBinomial there) => !request.BeyondOpen ? there.Tail
            : PoissonBinomial.TailOf(request.Open.Select(offer => Chance(offer, request, aim ?? double.PositiveInfinity, afterSeconds: 0)).Concat(chosen.Select(one => one.Chance)), target.People);
    }

    private static double? AimOf(WaveTarget target, int later) => later > LaterAims ? null : target.WithinSeconds + (((1 << later) - 1) * target.PeriodSeconds);

    /// <summary>
    /// Everybody is asked and nobody can be there by the aim, or it has passed: not "0 %" while offers are open that may still bring somebody, but how
    /// sure they make it by the first later aim that reaches the target, or at all. The plan stays what it is: not reached.
    /// </summary>
    private static WavePlan WhenTheyMayCome(WaveRequest request, WavePlan plan, int later, List<(int Index, double Chance)> ask)
    {
        for (var further = later + 1; further <= LaterAims + 1; further++)
        {
            var aim = AimOf(request.Target, further);
            var open = request.Open.Select(offer => Chance(offer, request, aim ?? double.PositiveInfinity, afterSeconds: 0)).ToList();
            var asked = ask.ConvertAll(one => Chance(request.Prospects[one.Index], request, aim));
            var after = PoissonBinomial.TailOf(open.Concat(asked), plan.People);
            if (after >= plan.InnerTarget || (aim is null && after >= LeastChance))
            {
                return plan with
                {
                    AimSeconds = aim, Late = true, Before = PoissonBinomial.TailOf(open, plan.People), After = after,
                    Ask = [.. plan.Ask.Zip(asked, (one, chance) => one with { Chance = chance })],
                };
            }
        }

        return plan;
    }

    /// <summary>What those asked before, and each prospect if asked now, add to a plan with this aim (null: whenever they come).</summary>
    internal static (IReadOnlyList<double> Open, IReadOnlyList<double> Prospects) Chances(WaveRequest request, double? aim) => (
        [.. request.Open.Select(offer => Chance(offer, request, aim ?? double.PositiveInfinity, afterSeconds: 0))],
        [.. request.Prospects.Select(prospect => Chance(prospect, request, aim))]);

    /// <summary>Of the first prospect, to be there within the policy's own time.</summary>
    public static double ChanceInTime(WaveRequest request) => Chance(request.Prospects[0], request, request.Target.WithinSeconds);

    private static void AskMore(WaveRequest request, double? aim, PoissonBinomial there, bool[] asked, List<(int Index, double Chance)> ask)
    {
        if (there.Tail >= request.Target.InnerProbability)
        {
            return;
        }

        foreach (var (index, chance) in InOrder(request, aim, asked))
        {
            if (chance < LeastChance && aim is not null)
            {
                continue;
            }

            asked[index] = true;
            ask.Add((index, chance));
            there.Add(chance);
            if (there.Tail >= request.Target.InnerProbability)
            {
                return;
            }
        }
    }

    private static IEnumerable<(int Index, double Chance)> InOrder(WaveRequest request, double? aim, bool[] asked)
    {
        var left = Enumerable.Range(0, asked.Length).Where(index => !asked[index]).Select(index => (Index: index, Chance: Chance(request.Prospects[index], request, aim)));
        return request.Order == WaveOrder.Nearest
            ? left.OrderBy(one => request.Prospects[one.Index].Ring) // stable: within the ring as given
            : left.OrderBy(one => request.Prospects[one.Index].Ring).ThenByDescending(one => one.Chance)
                .ThenBy(one => request.Prospects[one.Index].RecentAlerts).ThenBy(one => one.Index);
    }

    /// <summary>q = p F(T - a - tau): says yes early enough to be there by the aim, if asked now.</summary>
    private static double Chance(Prospect prospect, WaveRequest request, double? aim) =>
        request.Model.AcceptRate(prospect.Record) * Accepting(request).CameWithin(
            (aim ?? double.PositiveInfinity) - request.Model.SetOutSeconds - Travel.SafeSeconds(prospect.DistanceMetres, prospect.Means));

    /// <summary>What is still to be hoped of somebody asked before, at a moment from now at which nothing more has been heard of him.</summary>
    internal static double Chance(OpenOffer offer, WaveRequest request, double aim, double afterSeconds)
    {
        if (offer.ArrivesInSeconds is { } arrives)
        {
            return arrives <= aim ? 1.0 : 0.0;
        }

        if (offer.Receipt == Receipt.Failed)
        {
            return 0.0;
        }

        var model = request.Model;
        var accepting = Accepting(request);
        var silentFor = offer.AskedSecondsAgo + afterSeconds;
        var answerBy = aim + offer.AskedSecondsAgo - model.SetOutSeconds - Travel.SafeSeconds(offer.DistanceMetres, offer.Means); // since he was asked
        var yes = model.AcceptRate(offer.Record);
        var no = model.DeclineRate(offer.Record);
        if (offer.Receipt == Receipt.NotDelivered)
        {
            // His clock has not begun: all of the answer is to come, in what is left of offer and aim, if the phone is reached at all.
            return Math.Min(yes / ReachableShare, 1.0) * ReachedYet(silentFor)
                * accepting.CameWithin(Math.Min(answerBy, request.Target.AnswerWithinSeconds) - silentFor);
        }

        var lasts = request.Target.AnswerWithinSeconds;
        if (offer.Receipt == Receipt.Delivered)
        {
            // He could not answer before he had it; the offer ends when it ends.
            var late = offer.DeliveredAfterSeconds ?? 0;
            (silentFor, answerBy, lasts) = (Math.Max(silentFor - late, 0), answerBy - late, lasts - late);
            yes = Math.Min(yes / ReachableShare, 1.0);
            no = Math.Min(no / ReachableShare, 1.0 - yes);
        }

        // r = p (F(T-a-tau) - F(e))+ / [p (1-F(e)) + c (1-G(e)) + (1-p-c)]
        var come = accepting.CameWithin(silentFor);
        var toCome = Math.Max(accepting.CameWithin(Math.Min(answerBy, lasts)) - come, 0.0);
        var declining = new AnswerDelay(model.DeclineMedianSeconds, request.Target.AnswerWithinSeconds);
        var silent = (yes * (1.0 - come)) + (no * (1.0 - declining.CameWithin(silentFor))) + (1.0 - yes - no);
        return toCome == 0.0 || silent <= 0.0 ? 0.0 : Math.Min(yes * toCome / silent, 1.0);
    }

    /// <summary>
    /// Probability that a phone which has not had the offer for so long is reached yet: nine in ten are, after 5 s on average, so that 20 s of
    /// nothing leave one in seven.
    /// </summary>
    internal static double ReachedYet(double seconds)
    {
        var late = ReachableShare * Math.Exp(-seconds / DeliveryMeanSeconds);
        return late / (late + 1.0 - ReachableShare);
    }

    private static AnswerDelay Accepting(WaveRequest request) => new(request.Model.AcceptMedianSeconds, request.Target.AnswerWithinSeconds);

    /// <summary>The first moment at which silence alone has brought the plan below its target, to the second. The hope in silence only falls.</summary>
    private static double? ReviewAfter(WaveRequest request, double aim, List<(int Index, double Chance)> ask)
    {
        var offers = request.Open.Concat(ask.Select(one => new OpenOffer
        {
            AskedSecondsAgo = 0,
            DistanceMetres = request.Prospects[one.Index].DistanceMetres,
            Means = request.Prospects[one.Index].Means,
            Record = request.Prospects[one.Index].Record,
            Receipt = request.FreshReceipt,
        })).ToList();
        if (!offers.Exists(offer => offer.ArrivesInSeconds is null))
        {
            return null; // everybody hoped for is on his way
        }

        bool Holds(double seconds) => PoissonBinomial.TailOf(offers.Select(offer => Chance(offer, request, aim, seconds)), request.Target.People) >= request.Target.InnerProbability;

        double holds = 0, fails = request.Target.AnswerWithinSeconds;
        while (fails - holds > 1)
        {
            var middle = (holds + fails) / 2;
            (holds, fails) = Holds(middle) ? (middle, fails) : (holds, middle);
        }

        return Math.Max(Math.Ceiling(fails), ShortestReviewSeconds);
    }
}
