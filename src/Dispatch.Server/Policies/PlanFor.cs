using Dispatch.Server.Incidents;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Server.Policies;

/// <summary>
/// The plan of an incident that is being raised, and the name of who raises it: one round trip, since it is on the way of every raise. The context's
/// connection is open.
/// </summary>
internal static class PlanFor
{
    private const string ModesSql = "SELECT mode FROM region_modes WHERE region = ANY ($1)";
    private const string LinesSql = """
        SELECT region, category, mode, first_ring, last_ring, radius_metres, answer_within, arrive_within, target_probability, inner_target, alert_budget, alert_period,
               rest_floor, quiet_from, quiet_to, aid, aid_answer_within, lend_for, approver
        FROM policies WHERE region = ANY ($1) AND (category = $2 OR category IS NULL)
        """;

    public static async Task<(string? Name, Plan Plan)> RaiseAsync(DispatchDb db, Guid account, Category category, string path, CancellationToken cancellation)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var codes = path.Split('.');
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT name FROM accounts WHERE id = $1") { Parameters = { new() { Value = account } } },
                new(ModesSql) { Parameters = { new() { Value = codes } } },
                new(LinesSql) { Parameters = { new() { Value = codes }, new() { Value = category.Key } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var name = await reader.ReadAsync(cancellation) ? reader.GetString(0) : null;
        await reader.NextResultAsync(cancellation);
        var mode = Mode.Peacetime;
        while (await reader.ReadAsync(cancellation))
        {
            mode = (Mode)Math.Max((int)mode, (int)Enum.Parse<Mode>(reader.GetString(0), ignoreCase: true));
        }

        await reader.NextResultAsync(cancellation);
        var lines = new List<PolicyLine>();
        while (await reader.ReadAsync(cancellation))
        {
            lines.Add(Line(reader));
        }

        return (name, Plan.Of(category, mode, lines, path));
    }

    private static PolicyLine Line(NpgsqlDataReader row)
    {
        T? Value<T>(int column)
            where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
        T? Word<T>(int column)
            where T : struct, Enum => row.IsDBNull(column) ? null : Enum.Parse<T>(row.GetString(column), ignoreCase: true);
        return new()
        {
            Id = Guid.Empty, // read only
            Region = row.GetString(0),
            Category = row.IsDBNull(1) ? null : row.GetString(1),
            Mode = Word<Mode>(2)!.Value,
            FirstRing = Value<short>(3),
            LastRing = Value<short>(4),
            RadiusMetres = Value<int>(5),
            AnswerWithin = Value<TimeSpan>(6),
            ArriveWithin = Value<TimeSpan>(7),
            TargetProbability = Value<double>(8),
            InnerTarget = Value<double>(9),
            AlertBudget = Value<short>(10),
            AlertPeriod = Value<TimeSpan>(11),
            RestFloor = Value<TimeSpan>(12),
            QuietFrom = Value<TimeOnly>(13),
            QuietTo = Value<TimeOnly>(14),
            Aid = Word<AidAsked>(15),
            AidAnswerWithin = Value<TimeSpan>(16),
            LendFor = Value<TimeSpan>(17),
            Approver = Word<Approver>(18),
        };
    }
}
