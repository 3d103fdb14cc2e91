using System.Text.Json.Serialization;
using Dispatch.Server.Callouts;
using Dispatch.Server.Musters;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>One line of a volunteer's inbox as it travels.</summary>
internal sealed record InboxItem(long Number, string Kind, DateTimeOffset At)
{
    /// <summary>Of a call-out or of a muster, never both.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Card? Callout { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MusterCard? Muster { get; init; }

    /// <summary>A task for a liaison: his phone reads it with his teams.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Task { get; init; }

    [JsonIgnore]
    public Guid VolunteerId { get; init; }

    /// <summary>The trace of its incident.</summary>
    [JsonIgnore]
    public string? Trace { get; init; }
}

/// <summary>What could be read, and the numbers that nothing can be made of: those stay gaps, for which a phone fetches its whole picture.</summary>
internal sealed record InboxPage(List<InboxItem> Items, List<(Guid Volunteer, long Number)> Unreadable)
{
    /// <summary>Seen after the last of the items was read; null: nothing was looked at since.</summary>
    public SendReview.Look? Look { get; set; }
}

/// <summary>Reads what phones have not been sent yet. An item that cannot be read goes into quarantine; all others are read without it.</summary>
internal sealed class InboxReader(DispatchLane lane, Quarantine quarantine)
{
    // LIMIT keeps it what it is: a plan made while inboxes were short would go through all of them in the order of their key, for ever.
    // A muster's item has no call-out: its columns are null, and its card is read apart. One statement, or an item committed in between two would
    // be passed over.
    private static readonly string BeyondSql = Card.Sql.Replace("\nJOIN ", "\nLEFT JOIN ", StringComparison.Ordinal)
        .Replace("FROM callouts c", ", item.number, item.kind, item.at, i.trace, item.volunteer_id, item.muster_id, item.task_id\nFROM unnest($1::uuid[], $2::bigint[]) AS w (volunteer_id, beyond)\nCROSS JOIN LATERAL (SELECT * FROM inbox item WHERE item.volunteer_id = w.volunteer_id AND item.number > w.beyond ORDER BY item.number LIMIT $3) AS item\nLEFT JOIN callouts c ON c.id = item.callout_id", StringComparison.Ordinal)
        + "ORDER BY item.volunteer_id, item.number LIMIT $3";

    // A limit alone would not do: Postgres may make the rows before it counts them.
    private static readonly string RunSql = BeyondSql.Replace("item.number > w.beyond", "item.number > w.beyond AND item.number <= $4", StringComparison.Ordinal);

    /// <summary>Items beyond each volunteer's cursor, ascending per volunteer; about <paramref name="most"/> in all. Primary key (volunteer_id, number).</summary>
    public async Task<InboxPage> ReadAsync(IReadOnlyCollection<KeyValuePair<Guid, long>> beyond, int most, CancellationToken cancellation)
    {
        var page = new InboxPage([], []);
        await Isolate.RunAsync(
            [.. beyond],
            async cursors => page.Items.AddRange(await ReadPageAsync(page, cursors, most, cancellation)),
            (cursor, _) => ReadOneByOneAsync(page, cursor, most, cancellation));
        return page;
    }

    /// <summary>The question of <see cref="ReadAsync"/> that finds nothing.</summary>
    public static NpgsqlBatchCommand OfNobody() => Beyond([], 1, null);

    private static NpgsqlBatchCommand Beyond(IReadOnlyCollection<KeyValuePair<Guid, long>> cursors, int most, long? last)
    {
        var command = new NpgsqlBatchCommand(last is null ? BeyondSql : RunSql);
        command.Parameters.Add(new() { Value = cursors.Select(cursor => cursor.Key).ToArray() });
        command.Parameters.Add(new() { Value = cursors.Select(cursor => cursor.Value).ToArray() });
        command.Parameters.Add(new() { Value = most });
        if (last is { } bound)
        {
            command.Parameters.Add(new() { Value = bound });
        }

        return command;
    }

