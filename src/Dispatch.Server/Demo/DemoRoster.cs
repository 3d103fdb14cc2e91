using Dispatch.Geo;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Regions;
using Dispatch.Server.Volunteers;

namespace Dispatch.Server.Demo;

/// <summary>A team of the demo. Captain and liaison are the first of its members who could come themselves.</summary>
internal sealed record DemoTeam(string ExternalId, string Name, string Kind, string KindName, string RegionCode, string? Parent);

/// <summary>What an import cannot say of a volunteer: his duty switch and his weekly hours.</summary>
internal sealed record DemoAvailability(string Duty, IReadOnlyList<(short Weekday, TimeOnly From, TimeOnly To)> Hours);

/// <summary>
/// The invented people of the demo: 2,000 volunteers and 60 teams, the same ones on every load. Names are combinations, certificates and policies
/// are numbers, nobody exists. Dates are relative to the day of loading, so that the demo does not die: every gate has somebody it stops.
/// Pure: the same day and the same regions give the same roster.
/// </summary>
internal sealed class DemoRoster
{
    public const int VolunteerCount = 2_000;

    /// <summary>The last of Futian's: all in one street, able and on duty; their phones are activated by the fixed codes DEMO-0001 onwards.</summary>
    public const int HandPhones = 20, FirstHandPhone = FutianCount - HandPhones;

    private const int FutianCount = 1_400;
    private const string Futian = "440304", HandStreet = "440304008";

    private static readonly string[] Surnames =
        [.. "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常".Select(c => c.ToString()), "欧阳", "上官"];

    private static readonly string[] Men =
        ["建国", "国强", "志强", "建军", "卫东", "海军", "永刚", "志明", "伟", "勇", "军", "文博", "振华", "家豪", "俊杰", "立新", "德胜", "国庆", "晓东", "春生", "保国", "红兵",
         "长江", "学军", "少华", "浩然", "子轩", "宏伟", "世杰", "泽宇", "和平", "爱民", "明辉", "天佑", "鹏飞", "向阳", "铁军", "树林", "金山", "玉龙", "思远", "一鸣"];

    private static readonly string[] Women =
        ["秀英", "丽华", "红梅", "晓燕", "敏", "静", "雪梅", "海燕", "春兰", "玉兰", "婷婷", "佳怡", "淑芬", "建华", "桂英", "文静", "雅琴", "欣怡"];

    private static readonly string[] Roads = ["景田路", "红荔路", "福华路", "新洲路", "彩田路", "梅华路", "笋岗路", "滨河路", "民治路", "东门路", "桃源路", "学府路"];

    private readonly DateOnly today;
    private readonly Dictionary<string, RegionFeature> regions;
    private readonly DemoCertificates certificates;

    private DemoRoster(DateOnly today, IEnumerable<RegionFeature> regions, IEnumerable<QualificationName> qualifications)
    {
        this.today = today;
        this.regions = regions.ToDictionary(region => region.Code, StringComparer.Ordinal);
        certificates = new(today, qualifications);
        Teams = FormTeams();
        var homes = Homes();
        for (var index = 0; index < VolunteerCount; index++)
        {
            var chance = new Random(20_260_000 + index);
            var line = Person(index, homes[index], chance);
            lines.Add(line);
            availability.Add(line.ExternalId, Available(index, chance));
        }
    }

    private readonly List<RosterLine> lines = [];
    private readonly Dictionary<string, DemoAvailability> availability = [];

    public IReadOnlyList<DemoTeam> Teams { get; }

    public IReadOnlyList<RosterLine> Volunteers => lines;

    public IReadOnlyDictionary<string, DemoAvailability> Availability => availability;

    public static DemoRoster Invent(DateOnly today, IEnumerable<RegionFeature> regions, IEnumerable<QualificationName> qualifications) =>
        new(today, regions, qualifications);

    public static string ExternalId(int index) => $"V{index + 1:0000}";

    // ---- teams: the four kinds in every street of Futian and in each neighbour, and the open N

