using Dispatch.Geo.PostGis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Dispatch.Server.Storage;

/// <summary>The one way to the database: a pool, EF contexts on it, migrations, and the settings without which we refuse to start.</summary>
internal static class Database
{
    public static NpgsqlDataSource Connect(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // A half-open connection must not hold an answer for ever, nor a forgotten transaction a lock (reliability.md).
            KeepAlive = 10,
            TcpKeepAlive = true,
            CommandTimeout = 15,
            CancellationTimeout = 2000,
            ApplicationName = "dispatch",
            IncludeErrorDetail = true,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
        };
        if (!settings.ContainsKey("Maximum Pool Size"))
        {
            settings.MaxPoolSize = 40;
        }

        settings.Options = string.Join(' ', settings.Options, "-c idle_in_transaction_session_timeout=5s -c lock_timeout=2s -c statement_timeout=15s").Trim();
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UseNetTopologySuite(geographyAsDefault: true);
        builder.EnableUnmappedTypes();
        return builder.Build();
    }

    // By factory, so that the container closes the pool with the node.
    public static IServiceCollection AddDatabase(this IServiceCollection services, NpgsqlDataSource source) =>
        services.AddSingleton(_ => source).AddPooledDbContextFactory<DispatchDb>(options => options
            .UseNpgsql(source)
            .UseDispatchGeometry()
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))); // the schema is written in SQL, there is no model snapshot

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

    /// <summary>Brings the schema up to date and refuses a database that would not keep what it acknowledges.</summary>
    /// <exception cref="InvalidOperationException">A setting breaks the promise that nothing acknowledged is lost.</exception>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var source = services.GetRequiredService<NpgsqlDataSource>();
        await using (var db = await services.GetRequiredService<IDbContextFactory<DispatchDb>>().CreateDbContextAsync(cancellation))
        {
            db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
            await db.Database.MigrateAsync(cancellation);
        }

        await source.ReloadTypesAsync(cancellation); // the extensions may be new, and their types with them
        source.Clear();
        await using var command = source.CreateCommand("SELECT name, setting FROM pg_settings WHERE name IN ('synchronous_commit', 'fsync', 'full_page_writes')");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var unsafeSettings = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            var (name, setting) = (reader.GetString(0), reader.GetString(1));
            if (setting is "off" && (name == "synchronous_commit" || !services.GetRequiredService<IConfiguration>().GetValue<bool>("Database:AllowVolatile")))
            {
                unsafeSettings.Add(name);
            }
        }

        if (unsafeSettings.Count > 0)
        {
            throw new InvalidOperationException(
                $"PostgreSQL runs with {string.Join(", ", unsafeSettings)} = off: an acknowledged answer could be lost in a crash. Set it to on and start again.");
        }
    }
}
