using Dispatch.Server.Access;
using Dispatch.Server.Callouts;
using Dispatch.Server.Volunteers;
using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>
/// A volunteer answers by SMS or by a key of his telephone. The code (or, for a key, the message it belongs to) names the call-out, his number says
/// that it is he; then it is the same answer as by the phone page. Whatever he wrote, he gets a plain answer, which the gateway sends back to him.
/// </summary>
internal sealed class ReceiveReply(NpgsqlDataSource source, PersonalData personal, AnswerCallout answer)
{
    private const string CardsSql = "SELECT c.id, c.volunteer_id, c.state, r.code FROM reply_codes r JOIN callouts c ON c.id = r.callout_id JOIN phone_numbers p ON p.volunteer_id = c.volunteer_id AND p.blind = r.recipient";

    /// <summary><c>inReplyTo</c> is our id of the message, when the gateway knows it; keys of a voice call need it.</summary>
    internal sealed record Request(string? EventId, string? From, string? Text, Guid? InReplyTo) : Inbound.IEvent;

    /// <summary><c>reply</c> is to be sent back to the volunteer.</summary>
    internal sealed record Answer(string EventId, string Result, string Reply);

    private sealed record Asked(Guid Callout, Guid Volunteer, string State, int Code);

    public static List<Fault> Check(Request request)
    {
        var faults = new List<Fault>();
        if (PhoneNumber.ReadLoosely(request.From) is null)
        {
            faults.Add(new("from", "应为手机号", "must be a telephone number"));
        }

        Dispatch.Server.Text.Check(faults, "text", request.Text, 1000);
        return faults;
    }

    public async Task<object> HandleAsync(ChannelKind channel, Request request)
    {
        var (result, reply) = await ReplyAsync(channel, request);
        return new Answer(request.EventId!, result, reply);
    }

    private async Task<(string Result, string Reply)> ReplyAsync(ChannelKind channel, Request request)
    {
        var recipient = personal.BlindIndex(PhoneNumber.ReadLoosely(request.From)!);
        var text = ReplyText.Read(request.Text!, isKeyPress: channel == ChannelKind.Voice && request.InReplyTo is not null);
        if (text.Several)
        {
            return ("ambiguous", "一次只能答复一个召集。请只回复一个代码，例如 A1。");
        }

        await using var connection = await source.OpenConnectionAsync();
        if (text.Answer == ReplyAnswer.Confirm || (request.InReplyTo is { } test && text.Answer is not null && await IsTestAsync(connection, test)))
        {
            return await ConfirmTestAsync(connection, recipient, channel, request.InReplyTo)
                ? ("confirmed", "收到，通联正常，谢谢！这只是测试，不需要前往。")
                : ("unknownCode", "近期没有对此号码的通联测试。");
        }

        if (text.Answer is null)
        {
            return ("notUnderstood", "没有看懂。请回复召集短信里的代码，例如 A1 接受、B1 谢绝。");
        }

        var asked = text.Code is { } code ? await ListAsync(connection, CardsSql + " WHERE r.recipient = $1 AND r.code = $2", recipient, code)
            : request.InReplyTo is { } message ? await ListAsync(connection, CardsSql + " WHERE r.recipient = $1 AND c.id = (SELECT callout_id FROM channel_messages WHERE id = $2)", recipient, message)
            : await RecentAsync(connection, recipient);
        return asked switch
        {
            [var one] => await AnswerAsync(one, text.Answer.Value, channel),
            [] when text.Code is null => ("unknownCode", "没有对此号码的召集。如有疑问请与服务站联系。"),
            [] => ("unknownCode", "没有这个代码的召集，可能已经过期。请核对短信里的代码。"),
            _ => ("ambiguous", $"您有多个召集，请回复代码：{string.Join("、", asked.Select(each => $"{(text.Answer == ReplyAnswer.Accept ? 'A' : 'B')}{each.Code}"))}。"),
        };
    }

