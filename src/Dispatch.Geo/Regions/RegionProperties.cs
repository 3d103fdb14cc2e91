using System.Globalization;
using System.Text.Json;

namespace Dispatch.Geo.Regions;

/// <summary>Reads the properties of one feature; null comes with a fault, except where a property may be absent.</summary>
internal sealed class RegionProperties(JsonElement properties, RegionReport report)
{
    private static readonly string[] Known = ["code", "name", "nameEn", "level", "levelName", "parent", "hasAuthority", "timeZone", "boundaryKind"];

    public string? Code()
    {
        if (Code("code", out var value) && value is not null)
        {
            return report.Code = value;
        }

        if (value is null)
        {
            report.FeatureFault("code", "缺少代码", "is missing");
        }

        return null;
    }

    /// <summary>Null is a root. Whether the parent exists, and stands above, is judged against the tree.</summary>
    public string? Parent(string? code)
    {
        if (!properties.TryGetProperty("parent", out _))
        {
            report.FeatureFault("parent", "缺少上级代码；最高一级写 null", "is missing; write null for a root");
            return null;
        }

        if (!Code("parent", out var parent) || parent is null || code is null)
        {
            return parent;
        }

        if (parent == code)
        {
            report.FeatureFault("parent", "上级不能是自己", "a region is not its own parent");
        }
        else if (!code.StartsWith(parent.TrimEnd('0'), StringComparison.Ordinal))
        {
            // Only a warning: the parent is stored and may differ from what a code suggests (a development zone, a county led by a province).
            report.Warn("parent", $"代码 {code} 不以上级 {parent} 开头，请确认", $"the code {code} does not begin with its parent's, {parent}: is that meant?");
        }

        return parent;
    }

    /// <summary>A whole number from 1 to 5 that fits how long the code is (GB/T 2260, and three digits more for a town, three for a village).</summary>
    public RegionLevel? Level(string? code)
    {
        if (!properties.TryGetProperty("level", out var element) || element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var number) || number is < 1 or > 5)
        {
            report.FeatureFault("level", "应为 1（省）至 5（村）的整数", "should be a whole number from 1 (province) to 5 (village)");
            return null;
        }

        var level = (RegionLevel)number;
        var fits = level switch
        {
            _ when code is null => true, // already told
            RegionLevel.Province => code.Length == 2 || (code.Length == 6 && code.EndsWith("0000", StringComparison.Ordinal)),
            RegionLevel.City => code.Length == 4 || (code.Length == 6 && code.EndsWith("00", StringComparison.Ordinal)),
            RegionLevel.County => code.Length == 6,
            RegionLevel.Town => code.Length == 9,
            _ => code.Length == 12,
        };
        if (!fits)
        {
            report.FeatureFault("level", $"层级 {number} 与 {code!.Length} 位代码不符：省 2 位、市 4 位、县 6 位、乡 9 位、村 12 位",
                $"level {number} does not fit a code of {code.Length} digits: province 2, city 4, county 6, town 9, village 12");
        }

        return level;
    }

    public string? Text(string field, int most)
    {
        if (OptionalText(field, most) is { } text)
        {
            return text;
        }

        if (!properties.TryGetProperty(field, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            report.FeatureFault(field, "不能为空", "must not be empty");
        }

        return null;
    }

    public string? OptionalText(string field, int most)
    {
        if (!properties.TryGetProperty(field, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.String || StringOf(element) is not { } text)
        {
            report.FeatureFault(field, "应为文字", "should be text");
            return null;
        }

        if (text.Length == 0 || text.Length > most || text != text.Trim() || text.Any(IsDeceptive))
        {
            report.FeatureFault(field, $"应为 1 至 {most} 个字符，首尾无空格，不含控制字符或改变阅读方向的字符",
                $"should be 1 to {most} characters, without blanks around it, control characters or marks that turn the direction of reading");
            return null;
        }

        return text;
    }

    public bool Flag(string field, bool otherwise)
    {
        if (!properties.TryGetProperty(field, out var element))
        {
            return otherwise;
        }

        if (element.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            report.FeatureFault(field, "应为 true 或 false", "should be true or false");
        }

        return element.ValueKind == JsonValueKind.True;
    }

    public string TimeZone()
    {
        var zone = OptionalText("timeZone", 60) ?? "Asia/Shanghai";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) || !known.HasIanaId)
        {
            report.FeatureFault("timeZone", "不是 IANA 时区名，例如 Asia/Shanghai", "is not an IANA time zone such as Asia/Shanghai");
        }

        return zone;
    }

    public void WarnOfOthers()
    {
        foreach (var other in properties.EnumerateObject().Where(property => !Known.Contains(property.Name)))
        {
            report.WarnOnce(Shown(other.Name), "未知属性，已忽略", "is not a known property and is ignored");
        }
    }

    private bool Code(string field, out string? value)
    {
        value = null;
        if (!properties.TryGetProperty(field, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        value = element.ValueKind == JsonValueKind.String ? StringOf(element) ?? "" : "";
        if (value.Length is >= 2 and <= 12 && value.All(char.IsAsciiDigit))
        {
            return true;
        }

        report.FeatureFault(field, "应为 2 至 12 位半角数字组成的文字，如 \"440304\"", "should be text of 2 to 12 ASCII digits, such as \"440304\"");
        return false;
    }

    // A lone surrogate cannot be read as a string; it is a fault of the file, not ours.
    private static string? StringOf(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsDeceptive(char c) => char.IsControl(c) || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E')
        or (>= '\u2066' and <= '\u2069') or '\uFFFE' or '\uFFFF';

    private static string Shown(string name) =>
        new([.. name.Where(c => !IsDeceptive(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Surrogate).Take(40)]);
}
