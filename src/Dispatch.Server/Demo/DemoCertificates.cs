using Dispatch.Server.Volunteers;

namespace Dispatch.Server.Demo;

/// <summary>What a person learned in service or at work: a qualification, who certifies it and in which grades, and the kind of team it leads to.</summary>
internal sealed record DemoTrade(string Key, int Weight, string Issuer, string[] Grades, string Team)
{
    // The first four are rescue.
    private static readonly DemoTrade[] All =
    [
        new("rescue.water", 12, "水域救援培训中心", ["初级", "中级", "高级"], "rescue"),
        new("rescue.mountain", 7, "山地救援培训中心", ["初级", "中级"], "rescue"),
        new("rescue.collapse", 9, "建筑坍塌救援培训中心", ["初级", "中级", "高级"], "rescue"),
        new("rescue.diving", 3, "潜水运动协会", ["二星", "三星"], "rescue"),
        new("rescue.emergencyMedical", 14, "红十字会", ["救护员", "救护师资"], "rescue"),
        new("medical.doctor", 4, "卫生健康委员会", ["执业医师"], "publicHealth"),
        new("medical.nurse", 6, "卫生健康委员会", ["护士", "护师"], "publicHealth"),
        new("publicHealth", 6, "疾病预防控制中心", [], "publicHealth"),
        new("legal.lawyer", 3, "司法局", [], "legal"),
        new("legal.mediator", 5, "司法局", [], "legal"),
        new("psychological", 5, "心理学会", ["三级", "二级"], "psychological"),
        new("order", 18, "", [], "order"),
        new("transport", 7, "交通运输局", ["B1", "A2"], "transport"),
        new("transport.boat", 2, "海事局", [], "transport"),
        new("communications", 3, "无线电协会", ["A 类", "B 类"], "communications"),
        new("redLecture", 8, "", [], "redLecture"),
        new("convenience", 8, "", [], "redLecture"),
    ];

    public static DemoTrade Of(string key) => Array.Find(All, trade => trade.Key == key)!;

    public static DemoTrade Pick(Random chance) => DemoRoster.Roll(chance, [.. All.Select(trade => (trade, trade.Weight))]);

    public static DemoTrade AnyRescue(Random chance) => All[chance.Next(4)];
}

/// <summary>The certificates of the demo's people: first aid is a second one for many, and every gate of validity has somebody it stops.</summary>
internal sealed class DemoCertificates(DateOnly today, IEnumerable<QualificationName> known)
{
    private readonly Dictionary<string, QualificationName> qualifications = known.ToDictionary(qualification => qualification.Key, StringComparer.Ordinal);

    public List<HeldCertificate> Of(int index, DemoTrade trade, bool hand, Random chance)
    {
        var held = new List<HeldCertificate> { Certificate(index, trade, hand, chance) };
        void Also(string key)
        {
            if (held.TrueForAll(certificate => certificate.QualificationId != qualifications[key].Id))
            {
                held.Add(Certificate(index, DemoTrade.Of(key), hand, chance));
            }
        }

        if (hand || chance.Next(100) < 28)
        {
            Also("rescue.emergencyMedical");
        }

        if (hand)
        {
            Also("rescue.water");
        }

        if (trade.Team == "rescue" && chance.Next(100) < 35)
        {
            Also(DemoTrade.AnyRescue(chance).Key);
        }

        if (trade.Key != "order" && chance.Next(100) < 30)
        {
            Also("order");
        }

        return [.. held.OrderBy(certificate => certificate.QualificationId)];
    }

    private HeldCertificate Certificate(int index, DemoTrade trade, bool hand, Random chance)
    {
        var qualification = qualifications[trade.Key];
        if (!qualification.NeedsCertificate)
        {
            return new(qualification.Id, "", "", null, today.AddYears(-2), null);
        }

        // Three years' validity: most are in the middle of it, some have ended, a few end this week or have not begun.
        var from = (hand ? 50 : chance.Next(100)) switch
        {
            < 8 => today.AddYears(-3).AddDays(-chance.Next(5, 300)),
            < 11 => today.AddYears(-3).AddDays(chance.Next(1, 7)),
            < 12 => today.AddDays(chance.Next(5, 40)),
            _ => today.AddDays(-chance.Next(30, 900)),
        };
        var grade = trade.Grades.Length == 0 ? null : trade.Grades[chance.Next(trade.Grades.Length)];
        return new(qualification.Id, $"DEMO-{qualification.Id:00}-{index + 1:0000}", trade.Issuer, grade, from, from.AddYears(3));
    }
}
