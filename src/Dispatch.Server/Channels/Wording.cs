using System.Globalization;
using Dispatch.Server.Callouts;

namespace Dispatch.Server.Channels;

/// <summary>The texts that go out beside the live line, in Chinese: what, where, how far, what risk, until when, and how to answer.</summary>
internal static class Wording
{
    private const int LongestRisk = 60, LongestAddress = 40;

    public const string TestTitle = "通联测试（不是召集）", TestBody = "正在核对能否联系到您，请勿前往任何地方。点开即表示收到。";

    public static string Of(Letter letter) => letter switch
    {
        { IsDrill: true, Claim.Channel: ChannelKind.Voice } => $"这是演练。这是演练。{Called(letter.Card!)}请在手机页面上答复。演练，不要真的前往。",
        { IsDrill: true } => $"【演练】【演练】{Called(letter.Card!)}请在手机页面上答复。这是演练，不要真的前往。",
        { IsTest: true, Claim.Channel: ChannelKind.Voice } => "这是通联测试，不是召集，请勿前往。听到请按 1。",
        { IsTest: true } => "【通联测试】这不是召集，请勿前往。正在核对能否联系到您，收到请回复 T。",
        { Claim.Letter: LetterKind.CalledUp } => $"{Opening(letter, "召集递补")}您先前答应候补，现在需要您。{What(letter.Card!)}风险：{Short(letter.Card!.Incident.Risk, LongestRisk)}。请前往；不能前往请告知服务站，没有任何影响。",
        { Claim.Letter: LetterKind.StandDown } => $"{Opening(letter, "召集解除")}{What(letter.Card!)}现在不再需要您前往。如已出发请返回，注意安全。谢谢您！",
        { Claim.Channel: ChannelKind.Voice } => $"应急召集。{Called(letter.Card!)}接受请按 1，谢绝请按 2。这是邀请，谢绝没有任何影响。",
        _ => $"【应急召集】{Called(letter.Card!)}回复 A{letter.Code} 接受，B{letter.Code} 谢绝。这是邀请，谢绝没有任何影响。",
    };

    public static string PushTitle(Card card) => $"{(card.Incident.Drill ? "演练 · " : "")}召集 · {card.Incident.CategoryName}";

    /// <summary>Names no place and no person: lock screens are read by others.</summary>
    public static string PushBody(Card card) => $"需要{card.Need.Name}{(card.YesIsStandby ? "候补" : "")} · 请打开看详情";

    private static string Opening(Letter letter, string title) => letter.Claim.Channel == ChannelKind.Voice ? $"{title}。" : $"【{title}】";

    private static string What(Card card) => $"{card.Incident.CategoryName}，{card.Need.Name}。地点：{Short(Place(card), LongestAddress)}。";

    private static string Called(Card card) =>
        $"{card.Incident.CategoryName}，需要{card.Need.Name}。地点：{Short(Place(card), LongestAddress)}，距您约{Distance(card.DistanceMetres)}。"
        + (card.YesIsStandby ? "名额已满但有人可能晚到，接受即候补，请等通知再出发。" : "")
        + $"风险：{Short(card.Incident.Risk, LongestRisk)}。请在 {Time(card.DueAt, card.Incident.TimeZone)} 前答复。";

    private static string Place(Card card) => string.Concat(card.Incident.RegionNames.TakeLast(2)) + card.Incident.Address;

    /// <summary>As exact as it is true.</summary>
    private static string Distance(double metres) => metres < 1000
        ? string.Create(CultureInfo.InvariantCulture, $" {Math.Max(50, Math.Round(metres / 50) * 50)} 米")
        : string.Create(CultureInfo.InvariantCulture, $" {metres / 1000:0.0} 公里");

    private static string Time(DateTimeOffset at, string zone) =>
        TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(zone)).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>One line, cut at whole characters; a full stop at the end is ours to set.</summary>
    private static string Short(string text, int longest)
    {
        var line = text.ReplaceLineEndings(" ").Trim().TrimEnd('。', '.');
        var characters = new StringInfo(line);
        return characters.LengthInTextElements <= longest ? line : characters.SubstringByTextElements(0, longest - 1) + "…";
    }
}
