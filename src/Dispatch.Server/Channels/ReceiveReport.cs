using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>A gateway reports what became of a message: delivered to the handset, or not. Said twice, early or late, it is told to operators once.</summary>
internal sealed class ReceiveReport(NpgsqlDataSource source, Outbox outbox)
{
    /// <summary><c>id</c> is our id of the message; without it, <c>reference</c> is the gateway's.</summary>
    internal sealed record Request(string? EventId, Guid? Id, string? Reference, string? Status, string? Code) : Inbound.IEvent;

    internal sealed record Answer(string EventId, string Result);

    public static List<Fault> Check(Request request)
    {
        var faults = new List<Fault>();
        if (request.Id is null && string.IsNullOrEmpty(request.Reference))
        {
            faults.Add(new("id", "请给出 id 或 reference", "give id or reference"));
        }

        if (request.Status is not ("delivered" or "failed"))
        {
            faults.Add(new("status", "应为 delivered 或 failed", "must be delivered or failed"));
        }

        if (request.Code is not null && !Webhook.PlainCode().IsMatch(request.Code))
        {
            faults.Add(new("code", "应为字母、数字、. _ : -，最多 100 个", "letters, digits and . _ : - only, at most 100"));
        }

        return faults;
    }

    public async Task<object> HandleAsync(ChannelKind channel, Request request)
    {
        if (await FindAsync(channel, request) is not var (message, callout, letter))
        {
            return new Answer(request.EventId!, "unknown");
        }

        var changed = await outbox.ReportAsync(message, callout, letter, channel, request.Status == "delivered", request.Code, CancellationToken.None);
        return new Answer(request.EventId!, changed ? "recorded" : "unchanged");
    }

    private async Task<(Guid Message, Guid? Callout, string Letter)?> FindAsync(ChannelKind channel, Request request)
    {
        await using var command = source.CreateCommand(
            "SELECT id, callout_id, letter FROM channel_messages WHERE channel = $1 AND " + (request.Id is null ? "reference = $2 ORDER BY queued_at DESC LIMIT 1" : "id = $2"));
        command.Parameters.Add(new() { Value = Outbox.Word(channel) });
        command.Parameters.Add(new() { Value = (object?)request.Id ?? request.Reference! });
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        return await reader.ReadAsync(CancellationToken.None) ? (reader.GetGuid(0), reader.IsDBNull(1) ? null : reader.GetGuid(1), reader.GetString(2)) : null;
    }
}
