using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>What a volunteer has to hear, numbered per volunteer: his phone's cursor runs over it, so a cut loses nothing.</summary>
internal static class Inbox
{
    public const string Offered = "offered", Recalled = "recalled", Expired = "expired", Standby = "standby", CalledUp = "calledUp", Released = "released";

    private static readonly string AppendSql = EmbeddedSql.Read("AppendInbox.sql");

    public static async Task AppendAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid incidentId,
        DateTimeOffset at,
        IReadOnlyCollection<(Guid Volunteer, string Kind, Guid Callout)> notices,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AppendSql, connection, transaction);
        command.Parameters.Add(new() { Value = notices.Select(notice => notice.Volunteer).ToArray() });
        command.Parameters.Add(new() { Value = notices.Select(notice => notice.Kind).ToArray() });
        command.Parameters.Add(new() { Value = notices.Select(notice => notice.Callout).ToArray() });
        command.Parameters.Add(new() { Value = incidentId });
        command.Parameters.Add(new() { Value = at.UtcDateTime });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
