using Dispatch.Geo.Matching;
using Dispatch.Geo.Regions;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Geo.PostGis;

/// <summary>
/// People of other commands released for an incident, as one more ring behind its own. Named people, so there is nothing to search: they are read
/// whole, in one round trip, and only for incidents that have any.
/// </summary>
public static class LentCandidates
{
    /// <summary>The ring of those lent, whatever rings the ladder has: it opens when the command's own cannot fill.</summary>
    public const int Ring = 10;

    private const int Most = 5_000;

    private static readonly string Sql = SpatialSql.Read("CandidateFacts.sql").Replace("{source}", SpatialSql.Read("LentPeople.sql"), StringComparison.Ordinal);

    /// <param name="connection">Open, within the match's transaction.</param>
    /// <param name="transaction">The match's.</param>
    /// <param name="question">What was asked of the command's own people.</param>
    /// <param name="request">Their answer, to which those lent are added.</param>
    /// <param name="ring">What the ring is called; its number is <see cref="Ring"/>.</param>
    /// <param name="until">Who is released for less than this is left out: an offer must not outlive its ground.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<MatchRequest> AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, MatchQuestion question, MatchRequest request, Ring ring, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new(SpatialSql.Read("EarlierCallouts.sql")) { Parameters = { new() { Value = question.IncidentId } } });
        foreach (var need in question.Needs)
        {
            batch.BatchCommands.Add(Command(question, need, until));
        }

        var asked = new Dictionary<Guid, string>();
        var lent = new List<Candidate>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            asked.Add(reader.GetGuid(0), reader.GetString(1));
        }

        foreach (var need in question.Needs)
        {
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var row = CandidateRow.Read(reader, question, need.Ordinal, Ring);
                lent.Add(row.Candidate with { AlreadyAsked = asked.GetValueOrDefault(row.Candidate.VolunteerId), LendingConsent = row.PlaneMetres > 0 }); // no plane here: the column says whether he consents
            }
        }

        return lent.Count == 0 ? request : request with { Rings = [.. request.Rings, ring with { Number = Ring }], Candidates = [.. request.Candidates, .. lent] };
    }

    private static NpgsqlBatchCommand Command(MatchQuestion question, NeedToFill need, DateTimeOffset until) => new(Sql)
    {
        Parameters =
        {
            new() { Value = need.QualificationId },
            new() { Value = 0.0 }, // place and reach: nothing is searched here
            new() { Value = 0.0 },
            new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.LTree },
            new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.LTree },
            new() { Value = (question.At - Gates.FixFreshFor).UtcDateTime },
            new() { Value = question.At.UtcDateTime },
            new() { Value = Most },
            new() { Value = 0 },
            new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.LTree },
            new() { Value = 0 },
            new() { Value = question.IncidentId },
            new() { Value = until.UtcDateTime },
        },
    };
}