    private List<DemoTeam> FormTeams()
    {
        var teams = new List<DemoTeam>();
        void Form(string name, string kind, string kindName, string region, string? parent = null) =>
            teams.Add(new($"T{teams.Count + 1:000}", name, kind, kindName, region, parent));

        (string Kind, string Name)[] four = [("rescue", "应急救援"), ("redLecture", "红色宣讲"), ("legal", "法律服务"), ("publicHealth", "公共卫生")];
        Form("福田区退役军人应急救援总队", "rescue", "应急救援", Futian);
        Form("福田区老兵心理服务队", "other", "心理服务", Futian);
        Form("福田区老兵平安巡防队", "other", "秩序维护", Futian);
        Form("福田区老兵运输保障队", "other", "运输保障", Futian);
        Form("福田区老兵应急通信队", "other", "应急通信", Futian);
        foreach (var street in Streets(Futian))
        {
            foreach (var (kind, name) in four)
            {
                Form($"{street.Name}退役军人{name}{(kind == "rescue" ? "分队" : "队")}", kind, name, street.Code, kind == "rescue" ? "T001" : null);
            }
        }

        foreach (var district in new[] { "440303", "440305", "440309" })
        {
            foreach (var (kind, name) in four)
            {
                Form($"{regions[district].Name}退役军人{name}队", kind, name, district);
            }

            Form($"{regions[district].Name}老兵平安巡防队", "other", "秩序维护", district);
        }

        return teams;
    }

    private string[] TeamsOf(string trade, string home)
    {
        var kindName = trade switch
        {
            "rescue" => "应急救援",
            "redLecture" => "红色宣讲",
            "legal" => "法律服务",
            "publicHealth" => "公共卫生",
            "psychological" => "心理服务",
            "transport" => "运输保障",
            "communications" => "应急通信",
            _ => "秩序维护",
        };
        var near = Teams.FirstOrDefault(team => team.KindName == kindName && team.Parent is not null && home.StartsWith(team.RegionCode, StringComparison.Ordinal))
            ?? Teams.FirstOrDefault(team => team.KindName == kindName && team.Parent is null && team.RegionCode.Length == 9 && home.StartsWith(team.RegionCode, StringComparison.Ordinal))
            ?? Teams.FirstOrDefault(team => team.KindName == kindName && home.StartsWith(team.RegionCode, StringComparison.Ordinal));
        return near is null ? [] : [near.ExternalId];
    }

    // ---- people

    /// <summary>The home region of every volunteer: communities of Futian in turn, streets of the neighbours in turn, and one street for the hand phones.</summary>
    private List<RegionFeature> Homes()
    {
        var communities = regions.Values.Where(region => region is { Level: RegionLevel.Village, HasAuthority: true } && region.Code.StartsWith(Futian, StringComparison.Ordinal)).OrderBy(region => region.Code, StringComparer.Ordinal).ToList();
        var homes = Enumerable.Range(0, FutianCount - HandPhones).Select(index => communities[index * 37 % communities.Count]).ToList();
        var street = communities.Where(community => community.Parent == HandStreet).ToList();
        homes.AddRange(Enumerable.Range(0, HandPhones).Select(index => street[index % street.Count]));
        foreach (var district in new[] { "440303", "440305", "440309" })
        {
            var streets = Streets(district);
            homes.AddRange(Enumerable.Range(0, (VolunteerCount - FutianCount) / 3).Select(index => streets[index % streets.Count]));
        }

        return homes;
    }

    private RosterLine Person(int index, RegionFeature home, Random chance)
    {
        var hand = IsHandPhone(index);
        var age = hand ? 30 + (index % 20) : Age(chance);
        var trade = DemoTrade.Pick(chance);
        var place = PlaceIn(home, chance);
        var district = regions[home.Code[..6]];
        var street = regions[home.Code[..9]];
        return new RosterLine(index + 2, ExternalId(index))
        {
            Name = Name(chance),
            Phone = $"+999{index + 1:00000000}", // no country has the code 999: whatever a gateway does with it, nobody's telephone rings
            RegionCode = home.Code,
            DateOfBirth = today.AddYears(-age).AddDays(-chance.Next(1, 365)),
            Fitness = hand ? Fitness.Fit : Fit(age, chance),
            Assessment = hand ? Assessment.Passed : Roll(chance, (Assessment.Passed, 91), (Assessment.Pending, 6), (Assessment.Failed, 3)),
            Address = $"{district.Name}{street.Name}{(home == street ? "" : home.Name)}{Roads[chance.Next(Roads.Length)]} {chance.Next(1, 90)} 号（演示）",
            Place = RegisteredPlace.At(place, 25 * chance.Next(2, 7)),
            Certificates = certificates.Of(index, trade, hand, chance),
            Insurance = Insured(index, hand, chance),
            ConsentsToLocation = hand || chance.Next(100) < 93,
            ConsentsToRegisteredAddress = hand || chance.Next(100) < 88,
            ConsentsToCrossRegion = hand || chance.Next(100) < 55,
            Teams = TeamsOf(trade.Team, home.Code),
        };
    }

