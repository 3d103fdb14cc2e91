using System.Text;
using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Dispatch.Server.Imports;
using Dispatch.Server.Volunteers;
using Xunit;

namespace Dispatch.Server.Tests.Volunteers;

public sealed class RosterParserTests
{
    private const string Required = "编号,姓名,属地代码,出生日期,身体状况,考核";
    private static readonly DateOnly Today = new(2026, 11, 21);

    private static readonly QualificationName[] Qualifications =
    [
        new(13, "rescue.water", "水域救援", "Water rescue", true),
        new(15, "rescue.emergencyMedical", "应急救护", "Emergency first aid", true),
        new(50, "order", "秩序维护", "Order keeping", false),
    ];

    [Fact]
    public void A_full_line_says_everything()
    {
        var line = One(
            Required + ",登记地址,经度,纬度,坐标系,位置误差,资质,证书编号,发证机构,等级,有效期起,有效期止,保险单号,保险公司,保险起,保险止,同意定位,同意使用登记地址,同意跨区,队伍,出行方式",
            "V1,陈建国,440304008005,1968-02-29,健康,合格,景田北六街 3 号,114.0412,22.5523,wgs84,50,水域救援；应急救护,W1；M2,红十字会,二级；,2024-01-01；2025/2/3,2027年1月1日；长期,P-9,平安保险,20260101,2026-12-31,是,是,否,T1；T2,自行车");
        Assert.Equal(("V1", "陈建国", "440304008005", new DateOnly(1968, 2, 29)), (line.ExternalId, line.Name, line.RegionCode, line.DateOfBirth));
        Assert.Equal((Fitness.Fit, Assessment.Passed, "景田北六街 3 号"), (line.Fitness, line.Assessment, line.Address));
        Assert.Equal(new RegisteredPlace(114.0412, 22.5523, 50), line.Place);
        Assert.Equal(
            [
                new HeldCertificate(13, "W1", "红十字会", "二级", new(2024, 1, 1), new(2027, 1, 1)),
                new HeldCertificate(15, "M2", "红十字会", null, new(2025, 2, 3), null),
            ],
            line.Certificates!);
        Assert.Equal(new InsurancePeriod("P-9", "平安保险", new(2026, 1, 1), new(2026, 12, 31)), line.Insurance);
        Assert.Equal([(ConsentKind.Location, true), (ConsentKind.RegisteredAddress, true), (ConsentKind.CrossRegion, false)], line.Consents());
        Assert.Equal(["T1", "T2"], line.Teams!);
        Assert.Equal(Means.Bicycle, line.Means);
    }

    [Theory]
    [InlineData("步行", Means.Foot)]
    [InlineData("foot", Means.Foot)]
    [InlineData("自行车", Means.Bicycle)]
    [InlineData("Bicycle", Means.Bicycle)]
    [InlineData("汽车", Means.Car)]
    [InlineData("CAR", Means.Car)]
    [InlineData("未说明", Means.Undeclared)]
    [InlineData("undeclared", Means.Undeclared)]
    [InlineData("无", Means.Undeclared)]
    [InlineData("", null)]
    public void How_somebody_comes_is_said_in_either_language_and_an_empty_cell_says_nothing(string word, Means? means)
    {
        Assert.Equal(means, One("编号,出行方式,姓名", $"V1,{word},陈").Means);
        Assert.Equal(means, One("externalId,means,name", $"V1,{word},陈").Means);
        Assert.Null(One("编号,姓名", "V1,陈").Means);
    }

    [Fact]
    public void English_headings_and_words_say_the_same()
    {
        var chinese = One(Required + ",资质,同意定位,坐标系,经度,纬度", "V1,李,4403,1970-01-02,受限,待考核,秩序维护,是,gcj02,114.05,22.55");
        var english = One(
            "externalId,name,regionCode,dateOfBirth,fitness,assessment,qualifications,consentLocation,datum,longitude,latitude",
            "V1,李,4403,1970-01-02,limited,pending,order,yes,GCJ02,114.05,22.55");
        Assert.Equal(chinese with { Certificates = null }, english with { Certificates = null });
        Assert.Equal(chinese.Certificates!, english.Certificates!);
    }

