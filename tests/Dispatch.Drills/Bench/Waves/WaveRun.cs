namespace Dispatch.Drills.Bench.Waves;

/// <summary>What one incident came to under one policy. Times in seconds from the raise.</summary>
internal sealed record WaveOutcome(bool Success, int Alerts, int Redundant, double? FilledAt, IReadOnlyList<double> Arrivals);

/// <summary>
/// One incident played through, event by event: offers, answers, offers that end, looks of the policy. Under every policy the first n who say yes
/// and can be expected in time have the places; then the rest is recalled at once, which they notice some seconds later. Whoever said yes
/// meanwhile, or too far away to be in time, is redundant.
/// </summary>
internal sealed class WaveRun(IReadOnlyList<Neighbour> people, int needed, double withinSeconds, double answerWithinSeconds = 120)
{
    private const double RecallNoticedAfterSeconds = 5;

    private readonly PriorityQueue<(Event What, int Who), double> coming = new();
    private readonly List<double> arrivals = [];
    private double? filledAt;
    private int redundant;

    private enum Event
    {
        Yes,
        No,
        OfferEnds,
        Look,
    }

    public IReadOnlyList<Neighbour> People => people;

    public int Needed => needed;

    public double WithinSeconds => withinSeconds;

    public double AnswerWithinSeconds => answerWithinSeconds;

    public double Now { get; private set; }

    public int Accepted { get; private set; }

    public int Missing => needed - Accepted;

    /// <summary>When each was asked; null: not yet.</summary>
    public double?[] AskedAt { get; } = new double?[people.Count];

    /// <summary>Whose answer is out: asked, neither yes nor no, and the offer has not ended.</summary>
    public bool[] IsOpen { get; } = new bool[people.Count];

    public int Alerts { get; private set; }

    public int OpenOffers => IsOpen.Count(open => open);

    /// <summary>The nearest of those not asked yet.</summary>
    public IEnumerable<int> Unasked => Enumerable.Range(0, people.Count).Where(who => AskedAt[who] is null);

    public bool IsDelivered(int who) => people[who].DeliveredAfterSeconds is { } after && AskedAt[who] + after <= Now;

    public WaveOutcome Play(WavePolicy policy)
    {
        Look(policy);
        while (coming.TryDequeue(out var next, out var at))
        {
            Now = at;
            switch (next.What)
            {
                case Event.Yes when filledAt is { } filled:
                    redundant += at <= filled + RecallNoticedAfterSeconds ? 1 : 0;
                    continue;
                case Event.Yes:
                    Accept(next.Who);
                    break;
                case Event.No or Event.OfferEnds when IsOpen[next.Who]:
                    IsOpen[next.Who] = false;
                    break;
                case Event.Look:
                    break;
                default:
                    continue;
            }

            if (filledAt is null && at <= withinSeconds)
            {
                Look(policy);
            }
        }

        return new(arrivals.Count(arrival => arrival <= withinSeconds) >= needed, Alerts, redundant, filledAt, arrivals);
    }

    private void Accept(int who)
    {
        IsOpen[who] = false;
        arrivals.Add(Now + people[who].ArrivesAfterYesSeconds);
        if (Now + people[who].ExpectedAfterYesSeconds > withinSeconds)
        {
            redundant++;
            return;
        }

        Accepted++;
        if (Accepted == needed)
        {
            filledAt = Now;
        }
    }

    private void Look(WavePolicy policy)
    {
        var (ask, lookAfter) = policy.Decide(this);
        foreach (var who in ask)
        {
            AskedAt[who] = Now;
            IsOpen[who] = true;
            Alerts++;
            var answers = people[who].AnswersAfterSeconds;
            if (answers < answerWithinSeconds && (people[who].Accepts || people[who].Declines))
            {
                coming.Enqueue((people[who].Accepts ? Event.Yes : Event.No, who), Now + answers);
            }
            else
            {
                coming.Enqueue((Event.OfferEnds, who), Now + answerWithinSeconds);
            }
        }

        if (lookAfter is { } seconds)
        {
            coming.Enqueue((Event.Look, -1), Now + seconds);
        }
    }
}
