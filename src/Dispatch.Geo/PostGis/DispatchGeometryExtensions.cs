using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Geo.PostGis;

/// <summary>
/// NetTopologySuite types as EF Core 10 properties. Npgsql's own plug-in for this (Npgsql.EntityFrameworkCore.PostgreSQL.NetTopologySuite)
/// is served only for EF Core 8; the day a 10.x is, replace <c>options.UseDispatchGeometry()</c> by
/// <c>options.UseNpgsql(source, npgsql => npgsql.UseNetTopologySuite())</c> and delete this folder's Geometry files.
/// </summary>
public static class DispatchGeometryExtensions
{
    /// <summary>
    /// Call after <c>UseNpgsql(dataSource)</c>, with a data source built by <c>UseNetTopologySuite(geographyAsDefault: true)</c>. After creating
    /// the postgis extension on a fresh database, call <c>ReloadTypesAsync</c> on the data source.
    /// </summary>
    public static DbContextOptionsBuilder UseDispatchGeometry(this DbContextOptionsBuilder options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ((IDbContextOptionsBuilderInfrastructure)options).AddOrUpdateExtension(
            options.Options.FindExtension<GeometryOptions>() ?? new GeometryOptions());
        return options;
    }

    /// <inheritdoc cref="UseDispatchGeometry(DbContextOptionsBuilder)"/>
    public static DbContextOptionsBuilder<TContext> UseDispatchGeometry<TContext>(this DbContextOptionsBuilder<TContext> options)
        where TContext : DbContext
    {
        UseDispatchGeometry((DbContextOptionsBuilder)options);
        return options;
    }

    private sealed class GeometryOptions : IDbContextOptionsExtension
    {
        public DbContextOptionsExtensionInfo Info => field ??= new ExtensionInfo(this);

        public void ApplyServices(IServiceCollection services) =>
            new EntityFrameworkRelationalServicesBuilder(services).TryAdd<IRelationalTypeMappingSourcePlugin, GeometryMappingPlugin>();

        public void Validate(IDbContextOptions options)
        {
        }

        private sealed class ExtensionInfo(IDbContextOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
        {
            public override bool IsDatabaseProvider => false;

            public override string LogFragment => "using DispatchGeometry ";

            public override int GetServiceProviderHashCode() => 0;

            public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is ExtensionInfo;

            public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["DispatchGeometry"] = "1";
        }
    }
}
