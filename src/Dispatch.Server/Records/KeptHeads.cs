using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dispatch.Server.Records;

/// <summary>
/// The heads of all incidents as a text file that an auditor keeps away from the database: a line of incident, number and hash each. Its own SHA-256
/// is one line to write down. With it, a record that was written anew from its first fact, or an incident that was taken out whole, is found.
/// </summary>
internal static class KeptHeads
{
    private const string Title = "# dispatch heads 1";

    public static string Write(IEnumerable<VerifyRecords.Head> heads) => string.Concat(
        heads.OrderBy(head => head.Incident).Select(head => string.Create(CultureInfo.InvariantCulture, $"{head.Incident} {head.Number} {head.Hash}\n")).Prepend(Title + "\n"));

    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <exception cref="FormatException">Naming the line.</exception>
    public static List<VerifyRecords.Head> Read(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0 || lines[0] != Title)
        {
            throw new FormatException($"line 1 is not \"{Title}\"");
        }

        return [.. lines.Skip(1).Select((line, at) => line.Split(' ') is [var incident, var number, { Length: 64 } hash]
            && Guid.TryParse(incident, out var id) && long.TryParse(number, CultureInfo.InvariantCulture, out var last)
            ? new VerifyRecords.Head(id, last, hash)
            : throw new FormatException($"line {at + 2} is not incident, number and hash"))];
    }
}
