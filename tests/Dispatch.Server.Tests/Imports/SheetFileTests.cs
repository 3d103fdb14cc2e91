using System.IO.Compression;
using System.Text;
using Dispatch.Server.Imports;
using Xunit;

namespace Dispatch.Server.Tests.Imports;

public sealed class SheetFileTests
{
    private static readonly Encoding Gbk = RegisterAndGet("GBK");

    [Fact]
    public void A_utf8_file_reads_the_same_with_and_without_a_mark()
    {
        var plain = Encoding.UTF8.GetBytes("编号,姓名\r\nV1,陈建国\r\n");
        Assert.Equal(Texts(SheetFile.Read(plain)), Texts(SheetFile.Read([0xEF, 0xBB, 0xBF, .. plain])));
        Assert.Equal("V1|陈建国", Texts(SheetFile.Read(plain)));
    }

    [Fact]
    public void A_gbk_file_is_recognised_by_its_bytes() =>
        Assert.Equal("V1|陈建国", Texts(SheetFile.Read(Gbk.GetBytes("编号,姓名\r\nV1,陈建国\r\n"))));

    [Fact]
    public void A_gb18030_file_keeps_rare_characters() =>
        Assert.Equal("V1|㙓𠮷", Texts(SheetFile.Read(Encoding.GetEncoding("GB18030").GetBytes("编号,姓名\nV1,㙓𠮷\n"))));

