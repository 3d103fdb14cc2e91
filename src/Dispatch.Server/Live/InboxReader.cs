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

    /// <summary>Volunteers among <paramref name="connected"/> with an item that no node has sent: what a lost hint would have told. Index inbox_unsent.</summary>
    public async Task<List<Guid>> UnsentAsync(Guid[] connected, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT DISTINCT volunteer_id FROM inbox WHERE sent_at IS NULL AND volunteer_id = ANY ($1)");
        command.Parameters.Add(new() { Value = connected });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var volunteers = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
        {
            volunteers.Add(reader.GetGuid(0));
        }

        return volunteers;
    }
}
