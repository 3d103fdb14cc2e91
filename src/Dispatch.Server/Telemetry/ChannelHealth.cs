using Dispatch.Server.Channels;
using Npgsql;

namespace Dispatch.Server.Telemetry;

/// <summary>
/// How a channel beside the live line did in the last hour, for the person on duty. <c>Failed</c> counts what was meant to go out and did not arrive;
/// that a phone was reached meanwhile is no failure. <c>GatewayFailures</c>: of the last quarter, where the gateway itself refused or did not answer.
/// </summary>
internal sealed record ChannelHealth(
    ChannelKind Channel, bool Configured, int Sent, int Delivered, int Failed, int Retrying, int GatewayFailures, string? LastReason, DateTimeOffset? LastSentAt)
{
    // Index channel_messages_by_change. Reachability tests count: they are the same road.
    private const string Sql = """
        SELECT channel,
               count(*) FILTER (WHERE sent_at > now() - interval '1 hour')::integer,
               count(*) FILTER (WHERE state = 'delivered' OR confirmed_at IS NOT NULL)::integer,
               count(*) FILTER (WHERE state IN ('failed', 'gaveUp') AND NOT harmless)::integer,
               count(*) FILTER (WHERE state = 'queued' AND attempts > 0)::integer,
               count(*) FILTER (WHERE gateway AND changed_at > now() - interval '15 minutes')::integer,
               (array_agg(reason ORDER BY changed_at DESC) FILTER (WHERE reason IS NOT NULL AND NOT harmless))[1],
               max(sent_at)
        FROM channel_messages
        CROSS JOIN LATERAL (SELECT coalesce(reason IN ('notNeeded', 'deliveredMeanwhile', 'notSubscribed', 'tooLate'), false) AS harmless,
                                   coalesce(reason ~ '^http[0-9]' OR reason IN ('timeOut', 'noConnection'), false) AS gateway) why
        WHERE changed_at > now() - interval '1 hour' AND channel <> 'live'
        GROUP BY channel
        """;

    /// <summary>Every configured channel, and push once it was used.</summary>
    public static async Task<IReadOnlyList<ChannelHealth>> ReadAsync(NpgsqlConnection connection, ChannelSettings settings, CancellationToken cancellation)
    {
        var known = settings.Gateways.Keys.ToDictionary(kind => kind, kind => new ChannelHealth(kind, true, 0, 0, 0, 0, 0, null, null));
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var kind = Enum.Parse<ChannelKind>(reader.GetString(0), ignoreCase: true);
            known[kind] = new(
                kind, kind == ChannelKind.Push || settings.Gateways.ContainsKey(kind), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5),
                reader.IsDBNull(6) ? null : reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetDateTime(7));
        }

        return [.. known.Values.OrderBy(channel => channel.Channel)];
    }
}
