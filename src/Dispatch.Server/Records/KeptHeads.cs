using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dispatch.Server.Records;

/// <summary>
/// The heads of all records as a text file that an auditor keeps away from the database: a line of incident, number and hash each, with the word muster
/// in front for a muster's. Its own SHA-256 is one line to write down. With it, a record that was written anew from its first fact, or one that was taken
/// out whole, is found.
/// </summary>
internal static class KeptHeads
{
    private const string Title = "# dispatch heads 1", Muster = "muster";

    public static string Write(IEnumerable<VerifyRecords.Head> heads) => string.Concat(
        heads.OrderBy(head => head.Of.Kind).ThenBy(head => head.Of.Id)
            .Select(head => string.Create(CultureInfo.InvariantCulture, $"{(head.Of.Kind == RecordKind.Muster ? Muster + " " : "")}{head.Of.Id} {head.Number} {head.Hash}\n"))
            .Prepend(Title + "\n"));

    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <exception cref="FormatException">Naming the line.</exception>
    public static List<VerifyRecords.Head> Read(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0 || lines[0] != Title)
        {
            throw new FormatException($"line 1 is not \"{Title}\"");
        }

        return [.. lines.Skip(1).Select((line, at) => line.Split(' ') is [Muster, .. var rest] ? ReadHead(RecordKind.Muster, rest, at + 2) : ReadHead(RecordKind.Incident, line.Split(' '), at + 2))];
    }

    private static VerifyRecords.Head ReadHead(RecordKind kind, string[] words, int line) =>
        words is [var of, var number, { Length: 64 } hash] && Guid.TryParse(of, out var id) && long.TryParse(number, CultureInfo.InvariantCulture, out var last)
            ? new(new(kind, id), last, hash)
            : throw new FormatException($"line {line} is not incident (or the word {Muster} and its id), number and hash");
}
