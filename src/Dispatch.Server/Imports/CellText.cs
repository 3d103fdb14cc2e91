using System.Globalization;
using System.Text.RegularExpressions;

namespace Dispatch.Server.Imports;

/// <summary>
/// Reads typed values out of cells. Nothing is guessed: a value that is not plainly what it should be comes back as a <see cref="Trouble"/>
/// that says what would be right. Full-width digits, which a Chinese input method types unasked, are named as such.
/// </summary>
internal static partial class CellText
{
    private static readonly string[] DateFormats = ["yyyy-MM-dd", "yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyy年M月d日", "yyyyMMdd", "yyyy-MM-dd HH:mm:ss"];
    private static readonly DateOnly Earliest = new(1900, 1, 1), Latest = new(2200, 1, 1);

    /// <summary>Null when this is ordinary text: every script, CJK extensions too, but nothing invisible, nothing that reorders, no markup.</summary>
    public static Trouble? Check(string text, int longest)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || i + 1 >= text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    return new("含有不完整的字符", "holds half a character (a lone surrogate)");
                }

                i++;
                continue;
            }

            if (c == '\uFFFD' || char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
            {
                return new($"含有不可见或无效的字符 U+{(int)c:X4}", $"holds an invisible or invalid character U+{(int)c:X4}");
            }

            if (char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return new($"含有改变文字方向或不可见的字符 U+{(int)c:X4}", $"holds a character that is invisible or reorders text, U+{(int)c:X4}");
            }

            if (c is '<' or '>')
            {
                return new("不能含有 < 或 >", "must not hold < or >");
            }
        }

        return new StringInfo(text).LengthInTextElements > longest ? new($"超过 {longest} 个字", $"longer than {longest} characters") : null;
    }

    public static bool TryDate(string text, out DateOnly date, out Trouble trouble)
    {
        trouble = HasFullWidthDigit(text)
            ? FullWidth(text)
            : new("不是日期，应为 2026-11-21 的形式", "is not a date: write it as 2026-11-21");
        if (!DateTime.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read))
        {
            date = default;
            return false;
        }

        date = DateOnly.FromDateTime(read);
        trouble = new("日期超出范围", "the date is out of range");
        return date >= Earliest && date < Latest;
    }

    public static bool TryNumber(string text, out double number, out Trouble trouble)
    {
        trouble = HasFullWidthDigit(text) ? FullWidth(text) : new("不是数字", "is not a number");
        return double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);
    }

    public static bool TryYesNo(string text, out bool yes, out Trouble trouble)
    {
        trouble = new("应为 是 或 否", "should be 是 (yes) or 否 (no)");
        bool? read = text.ToLowerInvariant() switch
        {
            "是" or "同意" or "y" or "yes" or "true" or "1" => true,
            "否" or "不同意" or "n" or "no" or "false" or "0" => false,
            _ => null,
        };
        yes = read == true;
        return read is not null;
    }

    public static bool HasFullWidthDigit(string text) => FullWidthDigits().IsMatch(text);

    public static Trouble FullWidth(string text)
    {
        var narrow = string.Concat(text.Select(c => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c));
        return new($"含有全角字符，请改为半角：{narrow}", $"holds full-width characters, write {narrow}");
    }

    [GeneratedRegex("[\uFF10-\uFF19]")]
    private static partial Regex FullWidthDigits();
}
