using System.Text;
using System.Text.RegularExpressions;

namespace Dispatch.Server.Volunteers;

/// <summary>
/// A telephone number in one form: a mainland mobile as its 11 digits, any other as + and its digits. Spaces, hyphens and brackets do not matter;
/// +86 before a mobile is dropped. Full-width digits are read in what gateways send, and refused in imports, where they show that somebody should look.
/// </summary>
internal static partial class PhoneNumber
{
    public static string? Read(string? text)
    {
        var plain = Noise().Replace(text ?? "", "");
        plain = plain.StartsWith("00", StringComparison.Ordinal) ? "+" + plain[2..] : plain;
        plain = plain.StartsWith("+86", StringComparison.Ordinal) && Mobile().IsMatch(plain[3..]) ? plain[3..]
            : plain.StartsWith("86", StringComparison.Ordinal) && Mobile().IsMatch(plain[2..]) ? plain[2..] : plain;
        return Mobile().IsMatch(plain) || Abroad().IsMatch(plain) ? plain : null;
    }

    /// <summary>As <see cref="Read"/>, of a number typed or sent by a machine we do not know.</summary>
    public static string? ReadLoosely(string? text) => text is { Length: <= 64 } ? Read(text.Normalize(NormalizationForm.FormKC)) : null;

    /// <summary>What lists show: 138****1234.</summary>
    public static string Masked(string number) =>
        number.StartsWith('+') ? $"{number[..4]}****{number[^Math.Min(4, number.Length - 5)..]}" : $"{number[..3]}****{number[^4..]}";

    [GeneratedRegex(@"[\s\-()]")]
    private static partial Regex Noise();

    [GeneratedRegex("^1[3-9][0-9]{9}$")]
    private static partial Regex Mobile();

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}$")]
    private static partial Regex Abroad();
}
