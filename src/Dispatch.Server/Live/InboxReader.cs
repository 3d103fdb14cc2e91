using Dispatch.Server.Callouts;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>One line of a volunteer's inbox as it travels.</summary>
internal sealed record InboxItem(long Number, string Kind, DateTimeOffset At, Card Callout);

/// <summary>Reads what phones have not been sent yet.</summary>
internal sealed class InboxReader(NpgsqlDataSource source)
{
    private static readonly string BeyondSql = Card.Sql
        .Replace("FROM callouts c", ", item.number, item.kind, item.at\nFROM unnest($1::uuid[], $2::bigint[]) AS w (volunteer_id, beyond)\nJOIN inbox item ON item.volunteer_id = w.volunteer_id AND item.number > w.beyond\nJOIN callouts c ON c.id = item.callout_id", StringComparison.Ordinal)
        + "ORDER BY item.volunteer_id, item.number LIMIT $3";

    /// <summary>Items beyond each volunteer's cursor, ascending per volunteer. Primary key (volunteer_id, number).</summary>
    public async Task<List<InboxItem>> ReadAsync(IReadOnlyCollection<KeyValuePair<Guid, long>> beyond, int most, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(BeyondSql);
        command.Parameters.Add(new() { Value = beyond.Select(cursor => cursor.Key).ToArray() });
        command.Parameters.Add(new() { Value = beyond.Select(cursor => cursor.Value).ToArray() });
        command.Parameters.Add(new() { Value = most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<InboxItem>();
        while (await reader.ReadAsync(cancellation))
        {
            items.Add(new(reader.GetInt64(Card.Columns), reader.GetString(Card.Columns + 1), reader.GetDateTime(Card.Columns + 2), Card.Read(reader)));
        }

        return items;
    }

    /// <summary>Those whose inbox reaches beyond their cursor: what a lost hint would have told. Primary key of inbox_heads.</summary>
    public async Task<List<Guid>> BehindAsync(IReadOnlyCollection<KeyValuePair<Guid, long>> cursors, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "SELECT h.volunteer_id FROM unnest($1::uuid[], $2::bigint[]) AS w (volunteer_id, cursor) JOIN inbox_heads h ON h.volunteer_id = w.volunteer_id AND h.last_number > w.cursor");
        command.Parameters.Add(new() { Value = cursors.Select(cursor => cursor.Key).ToArray() });
        command.Parameters.Add(new() { Value = cursors.Select(cursor => cursor.Value).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var behind = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
        {
            behind.Add(reader.GetGuid(0));
        }

        return behind;
    }
}
