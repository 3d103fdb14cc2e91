using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>What a volunteer has to hear, numbered per volunteer: his phone's cursor runs over it, so a cut loses nothing.</summary>
internal static class Inbox
{
    public const string Offered = "offered", Recalled = "recalled", Expired = "expired", Standby = "standby", CalledUp = "calledUp", Released = "released", YesTurned = "yesTurned",
        Mustered = "mustered", MusterStoodDown = "musterStoodDown", AnsweredForYou = "answeredForYou", LiaisonTask = "liaisonTask";

    private static readonly string AppendSql = EmbeddedSql.Read("AppendInbox.sql");

    public static NpgsqlBatchCommand Append(Guid incidentId, DateTimeOffset at, IReadOnlyCollection<(Guid Volunteer, string Kind, Guid Callout)> notices) => new(AppendSql)
    {
        Parameters =
        {
            new() { Value = notices.Select(notice => notice.Volunteer).ToArray() },
            new() { Value = notices.Select(notice => notice.Kind).ToArray() },
            new() { Value = notices.Select(notice => notice.Callout).ToArray() },
            new() { Value = incidentId },
            new() { Value = at.UtcDateTime },
        },
    };
}
