using System.Diagnostics;
using Dispatch.Drills.Live;
using Dispatch.Geo;

namespace Dispatch.Drills.Phones;

/// <summary>One simulated volunteer: goes on duty, moves about, and does with a call-out what people do.</summary>
internal sealed class Volunteer(Phone phone, Temper temper, Walk walk, PhoneCounts counts, TimeProvider time, double hurry)
{
    // Standing still costs the battery little; on the way the console wants to see him move.
    private static readonly TimeSpan ReportAtLeisureAfter = TimeSpan.FromSeconds(30), ReportOnTheWayAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NoHurry = TimeSpan.FromHours(1);

    private enum Step
    {
        None,
        Accept,
        Decline,
        SetOut,
        Arrive,
        TurnBack,
    }

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private Card? called;
    private Step next;
    private TimeSpan nextAt, reportAt, movedAt;
    private double turnsBackAtMetres = -1;
    private bool onTheWay, locatable = true;

    /// <summary>What the phone already shows when it is switched on: call-outs from before.</summary>
    public void Begin(IEnumerable<Card> cards, TimeSpan firstReportAfter)
    {
        reportAt = firstReportAfter;
        foreach (var card in cards.Where(card => card.State is "offered" or "accepted" or "enRoute" or "onScene"))
        {
            Take(card.State, card);
        }
    }

    public async Task LiveAsync(CancellationToken cancellation)
    {
        while (await phone.OrderAsync("Duty", cancellation, new { duty = "on" }) is null)
        {
            await Task.Delay(TryAgainAfter, time, cancellation);
        }

        while (!cancellation.IsCancellationRequested)
        {
            var due = next == Step.None || reportAt < nextAt ? reportAt : nextAt;
            var wait = due - clock.Elapsed;
            if (wait > TimeSpan.Zero)
            {
                await WaitForItemAsync(wait, cancellation);
            }

            while (phone.Inbox.TryRead(out var item))
            {
                if (item.Callout is { } card)
                {
                    Take(item.Kind, card);
                }
            }

            Move();
            if (next != Step.None && clock.Elapsed >= nextAt)
            {
                await DoAsync(next, cancellation);
            }

            if (clock.Elapsed >= reportAt)
            {
                await ReportAsync(cancellation);
            }
        }
    }

