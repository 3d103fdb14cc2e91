using Dispatch.Geo.PostGis;
using Microsoft.EntityFrameworkCore;
using NetTopologySuite.Geometries;
using Npgsql;
using Xunit;

namespace Dispatch.Geo.Tests.PostGis;

/// <summary>The EF Core mapping on a real PostGIS: what the missing package would have given us, and nothing else.</summary>
[Collection(OnPostGis.Name)]
public sealed class GeometryMappingTests(PostGisServer server)
{
    [Fact]
    public async Task Points_and_areas_are_written_read_and_updated_with_their_srid()
    {
        await using var source = await server.CreateEmptyAsync();
        var options = new DbContextOptionsBuilder<Places>().UseNpgsql(source).UseDispatchGeometry().Options;
        await using (var db = new Places(options))
        {
            await db.Database.EnsureCreatedAsync();
            await source.ReloadTypesAsync();
            db.Add(new Place { Id = 1, Location = new Position(114.05, 22.54).ToPoint(), Area = Square(114, 22, 1) });
            db.Add(new Place { Id = 2 });
            await db.SaveChangesAsync();
        }

        await using (var db = new Places(options))
        {
            var place = await db.Set<Place>().SingleAsync(p => p.Id == 1);
            Assert.Equal(new Position(114.05, 22.54), Position.Of(place.Location!));
            Assert.True(Square(114, 22, 1).EqualsExact(place.Area));
            Assert.Equal(4326, place.Area!.SRID);
            Assert.Null((await db.Set<Place>().SingleAsync(p => p.Id == 2)).Location);

            Assert.False(db.ChangeTracker.HasChanges()); // untouched: a copy compares equal
            place.Location!.Coordinate.X = 115; // changed in place: only a comparer over copies sees it
            Assert.True(db.ChangeTracker.HasChanges());
            place.Location = new Position(115, 23).ToPoint();
            await db.SaveChangesAsync();
        }

        await using (var db = new Places(options))
        {
            var sought = new Position(115, 23).ToPoint();
            Assert.Equal(1, (await db.Set<Place>().SingleAsync(p => p.Location == sought)).Id);
            Assert.Equal(1, (await db.Set<Place>().SingleAsync(p => p.Id == 1)).Id);
        }
    }

    [Fact]
    public async Task Points_become_geography_and_areas_geometry_unless_the_property_says_otherwise()
    {
        await using var source = await server.CreateEmptyAsync();
        await using var db = new Places(new DbContextOptionsBuilder<Places>().UseNpgsql(source).UseDispatchGeometry().Options);
        var place = db.Model.FindEntityType(typeof(Place))!;
        Assert.Equal("geography(Point,4326)", place.FindProperty(nameof(Place.Location))!.GetColumnType());
        Assert.Equal("geometry(MultiPolygon,4326)", place.FindProperty(nameof(Place.Area))!.GetColumnType());
        Assert.Equal("geometry(Point,4326)", place.FindProperty(nameof(Place.OnMap))!.GetColumnType());
        Assert.Contains("geography(Point,4326)", db.Database.GenerateCreateScript(), StringComparison.Ordinal);
    }

    private static MultiPolygon Square(double west, double south, double size) =>
        new([new Polygon(new LinearRing([new(west, south), new(west + size, south), new(west + size, south + size), new(west, south + size), new(west, south)]))]) { SRID = 4326 };

    private sealed class Place
    {
        public int Id { get; set; }
        public Point? Location { get; set; }
        public Point? OnMap { get; set; }
        public MultiPolygon? Area { get; set; }
    }

    private sealed class Places(DbContextOptions<Places> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.HasPostgresExtension("postgis");
            modelBuilder.Entity<Place>().Property(p => p.Id).ValueGeneratedNever();
            modelBuilder.Entity<Place>().Property(p => p.OnMap).HasColumnType("geometry(Point,4326)");
        }
    }
}
