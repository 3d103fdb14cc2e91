using System.Data;
using System.Globalization;
using System.IO.Compression;
using System.Xml;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Dispatch.Server.Imports;

/// <summary>
/// Reads the first worksheet of an .xlsx. Before the reader sees it the package is unpacked once into nothing, counting: at most 200 parts and
/// 50 MB, no macros, no links to other files, and the cells that hold formulas are noted, because their stored result may be older than
/// their inputs.
/// </summary>
internal static class XlsxSheet
{
    private const int MostParts = 200;
    private const long MostUnpackedBytes = 50L * 1024 * 1024;

    public static List<SheetLine> Read(byte[] file)
    {
        try
        {
            return Cells(file, distrusted: Inspect(file));
        }
        catch (Exception damage) when (damage is InvalidDataException or XmlException or ExcelReaderException or FormatException or OverflowException
            or ArgumentException or IndexOutOfRangeException or NullReferenceException or InvalidOperationException or IOException
            or KeyNotFoundException or DuplicateNameException)
        {
            // The reader answers damaged packages with whatever it stumbles over.
            throw new SheetRefused("表格文件已损坏或不是 .xlsx，请重新另存为 .xlsx", "the file is damaged or not an .xlsx: save it again as .xlsx", damage);
        }
    }

    private static List<SheetLine> Cells(byte[] file, Dictionary<(int Line, int Column), Trouble> distrusted)
    {
        using var reader = ExcelReaderFactory.CreateOpenXmlReader(new MemoryStream(file, writable: false));
        var lines = new List<SheetLine>();
        while (reader.Read())
        {
            if (reader.FieldCount > SheetFile.MostColumns)
            {
                throw SheetFile.TooManyColumns();
            }

            if (reader.Depth > SheetFile.MostLines)
            {
                throw SheetFile.TooManyLines();
            }

            var number = reader.Depth + 1;
            var cells = new SheetCell[reader.FieldCount];
            for (var column = 0; column < cells.Length; column++)
            {
                var cell = Cell(reader.GetValue(column));
                cells[column] = distrusted.TryGetValue((number, column), out var trouble) ? cell with { Trouble = trouble } : cell;
            }

            lines.Add(new SheetLine(number, cells));
        }

        return lines;
    }

