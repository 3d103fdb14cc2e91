using Dispatch.Server.Channels;

namespace Dispatch.Server.Telemetry;

/// <summary>How much a reason weighs: <c>NotReady</c> keeps traffic away from this node, <c>Degraded</c> works but somebody should look.</summary>
internal enum Weight
{
    Degraded,
    NotReady,
}

/// <summary>Why this node, or the system, is not as it should be: a code for programs, a sentence in both languages for people.</summary>
internal sealed record Reason(string Code, Weight Weight, string Text, string TextEn)
{
    public static Reason Postgres { get; } = new("postgres", Weight.NotReady, "数据库没有应答：命令会显示“未确认”，恢复后自动补发",
        "The database does not answer: orders show \"not confirmed\" and are repeated when it is back");

    public static Reason Keys { get; } = new("dataProtectionKeys", Weight.NotReady, "数据库中没有登录密钥：重启后所有人须重新登录", "The database holds no data-protection keys: after a restart everybody must sign in again");

    public static Reason Draining { get; } = new("draining", Weight.NotReady, "节点正在下线：连接正分批转到其他节点", "The node is leaving: its clients go to the other nodes in batches");

    public static Reason Redis { get; } = new("redis", Weight.Degraded, "Redis 没有应答：节点之间的提示改为轮询，略慢，不丢失", "Redis is away: hints between nodes wait for polling; slower, nothing lost");

    public static Reason AuditorNeverBeat { get; } = new("auditorSilent", Weight.Degraded, "计时审计尚未报到：到时限的召集可能没有自动处理", "The timer audit has not reported yet: due times may go unwatched");

    public static Reason Migrations(IEnumerable<string> missing) => new("migrations", Weight.NotReady,
        $"数据库结构缺少 {string.Join("、", missing)}：请用本版本重新启动", $"The database schema lacks {string.Join(", ", missing)}: start again with this version");

    public static Reason AuditorSilent(double seconds) => new("auditorSilent", Weight.Degraded,
        $"计时审计静默 {seconds:0} 秒：到时限的召集可能没有自动处理，请盯住时限", $"Timer audit silent for {seconds:0} s: due times may go unwatched, keep an eye on them");

    public static Reason Disk(long freeBytes) => new("disk", Weight.Degraded,
        $"磁盘只剩 {Gigabytes(freeBytes)} GB：请清理或扩容", $"Only {Gigabytes(freeBytes)} GB of disk left: make room");

    public static Reason Quarantined(int howMany) => new("quarantine", Weight.Degraded,
        $"{howMany} 条数据无法处理，已隔离，其余照常：请通知管理员", $"{howMany} {(howMany == 1 ? "row is" : "rows are")} in quarantine and the rest flows: tell the administrator");

    public static Reason RecordFlawed(string firstBadFact) => new("record", Weight.Degraded,
        $"记录核对不符：{firstBadFact} 被改动或缺失，请保留现场并通知审计", $"The record does not verify: {firstBadFact} was changed or is missing. Keep everything as it is and call the auditor");

    public static Reason NodeGone(string name, double seconds) => new("nodeGone", Weight.Degraded,
        $"节点 {name} 已失联 {Span(seconds)}：其连接会转到其他节点", $"Node {name} has not been heard of for {SpanEn(seconds)}: its clients go to the others");

    public static Reason Overdue(int howMany) => new("overdue", Weight.Degraded,
        $"{howMany} 个召集已过时限仍未处理", $"{howMany} {(howMany == 1 ? "call-out is" : "call-outs are")} past the due time and not yet dealt with");

    public static Reason SlowToPhone(double p95) => new("slowToPhone", Weight.Degraded,
        $"上报到手机偏慢：95 % 的在线手机在 {p95 / 1000:0.0} 秒内收到", $"Raise to phone is slow: 95 % of connected phones have it within {p95 / 1000:0.0} s");

    public static Reason ChannelFails(ChannelHealth channel)
    {
        var (name, nameEn) = channel.Channel switch
        {
            ChannelKind.Sms => ("短信", "SMS"),
            ChannelKind.Voice => ("语音", "voice"),
            _ => ("推送", "push"),
        };
        return new("channel", Weight.Degraded,
            $"{name}渠道不通：最近 15 分钟有 {channel.GatewayFailures} 条网关没有接受（{channel.LastReason}），请检查网关",
            $"The {nameEn} channel fails: its gateway did not take {channel.GatewayFailures} {(channel.GatewayFailures == 1 ? "message" : "messages")} in the last 15 minutes ({channel.LastReason}); look at the gateway");
    }

    private static string Gigabytes(long bytes) => (bytes / 1e9).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);

    private static string Span(double seconds) => seconds < 120 ? $"{seconds:0} 秒" : $"{seconds / 60:0} 分钟";

    private static string SpanEn(double seconds) => seconds < 120 ? $"{seconds:0} s" : $"{seconds / 60:0} min";
}
