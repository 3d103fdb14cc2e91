using System.Collections.Concurrent;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Live;

namespace Dispatch.Drills.Clients;

/// <summary>
/// What a person does with an offer: says yes or no, says nothing, says yes too late, says it twice at once by two ways, changes his mind; then goes,
/// arrives, leaves, or turns back. Meant to hurt, not to be like people.
/// </summary>
internal sealed class Conduct(History history, Teller teller, Func<string, object?[], CancellationToken, Task<(Ending, string)>> byHub, Busy busy, Random chance)
{
    private readonly ConcurrentDictionary<Guid, bool> gone = new();

    public void Hear(CallOut item)
    {
        if (!busy.IsResting && item is { Kind: "offered" or "calledUp", Callout: { } card })
        {
            busy.With(item.Kind == "offered" ? AnswerAsync(card) : GoAsync(card.Id));
        }
    }

    private async Task AnswerAsync(Card card)
    {
        var mood = Next();
        var within = TimeSpan.FromSeconds(2 * Next());
        if (mood < 0.20)
        {
            return; // does not hear it
        }

        if (mood < 0.32)
        {
            // A yes that comes when the offer is over, or just then.
            var late = card.DueAt - history.Now + TimeSpan.FromSeconds((3 * Next()) - 0.5);
            await Task.Delay(late > TimeSpan.Zero ? late : TimeSpan.Zero);
            await AcceptAsync(card.Id, byHubFirst: Next() < 0.5);
            return;
        }

        await Task.Delay(within);
        if (mood < 0.45)
        {
            await OrderAsync(Order.Decline, card.Id, "Answer", "answer", new { answer = "decline", reason = (string?)"atWork" }, Next() < 0.5);
        }
        else if (mood < 0.60)
        {
            await Task.WhenAll(AcceptAsync(card.Id, byHubFirst: true), AcceptAsync(card.Id, byHubFirst: false));
            await OrderAsync(Order.Decline, card.Id, "Answer", "answer", new { answer = "decline", reason = (string?)"other" }, Next() < 0.5); // too late for that
        }
        else if (await AcceptAsync(card.Id, byHubFirst: Next() < 0.5) == Ending.Ok)
        {
            await GoAsync(card.Id);
        }
    }

    private Task<Ending> AcceptAsync(Guid callout, bool byHubFirst) =>
        OrderAsync(Order.Accept, callout, "Answer", "answer", new { answer = "accept", reason = (string?)null }, byHubFirst);

    /// <summary>Refused where the yes was only good for standby, or the incident has ended: then he stays at home.</summary>
    private async Task GoAsync(Guid callout)
    {
        if (!gone.TryAdd(callout, true))
        {
            return; // taken and called up in one moment: he goes once
        }

        foreach (var (order, state) in new[] { (Order.EnRoute, "enRoute"), (Order.OnScene, "onScene") })
        {
            await Task.Delay(TimeSpan.FromSeconds(Next()));
            if (busy.IsResting || await ReportAsync(order, callout, state, null) != Ending.Ok)
            {
                if (order == Order.EnRoute)
                {
                    gone.TryRemove(callout, out _); // stands by, perhaps: when he is called up, he goes; who has set out once does not set out again
                }

                return;
            }
        }

        await Task.Delay(TimeSpan.FromSeconds(Next()));
        if (Next() is < 0.5 and var way)
        {
            await (way < 0.12 ? ReportAsync(Order.TurnedBack, callout, "turnedBack", "演练") : ReportAsync(Order.Released, callout, "released", null));
        }
    }

    private Task<Ending> ReportAsync(Order order, Guid callout, string state, string? reason) =>
        OrderAsync(order, callout, "Progress", "progress", new { state, reason }, Next() < 0.5);

    private Task<Ending> OrderAsync(Order order, Guid callout, string method, string path, object body, bool hubFirst)
    {
        var byLine = hubFirst;
        return teller.InsistAsync(
            order, callout, callout,
            stop =>
            {
                // A repeat takes the other way: an order is the same by whatever road it comes.
                var line = byLine;
                byLine = !byLine;
                return line ? byHub(method, [callout, body], stop) : teller.SendAsync(HttpMethod.Put, $"api/callouts/{callout}/{path}", body, stop);
            },
            CancellationToken.None);
    }

    private double Next()
    {
        lock (chance)
        {
            return chance.NextDouble();
        }
    }
}
