using NetTopologySuite.Geometries;

namespace NetTopologySuite.IO;

/// <summary>Reads PostGIS' extended WKB with its SRID, by NetTopologySuite's own reader. Only the members that Npgsql.NetTopologySuite 8 calls.</summary>
public class PostGisReader(CoordinateSequenceFactory sequences, PrecisionModel precision, Ordinates ordinates)
{
    private readonly WKBReader reader = new(new NtsGeometryServices(sequences, precision, -1)) { HandleSRID = true };

    public PostGisReader()
        : this(NtsGeometryServices.Instance.DefaultCoordinateSequenceFactory, NtsGeometryServices.Instance.DefaultPrecisionModel, Ordinates.XYZM)
    {
    }

    public Ordinates HandleOrdinates { get; set; } = ordinates;

    public bool HandleSRID { get; set; } = true;

    public bool RepairRings { get; set; }

    public Geometry Read(byte[] bytes) => reader.Read(bytes);

    // WKBReader.Read(Stream) reads byte by byte through BinaryReader; the copy is bounded by the database message Npgsql hands us.
    public Geometry Read(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return reader.Read(copy.ToArray());
    }
}

/// <summary>Writes little-endian extended WKB with the SRID when there is one.</summary>
public class PostGisWriter
{
    public PostGisWriter()
    {
    }

    public PostGisWriter(ByteOrder byteOrder)
    {
        if (byteOrder != ByteOrder.LittleEndian)
        {
            throw new NotSupportedException("Only little-endian WKB is written.");
        }
    }

    public Ordinates HandleOrdinates { get; set; }

    public bool HandleSRID { get; set; } = true;

    public byte[] Write(Geometry geometry) => new WKBWriter(ByteOrder.LittleEndian, handleSRID: geometry.SRID > 0).Write(geometry);

    public void Write(Geometry geometry, Stream stream) => stream.Write(Write(geometry));
}
