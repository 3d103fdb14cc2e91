using System.Text.Json;
using Npgsql;

namespace Dispatch.Drills.Histories;

internal sealed record IncidentRow(Guid Id, string RegionPath, string State, long LastFact);

internal sealed record NeedRow(Guid Incident, short Ordinal, short Count, short Filled);

internal sealed record CalloutRow(Guid Id, Guid Incident, short Need, Guid Volunteer, string State, short Ring, DateTimeOffset DueAt, DateTimeOffset ChangedAt);

/// <summary><paramref name="CommittedAt"/> is the commit's own time, which the database gives in the order of its commits.</summary>
internal sealed record FactRow(
    Guid Incident, long Number, string Kind, DateTimeOffset At, string ByKind, Guid? ById, Guid? Callout, Guid? Command, JsonElement Data, DateTimeOffset CommittedAt, string Hash);

/// <summary>One person of one release. <paramref name="Until"/>: the earliest of its end, its being ended, and his return.</summary>
internal sealed record ReleaseRow(Guid Incident, Guid Volunteer, DateTimeOffset From, DateTimeOffset Until);

internal sealed record InboxRow(Guid Volunteer, long Number, string Kind, Guid? Callout);

/// <summary>What the database holds when everything has settled: the incidents of this run and all that belongs to them.</summary>
internal sealed class FinalState
{
    public DateTimeOffset At { get; init; }

    public IReadOnlyDictionary<Guid, IncidentRow> Incidents { get; init; } = new Dictionary<Guid, IncidentRow>();

    public IReadOnlyList<NeedRow> Needs { get; init; } = [];

    public IReadOnlyDictionary<Guid, CalloutRow> Callouts { get; init; } = new Dictionary<Guid, CalloutRow>();

    /// <summary>By incident and number.</summary>
    public IReadOnlyList<FactRow> Facts { get; init; } = [];

    /// <summary>By volunteer and number; of the volunteers with a phone.</summary>
    public IReadOnlyList<InboxRow> Inbox { get; init; } = [];

    public IReadOnlyDictionary<Guid, long> InboxHeads { get; init; } = new Dictionary<Guid, long>();

    public FinalMusters Musters { get; init; } = new();

    /// <summary>Where each volunteer who was asked is at home.</summary>
    public IReadOnlyDictionary<Guid, string> Homes { get; init; } = new Dictionary<Guid, string>();

    public IReadOnlyDictionary<string, string> RegionPaths { get; init; } = new Dictionary<string, string>();

    /// <summary>Who was released for which incident, from when until when, by the rows of the releases.</summary>
    public IReadOnlyList<ReleaseRow> Releases { get; init; } = [];

    public static Task<FinalState> ReadAsync(string connectionString, IReadOnlyCollection<Guid> incidents, IReadOnlyCollection<Guid> phones, CancellationToken cancellation) =>
        ReadAsync(connectionString, incidents, [], phones, cancellation);

    public static async Task<FinalState> ReadAsync(
        string connectionString, IReadOnlyCollection<Guid> incidents, IReadOnlyCollection<Guid> musters, IReadOnlyCollection<Guid> phones, CancellationToken cancellation)
    {
        // No pool: its connections may be older than the last death of the database server.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);

        // One snapshot for everything: rows and record must be of one moment.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        var ids = incidents.ToArray();
        var volunteers = phones.ToArray();
        Task<List<T>> Rows<T>(string sql, Func<NpgsqlDataReader, T> read, params object[] arguments) => ReadAsync(connection, sql, read, cancellation, arguments);
        return new()
        {
            At = (await Rows("SELECT clock_timestamp()", row => Time(row, 0)))[0],
            Incidents = (await Rows("SELECT id, region_path::text, state, last_fact FROM incidents WHERE id = ANY ($1)",
                row => new IncidentRow(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt64(3)), ids)).ToDictionary(row => row.Id),
            Needs = await Rows("SELECT incident_id, ordinal, count, filled FROM needs WHERE incident_id = ANY ($1)",
                row => new NeedRow(row.GetGuid(0), row.GetInt16(1), row.GetInt16(2), row.GetInt16(3)), ids),
            Callouts = (await Rows("SELECT id, incident_id, need_ordinal, volunteer_id, state, ring, due_at, changed_at FROM callouts WHERE incident_id = ANY ($1)",
                row => new CalloutRow(row.GetGuid(0), row.GetGuid(1), row.GetInt16(2), row.GetGuid(3), row.GetString(4), row.GetInt16(5), Time(row, 6), Time(row, 7)), ids))
                .ToDictionary(row => row.Id),
            Facts = await Rows("""
                SELECT incident_id, number, kind, at, by_kind, by_id, callout_id, command_id, data::text, pg_xact_commit_timestamp(xmin), encode(hash, 'hex')
                FROM facts WHERE incident_id = ANY ($1) ORDER BY incident_id, number
                """, Fact, ids),
            Inbox = await Rows("SELECT volunteer_id, number, kind, callout_id FROM inbox WHERE volunteer_id = ANY ($1) ORDER BY volunteer_id, number",
                row => new InboxRow(row.GetGuid(0), row.GetInt64(1), row.GetString(2), Id(row, 3)), volunteers),
            InboxHeads = (await Rows("SELECT volunteer_id, last_number FROM inbox_heads WHERE volunteer_id = ANY ($1)",
                row => (Volunteer: row.GetGuid(0), Last: row.GetInt64(1)), volunteers)).ToDictionary(row => row.Volunteer, row => row.Last),
            Homes = (await Rows("SELECT v.id, r.path::text FROM volunteers v JOIN regions r ON r.code = v.home_region WHERE v.id IN (SELECT volunteer_id FROM callouts WHERE incident_id = ANY ($1))",
                row => (Id: row.GetGuid(0), Path: row.GetString(1)), ids)).ToDictionary(row => row.Id, row => row.Path),
            Releases = await Rows("""
                SELECT r.incident_id, p.volunteer_id, r.given_at, least(r.valid_until, r.ended_at, p.returned_at)
                FROM releases r JOIN released_people p ON p.release_id = r.id WHERE r.incident_id = ANY ($1)
                """, row => new ReleaseRow(row.GetGuid(0), row.GetGuid(1), Time(row, 2), Time(row, 3)), ids),
            Musters = await FinalMusters.ReadAsync(connection, [.. musters], cancellation),
            RegionPaths = (await Rows("SELECT code, path::text FROM regions", row => (Code: row.GetString(0), Path: row.GetString(1)))).ToDictionary(row => row.Code, row => row.Path),
        };
    }

    private static FactRow Fact(NpgsqlDataReader row)
    {
        using var data = JsonDocument.Parse(row.GetString(8));
        return new(
            row.GetGuid(0), row.GetInt64(1), row.GetString(2), Time(row, 3), row.GetString(4), Id(row, 5), Id(row, 6), Id(row, 7), data.RootElement.Clone(), Time(row, 9), row.GetString(10));
    }

    internal static Guid? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    internal static DateTimeOffset Time(NpgsqlDataReader row, int column) => new(row.GetDateTime(column));

    internal static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new() { Value = argument });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
