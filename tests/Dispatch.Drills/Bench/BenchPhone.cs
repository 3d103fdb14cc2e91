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

    public async Task AnswerAsync(CancellationToken cancellation)
    {
        await foreach (var item in phone.Inbox.ReadAllAsync(cancellation))
        {
            if (item is not { Kind: "offered", Callout: { } card })
            {
                continue;
            }

            if (!history.OfferedAt.TryAdd(card.Id, item.TakenAt))
            {
                Interlocked.Increment(ref history.OfferedTwice);
            }

            var decision = chance.NextDouble();
            if (decision < Accepts + Declines)
            {
                await Task.Delay(AnswersWithin * chance.NextDouble(), cancellation);
                await AnswerAsync(card.Id, decision < Accepts, cancellation);
            }
        }
    }

    private async Task AnswerAsync(Guid callout, bool accepts, CancellationToken cancellation)
    {
        if (accepts)
        {
            history.AcceptPressedAt[callout] = Stopwatch.GetTimestamp();
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
