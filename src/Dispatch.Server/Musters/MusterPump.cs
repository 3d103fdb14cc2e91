using System.Text.Json;
using System.Text.Json.Serialization;
using Dispatch.Server.Live;
using Npgsql;

namespace Dispatch.Server.Musters;

/// <summary>A fact of a muster as it travels: docs/wire.md, "Musters".</summary>
internal sealed record MusterFactView(Guid MusterId, long Number, string Kind, DateTimeOffset At, FactView.Author By, JsonElement Data)
{
    /// <summary>演练: of a drill's record. Absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Drill { get; init; }

    [JsonIgnore]
    public string RegionPath { get; init; } = "";
}

/// <summary>Reads the record of musters. Primary key of muster_facts.</summary>
internal static class MusterFacts
{
    public static async Task<List<MusterFactView>> ReadAsync(NpgsqlDataSource source, IReadOnlyCollection<KeyValuePair<Guid, long>> beyond, int most, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT f.muster_id, f.number, f.kind, f.at, f.by_kind, f.by_id, coalesce(a.name, v.name), f.data::text, m.region_path::text, m.drill
            FROM unnest($1::uuid[], $2::bigint[]) AS w (muster_id, beyond)
            JOIN musters m ON m.id = w.muster_id
            JOIN muster_facts f ON f.muster_id = w.muster_id AND f.number > w.beyond
            LEFT JOIN accounts a ON f.by_kind = 'operator' AND a.id = f.by_id
            LEFT JOIN volunteers v ON f.by_kind = 'volunteer' AND v.id = f.by_id
            ORDER BY f.muster_id, f.number LIMIT $3
            """);
        command.Parameters.Add(new() { Value = beyond.Select(one => one.Key).ToArray() });
        command.Parameters.Add(new() { Value = beyond.Select(one => one.Value).ToArray() });
        command.Parameters.Add(new() { Value = most });
        var facts = new List<MusterFactView>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            using var data = JsonDocument.Parse(row.GetString(7));
            facts.Add(new(
                row.GetGuid(0), row.GetInt64(1), row.GetString(2), row.GetDateTime(3),
                new(row.GetString(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.IsDBNull(6) ? null : row.GetString(6)), data.RootElement.Clone())
            {
                RegionPath = row.GetString(8),
                Drill = row.GetBoolean(9),
            });
        }

        return facts;
    }
}

/// <summary>
/// Carries the facts of musters to this node's consoles. A hint makes it quick, its own look makes it certain; who no longer stands is cut before one
/// is sent. A console that was away takes the present picture instead of a replay: a muster's picture is small, and its record can be read.
/// </summary>
internal sealed class MusterPump(Hints hints, Connections connections, SendReview review, NpgsqlDataSource source, ILogger<MusterPump> log) : BackgroundService
{
    private const int Most = 500;

    private readonly Dictionary<Guid, long> pumped = [];
    private Guid epoch;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loops.RunAsync("muster pump", PumpAsync, log, stoppingToken);

    private async Task PumpAsync(CancellationToken cancellation)
    {
        if (epoch == Guid.Empty)
        {
            var now = await review.RunAsync(cancellation);
            pumped.Clear();
            foreach (var (muster, head) in await HeadsAsync(cancellation))
            {
                pumped[muster] = head; // what was there before, consoles read as their picture
            }

            epoch = now;
        }

        await hints.Musters.TakeAsync(hints.PollAfter, cancellation);
        var moved = (await HeadsAsync(cancellation)).Where(head => head.Value > pumped.GetValueOrDefault(head.Key)).Select(head => KeyValuePair.Create(head.Key, pumped.GetValueOrDefault(head.Key))).ToList();
        while (moved.Count > 0)
        {
            var facts = await MusterFacts.ReadAsync(source, moved, Most, cancellation);
            if (await review.RunAsync(cancellation) != epoch)
            {
                epoch = Guid.Empty; // the database was restored: everybody has been cut and comes back for the picture
                return;
            }

            foreach (var fact in facts)
            {
                pumped[fact.MusterId] = fact.Number;
                foreach (var console in connections.Consoles)
                {
                    if (Access.Caller.Covers(console.RegionPath, fact.RegionPath))
                    {
                        console.SendMuster(fact);
                    }
                }
            }

            if (facts.Count < Most)
            {
                return;
            }

            moved = moved.ConvertAll(one => KeyValuePair.Create(one.Key, pumped.GetValueOrDefault(one.Key)));
        }
    }

    // Index musters_unsettled, musters_by_called_at.
    private async Task<Dictionary<Guid, long>> HeadsAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT id, last_fact FROM musters WHERE settled_at IS NULL OR settled_at > now() - interval '10 minutes'");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var heads = new Dictionary<Guid, long>();
        while (await reader.ReadAsync(cancellation))
        {
            heads[reader.GetGuid(0)] = reader.GetInt64(1);
        }

        return heads;
    }
}
