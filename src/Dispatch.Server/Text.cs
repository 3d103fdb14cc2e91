using System.Globalization;

namespace Dispatch.Server;

/// <summary>The check of every free text that enters: length, and characters that could deceive a reader or break a screen or a log.</summary>
internal static class Text
{
    public static void Check(List<Fault> faults, string field, string? value, int mostCharacters, bool required = true)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            if (required)
            {
                faults.Add(new(field, "不能为空", "must not be empty"));
            }

            return;
        }

        if (value.Length > mostCharacters)
        {
            faults.Add(new(field, $"最多 {mostCharacters} 个字符", $"at most {mostCharacters} characters"));
        }

        if (FirstBadCharacter(value) is { } bad)
        {
            faults.Add(new(field, $"含有不允许的字符 {bad}", $"contains the character {bad}, which is not allowed"));
        }
        else if (required && value.All(IsInvisible))
        {
            faults.Add(new(field, "不能为空", "must not be empty"));
        }
    }

    /// <summary>Blanks, and what has no shape of its own: a text of nothing else looks empty on a screen.</summary>
    private static bool IsInvisible(char c) => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;

    /// <summary>Control characters other than line breaks and tabs, half surrogate pairs, and marks that reverse the direction of reading.</summary>
    public static string? FirstBadCharacter(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
            {
                i++; // a whole pair: CJK extension characters are names of people
                continue;
            }

            if ((char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || char.IsSurrogate(c)
                || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFFFE' or '\uFFFF')
            {
                return $"U+{(int)c:X4}";
            }
        }

        return null;
    }
}
