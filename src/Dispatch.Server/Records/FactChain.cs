using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dispatch.Server.Records;

/// <summary>One fact as it lies in the record. <paramref name="Data"/> is the text PostgreSQL gives of its jsonb.</summary>
internal readonly record struct RecordedFact(
    RecordOf Of, long Number, string Kind, DateTime At, string ByKind, Guid? ById, Guid? Callout, Guid? Command, string Data, byte[] Hash);

/// <summary>
/// The hash of a fact, computed outside the database that wrote it: eleven lines of text, SHA-256 (docs/audit.md). The database computes the same in
/// <c>hash_of_fact</c> and <c>hash_of_muster_fact</c>; a test lays both side by side.
/// </summary>
internal static class FactChain
{
    /// <summary>What stands before the first fact of a record.</summary>
    public static readonly byte[] Beginning = new byte[SHA256.HashSizeInBytes];

    public static byte[] HashOf(byte[] previous, in RecordedFact fact) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
    [
        fact.Of.Kind == RecordKind.Muster ? "dispatch muster fact 1" : "dispatch fact 1",
        Convert.ToHexStringLower(previous),
        fact.Of.Id.ToString(),
        fact.Number.ToString(CultureInfo.InvariantCulture),
        fact.Kind,
        fact.At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        fact.ByKind,
        fact.ById?.ToString() ?? "-",
        fact.Callout?.ToString() ?? "-",
        fact.Command?.ToString() ?? "-",
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(fact.Data))),
    ])));
}
