using System.Text.Json;
using System.Text.Json.Serialization;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>A fact as it travels: docs/wire.md, "Facts".</summary>
internal sealed record FactView(Guid IncidentId, long Number, string Kind, DateTimeOffset At, FactView.Author By, Guid? CalloutId, JsonElement Data)
{
    /// <summary>The kind of a fact that cannot be read: its number keeps the line without gaps, its content waits in quarantine.</summary>
    public const string Unreadable = "Unreadable";

    internal sealed record Author(string Kind, Guid? Id, string? Name);

    /// <summary>演练: of a drill's record. Absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Drill { get; init; }

    /// <summary>Whose desks hear of it: the incident's region, and with | between the commands it reaches into.</summary>
    [JsonIgnore]
    public string Audience { get; init; } = "";

    /// <summary>Of a fact about mutual aid: the path of the region whose desk hears of it beside the incident's own.</summary>
    [JsonIgnore]
    public string? Lender => Kind.StartsWith("Aid", StringComparison.Ordinal) && Data.TryGetProperty("lenderPath", out var path) ? path.GetString() : null;

    /// <summary>Of a fact about mutual aid: the region that is asked to lend or has lent.</summary>
    [JsonIgnore]
    public string? LenderCode => Lender is not null && Data.TryGetProperty("regionCode", out var code) ? code.GetString() : null;

    /// <summary>The trace of its incident.</summary>
    [JsonIgnore]
    public string? Trace { get; init; }
}

/// <summary>Reads facts for the pump, for consoles that resume, and for programs. One that cannot be read stops nobody.</summary>
internal sealed class FactReader(DispatchLane lane, Quarantine quarantine)
{
    private static readonly string Sql = EmbeddedSql.Read("ReadFacts.sql");

    // A limit alone would not do: Postgres may make the rows before it counts them.
    private static readonly string RunSql = Sql.Replace("f.number > w.beyond", "f.number > w.beyond AND f.number <= $4", StringComparison.Ordinal);

    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>Facts of each incident beyond its number, ascending per incident; about <paramref name="most"/> in all, and no fewer if there are more.</summary>
    public async Task<List<FactView>> ReadAsync(IReadOnlyCollection<KeyValuePair<Guid, long>> beyond, int most, CancellationToken cancellation)
    {
        var facts = new List<FactView>();
        await Isolate.RunAsync(
            [.. beyond],
            async cursors => facts.AddRange(await ReadPageAsync(cursors, most, cancellation)),
            (cursor, _) => ReadOneByOneAsync(facts, cursor, most, cancellation));
        return facts;
    }

    /// <summary>The question of <see cref="ReadAsync"/> that finds nothing.</summary>
    public static NpgsqlBatchCommand OfNobody() => Beyond([], 1, null);

    private static NpgsqlBatchCommand Beyond(IReadOnlyCollection<KeyValuePair<Guid, long>> cursors, int most, long? last)
    {
        var command = new NpgsqlBatchCommand(last is null ? Sql : RunSql);
        command.Parameters.Add(new() { Value = cursors.Select(cursor => cursor.Key).ToArray() });
        command.Parameters.Add(new() { Value = cursors.Select(cursor => cursor.Value).ToArray() });
        command.Parameters.Add(new() { Value = most });
        if (last is { } bound)
        {
            command.Parameters.Add(new() { Value = bound });
        }

        return command;
    }

    /// <summary>The number of the last fact of every incident that is open or moved in the last ten minutes, and of those asked for by name. Index incidents_by_rest.</summary>
    public async Task<List<(Guid Incident, long LastFact, string Audience)>> HeadsAsync(CancellationToken cancellation, IReadOnlyCollection<Guid>? also = null)
    {
        await using var command = lane.Source.CreateCommand(
            "SELECT id, last_fact, array_to_string(region_path::text || touched, '|') FROM incidents WHERE state = 'open' OR rests_since > now() - interval '10 minutes' OR id = ANY ($1)");
        command.Parameters.Add(new() { Value = also?.ToArray() ?? [] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var heads = new List<(Guid, long, string)>();
        while (await reader.ReadAsync(cancellation))
        {
            heads.Add((reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2)));
        }

        return heads;
    }

    /// <summary>Who speaks for these regions once their desks were silent. Primary key of region_liaisons.</summary>
    public async Task<ILookup<string, Guid>> LiaisonsAsync(IReadOnlyCollection<string> regions, CancellationToken cancellation)
    {
        var found = new List<(string Region, Guid Account)>();
        if (regions.Count > 0)
        {
            await using var command = lane.Source.CreateCommand("SELECT region, account_id FROM region_liaisons WHERE region = ANY ($1)");
            command.Parameters.Add(new() { Value = regions.ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                found.Add((reader.GetString(0), reader.GetGuid(1)));
            }
        }

        return found.ToLookup(one => one.Region, one => one.Account);
    }

    private async Task<List<FactView>> ReadPageAsync(IReadOnlyCollection<KeyValuePair<Guid, long>> beyond, int most, CancellationToken cancellation, long? last = null)
    {
        await using var batch = lane.Source.CreateBatch();
        batch.BatchCommands.Add(Beyond(beyond, most, last));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var facts = new List<FactView>();
        while (await reader.ReadAsync(cancellation))
        {
            using var data = JsonDocument.Parse(reader.GetString(8));
            facts.Add(new FactView(
                reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2), reader.GetDateTime(3),
                new(reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetGuid(5), reader.IsDBNull(6) ? null : reader.GetString(6)),
                reader.IsDBNull(7) ? null : reader.GetGuid(7),
                data.RootElement.Clone())
            {
                Audience = reader.GetString(9),
                Trace = reader.IsDBNull(10) ? null : reader.GetString(10),
                Drill = reader.GetBoolean(11),
            });
        }

        return facts;
    }

    /// <summary>The numbers of one incident run without gaps, so a run of them is read by where it begins and how long it is.</summary>
    private async Task ReadOneByOneAsync(List<FactView> facts, KeyValuePair<Guid, long> cursor, int most, CancellationToken cancellation)
    {
        var numbers = new List<long>();
        var region = "";
        await using (var command = lane.Source.CreateCommand(
            "SELECT f.number, array_to_string(i.region_path::text || i.touched, '|') FROM facts f JOIN incidents i ON i.id = f.incident_id WHERE f.incident_id = $1 AND f.number > $2 ORDER BY f.number LIMIT $3"))
        {
            command.Parameters.Add(new() { Value = cursor.Key });
            command.Parameters.Add(new() { Value = cursor.Value });
            command.Parameters.Add(new() { Value = most });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                numbers.Add(reader.GetInt64(0));
                region = reader.GetString(1);
            }
        }

        await Isolate.RunAsync(
            numbers,
            async run => facts.AddRange(await ReadPageAsync([KeyValuePair.Create(cursor.Key, run[0] - 1)], run.Count, cancellation, run[^1])),
            async (number, error) =>
            {
                var entry = await quarantine.PutAsync(QuarantineKind.Fact, cursor.Key, number, error, cancellation);
                facts.Add(new(cursor.Key, number, FactView.Unreadable, entry.FirstFailedAt, new("system", null, null), null, Nothing) { Audience = region });
            });
    }
}
