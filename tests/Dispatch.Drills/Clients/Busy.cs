using System.Collections.Concurrent;

namespace Dispatch.Drills.Clients;

/// <summary>What a person has begun and not finished. Who rests begins nothing new and finishes what he has begun.</summary>
internal sealed class Busy
{
    private readonly ConcurrentDictionary<Task, bool> running = new();
    private volatile bool resting;

    public bool IsResting => resting;

    public void Rest() => resting = true;

    public void With(Task task)
    {
        running[task] = true;
        _ = task.ContinueWith(done => running.TryRemove(done, out _), TaskScheduler.Default);
    }

    public async Task UntilDoneAsync()
    {
        while (running.Keys.ToList() is { Count: > 0 } begun)
        {
            await Task.WhenAll(begun);

            // Not left to the continuations: they want a thread, and two thousand who go round until they had one leave them none.
            begun.ForEach(done => running.TryRemove(done, out _));
        }
    }
}
