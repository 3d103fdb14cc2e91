using System.Text.Json;
using Npgsql;

namespace Dispatch.Drills.Histories;

internal sealed record MusterRow(Guid Id, string RegionPath, string State, long LastFact);

internal sealed record MusterPersonRow(
    Guid Muster, Guid Volunteer, int Stage, string? ToTell, long? ToldNumber, DateTimeOffset? NotifiedAt, DateTimeOffset? DeliveredAt, DateTimeOffset? AnsweredAt,
    DateTimeOffset? CheckedInAt);

/// <summary>Facts of one <paramref name="Transaction"/> carry the roll call as it stood at its end.</summary>
internal sealed record MusterFactRow(
    Guid Muster, long Number, string Kind, DateTimeOffset At, string ByKind, Guid? ById, Guid? Command, JsonElement Data, string Transaction, string Hash);

/// <summary>What an inbox holds of a muster, of everybody who was called.</summary>
internal sealed record MusterItemRow(Guid Muster, Guid Volunteer, long Number, string Kind);

/// <summary>What the database holds of the musters of this run when everything has settled.</summary>
internal sealed class FinalMusters
{
    public IReadOnlyDictionary<Guid, MusterRow> Musters { get; init; } = new Dictionary<Guid, MusterRow>();

    public IReadOnlyList<MusterPersonRow> People { get; init; } = [];

    /// <summary>By muster and number.</summary>
    public IReadOnlyList<MusterFactRow> Facts { get; init; } = [];

    public IReadOnlyList<MusterItemRow> Items { get; init; } = [];

    /// <summary>How far each phone has said that it has come.</summary>
    public IReadOnlyDictionary<Guid, long> Delivered { get; init; } = new Dictionary<Guid, long>();

    /// <summary>In the snapshot of the connection's transaction.</summary>
    public static async Task<FinalMusters> ReadAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellation)
    {
        Task<List<T>> Rows<T>(string sql, Func<NpgsqlDataReader, T> read) => FinalState.ReadAsync(connection, sql, read, cancellation, ids);
        static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : FinalState.Time(row, column);
        return new()
        {
            Musters = (await Rows("SELECT id, region_path::text, state, last_fact FROM musters WHERE id = ANY ($1)",
                row => new MusterRow(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt64(3)))).ToDictionary(row => row.Id),
            People = await Rows("""
                SELECT muster_id, volunteer_id, stage, to_tell, told_number, notified_at, delivered_at, answered_at, checked_in_at
                FROM muster_people WHERE muster_id = ANY ($1) ORDER BY muster_id, volunteer_id
                """,
                row => new MusterPersonRow(
                    row.GetGuid(0), row.GetGuid(1), row.GetInt16(2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetInt64(4), Time(row, 5), Time(row, 6),
                    Time(row, 7), Time(row, 8))),
            Facts = await Rows("""
                SELECT muster_id, number, kind, at, by_kind, by_id, command_id, data::text, xmin::text, encode(hash, 'hex')
                FROM muster_facts WHERE muster_id = ANY ($1) ORDER BY muster_id, number
                """, Fact),
            Items = await Rows("SELECT muster_id, volunteer_id, number, kind FROM inbox WHERE muster_id = ANY ($1) ORDER BY muster_id, volunteer_id, number",
                row => new MusterItemRow(row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetString(3))),
            Delivered = (await Rows("SELECT volunteer_id, delivered FROM inbox_heads WHERE volunteer_id IN (SELECT volunteer_id FROM muster_people WHERE muster_id = ANY ($1))",
                row => (Volunteer: row.GetGuid(0), Delivered: row.GetInt64(1)))).ToDictionary(row => row.Volunteer, row => row.Delivered),
        };
    }

    private static MusterFactRow Fact(NpgsqlDataReader row)
    {
        using var data = JsonDocument.Parse(row.GetString(7));
        return new(
            row.GetGuid(0), row.GetInt64(1), row.GetString(2), FinalState.Time(row, 3), row.GetString(4), FinalState.Id(row, 5), FinalState.Id(row, 6), data.RootElement.Clone(),
            row.GetString(8), row.GetString(9));
    }
}
