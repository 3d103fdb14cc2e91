using System.Text;
using CsvHelper;

namespace Dispatch.Server.Imports;

/// <summary>
/// Reads comma- or tab-separated text as spreadsheets write it in China: UTF-8 with or without a mark, GBK (read as GB18030, its superset),
/// or UTF-16 with a mark. The encoding is found by strict decoding: bytes that fit none of them are refused, never replaced.
/// </summary>
internal static class CsvSheet
{
    public static List<SheetLine> Read(byte[] file)
    {
        var text = Decode(file);
        var firstLine = text.AsSpan(0, text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : text.Length);
        var bad = new List<ImportFault>();
        using var reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            Separator = firstLine.Contains('\t') && !firstLine.Contains(',') ? '\t' : ',',
            HasHeader = false,
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Skip,
            OnMalformedRecord = record => bad.Add(new((int)record.LineNumber, "", record.RawRecord,
                "引号不成对：含引号的内容应整体加引号，内部的引号写两次", "quotes do not pair: quote the whole value and double the quotes inside")),
        });
        var lines = new List<SheetLine>();
        while (reader.Read())
        {
            if (reader.FieldCount > SheetFile.MostColumns)
            {
                throw SheetFile.TooManyColumns();
            }

            if (lines.Count > SheetFile.MostLines || bad.Count > SheetFile.MostLines)
            {
                throw SheetFile.TooManyLines();
            }

            var cells = new SheetCell[reader.FieldCount];
            for (var column = 0; column < cells.Length; column++)
            {
                cells[column] = SheetFile.Cell(reader.GetString(column));
            }

            lines.Add(new SheetLine((int)reader.LineNumber, cells));
        }

        return bad.Count == 0 ? lines : throw new SheetRefused(bad);
    }

    private static string Decode(byte[] file)
    {
        ReadOnlySpan<byte> bytes = file;
        try
        {
            return bytes switch
            {
                [0xEF, 0xBB, 0xBF, .. var rest] => Strict(Encoding.UTF8).GetString(rest),
                [0xFF, 0xFE, .. var rest] => Strict(Encoding.Unicode).GetString(rest),
                [0xFE, 0xFF, .. var rest] => Strict(Encoding.BigEndianUnicode).GetString(rest),
                _ => Strict(Encoding.UTF8).GetString(bytes),
            };
        }
        catch (DecoderFallbackException) when (bytes is not ([0xEF, 0xBB, 0xBF, ..] or [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]))
        {
            // Not UTF-8: what a Chinese Excel calls "CSV".
        }
        catch (DecoderFallbackException)
        {
            throw NotText();
        }

        try
        {
            return Strict(Encoding.GetEncoding("GB18030")).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw NotText();
        }
    }

    private static Encoding Strict(Encoding encoding) =>
        Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

    private static SheetRefused NotText() =>
        new("无法识别文件：请上传 .xlsx，或 UTF-8、GBK 编码的 .csv", "not a file we can read: send .xlsx, or .csv in UTF-8 or GBK");
}
