using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>
/// The last look before anything is sent: is the database still the one whose numbers we know, and do those who are connected still stand? Taken
/// after the rows are read, so that nothing committed before a removal goes out after it was seen. Costs one row; whoever has to go is cut here.
/// </summary>
internal sealed class SendReview(DispatchLane lane, Standings standings, Connections connections, ILogger<SendReview> log) : IDisposable
{
    private readonly SemaphoreSlim one = new(1);
    private Look? last;

    /// <summary>As last looked at; no value before the first look.</summary>
    public Guid Epoch => last?.Epoch ?? Guid.Empty;

    /// <summary>What is looked at, for a reader that takes it along in the round trip of its rows, after them.</summary>
    public const string Sql = "SELECT epoch, auth_version FROM deployment";

    /// <summary>The row of <see cref="Sql"/>.</summary>
    internal readonly record struct Look(Guid Epoch, long AuthVersion)
    {
        public static async Task<Look> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellation)
        {
            await reader.ReadAsync(cancellation);
            return new(reader.GetGuid(0), reader.GetInt64(1));
        }
    }

    /// <summary>The epoch. When it is another than the last time, everybody has been cut and comes back with a snapshot.</summary>
    /// <param name="taken">What a reader saw right after its rows; null: look now.</param>
    /// <param name="cancellation">Ends the looking.</param>
    public async Task<Guid> RunAsync(CancellationToken cancellation, Look? taken = null)
    {
        await one.WaitAsync(cancellation);
        try
        {
            // Another may have looked since the reader did: then its look is old.
            var now = taken is { } seen && seen.Epoch == last?.Epoch && seen.AuthVersion >= last?.AuthVersion ? seen : await ReadAsync(cancellation);
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

    private async Task<Look> ReadAsync(CancellationToken cancellation)
    {
        await using var command = lane.Source.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await Look.ReadAsync(reader, cancellation);
    }
}
