using Dispatch.Geo.PostGis;
using Dispatch.Server.Storage;
using Npgsql;
using Xunit;

namespace Dispatch.Geo.Tests.PostGis;

/// <summary>
/// One private cluster for all spatial tests, with a migrated template. A machine without PostGIS fails here, loudly: what these tests prove
/// cannot be proved without it.
/// </summary>
public sealed class PostGisServer : IAsyncLifetime
{
    private const string Template = "migrated";
    private LocalPostgres server = null!;

    public async Task InitializeAsync()
    {
        server = await LocalPostgres.StartAsync(new LocalPostgresOptions { Ephemeral = true }, null, CancellationToken.None);
        await using var source = await CreateAsync(Template, "template0");
        var assembly = typeof(LocalPostgres).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(IsMigration).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            await using var command = source.CreateCommand(await reader.ReadToEndAsync());
            await command.ExecuteNonQueryAsync();
        }
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    /// <summary>An empty database without PostGIS.</summary>
    public Task<NpgsqlDataSource> CreateEmptyAsync() => CreateAsync($"empty_{Guid.NewGuid():N}", "template0");

    /// <summary>A database with the product's schema.</summary>
    public Task<NpgsqlDataSource> CreateMigratedAsync() => CreateAsync($"geo_{Guid.NewGuid():N}", Template);

    private async Task<NpgsqlDataSource> CreateAsync(string name, string template)
    {
        await using (var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }))
        await using (var create = admin.CreateCommand($"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        {
            await create.ExecuteNonQueryAsync();
        }

        // Without a pool a template has no lingering connection that would stop it from being copied.
        var builder = new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(server.ConnectionStringFor(name)) { Pooling = name != Template, Options = NearestCandidates.ConnectionOptions }.ConnectionString);
        builder.UseNetTopologySuite(geographyAsDefault: true);
        return builder.Build();
    }

    private static bool IsMigration(string resource) =>
        resource.EndsWith(".sql", StringComparison.Ordinal) && resource.Length > 5 && resource[..4].All(char.IsAsciiDigit) && resource[4] == '_';
}

[CollectionDefinition(Name)]
public sealed class OnPostGis : ICollectionFixture<PostGisServer>
{
    public const string Name = "PostGIS";
}
