using System.Collections.Concurrent;
using System.Diagnostics;
using Dispatch.Drills.Live;
using Dispatch.Drills.Phones;

namespace Dispatch.Drills.Bench;

/// <summary>What the phones saw, each call-out by its id.</summary>
internal sealed class PhoneHistory
{
    /// <summary>When the offer reached the phone.</summary>
    public ConcurrentDictionary<Guid, long> OfferedAt { get; } = new();

    /// <summary>When the volunteer pressed yes.</summary>
    public ConcurrentDictionary<Guid, long> AcceptPressedAt { get; } = new();

    /// <summary>Offers that reached a phone more than once.</summary>
    public int OfferedTwice;

    /// <summary>Offers that reached a phone whose volunteer was still called elsewhere. The inbox is numbered in commit order, so it is the judge; times are not.</summary>
    public int DispatchedTwice;

    public int Refused;
}

/// <summary>
/// A phone that answers within seconds: three in ten accept, three in ten decline, the rest stay silent. Not a model of people (that is
/// <see cref="Temper"/>), only a steady load.
/// </summary>
internal sealed class BenchPhone(Phone phone, Random chance, PhoneHistory history)
{
    private const double Accepts = 0.3, Declines = 0.3;
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(4), TriesAgainAfter = TimeSpan.FromSeconds(1);

    private Guid? called;

    public async Task AnswerAsync(CancellationToken cancellation)
    {
        await foreach (var item in phone.Inbox.ReadAllAsync(cancellation))
        {
            Follow(item);
            if (item.Kind != "offered")
            {
                continue;
            }

            if (!history.OfferedAt.TryAdd(item.Callout.Id, item.TakenAt))
            {
                Interlocked.Increment(ref history.OfferedTwice);
            }

            var decision = chance.NextDouble();
            if (decision < Accepts + Declines)
            {
                await Task.Delay(AnswersWithin * chance.NextDouble(), cancellation);
                await AnswerAsync(item.Callout.Id, decision < Accepts, cancellation);
            }
        }
    }

    internal void Follow(CallOut item)
    {
        var callout = item.Callout.Id;
        switch (item.Kind)
        {
            case "offered" or "calledUp":
                if (called is { } other && other != callout)
                {
                    Interlocked.Increment(ref history.DispatchedTwice);
                }

                called = callout;
                break;
            case "recalled" or "expired" or "released" or "standby" when called == callout:
                called = null;
                break;
        }
    }

    private async Task AnswerAsync(Guid callout, bool accepts, CancellationToken cancellation)
    {
        if (accepts)
        {
            history.AcceptPressedAt[callout] = Stopwatch.GetTimestamp();
        }
        else if (called == callout)
        {
            called = null; // from here on the server may call him again, perhaps before we hear that his no was taken
        }

        while (!cancellation.IsCancellationRequested)
        {
            var answered = await phone.OrderAsync("Answer", cancellation, callout, accepts ? new { answer = "accept", reason = (string?)null } : new { answer = "decline", reason = (string?)"atWork" });
            if (answered is not null)
            {
                if (!answered.Ok)
                {
                    Interlocked.Increment(ref history.Refused);
                }

                return;
            }

            await Task.Delay(TriesAgainAfter, cancellation);
        }
    }
}
