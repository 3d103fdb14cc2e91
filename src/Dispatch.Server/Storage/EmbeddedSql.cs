namespace Dispatch.Server.Storage;

/// <summary>SQL that is worth a file of its own, embedded beside the slice that uses it.</summary>
internal static class EmbeddedSql
{
    public static string Read(string fileName)
    {
        using var stream = typeof(EmbeddedSql).Assembly.GetManifestResourceStream(fileName)
            ?? throw new InvalidOperationException($"{fileName} is not embedded in {typeof(EmbeddedSql).Assembly.GetName().Name}.");
        using var reader = new StreamReader(stream);
        return DrillSeam.Sql(fileName, reader.ReadToEnd());
    }
}
