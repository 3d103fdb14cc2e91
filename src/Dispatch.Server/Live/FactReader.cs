using System.Text.Json;
using System.Text.Json.Serialization;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Live;

/// <summary>A fact as it travels: docs/wire.md, "Facts".</summary>
internal sealed record FactView(Guid IncidentId, long Number, string Kind, DateTimeOffset At, FactView.Author By, Guid? CalloutId, JsonElement Data)
{
    internal sealed record Author(string Kind, Guid? Id, string? Name);

    [JsonIgnore]
    public string RegionPath { get; init; } = "";
}

/// <summary>Reads facts for the pump, for consoles that resume, and for programs.</summary>
internal sealed class FactReader(NpgsqlDataSource source)
{
    private static readonly string Sql = EmbeddedSql.Read("ReadFacts.sql");

    /// <summary>Facts of each incident beyond its number, ascending per incident; at most <paramref name="most"/> in all.</summary>
    public async Task<List<FactView>> ReadAsync(IReadOnlyCollection<KeyValuePair<Guid, long>> beyond, int most, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = beyond.Select(cursor => cursor.Key).ToArray() });
        command.Parameters.Add(new() { Value = beyond.Select(cursor => cursor.Value).ToArray() });
        command.Parameters.Add(new() { Value = most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
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
                RegionPath = reader.GetString(9),
            });
        }

        return facts;
    }

    /// <summary>The number of the last fact of every incident that may still move.</summary>
    public async Task<List<(Guid Incident, long LastFact, string RegionPath)>> HeadsAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "SELECT id, last_fact, region_path::text FROM incidents WHERE state = 'open' OR ended_at > now() - interval '10 minutes'");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var heads = new List<(Guid, long, string)>();
        while (await reader.ReadAsync(cancellation))
        {
            heads.Add((reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2)));
        }

        return heads;
    }
}
