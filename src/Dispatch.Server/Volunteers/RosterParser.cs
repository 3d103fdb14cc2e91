using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
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
    private const int LongestName = 40, LongestText = TableReader.LongestText;
    private static readonly DateOnly OldestBirth = new(1900, 1, 1);

    private readonly Dictionary<string, QualificationName> qualifications;
    private readonly DateOnly today;
    private readonly GeoBounds bounds;
    private TableReader cells = null!;

    /// <summary>After <paramref name="today"/> nobody is born yet.</summary>
    public RosterParser(IEnumerable<QualificationName> known, DateOnly today, GeoBounds bounds)
    {
        qualifications = CertificateCells.ByAnyName(known);
        (this.today, this.bounds) = (today, bounds);
    }

    public (IReadOnlyList<RosterLine> Lines, IReadOnlyList<ImportFault> Faults) Read(Sheet sheet)
    {
        var faults = new List<ImportFault>();
        var places = TableColumn.Locate(RosterColumns.All, sheet.Header, faults);
        if (faults.Count > 0)
        {
            return ([], faults);
        }

        cells = new(places, sheet.Header, faults);

        var lines = new List<RosterLine>(sheet.Lines.Count);
        var firstLineOf = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var next in sheet.Lines)
        {
            cells.MoveTo(next);
            var read = ReadLine();
            if (read.ExternalId.Length > 0 && !firstLineOf.TryAdd(read.ExternalId, read.Number))
            {
                cells.Fault(RosterColumns.ExternalId, $"编号重复，第 {firstLineOf[read.ExternalId]} 行已有", $"the number is already on line {firstLineOf[read.ExternalId]}");
            }

            lines.Add(read);
        }

        return (lines, faults);
    }

    private RosterLine ReadLine()
    {
        var (place, address) = (Place(), cells.Text(RosterColumns.Address, LongestText, mayBeNone: true));
        return new RosterLine(cells.LineNumber, cells.Identifier(RosterColumns.ExternalId, required: true) ?? "")
        {
            Name = cells.Text(RosterColumns.Name, LongestName),
            Phone = Phone(),
            RegionCode = cells.Identifier(RosterColumns.Region, required: false),
            DateOfBirth = Birth(),
            Fitness = cells.OneOf(RosterColumns.Fitness, ("健康", Fitness.Fit), ("fit", Fitness.Fit), ("受限", Fitness.Limited), ("limited", Fitness.Limited), ("不宜", Fitness.Unfit), ("unfit", Fitness.Unfit)),
            Assessment = cells.OneOf(RosterColumns.Assessment, ("合格", Assessment.Passed), ("passed", Assessment.Passed), ("待考核", Assessment.Pending), ("pending", Assessment.Pending), ("不合格", Assessment.Failed), ("failed", Assessment.Failed)),
            Address = address,
            Place = place,
            Certificates = new CertificateCells(cells, qualifications).Read(),
            Insurance = Insurance(),
            ConsentsToLocation = cells.YesNo(RosterColumns.LocationConsent),
            ConsentsToRegisteredAddress = cells.YesNo(RosterColumns.AddressConsent),
            ConsentsToCrossRegion = cells.YesNo(RosterColumns.CrossRegionConsent),
            Teams = Teams(),
            Means = cells.OneOf(
                RosterColumns.Means, ("步行", Means.Foot), ("foot", Means.Foot), ("自行车", Means.Bicycle), ("bicycle", Means.Bicycle), ("汽车", Means.Car), ("car", Means.Car),
                ("未说明", Means.Undeclared), ("undeclared", Means.Undeclared), ("无", Means.Undeclared), ("none", Means.Undeclared)),
        };
    }

    private DateOnly? Birth()
    {
        var date = cells.Date(RosterColumns.DateOfBirth);
        if (date is { } birth && (birth < OldestBirth || birth > today))
        {
            cells.Fault(RosterColumns.DateOfBirth, "出生日期不能在今天之后", "the date of birth lies in the future");
            return null;
        }

        return date;
    }

    private string? Phone()
    {
        if (cells.Text(RosterColumns.Phone, TableReader.LongestNumber, mayBeNone: true) is not { Length: > 0 } text)
        {
            return cells.Text(RosterColumns.Phone, TableReader.LongestNumber, mayBeNone: true);
        }

        if (PhoneNumber.Read(text) is { } number)
        {
            return number;
        }

        var trouble = CellText.HasFullWidthDigit(text) ? CellText.FullWidth(text) : new("不是手机号：应为 11 位数字，境外号码以 + 开头", "is not a mobile number: 11 digits, or + and country code");
        cells.Fault(RosterColumns.Phone, trouble.Message, trouble.MessageEn);
        return null;
    }

    // ---- cells that belong together

    private RegisteredPlace? Place()
    {
        var before = cells.FaultCount;
        var (longitude, latitude) = (cells.Number(RosterColumns.Longitude), cells.Number(RosterColumns.Latitude));
        var (name, uncertainty) = (cells.Cell(RosterColumns.Datum, LongestText), cells.Number(RosterColumns.Uncertainty));
        if (cells.FaultCount > before || (longitude, latitude, name, uncertainty) == (null, null, null, null))
        {
            return null;
        }

        Datum datum = default;
        foreach (var (column, missing) in new[] { (RosterColumns.Longitude, longitude is null), (RosterColumns.Latitude, latitude is null) })
        {
            if (missing)
            {
                cells.Fault(column, "经度、纬度、坐标系须一并填写", "longitude, latitude and datum go together");
            }
        }

        if (!Datums.TryParse(name?.ToLowerInvariant(), out datum))
        {
            cells.Fault(RosterColumns.Datum, "须写明坐标系：wgs84、cgcs2000、gcj02 或 bd09", "state the datum: wgs84, cgcs2000, gcj02 or bd09");
        }

        if (uncertainty is { } metres && (metres < 1 || metres > 5_000 || metres != Math.Truncate(metres)))
        {
            cells.Fault(RosterColumns.Uncertainty, "应为 1 至 5000 之间的整数（米）", "should be a whole number of metres, 1 to 5000");
        }

        if (cells.FaultCount > before)
        {
            return null;
        }

        if (Position.TryRead(longitude!.Value, latitude!.Value, datum, bounds, out var position, out var fault))
        {
            return RegisteredPlace.At(position, (int)(uncertainty ?? 100));
        }

        cells.Fault(RosterColumns.Longitude, fault.Message, fault.MessageEn);
        return null;
    }

    private InsurancePeriod? Insurance()
    {
        var before = cells.FaultCount;
        var (number, insurer) = (cells.Identifier(RosterColumns.PolicyNumber, required: false), cells.Text(RosterColumns.Insurer, LongestText));
        var (from, until) = (cells.Date(RosterColumns.InsuredFrom), cells.Date(RosterColumns.InsuredUntil));
        if (cells.FaultCount > before || (number, insurer, from, until) == (null, null, null, null))
        {
            return null;
        }

        foreach (var (column, missing) in new[]
        {
            (RosterColumns.PolicyNumber, number is null), (RosterColumns.Insurer, insurer is null),
            (RosterColumns.InsuredFrom, from is null), (RosterColumns.InsuredUntil, until is null),
        })
        {
            if (missing)
            {
                cells.Fault(column, "保险单号、保险公司、保险起、保险止须一并填写", "policy number, insurer and both dates go together");
            }
        }

        if (from > until)
        {
            cells.Fault(RosterColumns.InsuredUntil, "保险止早于保险起", "ends before it begins");
        }

        return cells.FaultCount > before ? null : new InsurancePeriod(number!, insurer!, from!.Value, until!.Value);
    }

    private string[]? Teams()
    {
        if (cells.Cell(RosterColumns.Teams, LongestText * 4) is not { } stated)
        {
            return null;
        }

        var teams = TableReader.IsNone(stated) ? [] : CertificateCells.Split(stated).Where(team => team.Length > 0).ToArray();
        foreach (var team in teams)
        {
            if (TableReader.IdentifierTrouble(team) is { } trouble)
            {
                cells.Fault(RosterColumns.Teams, trouble.Message, trouble.MessageEn, team);
            }
        }

        return [.. teams.Distinct(StringComparer.Ordinal)];
    }
}
