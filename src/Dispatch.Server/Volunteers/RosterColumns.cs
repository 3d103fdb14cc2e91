using Dispatch.Server.Imports;

namespace Dispatch.Server.Volunteers;

/// <summary>The columns of a roster file.</summary>
internal static class RosterColumns
{
    public static readonly TableColumn
        ExternalId = new("externalId", "编号", "服务站自编号，导入以此识别同一人", "the station's own number: the same number is the same person"),
        Name = new("name", "姓名", "", ""),
        Phone = new("phone", "手机号", "11 位手机号；境外号码以 + 开头；无 表示没有。加密保存，列表中只显示 138****1234", "11-digit mobile; others with + and country code; none. Kept encrypted, shown as 138****1234"),
        Region = new("regionCode", "属地代码", "社区、街道或区的代码，如 440304008005", "code of the community, street or district", "属地"),
        DateOfBirth = new("dateOfBirth", "出生日期", "2026-11-21 的形式", "as 2026-11-21"),
        Fitness = new("fitness", "身体状况", "健康 / 受限 / 不宜", "fit / limited / unfit"),
        Assessment = new("assessment", "考核", "合格 / 待考核 / 不合格", "passed / pending / failed"),
        Address = new("address", "登记地址", "", "registered address"),
        Longitude = new("longitude", "经度", "登记地址的经度", "of the registered address"),
        Latitude = new("latitude", "纬度", "登记地址的纬度", "of the registered address"),
        Datum = new("datum", "坐标系", "wgs84 / cgcs2000 / gcj02（高德、腾讯）/ bd09（百度）", "wgs84 / cgcs2000 / gcj02 / bd09"),
        Uncertainty = new("uncertaintyMetres", "位置误差", "米，不填为 100", "metres, 100 when empty"),
        Qualifications = new("qualifications", "资质", "名称或代号，多项用；分隔；无 表示没有", "names or keys, several separated by ;"),
        CertificateNumbers = new("certificateNumbers", "证书编号", "与资质一一对应，用；分隔", "one per qualification, separated by ;"),
        Issuers = new("issuers", "发证机构", "与资质一一对应；只填一个则适用于全部", "one per qualification; a single one holds for all"),
        Grades = new("grades", "等级", "可不填", "may be empty"),
        ValidFrom = new("validFrom", "有效期起", "", "", "资质有效期起"),
        ValidUntil = new("validUntil", "有效期止", "长期 表示无期限", "长期 (none): no end", "资质有效期止"),
        PolicyNumber = new("policyNumber", "保险单号", "", ""),
        Insurer = new("insurer", "保险公司", "", ""),
        InsuredFrom = new("insuredFrom", "保险起", "", "", "保险有效期起"),
        InsuredUntil = new("insuredUntil", "保险止", "当日仍有效", "inclusive", "保险有效期止"),
        LocationConsent = new("consentLocation", "同意定位", "是 / 否，不填为不变", "yes / no, empty: unchanged"),
        AddressConsent = new("consentRegisteredAddress", "同意使用登记地址", "是 / 否，不填为不变", "yes / no, empty: unchanged"),
        CrossRegionConsent = new("consentCrossRegion", "同意跨区", "是 / 否，不填为不变", "yes / no, empty: unchanged"),
        Teams = new("teams", "队伍", "队伍编号，多支用；分隔；无 表示没有", "team numbers, several separated by ;"),
        Means = new("means", "出行方式", "步行 / 自行车 / 汽车 / 未说明，不填为不变", "foot / bicycle / car / undeclared, empty: unchanged", "交通方式");

    public static IReadOnlyList<TableColumn> All { get; } =
    [
        ExternalId, Name, Phone, Region, DateOfBirth, Fitness, Assessment, Address, Longitude, Latitude, Datum, Uncertainty,
        Qualifications, CertificateNumbers, Issuers, Grades, ValidFrom, ValidUntil, PolicyNumber, Insurer, InsuredFrom, InsuredUntil,
        LocationConsent, AddressConsent, CrossRegionConsent, Teams, Means,
    ];

    /// <summary>Columns that say nothing without <see cref="Qualifications"/>.</summary>
    public static IReadOnlyList<TableColumn> OfCertificates { get; } = [CertificateNumbers, Issuers, Grades, ValidFrom, ValidUntil];
}
