using Dispatch.Geo.PostGis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Dispatch.Server.Storage;

/// <summary>The one way to the database: a pool, EF contexts on it, migrations, and the settings without which we refuse to start.</summary>
internal static class Database
{
    /// <summary>The most connections of a node, and of its timetable beside it.</summary>
    public const int PoolSize = 28, QuartzPoolSize = 10;

    /// <summary>
    /// What every session of ours sets for itself, in milliseconds: no forgotten transaction holds a lock, no statement a caller. Whoever needs longer
    /// (an import, a migration) says so for his own transaction.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> SessionSettings = new Dictionary<string, string>
    {
        ["idle_in_transaction_session_timeout"] = "5000", ["lock_timeout"] = "2000", ["statement_timeout"] = "5000",
    };

    private static readonly OneConnection NoSecondConnection = new();

    /// <summary>Connections for everything but the main job, which has its own: <see cref="DispatchLane"/>.</summary>
    public static NpgsqlDataSource Connect(string connectionString) => Pool(connectionString, "dispatch", PoolSize).Build();

    /// <summary>A pool to be built; a size given in the connection string wins.</summary>
    public static NpgsqlDataSourceBuilder Pool(string connectionString, string name, int mostConnections)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // A half-open connection must not hold an answer for ever, nor a forgotten transaction a lock (reliability.md).
            KeepAlive = 10,
            TcpKeepAlive = true,
            CommandTimeout = 15,
            CancellationTimeout = 2000,
            ApplicationName = name,
            IncludeErrorDetail = false, // it quotes rows, and errors are logged: ids only
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,

            // Seven statements before each use of a connection, to forget what we never do: settings are SET LOCAL, locks belong to transactions.
            NoResetOnClose = true,
        };
        if (!settings.ContainsKey("Maximum Pool Size"))
        {
            settings.MaxPoolSize = mostConnections;
        }

        settings.Timezone = "UTC";
        settings.Options = string.Join(
            ' ', [settings.Options ?? "", NearestCandidates.ConnectionOptions, .. SessionSettings.Select(setting => $"-c {setting.Key}={setting.Value}")]).Trim();
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UseNetTopologySuite(geographyAsDefault: true);
        builder.EnableUnmappedTypes();
        return builder;
    }

    /// <summary>For Quartz, which brings its own pool and whose jobs wait for each other's locks.</summary>
    public static string ForTimetable(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = QuartzPoolSize, ApplicationName = "dispatch-timetable", KeepAlive = 10, TcpKeepAlive = true }.ConnectionString;

    // By factory, so that the container closes the pools with the node.
    public static IServiceCollection AddDatabase(this IServiceCollection services, string connectionString)
    {
        var source = Connect(connectionString);
        return services.AddSingleton(_ => source).AddSingleton(_ => new DispatchLane(connectionString))
            .AddPooledDbContextFactory<DispatchDb>(options => Configure(options, source));
    }

    public static T Configure<T>(T options, NpgsqlDataSource source)
        where T : DbContextOptionsBuilder
    {
        options.UseNpgsql(source)
            .UseDispatchGeometry()
            .AddInterceptors(NoSecondConnection)
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning)); // the schema is written in SQL, there is no model snapshot
        return options;
    }

    /// <summary>The embedded cluster starts empty, and a new server may have been given one: an empty database is made where there is none.</summary>
    public static async Task CreateIfMissingAsync(string connectionString, CancellationToken cancellation)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        var name = settings.Database!;
        try
        {
            await using var existing = new NpgsqlConnection(settings.ConnectionString);
            await existing.OpenAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            settings.Database = "postgres";
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand($"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Refuses a database on which our promises would not hold, and brings the schema up to date.</summary>
    /// <exception cref="UnfitDatabaseException">With every fault at once.</exception>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var source = services.GetRequiredService<NpgsqlDataSource>();
        var settings = services.GetRequiredService<IConfiguration>();
        await RequiredSettings.RequireAsync(
            source, settings.GetValue<bool>("Database:AllowVolatile"), settings.GetValue<bool>("Database:RequireArchive"), cancellation);
        await using (var db = await services.GetRequiredService<IDbContextFactory<DispatchDb>>().CreateDbContextAsync(cancellation))
        {
            // A migration takes its time, and a node that starts beside another waits for it.
            await db.Database.OpenConnectionAsync(cancellation);
            await db.Database.ExecuteSqlAsync($"SET statement_timeout = 0; SET lock_timeout = '10min'; SET idle_in_transaction_session_timeout = 0", cancellation);
            db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
            await db.Database.MigrateAsync(cancellation);
        }

        await source.ReloadTypesAsync(cancellation); // the extensions may be new, and their types with them
        source.Clear();
    }
}
