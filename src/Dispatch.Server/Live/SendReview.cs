using Dispatch.Server.Access;
using Dispatch.Server.Storage;

namespace Dispatch.Server.Live;

/// <summary>
/// The last look before anything is sent: is the database still the one whose numbers we know, and do those who are connected still stand? Taken
/// after the rows are read, so that nothing committed before a removal goes out after it was seen. Costs one row; whoever has to go is cut here.
/// </summary>
internal sealed class SendReview(DispatchLane lane, Standings standings, Connections connections, ILogger<SendReview> log) : IDisposable
{
    private readonly SemaphoreSlim one = new(1);
    private (Guid Epoch, long AuthVersion)? last;

    /// <summary>As last looked at; no value before the first look.</summary>
    public Guid Epoch => last?.Epoch ?? Guid.Empty;

    /// <summary>The epoch. When it is another than the last time, everybody has been cut and comes back with a snapshot.</summary>
    public async Task<Guid> RunAsync(CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            var now = await ReadAsync(cancellation);
            if (last is { } known && known.Epoch != now.Epoch)
            {
                log.NewEpoch(known.Epoch, now.Epoch);
                standings.Reset(); // the counter may have gone back with everything else
                connections.Cut(_ => true, "the database was restored");
            }

            if (last != now)
            {
                var ended = await standings.EndedAsync(connections.Callers, now.AuthVersion, cancellation);
                connections.Cut(ended.Contains, "the sign-in has ended");
                last = now;
            }

            return now.Epoch;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private async Task<(Guid Epoch, long AuthVersion)> ReadAsync(CancellationToken cancellation)
    {
        await using var command = lane.Source.CreateCommand("SELECT epoch, auth_version FROM deployment");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetGuid(0), reader.GetInt64(1));
    }
}
