using System.Text;

namespace Dispatch.Server.Imports;

/// <summary>
/// Reads an uploaded .xlsx or .csv into a <see cref="Sheet"/>. What the file is, its first bytes say: names and media types lie.
/// Limits hold while reading, not after: a small file that unpacks to gigabytes is refused at the limit.
/// </summary>
internal static class SheetFile
{
    public const int MostBytes = 5 * 1024 * 1024;
    public const int MostLines = 20_000;
    public const int MostColumns = 64;
    public const int LongestCell = 2_000;

    // GB18030, and code page 1252, which the .xlsx reader wants to exist.
    static SheetFile() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private static ReadOnlySpan<byte> Zip => "PK\u0003\u0004"u8;

    // The container of old .xls and of an .xlsx under a password.
    private static ReadOnlySpan<byte> CompoundFile => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    /// <exception cref="SheetRefused">It is no table we accept; the faults say why.</exception>
    public static Sheet Read(byte[] file)
    {
        if (file.Length > MostBytes)
        {
            throw new SheetRefused($"文件超过 {MostBytes >> 20} MB", $"the file is larger than {MostBytes >> 20} MB");
        }

        var bytes = file.AsSpan();
        if (bytes.StartsWith(CompoundFile))
        {
            throw new SheetRefused("旧版 .xls 或加密的表格无法读取，请另存为未加密的 .xlsx", "an old .xls or a sheet under a password cannot be read: save it as a plain .xlsx");
        }

        var lines = bytes.StartsWith(Zip) ? XlsxSheet.Read(file) : CsvSheet.Read(file);
        if (lines.FirstOrDefault(line => !line.IsBlank) is not { } header)
        {
            throw new SheetRefused("文件是空的：第一行应为表头", "the file is empty: its first line names the columns");
        }

        return new Sheet(header, [.. lines.Where(line => line.Number > header.Number && !line.IsBlank)]);
    }

    internal static SheetRefused TooManyLines() =>
        new($"超过 {MostLines} 行，请分成几个文件", $"more than {MostLines} lines: split the file");

    internal static SheetRefused TooManyColumns() =>
        new($"超过 {MostColumns} 列", $"more than {MostColumns} columns");

    /// <summary>The cell as we take it: outer blanks gone; too long is trouble, and only the beginning is kept.</summary>
    internal static SheetCell Cell(string text, Trouble? trouble = null)
    {
        var trimmed = text.Trim(' ', '\t', '\r', '\n', '\u3000', '\u00A0');
        return trimmed.Length <= LongestCell
            ? new SheetCell(trimmed, trouble)
            : new SheetCell(trimmed[..80], new Trouble($"内容超过 {LongestCell} 个字符", $"longer than {LongestCell} characters"));
    }
}
