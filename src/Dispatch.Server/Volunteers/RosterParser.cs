using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Server.Imports;

namespace Dispatch.Server.Volunteers;

/// <summary>A qualification as a file may name it.</summary>
internal sealed record QualificationName(short Id, string Key, string Name, string NameEn, bool NeedsCertificate);

/// <summary>
/// Turns the lines of a roster file into what they say, and every fault of every line at once. Pure: what must be asked of the database
/// (does the region exist, may this operator touch it, is the number new) is the plan's business.
/// </summary>
internal sealed class RosterParser
{
    private const int LongestName = 40, LongestText = 200, LongestNumber = 64;
    private static readonly char[] ListSeparators = ['；', ';'];
    private static readonly DateOnly OldestBirth = new(1900, 1, 1);

    private readonly Dictionary<string, QualificationName> qualifications;
    private readonly DateOnly today;
    private readonly GeoBounds bounds;
    private readonly List<ImportFault> faults = [];
    private Dictionary<RosterColumn, int> places = [];
    private SheetLine line = new(0, []);

    /// <summary>After <paramref name="today"/> nobody is born yet.</summary>
    public RosterParser(IEnumerable<QualificationName> known, DateOnly today, GeoBounds bounds)
    {
        qualifications = new(StringComparer.OrdinalIgnoreCase);
        foreach (var qualification in known)
        {
            qualifications[qualification.Key] = qualification;
            qualifications[qualification.Name] = qualification;
            qualifications.TryAdd(qualification.NameEn, qualification);
        }

        (this.today, this.bounds) = (today, bounds);
    }

    public (IReadOnlyList<RosterLine> Lines, IReadOnlyList<ImportFault> Faults) Read(Sheet sheet)
    {
        faults.Clear();
        places = RosterColumn.Locate(sheet.Header, faults);
        if (faults.Count > 0)
        {
            return ([], [.. faults]);
        }

        var lines = new List<RosterLine>(sheet.Lines.Count);
        var firstLineOf = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var next in sheet.Lines)
        {
            line = next;
            RefuseCellsBeyondTheHeader(sheet.Header);
            var read = ReadLine();
            if (read.ExternalId.Length > 0 && !firstLineOf.TryAdd(read.ExternalId, read.Number))
            {
                Fault(RosterColumn.ExternalId, $"编号重复，第 {firstLineOf[read.ExternalId]} 行已有", $"the number is already on line {firstLineOf[read.ExternalId]}");
            }

            lines.Add(read);
        }