    private async Task WaitForItemAsync(TimeSpan wait, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(wait);
        Task arrived = phone.Inbox.WaitToReadAsync(enough.Token).AsTask();
        await arrived.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Take(string kind, Card card)
    {
        switch (kind)
        {
            case "offered":
                Interlocked.Increment(ref counts.CallOuts);
                called = card;
                Decide(card);
                break;
            case "calledUp" or "accepted" when called?.Id != card.Id || next == Step.None && !onTheWay:
                called = card;
                Plan(Step.SetOut, temper.LeaveAfter());
                break;
            case "enRoute":
                called = card;
                SetOut(card);
                break;
            case "onScene":
                called = card;
                walk.GoTo(PlaceOf(card));
                break;
            case "standby" when called?.Id == card.Id:
                next = Step.None;
                break;
            case "expired" when called?.Id == card.Id:
                GoHome();
                break;
            case "recalled" when called?.Id == card.Id:
                Interlocked.Increment(ref counts.Recalled);
                GoHome();
                break;
            case "released" when called?.Id == card.Id:
                Interlocked.Increment(ref counts.Released);
                GoHome();
                break;
        }
    }

    private void Decide(Card card)
    {
        switch (temper.To(card.Incident.Id))
        {
            case Reaction.Accept:
                Plan(Step.Accept, temper.AnswerAfter());
                break;
            case Reaction.Decline:
                Plan(Step.Decline, temper.AnswerAfter());
                break;
            default:
                Interlocked.Increment(ref counts.Silent);
                next = Step.None;
                break;
        }
    }

    private async Task DoAsync(Step step, CancellationToken cancellation)
    {
        var answered = step switch
        {
            Step.Accept => await phone.OrderAsync("Answer", cancellation, called!.Id, new { answer = "accept" }),
            Step.Decline => await phone.OrderAsync("Answer", cancellation, called!.Id, new { answer = "decline", reason = temper.DeclineReason() }),
            Step.SetOut => await phone.OrderAsync("Progress", cancellation, called!.Id, new { state = "enRoute" }),
            Step.Arrive => await phone.OrderAsync("Progress", cancellation, called!.Id, new { state = "onScene" }),
            _ => await phone.OrderAsync("Progress", cancellation, called!.Id, new { state = "turnedBack", reason = "车辆故障" }),
        };

        if (answered is null)
        {
            // Perhaps it was heard and the answer was lost. The same order again is harmless, so it is simply given again.
            Interlocked.Increment(ref counts.Repeated);
            Plan(step, TryAgainAfter);
            return;
        }

        next = Step.None;
        if (!answered.Ok)
        {
            // Too late, or recalled in the meantime; the inbox says what is true now.
            Interlocked.Increment(ref counts.Refused);
            return;
        }

        Follow(step, answered.Card);
    }

    private void Follow(Step done, Card? card)
    {
        switch (done)
        {
            case Step.Accept when card?.State == "standby":
                Interlocked.Increment(ref counts.StoodBy);
                break;
            case Step.Accept:
                Interlocked.Increment(ref counts.Accepted);
                Plan(Step.SetOut, temper.LeaveAfter());
                break;
            case Step.Decline:
                Interlocked.Increment(ref counts.Declined);
                called = null;
                break;
            case Step.SetOut:
                Interlocked.Increment(ref counts.EnRoute);
                SetOut(called!);
                break;
            case Step.Arrive:
                Interlocked.Increment(ref counts.OnScene);
                onTheWay = false;
                break;
            case Step.TurnBack:
                Interlocked.Increment(ref counts.TurnedBack);
                GoHome();
                break;
        }
    }

    private void SetOut(Card card)
    {
        walk.GoTo(PlaceOf(card));
        turnsBackAtMetres = temper.WillTurnBack() ? walk.MetresToGo * temper.Share() : -1;
        onTheWay = true;
        reportAt = clock.Elapsed;
    }

    private void GoHome()
    {
        called = null;
        next = Step.None;
        onTheWay = false;
        walk.Stroll();
    }

    private void Move()
    {
        var now = clock.Elapsed;
        walk.Advance(now - movedAt);
        movedAt = now;
        if (onTheWay && next == Step.None && walk.MetresToGo <= turnsBackAtMetres)
        {
            Plan(Step.TurnBack, TimeSpan.Zero);
        }
        else if (onTheWay && next == Step.None && walk.Arrived)
        {
            Plan(Step.Arrive, TimeSpan.Zero);
        }
        else if (called is null)
        {
            walk.Stroll();
        }
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        reportAt = clock.Elapsed + (!locatable ? NoHurry : onTheWay ? ReportOnTheWayAfter / Math.Min(hurry, 2) : ReportAtLeisureAfter);
        if (!locatable)
        {
            return;
        }

        var answered = await phone.OrderAsync("Position", cancellation, new
        {
            longitude = Math.Round(walk.Here.Longitude, 6), latitude = Math.Round(walk.Here.Latitude, 6), datum = "wgs84",
            accuracyMetres = 15, takenAt = time.GetUtcNow(),
        });
        if (answered is { Ok: true })
        {
            Interlocked.Increment(ref counts.Positions);
        }
        else if (answered is { Ok: false })
        {
            locatable = false; // He has not consented to be located. Then nobody asks him again today.
        }
    }

    private void Plan(Step step, TimeSpan after) => (next, nextAt) = (step, clock.Elapsed + after);

    private static Position PlaceOf(Card card) => new(card.Incident.Longitude, card.Incident.Latitude);
}