    [Fact]
    public void Text_that_excel_saves_as_unicode_reads_by_its_tabs() =>
        Assert.Equal("V1|陈,建国", Texts(SheetFile.Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("编号\t姓名\r\nV1\t陈,建国\r\n")])));

    [Fact]
    public void Quoted_cells_keep_commas_quotes_and_the_number_of_their_line()
    {
        var sheet = SheetFile.Read("编号,姓名\n\n\"a,1\",\"他说\"\"好\"\"\"\n\"b\nc\",x\nd,y\n"u8.ToArray());
        Assert.Equal("a,1|他说\"好\"", Texts(sheet).Split('\n')[0]);
        Assert.Equal([3, 4, 6], sheet.Lines.Select(line => line.Number));
    }

    [Theory]
    [InlineData("编号,姓名\nV1,\"陈\nV2,李\n", 2)]
    [InlineData("编号,姓名\nV1,陈\nV2,\"李\"建\n", 3)]
    public void Quotes_that_do_not_pair_name_their_line(string text, int line) =>
        Assert.Equal(line, Assert.Single(Refused(Encoding.UTF8.GetBytes(text))).Line);

    [Fact]
    public void Bytes_that_are_no_text_are_refused_not_replaced() =>
        Assert.Contains("GBK", Assert.Single(Refused([0x41, 0xFF, 0xFF, 0x0A, 0x80, 0xFF])).MessageEn);

    [Theory]
    [InlineData("")]
    [InlineData("\r\n  \r\n")]
    public void An_empty_file_is_refused(string text) =>
        Assert.Contains("empty", Assert.Single(Refused(Encoding.UTF8.GetBytes(text))).MessageEn);

    [Fact]
    public void An_old_or_encrypted_workbook_is_named_as_such() =>
        Assert.Contains(".xls", Assert.Single(Refused([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0])).MessageEn);

    [Fact]
    public void A_file_above_five_megabytes_is_refused() =>
        Assert.Contains("5 MB", Assert.Single(Refused(new byte[(5 * 1024 * 1024) + 1])).MessageEn);

    [Fact]
    public void Too_many_lines_or_columns_are_refused()
    {
        Assert.Contains("lines", Assert.Single(Refused(Encoding.UTF8.GetBytes("编号\n" + string.Concat(Enumerable.Repeat("a\n", SheetFile.MostLines + 1))))).MessageEn);
        Assert.Contains("columns", Assert.Single(Refused(Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Repeat("a", 65))))).MessageEn);
    }

    [Fact]
    public void Exactly_the_most_lines_are_read() =>
        Assert.Equal(SheetFile.MostLines, SheetFile.Read(Encoding.UTF8.GetBytes("编号\n" + string.Concat(Enumerable.Repeat("a\n", SheetFile.MostLines)))).Lines.Count);

    [Fact]
    public void A_workbook_we_wrote_reads_back_as_the_same_text()
    {
        var sheet = SheetFile.Read(XlsxFile.Write(("志愿者", [["编号", "姓名"], ["0012", "陈建国"], ["=1+1", "𠮷"]]), ("说明", [["不读"]])));
        Assert.Equal("0012|陈建国\n=1+1|𠮷", Texts(sheet));
        Assert.Equal([2, 3], sheet.Lines.Select(line => line.Number));
    }

    [Fact]
    public void Numbers_dates_and_truths_of_a_workbook_become_plain_text()
    {
        var sheet = SheetFile.Read(Workbook("""
            <row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c></row>
            <row r="2"><c r="A2"><v>440304008005</v></c><c r="B2" s="1"><v>46347</v></c><c r="C2" t="b"><v>1</v></c><c r="D2"><v>114.0412</v></c></row>
            """));
        Assert.Equal("440304008005|2026-11-21|是|114.0412", Texts(sheet));
    }

    [Fact]
    public void A_formula_is_not_trusted_wherever_its_cell_stands()
    {
        var cells = SheetFile.Read(Workbook("""
            <row><c t="inlineStr"><is><t>编号</t></is></c></row>
            <row><c><v>1</v></c><c><f>A2+1</f><v>2</v></c></row>
            <row r="5"><c r="A5" t="e"><v>#REF!</v></c><c r="B5" t="str"><f>"a"</f><v>a</v></c></row>
            """)).Lines.SelectMany(line => line.Cells).Where(cell => cell.Trouble is not null).Select(cell => cell.Trouble!.MessageEn).ToList();
        Assert.Equal(3, cells.Count);
        Assert.Equal(2, cells.Count(message => message.Contains("formula", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_number_of_more_digits_than_a_spreadsheet_keeps_is_not_trusted()
    {
        var cell = SheetFile.Read(Workbook("""<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c></row><row r="2"><c r="A2"><v>440304199001011234</v></c></row>""")).Lines[0][0];
        Assert.Contains("15 digits", cell.Trouble!.MessageEn);
    }

    [Theory]
    [InlineData("xl/vbaProject.bin", "macros")]
    [InlineData("xl/externalLinks/externalLink1.xml", "links")]
    [InlineData("xl/embeddings/oleObject1.bin", "embeds")]
    public void Macros_and_other_files_inside_are_refused(string part, string said) =>
        Assert.Contains(said, Assert.Single(Refused(Workbook("", (part, "x"u8.ToArray())))).MessageEn);

    [Fact]
    public void A_package_of_more_than_200_parts_is_refused() =>
        Assert.Contains("200", Assert.Single(Refused(Workbook("", [.. Enumerable.Range(0, 200).Select(i => ($"xl/a{i}.xml", "x"u8.ToArray()))]))).MessageEn);

    [Fact]
    public void A_small_file_that_unpacks_to_more_than_50_megabytes_is_refused_while_reading()
    {
        var bomb = Workbook("", ("xl/media/a.bin", new byte[51 * 1024 * 1024]));
        Assert.True(bomb.Length < 200_000);
        Assert.Contains("50 MB", Assert.Single(Refused(bomb)).MessageEn);
    }

    [Fact]
    public void A_row_at_the_end_of_the_sheet_does_not_make_a_million_lines()
    {
        var far = Workbook("""<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>""");
        Assert.Contains("lines", Assert.Single(Refused(far)).MessageEn);
    }

    [Fact]
    public void Damaged_packages_are_refused_whatever_the_damage()
    {
        var good = Workbook("""<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c></row>""");
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var damaged = good.ToArray();
            for (var hit = 0; hit < 1 + (round % 8); hit++)
            {
                damaged[random.Next(4, damaged.Length)] = (byte)random.Next(256);
            }

            ReadOrRefuse(damaged);
            ReadOrRefuse(good[..random.Next(4, good.Length)]);
        }

        const string Row = """<row r="1" spans="1:2"><c r="A1" s="1" t="inlineStr"><is><t>编号</t></is></c><c r="B1" s="1"><v>46347</v></c></row>""";
        for (var round = 0; round < 300; round++)
        {
            var at = random.Next(Row.Length);
            ReadOrRefuse(Workbook(Row[..at] + (char)random.Next(32, 127) + Row[Math.Min(Row.Length, at + random.Next(3))..]));
        }

        Assert.NotEmpty(Refused(Workbook("<row><c><v>1</c></row>")));
        Assert.NotEmpty(Refused(Workbook("""<row r="1"><c r="A1" t="s"><v>99</v></c></row>""") is var missing ? missing[..^30] : []));
    }

    [Fact]
    public void A_workbook_with_a_document_type_is_refused() =>
        Assert.NotEmpty(Refused(Zip(Parts("<!DOCTYPE worksheet [<!ENTITY a \"aaaa\">]><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData/></worksheet>"))));

    // ---- support

    internal static byte[] Workbook(string rows, params (string Name, byte[] Content)[] more) => Zip(
        [.. Parts($"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"), .. more]);

    private static (string Name, byte[] Content)[] Parts(string worksheet) =>
    [
        ("[Content_Types].xml", Encoding.UTF8.GetBytes("""
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>
            """)),
        ("_rels/.rels", Encoding.UTF8.GetBytes("""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""")),
        ("xl/workbook.xml", Encoding.UTF8.GetBytes("""<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>""")),
        ("xl/_rels/workbook.xml.rels", Encoding.UTF8.GetBytes("""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>""")),
        ("xl/styles.xml", Encoding.UTF8.GetBytes("""<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>""")),
        ("xl/worksheets/sheet1.xml", Encoding.UTF8.GetBytes(worksheet)),
    ];

    private static byte[] Zip((string Name, byte[] Content)[] parts)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in parts)
            {
                using var part = zip.CreateEntry(name).Open();
                part.Write(content);
            }
        }

        return file.ToArray();
    }

    private static void ReadOrRefuse(byte[] file)
    {
        try
        {
            SheetFile.Read(file);
        }
        catch (SheetRefused refused)
        {
            Assert.NotEmpty(refused.Faults);
        }
    }

    private static IReadOnlyList<ImportFault> Refused(byte[] file) => Assert.Throws<SheetRefused>(() => SheetFile.Read(file)).Faults;

    private static string Texts(Sheet sheet) => string.Join('\n', sheet.Lines.Select(line => string.Join('|', line.Cells.Select(cell => cell.Text))));

    private static Encoding RegisterAndGet(string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(name);
    }
}
