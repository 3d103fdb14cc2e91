namespace Dispatch.Geo.PostGis;

/// <summary>The .sql files beside this one, embedded under their own names.</summary>
internal static class SpatialSql
{
    public static string Read(string file)
    {
        using var stream = typeof(SpatialSql).Assembly.GetManifestResourceStream(file) ?? throw new InvalidOperationException($"{file} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd();
    }
}
