using Dispatch.Drills.Histories;
using Dispatch.Drills.Live;

namespace Dispatch.Drills.Clients;

/// <summary>
/// What a person does with the call to a muster: says that he comes or not, or nothing, says it twice at once, changes his mind and back, signs in, with
/// and without having answered. Meant to hurt, not to be like people. One thing after the other: only a yes is ever under way twice. What he says is
/// numbered, so that an attempt he has given up on cannot undo what he said after it.
/// </summary>
internal sealed class MusterConduct(Teller teller, Guid volunteer, Busy busy, Random chance)
{
    private long said;

    public void Hear(CallOut item)
    {
        if (!busy.IsResting && item is { Kind: "mustered", Muster: { } card })
        {
            busy.With(AnswerAsync(card.Id));
        }
    }

    private async Task AnswerAsync(Guid muster)
    {
        var mood = Next();
        if (mood < 0.12)
        {
            return; // does not hear it
        }

        await PauseAsync();
        if (mood < 0.22)
        {
            await CheckInAsync(muster); // is there and says so, without having answered
            return;
        }

        if (mood < 0.37)
        {
            await DeclineAsync(muster, "atWork");
            if (mood < 0.30)
            {
                return;
            }

            await PauseAsync();
        }

        if (await AcceptAsync(muster, twiceAtOnce: Next() < 0.4) != Ending.Ok)
        {
            return; // stood down, perhaps
        }

        await PauseAsync();
        if (mood > 0.75)
        {
            await DeclineAsync(muster, "演练");
            if (mood < 0.88)
            {
                return;
            }

            await PauseAsync();
            await AcceptAsync(muster, twiceAtOnce: false);
        }

        if (!busy.IsResting)
        {
            await CheckInAsync(muster);
        }
    }

    /// <summary>Twice at once is one order on two roads: it is written once.</summary>
    private async Task<Ending> AcceptAsync(Guid muster, bool twiceAtOnce)
    {
        var order = Guid.NewGuid();
        var answer = new { answer = "accept", reason = (string?)null, said = Interlocked.Increment(ref said) };
        Task<Ending> Say() => InsistAsync(Order.MusterAccept, muster, order, "answer", answer);
        return twiceAtOnce ? (await Task.WhenAll(Say(), Say())).Min() : await Say();
    }

    private Task<Ending> DeclineAsync(Guid muster, string reason) => InsistAsync(Order.MusterDecline, muster, Guid.NewGuid(), "answer", new { answer = "decline", reason, said = Interlocked.Increment(ref said) });

    private Task<Ending> CheckInAsync(Guid muster) => InsistAsync(Order.MusterCheckIn, muster, Guid.NewGuid(), "check-in", new { position = (object?)null });

    private Task<Ending> InsistAsync(Order order, Guid muster, Guid key, string path, object body) =>
        teller.InsistAsync(order, muster, key, volunteer, stop => teller.SendAsync(HttpMethod.Put, $"api/musters/{muster}/{path}", body, stop), CancellationToken.None);

    private Task PauseAsync() => Task.Delay(TimeSpan.FromSeconds(2 * Next()));

    private double Next()
    {
        lock (chance)
        {
            return chance.NextDouble();
        }
    }
}