    [Fact]
    public void A_place_is_kept_in_wgs84_whatever_it_was_given_in()
    {
        var place = One("编号,经度,纬度,坐标系", "V1,113.9171764808363,22.540796131694766,gcj02").Place!.Value;
        Assert.InRange(place.Longitude, 113.912315, 113.912317);
        Assert.InRange(place.Latitude, 22.543846, 22.543848);
    }

    [Fact]
    public void What_a_file_does_not_say_is_null_and_none_is_empty()
    {
        var silent = One("编号,姓名,资质,队伍,登记地址", "V1,,,,");
        Assert.Null(silent.Name);
        Assert.Null(silent.Certificates);
        Assert.Null(silent.Teams);
        Assert.Null(silent.Address);
        Assert.Empty(silent.Consents());
        var none = One("编号,姓名,资质,队伍,登记地址", "V1,,无,none,无");
        Assert.Empty(none.Certificates!);
        Assert.Empty(none.Teams!);
        Assert.Equal("", none.Address);
    }

    [Fact]
    public void A_qualification_on_the_stations_word_needs_no_certificate()
    {
        var certificate = Assert.Single(One("编号,资质", "V1,秩序维护").Certificates!);
        Assert.Equal(new HeldCertificate(50, "", "", null, DateOnly.MinValue, null), certificate);
    }

    [Theory]
    [InlineData("编号,资质", "V1,水域救援", "证书编号,发证机构,有效期起,有效期止")]
    [InlineData("编号,资质,证书编号", "V1,飞行,A", "资质")]
    [InlineData("编号,资质,证书编号,发证机构,有效期起,有效期止", "V1,水域救援,A,B,2025-01-01,2024-12-31", "有效期止")]
    [InlineData("编号,资质,证书编号,发证机构,有效期起,有效期止", "V1,水域救援；应急救护,A；B；C,D,2025-01-01,长期", "证书编号")]
    [InlineData("编号,资质,证书编号,发证机构,有效期起,有效期止", "V1,水域救援；水域救援,A,B,2025-01-01,长期", "资质")]
    [InlineData("编号,证书编号", "V1,A", "证书编号")]
    [InlineData("编号,保险单号,保险起", "V1,P,2026-01-01", "保险公司,保险止")]
    [InlineData("编号,保险单号,保险公司,保险起,保险止", "V1,P,甲,2026-02-01,2026-01-01", "保险止")]
    [InlineData("编号,经度", "V1,114.1", "纬度,坐标系")]
    [InlineData("编号,经度,纬度,坐标系", "V1,114.1,22.5,", "坐标系")]
    [InlineData("编号,经度,纬度,坐标系", "V1,114.1,22.5,wgs-84", "坐标系")]
    [InlineData("编号,经度,纬度,坐标系", "V1,22.5,114.1,wgs84", "经度")]
    [InlineData("编号,经度,纬度,坐标系", "V1,0,0,wgs84", "经度")]
    [InlineData("编号,经度,纬度,坐标系", "V1,NaN,1e308,wgs84", "经度,纬度")]
    [InlineData("编号,经度,纬度,坐标系", "V1,-73.9,40.7,wgs84", "经度")]
    [InlineData("编号,经度,纬度,坐标系,位置误差", "V1,114.1,22.5,wgs84,0", "位置误差")]
    [InlineData("编号,出生日期", "V1,2026-11-22", "出生日期")]
    [InlineData("编号,出生日期", "V1,1899-12-31", "出生日期")]
    [InlineData("编号,出生日期", "V1,1990-02-30", "出生日期")]
    [InlineData("编号,出生日期", "V1,33000", "出生日期")]
    [InlineData("编号,身体状况,考核", "V1,好,优", "身体状况,考核")]
    [InlineData("编号,同意定位", "V1,也许", "同意定位")]
    [InlineData("编号,姓名", "V1,<b>陈</b>", "姓名")]
    [InlineData("编号,姓名", ",陈", "编号")]
    [InlineData("编号,姓名", "V 1,陈", "编号")]
    [InlineData("编号,属地代码", "V1,44\uFF10304", "属地代码")]
    [InlineData("编号,出生日期", "V1,\uFF11990-01-01", "出生日期")]
    [InlineData("编号,姓名", "V1,陈\u202E国", "姓名")]
    [InlineData("编号,姓名", "V1,陈\u200B国", "姓名")]
    [InlineData("编号,姓名", "V1,陈\u0000国", "姓名")]
    [InlineData("编号,姓名", "V1,一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一", "姓名")]
    [InlineData("编号,队伍", "V1,T1；T 2", "队伍")]
    [InlineData("编号,姓名", "V1,陈,多出的", "第 3 列")]
    public void A_fault_names_line_and_column(string header, string line, string columns)
    {
        var (_, faults) = Read(header, line);
        Assert.All(faults, fault => Assert.Equal(2, fault.Line));
        Assert.Equal(columns, string.Join(',', faults.Select(fault => fault.Column).Distinct()));
        Assert.All(faults, fault => Assert.True(fault.Message.Length > 0 && fault.MessageEn.Length > 0));
    }