    private static SheetCell Cell(object? value) => value switch
    {
        null => SheetCell.Empty,
        string text => SheetFile.Cell(text),
        bool truth => new SheetCell(truth ? "是" : "否"),
        DateTime instant when instant.TimeOfDay == TimeSpan.Zero => new SheetCell(instant.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        DateTime instant => new SheetCell(instant.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
        // Spreadsheets keep 15 digits; what was typed beyond them is already gone.
        double number when number == Math.Truncate(number) && Math.Abs(number) >= 1e15 => new SheetCell(number.ToString("R", CultureInfo.InvariantCulture),
            new Trouble("数字超过 15 位，表格已丢失后几位：请将单元格设为文本后重新填写", "a number of more than 15 digits has lost its last ones: make the cell text and type it again")),
        double number when number == Math.Truncate(number) => new SheetCell(number.ToString("0", CultureInfo.InvariantCulture)),
        double number => new SheetCell(number.ToString("R", CultureInfo.InvariantCulture)),
        _ => SheetFile.Cell(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    /// <summary>Unpacks every part into a counter, refuses what is not a plain table, and returns the cells that hold no typed value.</summary>
    private static Dictionary<(int Line, int Column), Trouble> Inspect(byte[] file)
    {
        using var package = new ZipArchive(new MemoryStream(file, writable: false), ZipArchiveMode.Read);
        if (package.Entries.Count > MostParts)
        {
            throw new SheetRefused($"表格内部文件超过 {MostParts} 个", $"the package has more than {MostParts} parts");
        }

        var budget = new Budget(MostUnpackedBytes);
        foreach (var part in package.Entries)
        {
            var name = part.FullName.Replace('\\', '/').ToLowerInvariant();
            if (name.EndsWith("vbaproject.bin", StringComparison.Ordinal) || name.Contains("/macrosheets/", StringComparison.Ordinal))
            {
                throw new SheetRefused("表格含有宏，请另存为不含宏的 .xlsx", "the workbook has macros: save it as an .xlsx without");
            }

            if (name.Contains("externallinks/", StringComparison.Ordinal) || name.Contains("/embeddings/", StringComparison.Ordinal))
            {
                throw new SheetRefused("表格链接或嵌入了其他文件，请去除后重新保存", "the workbook links to or embeds other files: remove them and save it again");
            }

            using var counted = new CountedStream(part.Open(), budget);
            counted.CopyTo(Stream.Null);
        }

        return Distrusted(FirstWorksheet(package));
    }

    private static ZipArchiveEntry FirstWorksheet(ZipArchive package)
    {
        string? id = null;
        foreach (var sheet in Elements(Part(package, "xl/workbook.xml"), "sheet"))
        {
            id ??= sheet.GetAttribute("id", "http://schemas.openxmlformats.org/officeDocument/2006/relationships")
                ?? sheet.GetAttribute("id", "http://purl.oclc.org/ooxml/officeDocument/relationships");
        }

        foreach (var relationship in Elements(Part(package, "xl/_rels/workbook.xml.rels"), "Relationship"))
        {
            if (relationship.GetAttribute("Id") == id && relationship.GetAttribute("Target") is { } target)
            {
                return Part(package, target.StartsWith('/') ? target[1..] : "xl/" + target);
            }
        }

        throw new InvalidDataException("The workbook has no worksheet.");
    }

    private static ZipArchiveEntry Part(ZipArchive package, string name) =>
        package.GetEntry(name) ?? throw new InvalidDataException($"The package has no {name}.");

    /// <summary>Formula and error cells. Rows and cells may leave out their reference; then they follow the one before.</summary>
    private static Dictionary<(int Line, int Column), Trouble> Distrusted(ZipArchiveEntry worksheet)
    {
        var distrusted = new Dictionary<(int Line, int Column), Trouble>();
        int row = 0, column = -1;
        foreach (var element in Elements(worksheet, "row", "c", "f"))
        {
            switch (element.LocalName)
            {
                case "row":
                    row = int.TryParse(element.GetAttribute("r"), NumberStyles.None, CultureInfo.InvariantCulture, out var stated) ? stated : row + 1;
                    column = -1;
                    break;
                case "c":
                    column = element.GetAttribute("r") is { } reference ? ColumnOf(reference) : column + 1;
                    if (element.GetAttribute("t") == "e")
                    {
                        distrusted[(row, column)] = new("单元格是错误值", "the cell holds an error");
                    }

                    break;
                default:
                    distrusted[(row, column)] = new("单元格是公式，请粘贴为数值", "the cell holds a formula: paste it as a value");
                    break;
            }
        }

        return distrusted;
    }

    private static int ColumnOf(string reference) =>
        reference.TakeWhile(char.IsAsciiLetterUpper).Aggregate(0, (column, letter) => (column * 26) + letter - 'A' + 1) - 1;

    private static IEnumerable<XmlReader> Elements(ZipArchiveEntry part, params string[] names)
    {
        using var stream = part.Open();
        using var xml = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && names.Contains(xml.LocalName))
            {
                yield return xml;
            }
        }
    }

    private sealed class Budget(long bytes)
    {
        private long left = bytes;

        public void Spend(int bytes)
        {
            if ((left -= bytes) < 0)
            {
                throw new SheetRefused($"表格解压后超过 {MostUnpackedBytes >> 20} MB", $"the package unpacks to more than {MostUnpackedBytes >> 20} MB");
            }
        }
    }

    /// <summary>Counts what is really read, because the sizes a package declares may be false.</summary>
    private sealed class CountedStream(Stream inner, Budget budget) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            budget.Spend(read);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
