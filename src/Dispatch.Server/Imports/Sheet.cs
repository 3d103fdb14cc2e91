namespace Dispatch.Server.Imports;

/// <summary>A table of text out of a file that somebody uploaded, whatever its format was. Lines are counted as the file's own program counts them.</summary>
internal sealed record Sheet(SheetLine Header, IReadOnlyList<SheetLine> Lines);

/// <summary>One line; <paramref name="Number"/> begins at 1. Cells beyond the last are absent.</summary>
internal sealed record SheetLine(int Number, IReadOnlyList<SheetCell> Cells)
{
    public SheetCell this[int column] => column < Cells.Count ? Cells[column] : SheetCell.Empty;

    public bool IsBlank => Cells.All(cell => cell.Text.Length == 0 && cell.Trouble is null);
}

/// <summary>The trimmed text of a cell, and why its content cannot be trusted if it cannot.</summary>
internal readonly record struct SheetCell(string Text, Trouble? Trouble = null)
{
    public static SheetCell Empty { get; } = new("");
}

/// <summary>What is wrong with a text, in both languages.</summary>
internal sealed record Trouble(string Message, string MessageEn);

/// <summary>One fault of an uploaded table: line 0 is the file itself, line of the header its columns.</summary>
internal sealed record ImportFault(int Line, string Column, string Value, string Message, string MessageEn)
{
    private const int LongestValue = 60;

    /// <summary>The value as it may be shown: cut, and without the characters that would disturb the page that shows it.</summary>
    public string Value { get; init; } = Shown(Value);

    public static ImportFault OfFile(string message, string messageEn) => new(0, "", "", message, messageEn);

    private static string Shown(string value)
    {
        var visible = string.Concat(value.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format));
        return visible.Length <= LongestValue ? visible : visible[..LongestValue] + "…";
    }
}

/// <summary>A file that is no table we accept: the fault is the file's, or the first lines' that could not be read.</summary>
internal sealed class SheetRefused(IReadOnlyList<ImportFault> faults, Exception? because = null)
    : Exception(string.Join("; ", faults.Select(fault => fault.MessageEn)), because)
{
    public SheetRefused(string message, string messageEn, Exception? because = null)
        : this([ImportFault.OfFile(message, messageEn)], because)
    {
    }

    public IReadOnlyList<ImportFault> Faults { get; } = faults;
}
