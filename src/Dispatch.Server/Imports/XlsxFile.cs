using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Row = DocumentFormat.OpenXml.Spreadsheet.Row;
using Worksheet = DocumentFormat.OpenXml.Spreadsheet.Worksheet;

namespace Dispatch.Server.Imports;

/// <summary>
/// Writes text as an .xlsx. Every cell is text and formatted as text: a spreadsheet then neither turns a code into 4.40304E+11 nor executes what
/// begins with an equals sign.
/// </summary>
internal static class XlsxFile
{
    public const string MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    private const uint TextFormat = 49; // built-in "@"

    public static byte[] Write(params IReadOnlyList<(string Name, IReadOnlyList<IReadOnlyList<string>> Lines)> sheets)
    {
        using var file = new MemoryStream();
        using (var document = SpreadsheetDocument.Create(file, SpreadsheetDocumentType.Workbook))
        {
            var workbook = document.AddWorkbookPart();
            workbook.Workbook = new Workbook();
            workbook.AddNewPart<WorkbookStylesPart>().Stylesheet = new Stylesheet(
                new Fonts(new Font()), new Fills(new Fill()), new Borders(new Border()), new CellStyleFormats(new CellFormat()),
                new CellFormats(new CellFormat(), new CellFormat { NumberFormatId = TextFormat, ApplyNumberFormat = true }));
            var list = workbook.Workbook.AppendChild(new Sheets());
            foreach (var (name, lines) in sheets)
            {
                var part = workbook.AddNewPart<WorksheetPart>();
                var columns = (uint)Math.Max(1, lines.Max(line => line.Count));
                part.Worksheet = new Worksheet(
                    new Columns(new Column { Min = 1, Max = columns, Width = 16, CustomWidth = true, Style = 1 }),
                    new SheetData(lines.Select(line => new Row(line.Select(Text)))));
                list.AppendChild(new DocumentFormat.OpenXml.Spreadsheet.Sheet
                {
                    Id = workbook.GetIdOfPart(part),
                    SheetId = (uint)list.ChildElements.Count + 1,
                    Name = name,
                });
            }
        }

        return file.ToArray();
    }

    private static Cell Text(string text) => new()
    {
        DataType = CellValues.InlineString,
        StyleIndex = 1,
        InlineString = new InlineString(new DocumentFormat.OpenXml.Spreadsheet.Text(text) { Space = SpaceProcessingModeValues.Preserve }),
    };
}
