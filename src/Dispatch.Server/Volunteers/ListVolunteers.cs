using System.Text.Json;
using Dispatch.Server.Access;
using Dispatch.Server.Regions;
using Dispatch.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Server.Volunteers;

/// <summary>Shows an operator his roster, a page at a time, by region and by part of a name or number.</summary>
internal static class ListVolunteers
{
    public const int PageSize = 50;
    private const int LongestQuery = 40, LastPage = 10_000;

    private static readonly string Sql = EmbeddedSql.Read("ListVolunteers.sql");

    internal sealed record Place(string Code, string Name);

    internal sealed record Held(string Key, string Name, DateOnly? ValidUntil, bool Expired);

    internal sealed record TeamName(Guid Id, string Name);

    internal sealed record View(
        Guid Id, string ExternalId, string Name, Place HomeRegion, string Fitness, string Assessment, string Duty, bool AvailableNow, DateOnly? InsuredUntil,
        IReadOnlyList<Held> Qualifications, IReadOnlyList<TeamName> Teams, bool Activated, bool Engaged, bool Connected, string? Phone);

    internal sealed record Page(long Total, [property: System.Text.Json.Serialization.JsonPropertyName("page")] int Number, IReadOnlyList<View> Volunteers);

    public static async Task<IResult> Handle(string? region, string? query, int? page, Caller caller, NpgsqlDataSource source, PersonalData personal, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        Text.Check(faults, "query", query, LongestQuery, required: false);
        if (page is < 1 or > LastPage)
        {
            faults.Add(new("page", $"应为 1 至 {LastPage}", $"must be 1 to {LastPage}"));
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        if (await OwnRegion.PathAsync(region, caller, source, cancellation) is not { } path)
        {
            return Problems.NotFound("属地", "region");
        }

        var number = page ?? 1;
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = path });
        command.Parameters.Add(new() { Value = (object?)Pattern(query) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = PageSize });
        command.Parameters.Add(new() { Value = (number - 1) * PageSize });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (total, volunteers) = (0L, new List<View>());
        while (await reader.ReadAsync(cancellation))
        {
            total = reader.GetInt64(0);
            volunteers.Add(new(
                reader.GetGuid(1), reader.GetString(2), reader.GetString(3), new(reader.GetString(4), reader.GetString(5)), reader.GetString(6), reader.GetString(7),
                reader.GetString(8), reader.GetBoolean(9), reader.IsDBNull(10) ? null : reader.GetFieldValue<DateOnly>(10),
                JsonSerializer.Deserialize<List<Held>>(reader.GetString(11), Json.Options)!, JsonSerializer.Deserialize<List<TeamName>>(reader.GetString(12), Json.Options)!,
                reader.GetBoolean(13), reader.GetBoolean(14), reader.GetBoolean(15),
                reader.IsDBNull(16) ? null : PhoneNumber.Masked(personal.Open(reader.GetGuid(1), reader.GetFieldValue<byte[]>(16)))));
        }

        return TypedResults.Json(new Page(total, number, volunteers), Json.Options);
    }

    /// <summary>Anywhere in the text; what the user typed is text, not a pattern.</summary>
    private static string? Pattern(string? query) => string.IsNullOrWhiteSpace(query)
        ? null
        : $"%{query.Trim().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