    /// <summary>Where a volunteer's inbox stands: the epoch of its numbers, its last one, and the last one that was given up.</summary>
    public async Task<(Guid Epoch, long Head, long Pruned)> StandAsync(Guid volunteer, CancellationToken cancellation)
    {
        await using var command = lane.Source.CreateCommand(
            "SELECT d.epoch, coalesce(h.last_number, 0), coalesce(h.pruned, 0) FROM deployment d LEFT JOIN inbox_heads h ON h.volunteer_id = $1");
        command.Parameters.Add(new() { Value = volunteer });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    /// <summary>Those whose inbox reaches beyond their cursor: what a lost hint would have told. Primary key of inbox_heads.</summary>
    public async Task<List<Guid>> BehindAsync(IReadOnlyCollection<KeyValuePair<Guid, long>> cursors, CancellationToken cancellation)
    {
        await using var command = lane.Source.CreateCommand(
            "SELECT h.volunteer_id FROM unnest($1::uuid[], $2::bigint[]) AS w (volunteer_id, cursor) JOIN inbox_heads h ON h.volunteer_id = w.volunteer_id AND h.last_number > w.cursor");
        command.Parameters.Add(new() { Value = cursors.Select(cursor => cursor.Key).ToArray() });
        command.Parameters.Add(new() { Value = cursors.Select(cursor => cursor.Value).ToArray() });
        return await IdsAsync(command, cancellation);
    }

    private async Task<List<InboxItem>> ReadPageAsync(InboxPage page, IReadOnlyCollection<KeyValuePair<Guid, long>> beyond, int most, CancellationToken cancellation, long? last = null)
    {
        await using var batch = lane.Source.CreateBatch();
        batch.BatchCommands.Add(Beyond(beyond, most, last));
        batch.BatchCommands.Add(new(SendReview.Sql));
        var items = new List<InboxItem>();
        var musters = new List<(int Place, Guid Muster)>();
        await using (var reader = await batch.ExecuteReaderAsync(cancellation)) // once: Npgsql gives the same reader to the connection's next user
        {
            while (await reader.ReadAsync(cancellation))
            {
                var muster = reader.IsDBNull(Card.Columns + 5) ? (Guid?)null : reader.GetGuid(Card.Columns + 5);
                if (muster is { } id)
                {
                    musters.Add((items.Count, id));
                }

                var task = reader.IsDBNull(Card.Columns + 6) ? (Guid?)null : reader.GetGuid(Card.Columns + 6);
                items.Add(new(reader.GetInt64(Card.Columns), reader.GetString(Card.Columns + 1), reader.GetDateTime(Card.Columns + 2))
                {
                    Callout = muster is null && task is null ? Card.Read(reader) : null,
                    Task = task,
                    Trace = reader.IsDBNull(Card.Columns + 3) ? null : reader.GetString(Card.Columns + 3),
                    VolunteerId = reader.GetGuid(Card.Columns + 4),
                });
            }

            await reader.NextResultAsync(cancellation);
            page.Look = await SendReview.Look.ReadAsync(reader, cancellation);
        }

        if (musters.Count > 0)
        {
            page.Look = null; // their cards are read after it
            await AddMustersAsync(items, musters, cancellation);
        }

        return items;
    }

    private async Task AddMustersAsync(List<InboxItem> items, List<(int Place, Guid Muster)> musters, CancellationToken cancellation)
    {
        await using var connection = await lane.Source.OpenConnectionAsync(cancellation);
        var cards = (await MusterCard.ReadAsync(connection, [.. musters.Select(one => items[one.Place].VolunteerId)], [.. musters.Select(one => one.Muster)], cancellation))
            .DistinctBy(card => (card.VolunteerId, card.Id)).ToDictionary(card => (card.VolunteerId, card.Id));
        foreach (var (place, muster) in musters)
        {
            items[place] = items[place] with { Muster = cards[(items[place].VolunteerId, muster)] };
        }
    }

    private async Task ReadOneByOneAsync(InboxPage page, KeyValuePair<Guid, long> cursor, int most, CancellationToken cancellation)
    {
        var numbers = new List<long>();
        await using (var command = lane.Source.CreateCommand("SELECT number FROM inbox WHERE volunteer_id = $1 AND number > $2 ORDER BY number LIMIT $3"))
        {
            command.Parameters.Add(new() { Value = cursor.Key });
            command.Parameters.Add(new() { Value = cursor.Value });
            command.Parameters.Add(new() { Value = most });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                numbers.Add(reader.GetInt64(0));
            }
        }

        await Isolate.RunAsync(
            numbers,
            async run => page.Items.AddRange(await ReadPageAsync(page, [KeyValuePair.Create(cursor.Key, run[0] - 1)], run.Count, cancellation, run[^1])),
            async (number, error) =>
            {
                await quarantine.PutAsync(QuarantineKind.InboxItem, cursor.Key, number, error, cancellation);
                page.Unreadable.Add((cursor.Key, number));
            });
    }

    private static async Task<List<Guid>> IdsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
