using System.Collections.Concurrent;
using Dispatch.Server.Incidents;
using Dispatch.Server.Live;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Callouts;

/// <summary>
/// The usual yes, which only takes a place, is one statement; the yeses of one moment are one statement together (docs/decisions/0024, 0034). Whoever
/// comes while others are being written waits for a turn, and whoever gets the turn writes all who wait: nobody waits when nobody is before him, and
/// the more come, the less each of them costs.
/// </summary>
internal sealed class AcceptTogether(FactLog log) : IDisposable
{
    // Two turns: while one batch waits for the disk the next is written. A batch is a few milliseconds of PostgreSQL.
    private const int Turns = 2, Most = 64;

    /// <summary>As long as one waits for a connection: after that the database is away, and the answer is not confirmed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly string AtOnce = EmbeddedSql.Read("AcceptAtOnce.sql"), Together = EmbeddedSql.Read("AcceptTogether.sql");

    private readonly SemaphoreSlim turns = new(Turns);
    private readonly ConcurrentQueue<Yes> waiting = new();

    private enum Stage
    {
        Waiting,
        Taken,
        Withdrawn,
    }

    /// <summary>The card, if the yes took a place by this; null: nothing is written, and the answer goes step by step.</summary>
    public async Task<Card?> AcceptAsync(Guid callout, Guid volunteer, CancellationToken cancellation)
    {
        var yes = new Yes(callout, volunteer);
        waiting.Enqueue(yes);
        await WriteWaitingAsync(yes, cancellation);
        var (card, inTheWay) = await yes.Written;
        return inTheWay ? await log.TryAtOnceAsync(Alone(callout, volunteer), FactKind.CalloutAccepted, callout, wait: true, cancellation) : card;
    }

    public void Dispose() => turns.Dispose();

    private static NpgsqlBatchCommand Alone(Guid callout, Guid volunteer) => new(AtOnce) { Parameters = { new() { Value = callout }, new() { Value = volunteer } } };

    private async Task WriteWaitingAsync(Yes yes, CancellationToken cancellation)
    {
        try
        {
            if (!await turns.WaitAsync(Patience, cancellation))
            {
                throw new TimeoutException("The answers before this one are still being written.");
            }
        }
        catch (Exception) when (!yes.Withdraw())
        {
            return; // somebody is writing it already: what becomes of it is what counts
        }

        try
        {
            while (yes.IsWaiting)
            {
                if (Take() is { Count: > 0 } batch)
                {
                    await WriteAsync(batch);
                }
            }
        }
        finally
        {
            turns.Release();
        }
    }

    private List<Yes> Take()
    {
        var batch = new List<Yes>();
        while (batch.Count < Most && waiting.TryDequeue(out var next))
        {
            if (next.Take())
            {
                batch.Add(next);
            }
        }

        return batch;
    }

    /// <summary>
    /// Writes what can be written now. Whatever is in the way of one of them, an incident that another has locked, a row that fails, does not hold up the
    /// others: he goes on alone, and waits for it outside of the turn.
    /// </summary>
    private async Task WriteAsync(List<Yes> batch)
    {
        try
        {
            if (batch is [var one])
            {
                one.Became(await log.TryAtOnceAsync(Alone(one.Callout, one.Volunteer), FactKind.CalloutAccepted, one.Callout, wait: false, CancellationToken.None));
                return;
            }

            var changes = batch.DistinctBy(yes => yes.Callout).ToList();
            var (written, tried) = await log.TryTogetherAsync(Together, FactKind.CalloutAccepted, [.. changes.Select(yes => (yes.Callout, yes.Volunteer))], CancellationToken.None);
            foreach (var yes in changes.Where(yes => tried.Contains(yes.Callout)))
            {
                yes.Became(written.GetValueOrDefault(yes.Callout));
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable || (batch.Count > 1 && !Parts.IsOutage(e)))
        {
            // nothing is written, and who is to blame stands alone next
        }
        catch (Exception e)
        {
            batch.ForEach(yes => yes.Failed(e));
        }

        batch.ForEach(yes => yes.GoOn()); // of whom nothing has become
    }

    private sealed class Yes(Guid callout, Guid volunteer)
    {
        private readonly TaskCompletionSource<(Card? Card, bool InTheWay)> written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int stage = (int)Stage.Waiting;

        public Guid Callout => callout;

        public Guid Volunteer => volunteer;

        public Task<(Card? Card, bool InTheWay)> Written => written.Task;

        public bool IsWaiting => Volatile.Read(ref stage) == (int)Stage.Waiting;

        public bool Take() => Turn(Stage.Taken);

        public bool Withdraw() => Turn(Stage.Withdrawn);

        public void Became(Card? card) => written.TrySetResult((card, false));

        public void GoOn() => written.TrySetResult((null, true));

        public void Failed(Exception error) => written.TrySetException(error);

        private bool Turn(Stage to) => Interlocked.CompareExchange(ref stage, (int)to, (int)Stage.Waiting) == (int)Stage.Waiting;
    }
}