        return (lines, [.. faults]);
    }

    private RosterLine ReadLine()
    {
        var (place, address) = (Place(), Text(RosterColumn.Address, LongestText, mayBeNone: true));
        return new RosterLine(line.Number, Identifier(RosterColumn.ExternalId, required: true) ?? "")
        {
            Name = Text(RosterColumn.Name, LongestName),
            RegionCode = Identifier(RosterColumn.Region, required: false),
            DateOfBirth = Birth(),
            Fitness = OneOf(RosterColumn.Fitness, ("健康", Fitness.Fit), ("fit", Fitness.Fit), ("受限", Fitness.Limited), ("limited", Fitness.Limited), ("不宜", Fitness.Unfit), ("unfit", Fitness.Unfit)),
            Assessment = OneOf(RosterColumn.Assessment, ("合格", Assessment.Passed), ("passed", Assessment.Passed), ("待考核", Assessment.Pending), ("pending", Assessment.Pending), ("不合格", Assessment.Failed), ("failed", Assessment.Failed)),
            Address = address,
            Place = place,
            Certificates = Certificates(),
            Insurance = Insurance(),
            ConsentsToLocation = YesNo(RosterColumn.LocationConsent),
            ConsentsToRegisteredAddress = YesNo(RosterColumn.AddressConsent),
            ConsentsToCrossRegion = YesNo(RosterColumn.CrossRegionConsent),
            Teams = Teams(),
        };
    }

    // ---- single cells

    /// <summary>The text of a cell, null when the column or the cell is empty or troubled. Trouble is reported once, here.</summary>
    private string? Cell(RosterColumn column, int longest)
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

    private string? Text(RosterColumn column, int longest, bool mayBeNone = false) =>
        Cell(column, longest) is { } text ? (mayBeNone && IsNone(text) ? "" : text) : null;

    /// <summary>A number or code given by somebody: no blanks, no full-width digits.</summary>
    private string? Identifier(RosterColumn column, bool required)
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

    private static Trouble? IdentifierTrouble(string text) =>
        CellText.HasFullWidthDigit(text) ? CellText.FullWidth(text)
        : text.Any(char.IsWhiteSpace) ? new("不能含有空格", "must not hold blanks")
        : null;

    private DateOnly? Date(RosterColumn column)
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

    private DateOnly? Birth()
    {
        var date = Date(RosterColumn.DateOfBirth);
        if (date is { } birth && (birth < OldestBirth || birth > today))
        {
            Fault(RosterColumn.DateOfBirth, "出生日期不能在今天之后", "the date of birth lies in the future");
            return null;
        }

        return date;
    }

    private bool? YesNo(RosterColumn column)
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

    private T? OneOf<T>(RosterColumn column, params (string Word, T Value)[] words)
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

    private double? Number(RosterColumn column)
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

    // ---- cells that belong together

    private RegisteredPlace? Place()
    {
        var before = faults.Count;
        var (longitude, latitude) = (Number(RosterColumn.Longitude), Number(RosterColumn.Latitude));
        var (name, uncertainty) = (Cell(RosterColumn.Datum, LongestText), Number(RosterColumn.Uncertainty));
        if (faults.Count > before || (longitude, latitude, name, uncertainty) == (null, null, null, null))
        {
            return null;
        }

        Datum datum = default;
        foreach (var (column, missing) in new[] { (RosterColumn.Longitude, longitude is null), (RosterColumn.Latitude, latitude is null) })
        {
            if (missing)
            {
                Fault(column, "经度、纬度、坐标系须一并填写", "longitude, latitude and datum go together");
            }
        }

        if (!Datums.TryParse(name?.ToLowerInvariant(), out datum))
        {
            Fault(RosterColumn.Datum, "须写明坐标系：wgs84、cgcs2000、gcj02 或 bd09", "state the datum: wgs84, cgcs2000, gcj02 or bd09");
        }

        if (uncertainty is { } metres && (metres < 1 || metres > 5_000 || metres != Math.Truncate(metres)))
        {
            Fault(RosterColumn.Uncertainty, "应为 1 至 5000 之间的整数（米）", "should be a whole number of metres, 1 to 5000");
        }

        if (faults.Count > before)
        {
            return null;
        }

        if (Position.TryRead(longitude!.Value, latitude!.Value, datum, bounds, out var position, out var fault))
        {
            return RegisteredPlace.At(position, (int)(uncertainty ?? 100));
        }

        Fault(RosterColumn.Longitude, "坐标有误或不在服务范围内，请核对经纬度是否填反", fault);
        return null;
    }

    private List<HeldCertificate>? Certificates()
    {
        var before = faults.Count;
        if (Cell(RosterColumn.Qualifications, LongestText * 4) is not { } stated)
        {
            if (faults.Count == before && RosterColumn.OfCertificates.FirstOrDefault(IsFilled) is { } alone)
            {
                Fault(alone, "填写了证书信息但没有填写资质", "certificate details without a qualification");
            }

            return null;
        }

        if (IsNone(stated))
        {
            return [];
        }

        var keys = Split(stated);
        var numbers = Each(RosterColumn.CertificateNumbers, keys.Length);
        var issuers = Each(RosterColumn.Issuers, keys.Length);
        var grades = Each(RosterColumn.Grades, keys.Length);
        var from = Each(RosterColumn.ValidFrom, keys.Length);
        var until = Each(RosterColumn.ValidUntil, keys.Length);
        if (faults.Count > before)
        {
            return null;
        }

        var certificates = new List<HeldCertificate>();
        for (var i = 0; i < keys.Length; i++)
        {
            if (Certificate(keys[i], numbers[i], issuers[i], grades[i], from[i], until[i]) is { } certificate)
            {
                certificates.Add(certificate);
            }
        }

        if (certificates.GroupBy(certificate => (certificate.QualificationId, certificate.Number)).Any(group => group.Count() > 1))
        {
            Fault(RosterColumn.Qualifications, "同一资质、同一证书编号填写了两次", "the same qualification with the same certificate number is there twice");
        }

        return faults.Count > before ? null : certificates;
    }

    private HeldCertificate? Certificate(string key, string number, string issuer, string grade, string from, string until)
    {
        var before = faults.Count;
        if (!qualifications.TryGetValue(key, out var qualification))
        {
            Fault(RosterColumn.Qualifications, $"没有资质“{key}”", $"there is no qualification {key}", key);
            return null;
        }

        if (number.Length > 0 && IdentifierTrouble(number) is { } trouble)
        {
            Fault(RosterColumn.CertificateNumbers, trouble.Message, trouble.MessageEn, number);
        }

        var (start, end) = (DateOfList(RosterColumn.ValidFrom, from), until is "长期" or "none" ? null : DateOfList(RosterColumn.ValidUntil, until));
        if (qualification.NeedsCertificate)
        {
            foreach (var (column, value) in new[] { (RosterColumn.CertificateNumbers, number), (RosterColumn.Issuers, issuer), (RosterColumn.ValidFrom, from), (RosterColumn.ValidUntil, until) })
            {
                if (value.Length == 0)
                {
                    Fault(column, $"{qualification.Name}须有证书：不能为空", $"{qualification.NameEn} needs a certificate: must not be empty");
                }
            }
        }

        if (start is { } first && end is { } last && first > last)
        {
            Fault(RosterColumn.ValidUntil, "有效期止早于有效期起", "ends before it begins");
        }

        return faults.Count > before
            ? null
            : new HeldCertificate(qualification.Id, number, issuer, grade.Length == 0 ? null : grade, start ?? DateOnly.MinValue, end);
    }

    private InsurancePeriod? Insurance()
    {
        var before = faults.Count;
        var (number, insurer) = (Identifier(RosterColumn.PolicyNumber, required: false), Text(RosterColumn.Insurer, LongestText));
        var (from, until) = (Date(RosterColumn.InsuredFrom), Date(RosterColumn.InsuredUntil));
        if (faults.Count > before || (number, insurer, from, until) == (null, null, null, null))
        {
            return null;
        }

        foreach (var (column, missing) in new[]
        {
            (RosterColumn.PolicyNumber, number is null), (RosterColumn.Insurer, insurer is null),
            (RosterColumn.InsuredFrom, from is null), (RosterColumn.InsuredUntil, until is null),
        })
        {
            if (missing)
            {
                Fault(column, "保险单号、保险公司、保险起、保险止须一并填写", "policy number, insurer and both dates go together");
            }
        }

        if (from > until)
        {
            Fault(RosterColumn.InsuredUntil, "保险止早于保险起", "ends before it begins");
        }

        return faults.Count > before ? null : new InsurancePeriod(number!, insurer!, from!.Value, until!.Value);
    }

    private string[]? Teams()
    {
        if (Cell(RosterColumn.Teams, LongestText * 4) is not { } stated)
        {
            return null;
        }

        var teams = IsNone(stated) ? [] : Split(stated).Where(team => team.Length > 0).ToArray();
        foreach (var team in teams)
        {
            if (IdentifierTrouble(team) is { } trouble)
            {
                Fault(RosterColumn.Teams, trouble.Message, trouble.MessageEn, team);
            }
        }

        return [.. teams.Distinct(StringComparer.Ordinal)];
    }

    // ---- lists within a cell

    private static string[] Split(string text) => [.. text.TrimEnd(ListSeparators).Split(ListSeparators).Select(part => part.Trim(' ', '\u3000'))];

    /// <summary>One value for each of the <paramref name="count"/> qualifications; a single value holds for all, an empty cell for none.</summary>
    private string[] Each(RosterColumn column, int count)
    {
        if (Cell(column, LongestText * 4) is not { } text)
        {
            return [.. Enumerable.Repeat("", count)];
        }

        string[] parts = [.. text.Split(ListSeparators).Select(part => part.Trim(' ', '\u3000'))];
        if (parts.Length == count + 1 && parts[^1].Length == 0)
        {
            parts = parts[..^1];
        }

        if (parts.Length == 1)
        {
            return [.. Enumerable.Repeat(parts[0], count)];
        }

        if (parts.Length != count)
        {
            Fault(column, $"有 {parts.Length} 项，资质有 {count} 项", $"has {parts.Length} values for {count} qualifications");
        }

        return parts;
    }

    private DateOnly? DateOfList(RosterColumn column, string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (CellText.TryDate(text, out var date, out var trouble))
        {
            return date;
        }

        Fault(column, trouble.Message, trouble.MessageEn, text);
        return null;
    }

    private static bool IsNone(string text) => text is "无" or "none";

    private bool IsFilled(RosterColumn column) => places.TryGetValue(column, out var place) && line[place].Text.Length > 0;

    private void RefuseCellsBeyondTheHeader(SheetLine header)
    {
        for (var place = 0; place < line.Cells.Count; place++)
        {
            if (line[place].Text.Length > 0 && (place >= header.Cells.Count || header[place].Text.Length == 0))
            {
                faults.Add(new(line.Number, $"第 {place + 1} 列", line[place].Text, "此列没有表头", "this column has no heading"));
            }
        }
    }

    private void Fault(RosterColumn column, string message, string messageEn, string? value = null) =>
        faults.Add(new(line.Number, column.Heading, value ?? (places.TryGetValue(column, out var place) ? line[place].Text : ""), message, messageEn));
}
