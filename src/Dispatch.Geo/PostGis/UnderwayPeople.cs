using Dispatch.Geo.Matching;
using Dispatch.Geo.Waves;
using Npgsql;

namespace Dispatch.Geo.PostGis;

/// <summary>Of somebody an incident has asked, how he stands to it: <see cref="Said"/> is the word of callouts.state.</summary>
/// <param name="CalloutId">His call-out.</param>
/// <param name="NeedOrdinal">The need.</param>
/// <param name="VolunteerId">Who.</param>
/// <param name="Said">accepted, enRoute, standby or offered.</param>
/// <param name="OfferedAt">When he was asked.</param>
/// <param name="Way">Of who said yes, his way; of a standby or a silent one, as if he were called up, or said yes, now.</param>
/// <param name="WasLate">It was recorded that he will be late.</param>
public sealed record OnTheBooks(Guid CalloutId, short NeedOrdinal, Guid VolunteerId, string Said, DateTimeOffset OfferedAt, Underway Way, bool WasLate)
{
    public bool IsComing => Said is "accepted" or "enRoute";
}

/// <summary>Reads where those are whom an incident counts on, in one round trip.</summary>
public static class UnderwayPeople
{
    private static readonly string Sql = SpatialSql.Read("UnderwayPeople.sql");

    /// <param name="connection">Open.</param>
    /// <param name="transaction">The incident's, or null.</param>
    /// <param name="incident">Which.</param>
    /// <param name="now">The database's clock.</param>
    /// <param name="hours">The class of hours at the incident's place: by night people take longer to set out.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<IReadOnlyList<OnTheBooks>> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Guid incident, DateTimeOffset now, HourClass hours, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection, transaction) { Parameters = { new() { Value = incident }, new() { Value = (now - Gates.FixFreshFor).UtcDateTime } } };
        await command.PrepareAsync(cancellation);
        var people = new List<OnTheBooks>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var said = reader.GetString(3);
            var changedAt = reader.GetFieldValue<DateTimeOffset>(5);
            people.Add(new(
                reader.GetGuid(0), reader.GetInt16(1), reader.GetGuid(2), said, reader.GetFieldValue<DateTimeOffset>(4),
                new()
                {
                    SetsOutAt = SetsOutAt(said, said == "accepted" || said == "enRoute" ? changedAt : now, hours),
                    DistanceMetres = Math.Round(reader.GetDouble(6), 3),
                    FixAt = reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
                    Means = MeansOf(reader.IsDBNull(8) ? null : reader.GetString(8)),
                },
                reader.GetBoolean(9)));
        }

        return people;
    }

    /// <summary>Who says that he is en route is; before, his yes is followed by the usual time to set out.</summary>
    public static DateTimeOffset SetsOutAt(string said, DateTimeOffset saidAt, HourClass hours) =>
        said == "enRoute" ? saidAt : saidAt.AddSeconds(ResponseModel.Published(hours).SetOutSeconds);

    /// <summary>The means by the word the database keeps; null: has not said.</summary>
    public static Means MeansOf(string? word) => word is null ? Means.Undeclared : CandidateRow.MeansOf(word);
}
