namespace Dispatch.Server.Imports;

/// <summary>
/// Reads the cells of one line after another, each as what it should be, and collects every fault with its line and column. A cell that is empty,
/// absent or at fault reads as null; the fault is told once.
/// </summary>
internal sealed class TableReader(IReadOnlyDictionary<TableColumn, int> places, SheetLine header, List<ImportFault> faults)
{
    public const int LongestText = 200, LongestNumber = 64;

    private SheetLine line = new(0, []);

    public int FaultCount => faults.Count;

    public int LineNumber => line.Number;

    public void MoveTo(SheetLine next)
    {
        line = next;
        for (var place = 0; place < line.Cells.Count; place++)
        {
            if (line[place].Text.Length > 0 && (place >= header.Cells.Count || header[place].Text.Length == 0))
            {
                faults.Add(new(line.Number, $"第 {place + 1} 列", line[place].Text, "此列没有表头", "this column has no heading"));
            }
        }
    }

    /// <summary>The text of a cell, null when the column or the cell is empty or troubled. Trouble is reported once, here.</summary>
    public string? Cell(TableColumn column, int longest)
    {
        if (!places.TryGetValue(column, out var place))
        {
            return null;
        }

        var cell = line[place];
        if ((cell.Trouble ?? CellText.Check(cell.Text, longest)) is { } trouble)
        {
            Fault(column, trouble.Message, trouble.MessageEn);
            return null;
        }

        return cell.Text.Length == 0 ? null : cell.Text;
    }

    public string? Text(TableColumn column, int longest, bool mayBeNone = false) =>
        Cell(column, longest) is { } text ? (mayBeNone && IsNone(text) ? "" : text) : null;

    /// <summary>A number or code given by somebody: no blanks, no full-width digits.</summary>
    public string? Identifier(TableColumn column, bool required)
    {
        var text = Cell(column, LongestNumber);
        if (text is null)
        {
            if (required && line[places[column]] is { Trouble: null, Text: "" })
            {
                Fault(column, "不能为空", "must not be empty");
            }

            return null;
        }

        if (IdentifierTrouble(text) is { } trouble)
        {
            Fault(column, trouble.Message, trouble.MessageEn);
            return null;
        }

        return text;
    }

    public static Trouble? IdentifierTrouble(string text) =>
        CellText.HasFullWidthDigit(text) ? CellText.FullWidth(text)
        : text.Any(char.IsWhiteSpace) ? new("不能含有空格", "must not hold blanks")
        : null;

    public DateOnly? Date(TableColumn column)
    {
        if (Cell(column, LongestText) is not { } text)
        {
            return null;
        }

        if (CellText.TryDate(text, out var date, out var trouble))
        {
            return date;
        }

        Fault(column, trouble.Message, trouble.MessageEn);
        return null;
    }

    public bool? YesNo(TableColumn column)
    {
        if (Cell(column, LongestText) is not { } text)
        {
            return null;
        }

        if (CellText.TryYesNo(text, out var yes, out var trouble))
        {
            return yes;
        }

        Fault(column, trouble.Message, trouble.MessageEn);
        return null;
    }

    public T? OneOf<T>(TableColumn column, params (string Word, T Value)[] words)
        where T : struct
    {
        if (Cell(column, LongestText) is not { } text)
        {
            return null;
        }

        foreach (var (word, value) in words)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        Fault(column, $"应为 {column.Hint}", $"should be {column.HintEn}");
        return null;
    }

    public double? Number(TableColumn column)
    {
        if (Cell(column, LongestText) is not { } text)
        {
            return null;
        }

        if (CellText.TryNumber(text, out var number, out var trouble))
        {
            return number;
        }

        Fault(column, trouble.Message, trouble.MessageEn);
        return null;
    }

    public static bool IsNone(string text) => text is "无" or "none";

    public bool IsFilled(TableColumn column) => places.TryGetValue(column, out var place) && line[place].Text.Length > 0;

    public void Fault(TableColumn column, string message, string messageEn, string? value = null) =>
        faults.Add(new(line.Number, column.Heading, value ?? (places.TryGetValue(column, out var place) ? line[place].Text : ""), message, messageEn));
}
