using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage;
using NetTopologySuite.Geometries;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Geo.PostGis;

/// <summary>
/// One NetTopologySuite type in one PostGIS column type. Npgsql does the encoding: the data source must be built with
/// <c>UseNetTopologySuite()</c>. Geometries are mutable, so snapshots are copies and comparison is vertex by vertex.
/// </summary>
internal sealed class GeometryMapping<TGeometry> : RelationalTypeMapping
    where TGeometry : Geometry
{
    public GeometryMapping(string storeType)
        : this(new RelationalTypeMappingParameters(
            new CoreTypeMappingParameters(typeof(TGeometry), comparer: new ByVertices(), keyComparer: new ByVertices()),
            storeType,
            dbType: System.Data.DbType.Object))
    {
    }

    private GeometryMapping(RelationalTypeMappingParameters parameters)
        : base(parameters)
    {
    }

    private bool IsGeography => StoreType.StartsWith("geography", StringComparison.Ordinal);

    protected override RelationalTypeMapping Clone(RelationalTypeMappingParameters parameters) => new GeometryMapping<TGeometry>(parameters);

    protected override void ConfigureParameter(DbParameter parameter) =>
        ((NpgsqlParameter)parameter).NpgsqlDbType = IsGeography ? NpgsqlDbType.Geography : NpgsqlDbType.Geometry;

    protected override string GenerateNonNullSqlLiteral(object value) =>
        FormattableString.Invariant($"{(IsGeography ? "geography" : "geometry")} 'SRID={((Geometry)value).SRID};{((Geometry)value).AsText()}'");

    private sealed class ByVertices() : ValueComparer<TGeometry>(
        (a, b) => a == null ? b == null : b != null && a.SRID == b.SRID && a.EqualsExact(b),
        geometry => geometry.GetHashCode(),
        geometry => (TGeometry)geometry.Copy());
}

/// <summary>
/// Tells EF Core which mapping a geometry property has: <c>geography(Point,4326)</c> for points, because nearest means metres on the
/// ellipsoid; <c>geometry(MultiPolygon,4326)</c> for areas, because RFC 7946 draws edges straight in degrees. A column type set on the
/// property wins.
/// </summary>
internal sealed class GeometryMappingPlugin : IRelationalTypeMappingSourcePlugin
{
    public RelationalTypeMapping? FindMapping(in RelationalTypeMappingInfo mappingInfo)
    {
        var type = mappingInfo.ClrType;
        var store = mappingInfo.StoreTypeName;
        if (type is null || !typeof(Geometry).IsAssignableFrom(type)
            || (store is not null && !store.StartsWith("geography", StringComparison.Ordinal) && !store.StartsWith("geometry", StringComparison.Ordinal)))
        {
            return null;
        }

        return type == typeof(Point) ? new GeometryMapping<Point>(store ?? "geography(Point,4326)")
            : type == typeof(MultiPolygon) ? new GeometryMapping<MultiPolygon>(store ?? "geometry(MultiPolygon,4326)")
            : type == typeof(Polygon) ? new GeometryMapping<Polygon>(store ?? "geometry(Polygon,4326)")
            : type == typeof(LineString) ? new GeometryMapping<LineString>(store ?? "geometry(LineString,4326)")
            : type == typeof(Geometry) ? new GeometryMapping<Geometry>(store ?? "geometry(Geometry,4326)")
            : null;
    }
}
