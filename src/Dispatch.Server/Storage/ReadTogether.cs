namespace Dispatch.Server.Storage;

/// <summary>
/// Look-ups of one kind, many in one moment: who comes alone is read at once; who comes while others are being read waits for them, and is read in one
/// statement with all who wait. A look-up that fails, fails for all who waited for it.
/// </summary>
/// <param name="read">Reads these and keeps what it finds. It needs a limit of its own: it is not ended when one of those who wait gives up.</param>
internal sealed class ReadTogether<T>(Func<IReadOnlyCollection<T>, Task> read) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock gate = new();
    private LookUp? gathering;

    /// <summary>Ends when this one has been read.</summary>
    public async Task AskAsync(T one, CancellationToken cancellation)
    {
        LookUp mine;
        bool first;
        lock (gate)
        {
            first = gathering is null;
            mine = gathering ??= new();
            mine.Wanted.Add(one);
        }

        if (first)
        {
            _ = ReadAsync(mine); // not his alone: it goes on when he gives up
        }

        await mine.Done.Task.WaitAsync(cancellation);
    }

    private async Task ReadAsync(LookUp mine)
    {
        await turn.WaitAsync();
        try
        {
            lock (gate)
            {
                gathering = null;
            }

            await read(mine.Wanted);
            mine.Done.SetResult();
        }
        catch (Exception e)
        {
            mine.Done.SetException(e);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private sealed class LookUp
    {
        public List<T> Wanted { get; } = [];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