    private static bool IsHandPhone(int index) => index is >= FirstHandPhone and < FirstHandPhone + HandPhones;

    private static string Name(Random chance)
    {
        var given = chance.Next(100) < 78 ? Men : Women;
        return Surnames[(int)(Surnames.Length * Math.Pow(chance.NextDouble(), 2.0))] + given[chance.Next(given.Length)];
    }

    private static int Age(Random chance) => chance.Next(100) switch
    {
        < 28 => chance.Next(23, 40),
        < 62 => chance.Next(40, 56),
        < 90 => chance.Next(56, 70),
        _ => chance.Next(70, 83),
    };

    private static Fitness Fit(int age, Random chance) => age switch
    {
        >= 70 => Roll(chance, (Fitness.Fit, 35), (Fitness.Limited, 45), (Fitness.Unfit, 20)),
        >= 60 => Roll(chance, (Fitness.Fit, 72), (Fitness.Limited, 22), (Fitness.Unfit, 6)),
        _ => Roll(chance, (Fitness.Fit, 93), (Fitness.Limited, 5), (Fitness.Unfit, 2)),
    };

    private InsurancePeriod? Insured(int index, bool hand, Random chance)
    {
        var until = (hand ? 50 : chance.Next(100)) switch
        {
            < 4 => (DateOnly?)null,
            < 11 => today.AddDays(-chance.Next(1, 200)),
            < 15 => today.AddDays(chance.Next(0, 10)),
            _ => today.AddDays(chance.Next(40, 360)),
        };
        return until is { } end ? new($"DEMO-P-{index + 1:0000}", chance.Next(2) == 0 ? "演示保险甲" : "演示保险乙", end.AddYears(-1).AddDays(1), end) : null;
    }

    private static DemoAvailability Available(int index, Random chance)
    {
        if (IsHandPhone(index))
        {
            return new("on", []);
        }

        // Few are on duty at any hour, as in life; the simulated phones put their own volunteers on duty, so that those who are asked can answer.
        var duty = Roll(chance, ("on", 4), ("byHours", 12), ("off", 84));
        if (duty == "on" && chance.Next(100) < 80)
        {
            return new(duty, []);
        }

        (short, TimeOnly, TimeOnly) Span(int weekday, int from, int to) => ((short)weekday, new(from, 0), new(to, 0));
        return new(duty, chance.Next(3) switch
        {
            0 => [.. Enumerable.Range(1, 5).Select(weekday => Span(weekday, 18, 23))],
            1 => [Span(0, 8, 22), Span(6, 8, 22)],
            _ => [.. Enumerable.Range(0, 7).SelectMany(weekday => new[] { Span(weekday, 7, 9), Span(weekday, 17, 22) })],
        });
    }

    internal static T Roll<T>(Random chance, params (T Value, int Weight)[] values)
    {
        var roll = chance.Next(values.Sum(value => value.Weight));
        foreach (var (value, weight) in values)
        {
            if ((roll -= weight) < 0)
            {
                return value;
            }
        }

        return values[^1].Value;
    }

    private static Position PlaceIn(RegionFeature region, Random chance)
    {
        var box = region.Boundary!.EnvelopeInternal;
        while (true)
        {
            var place = new Position(box.MinX + (box.Width * chance.NextDouble()), box.MinY + (box.Height * chance.NextDouble()));
            if (region.Boundary.Contains(place.ToPoint()))
            {
                return place;
            }
        }
    }

    private List<RegionFeature> Streets(string district) =>
        [.. regions.Values.Where(region => region is { Level: RegionLevel.Town, HasAuthority: true } && region.Parent == district).OrderBy(region => region.Code, StringComparer.Ordinal)];
}