    private async Task<(string Result, string Reply)> AnswerAsync(Asked asked, ReplyAnswer given, ChannelKind channel)
    {
        var outcome = await answer.HandleAsync(
            new Caller(Guid.Empty, Role.Volunteer, "", asked.Volunteer), asked.Callout,
            new(given == ReplyAnswer.Accept ? "accept" : "decline", null), CancellationToken.None, channel);
        return (outcome.Value ?? outcome.Problem?.Current as Card) is { } card
            ? Said(card, given, refused: outcome.Problem is not null)
            : ("refused", "没有办成，请与服务站联系。");
    }

    private static (string Result, string Reply) Said(Card card, ReplyAnswer given, bool refused) => (refused, card.State) switch
    {
        (false, "accepted" or "enRoute" or "onScene") => ("accepted", $"已接受。请前往：{card.Incident.Address}。注意安全，到场听从指挥。谢谢！"),
        (false, "standby") => ("standby", "谢谢！名额已满或时间已过，您列为候补。请先不要前往，需要时会再通知您。"),
        (false, "declined") => ("declined", "已记下，您不能前往。没有任何影响，谢谢告知。"),
        (_, "recalled") => ("tooLate", "此召集已撤回，请不要前往。谢谢！"),
        (_, "released" or "turnedBack") => ("tooLate", "此召集您的任务已经结束，请不要前往。谢谢！"),
        (_, "expired") => ("tooLate", "此召集已结束，请不要前往。谢谢！"),
        (_, "declined") => ("refused", "您先前已谢绝此召集，不能再改。如能前往，请与服务站联系。"),
        (_, "accepted" or "enRoute" or "onScene" or "standby") when given == ReplyAnswer.Decline => ("refused", "您先前已接受此召集。如不能前往，请与服务站联系，说明原因，没有任何影响。"),
        _ => ("refused", "此召集已有结果，请与服务站联系。"),
    };

    /// <summary>Without a code: what is open at this number; if nothing is, what was sent there within a day.</summary>
    private static async Task<List<Asked>> RecentAsync(NpgsqlConnection connection, byte[] recipient)
    {
        var recent = await ListAsync(connection, CardsSql + " WHERE r.recipient = $1 AND r.given_at > now() - interval '24 hours' ORDER BY r.given_at", recipient);
        return recent.Exists(each => each.State == "offered") ? recent.FindAll(each => each.State == "offered") : recent;
    }

    private static async Task<List<Asked>> ListAsync(NpgsqlConnection connection, string sql, params object[] arguments)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(arguments.Select(argument => new NpgsqlParameter { Value = argument }).ToArray());
        await using var reader = await command.ExecuteReaderAsync();
        var asked = new List<Asked>();
        while (await reader.ReadAsync())
        {
            asked.Add(new(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetInt16(3)));
        }

        return asked;
    }

    private static async Task<bool> IsTestAsync(NpgsqlConnection connection, Guid message)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM channel_messages WHERE id = $1 AND test_id IS NOT NULL)", connection);
        command.Parameters.Add(new() { Value = message });
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The latest test of the last day that went to this number by this channel. Received means delivered too.</summary>
    private static async Task<bool> ConfirmTestAsync(NpgsqlConnection connection, byte[] recipient, ChannelKind channel, Guid? message)
    {
        await using var command = new NpgsqlCommand("""
            UPDATE channel_messages SET confirmed_at = coalesce(confirmed_at, clock_timestamp()), delivered_at = coalesce(delivered_at, clock_timestamp()),
                sent_at = coalesce(sent_at, clock_timestamp()), state = 'delivered', reason = NULL, changed_at = clock_timestamp()
            WHERE id = (SELECT m.id FROM channel_messages m JOIN phone_numbers p ON p.volunteer_id = m.volunteer_id AND p.blind = $1
                        WHERE m.test_id IS NOT NULL AND m.channel = $2 AND m.state <> 'unavailable' AND m.queued_at > now() - interval '24 hours' AND ($3::uuid IS NULL OR m.id = $3)
                        ORDER BY m.queued_at DESC LIMIT 1)
            """, connection);
        command.Parameters.Add(new() { Value = recipient });
        command.Parameters.Add(new() { Value = Outbox.Word(channel) });
        command.Parameters.Add(new() { Value = (object?)message ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        return await command.ExecuteNonQueryAsync() > 0;
    }
}
