using Dispatch.Geo.Waves;

namespace Dispatch.Drills.Bench.Waves;

/// <summary>Whom to ask now, nearest first, and when to look again if nothing happens before. Asked at the raise and after every event.</summary>
internal abstract class WavePolicy
{
    public abstract string Name { get; }

    public abstract (IReadOnlyList<int> Ask, double? LookAfterSeconds) Decide(WaveRun run);
}

/// <summary>Everybody at once.</summary>
internal sealed class AlertAll : WavePolicy
{
    public override string Name => "alert all";

    public override (IReadOnlyList<int> Ask, double? LookAfterSeconds) Decide(WaveRun run) => (run.Now == 0 ? [.. run.Unasked] : [], null);
}

/// <summary>The nearest k, once.</summary>
internal sealed class NearestFixed(int k) : WavePolicy
{
    public override string Name => $"nearest {k}";

    public override (IReadOnlyList<int> Ask, double? LookAfterSeconds) Decide(WaveRun run) => (run.Now == 0 ? [.. run.Unasked.Take(k)] : [], null);
}

/// <summary>The nearest k, and k more after every delay, whatever is answered, until the need is filled.</summary>
internal sealed class FixedPhases(int k, double delaySeconds) : WavePolicy
{
    private double next;

    public override string Name => $"{k} every {delaySeconds:0} s";

    public override (IReadOnlyList<int> Ask, double? LookAfterSeconds) Decide(WaveRun run)
    {
        if (run.Now == 0)
        {
            next = 0; // a new incident
        }

        if (run.Now < next)
        {
            return ([], null);
        }

        next = run.Now + delaySeconds;
        return ([.. run.Unasked.Take(k)], delaySeconds);
    }
}

/// <summary>Keeps so many offers open: every refusal, and every offer that ends, is replaced at once.</summary>
internal sealed class ReplaceOnRefusal(string name, Func<WaveRun, int> open) : WavePolicy
{
    public ReplaceOnRefusal(int open)
        : this($"{open} open, replaced", _ => open)
    {
    }

    public override string Name => name;

    // As published: alert so many, replace a refusal; who said yes keeps his place in the count.
    public override (IReadOnlyList<int> Ask, double? LookAfterSeconds) Decide(WaveRun run) =>
        ([.. run.Unasked.Take(Math.Max(open(run) - run.OpenOffers - run.Accepted, 0))], null);
}

/// <summary>The product's planner, with the receipts and the record it has there.</summary>
internal sealed class Planned(double target, double inner) : WavePolicy
{
    private static readonly ResponseModel Model = ResponseModel.Published(HourClass.Working);

    public override string Name => "planner";

    public override (IReadOnlyList<int> Ask, double? LookAfterSeconds) Decide(WaveRun run)
    {
        var request = Request(run);
        var plan = WavePlanner.Plan(request);
        return ([.. plan.Ask.Select(one => BitConverter.ToInt32(one.VolunteerId.ToByteArray()))], plan.ReviewAfterSeconds);
    }

    internal WaveRequest Request(WaveRun run) => new()
    {
        Target = new(run.Missing, target, inner, run.WithinSeconds - run.Now, run.WithinSeconds, run.AnswerWithinSeconds),
        Model = Model,
        Open =
        [
            .. Enumerable.Range(0, run.People.Count).Where(who => run.IsOpen[who]).Select(who => new OpenOffer
            {
                AskedSecondsAgo = run.Now - run.AskedAt[who]!.Value,
                DistanceMetres = run.People[who].DistanceMetres,
                Means = run.People[who].Means,
                Record = run.People[who].Record,
                Receipt = run.IsDelivered(who) ? Receipt.Delivered : Receipt.NotDelivered,
            }),
        ],
        Prospects =
        [
            .. run.Unasked.Select(who => new Prospect
            {
                VolunteerId = new Guid(who, 0, 0, new byte[8]),
                Ring = 1,
                DistanceMetres = run.People[who].DistanceMetres,
                Means = run.People[who].Means,
                Record = run.People[who].Record,
            }),
        ],
    };
}
