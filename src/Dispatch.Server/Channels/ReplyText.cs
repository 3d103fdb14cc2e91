using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Dispatch.Server.Channels;

internal enum ReplyAnswer
{
    Accept,
    Decline,

    /// <summary>"Received", to a reachability test.</summary>
    Confirm,
}

/// <summary>
/// What a volunteer wrote back: A1, Ａ１, "a 1", "A1 马上到", B2, or a bare 接受. Pure. Nothing is guessed: two different codes, or a sentence without one,
/// are not an answer.
/// </summary>
internal sealed partial record ReplyText(ReplyAnswer? Answer, int? Code, bool Several)
{
    private static readonly Dictionary<string, ReplyAnswer> Words = new(StringComparer.Ordinal)
    {
        ["A"] = ReplyAnswer.Accept, ["接受"] = ReplyAnswer.Accept, ["同意"] = ReplyAnswer.Accept,
        ["B"] = ReplyAnswer.Decline, ["谢绝"] = ReplyAnswer.Decline, ["拒绝"] = ReplyAnswer.Decline, ["不去"] = ReplyAnswer.Decline, ["不能去"] = ReplyAnswer.Decline,
        ["T"] = ReplyAnswer.Confirm, ["收到"] = ReplyAnswer.Confirm,
    };

    /// <param name="text">As it came from the network.</param>
    /// <param name="isKeyPress">A voice call's key: 1 accept (or received), 2 decline.</param>
    public static ReplyText Read(string text, bool isKeyPress)
    {
        var plain = text.Normalize(NormalizationForm.FormKC).ToUpperInvariant();
        if (isKeyPress && plain.Trim() is "1" or "2")
        {
            return new(plain.Trim() == "1" ? ReplyAnswer.Accept : ReplyAnswer.Decline, null, false);
        }

        var codes = Codes().Matches(plain).Select(match => (match.Groups[1].Value, Number: int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))).Distinct().ToList();
        return codes switch
        {
            [var (letter, number)] => new(Words[letter], number, false),
            [_, _, ..] => new(null, null, true),
            _ => new(Words.TryGetValue(plain.Trim(' ', '\t', '\r', '\n', '.', ',', '!', '。', '、', '"', '\''), out var word) ? word : null, null, false),
        };
    }

    [GeneratedRegex(@"(?<![0-9A-Z])([AB])[\s.:_、-]*0?([0-9]{1,2})(?![0-9A-Z])")]
    private static partial Regex Codes();
}