    [Fact]
    public void A_lone_surrogate_in_a_cell_is_a_fault()
    {
        Assert.NotNull(CellText.Check("陈\uD840", 10));
        Assert.NotNull(CellText.Check("\uDC00国", 10));
        Assert.Null(CellText.Check("陈𠮷", 10));
    }

    [Fact]
    public void Full_width_digits_are_named_and_the_right_form_is_offered() =>
        Assert.Contains("440304", Assert.Single(Read("编号,属地代码", "V1,４４０３０４").Faults).Message);

    [Fact]
    public void Every_fault_of_every_line_is_reported_at_once()
    {
        var (lines, faults) = Read("编号,出生日期,身体状况,同意定位", "V1,x,y,z", "V2,1980-01-01,健康,是", ",,,", "V2,1980-01-01,健康,是", "V4,1980-13-01,健康,是");
        Assert.Equal([(2, "出生日期"), (2, "身体状况"), (2, "同意定位"), (5, "编号"), (6, "出生日期")], faults.Select(fault => (fault.Line, fault.Column)));
        Assert.Equal(4, lines.Count);
    }

    [Fact]
    public void The_same_number_twice_names_the_first_line() =>
        Assert.Contains("第 2 行", Assert.Single(Read("编号", "V1", "v1").Faults).Message);

    [Theory]
    [InlineData("姓名,编码", "编码")]
    [InlineData("编号,姓名,name", "姓名")]
    [InlineData("姓名", "编号")]
    public void A_header_that_is_not_understood_stops_before_the_lines(string header, string column)
    {
        var (lines, faults) = Read(header, "x,y,z");
        Assert.Contains(column, faults.Select(fault => fault.Column));
        Assert.Empty(lines);
    }

    [Fact]
    public void A_shown_value_is_short_and_holds_nothing_that_disturbs_a_page()
    {
        var fault = new ImportFault(1, "姓名", "a\u202Eb\u0000c" + new string('长', 100), "", "");
        Assert.StartsWith("abc长", fault.Value, StringComparison.Ordinal);
        Assert.True(fault.Value.Length < 70);
    }

    private static RosterLine One(string header, string line)
    {
        var (lines, faults) = Read(header, line);
        Assert.Empty(faults);
        return Assert.Single(lines);
    }

    private static (IReadOnlyList<RosterLine> Lines, IReadOnlyList<ImportFault> Faults) Read(params string[] lines) =>
        new RosterParser(Qualifications, Today, GeoBounds.MainlandChina).Read(SheetFile.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
}
