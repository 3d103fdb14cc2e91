using Dispatch.Geo.PostGis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace Dispatch.Server.Storage;

/// <summary>
/// The connections of the main job: raise, call out, deliver, answer. They are its own, so that no list, report or import can take the last one;
/// and few and kept for ever, for a connection is quick only once its statements are planned and its caches filled (docs/decisions/0015).
/// </summary>
internal sealed class DispatchLane : IDbContextFactory<DispatchDb>, IAsyncDisposable
{
    /// <summary>Enough for four incidents moved at once, the pump, the receipts and a burst of answers; two processors do not carry more.</summary>
    public const int Width = 12;

    // Joins are made in the order in which they are written, which is the order one would choose: by key, from what is asked for. To try all others
    // cost five times the planning, and plans are made anew whenever a table has new statistics (docs/decisions/0037).
    private const string AsWritten = "-c join_collapse_limit=1";

    private readonly PooledDbContextFactory<DispatchDb> contexts;

    public DispatchLane(string connectionString)
    {
        var pool = Database.Pool(connectionString, "dispatch lane", Width);
        pool.ConnectionStringBuilder.MinPoolSize = pool.ConnectionStringBuilder.MaxPoolSize = Math.Min(pool.ConnectionStringBuilder.MaxPoolSize, Width);
        pool.ConnectionStringBuilder.ConnectionLifetime = 0;
        pool.ConnectionStringBuilder.Options += " " + AsWritten;
        pool.UsePhysicalConnectionInitializer(
            _ => throw new NotSupportedException("The lane's connections are opened asynchronously."),
            connection => NearestCandidates.PlanAsync(connection, CancellationToken.None));
        Source = pool.Build();
        contexts = new(Database.Configure(new DbContextOptionsBuilder<DispatchDb>(), Source).Options);
    }

    public NpgsqlDataSource Source { get; }

    public DispatchDb CreateDbContext() => contexts.CreateDbContext();

    public Task<DispatchDb> CreateDbContextAsync(CancellationToken cancellationToken = default) => contexts.CreateDbContextAsync(cancellationToken);

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
