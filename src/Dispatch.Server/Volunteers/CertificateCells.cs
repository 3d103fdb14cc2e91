using Dispatch.Server.Imports;

namespace Dispatch.Server.Volunteers;

/// <summary>The certificates of one line of a roster file: one list in each of six cells, the first of which names the qualifications.</summary>
internal sealed class CertificateCells(TableReader cells, IReadOnlyDictionary<string, QualificationName> qualifications)
{
    private static readonly char[] ListSeparators = ['；', ';'];

    /// <summary>Qualifications by key, by name and by English name, as files may name them.</summary>
    public static Dictionary<string, QualificationName> ByAnyName(IEnumerable<QualificationName> known)
    {
        var qualifications = new Dictionary<string, QualificationName>(StringComparer.OrdinalIgnoreCase);
        foreach (var qualification in known)
        {
            qualifications[qualification.Key] = qualification;
            qualifications[qualification.Name] = qualification;
            qualifications.TryAdd(qualification.NameEn, qualification);
        }

        return qualifications;
    }

    /// <summary>Null: nothing is said of certificates, or something of it is at fault.</summary>
    public List<HeldCertificate>? Read()
    {
        var before = cells.FaultCount;
        if (cells.Cell(RosterColumns.Qualifications, TableReader.LongestText * 4) is not { } stated)
        {
            if (cells.FaultCount == before && RosterColumns.OfCertificates.FirstOrDefault(cells.IsFilled) is { } alone)
            {
                cells.Fault(alone, "填写了证书信息但没有填写资质", "certificate details without a qualification");
            }

            return null;
        }

        if (TableReader.IsNone(stated))
        {
            return [];
        }

        var keys = Split(stated);
        var numbers = Each(RosterColumns.CertificateNumbers, keys.Length);
        var issuers = Each(RosterColumns.Issuers, keys.Length);
        var grades = Each(RosterColumns.Grades, keys.Length);
        var from = Each(RosterColumns.ValidFrom, keys.Length);
        var until = Each(RosterColumns.ValidUntil, keys.Length);
        if (cells.FaultCount > before)
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
            cells.Fault(RosterColumns.Qualifications, "同一资质、同一证书编号填写了两次", "the same qualification with the same certificate number is there twice");
        }

        return cells.FaultCount > before ? null : certificates;
    }

    private HeldCertificate? Certificate(string key, string number, string issuer, string grade, string from, string until)
    {
        var before = cells.FaultCount;
        if (!qualifications.TryGetValue(key, out var qualification))
        {
            cells.Fault(RosterColumns.Qualifications, $"没有资质“{key}”", $"there is no qualification {key}", key);
            return null;
        }

        if (number.Length > 0 && TableReader.IdentifierTrouble(number) is { } trouble)
        {
            cells.Fault(RosterColumns.CertificateNumbers, trouble.Message, trouble.MessageEn, number);
        }

        var (start, end) = (DateOfList(RosterColumns.ValidFrom, from), until is "长期" or "none" ? null : DateOfList(RosterColumns.ValidUntil, until));
        if (qualification.NeedsCertificate)
        {
            foreach (var (column, value) in new[] { (RosterColumns.CertificateNumbers, number), (RosterColumns.Issuers, issuer), (RosterColumns.ValidFrom, from), (RosterColumns.ValidUntil, until) })
            {
                if (value.Length == 0)
                {
                    cells.Fault(column, $"{qualification.Name}须有证书：不能为空", $"{qualification.NameEn} needs a certificate: must not be empty");
                }
            }
        }

        if (start is { } first && end is { } last && first > last)
        {
            cells.Fault(RosterColumns.ValidUntil, "有效期止早于有效期起", "ends before it begins");
        }

        return cells.FaultCount > before
            ? null
            : new HeldCertificate(qualification.Id, number, issuer, grade.Length == 0 ? null : grade, start ?? DateOnly.MinValue, end);
    }

    public static string[] Split(string text) => [.. text.TrimEnd(ListSeparators).Split(ListSeparators).Select(part => part.Trim(' ', '\u3000'))];

    /// <summary>One value for each of the <paramref name="count"/> qualifications; a single value holds for all, an empty cell for none.</summary>
    private string[] Each(TableColumn column, int count)
    {
        if (cells.Cell(column, TableReader.LongestText * 4) is not { } text)
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
            cells.Fault(column, $"有 {parts.Length} 项，资质有 {count} 项", $"has {parts.Length} values for {count} qualifications");
        }

        return parts;
    }

    private DateOnly? DateOfList(TableColumn column, string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (CellText.TryDate(text, out var date, out var trouble))
        {
            return date;
        }

        cells.Fault(column, trouble.Message, trouble.MessageEn, text);
        return null;
    }
}
