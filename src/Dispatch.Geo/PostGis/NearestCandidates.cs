using Dispatch.Geo.Matching;
using Npgsql;

namespace Dispatch.Geo.PostGis;

/// <summary>
/// Gathers what a match needs to know from the database: for each need the nearest holders, ring by ring, until nobody unseen could be chosen.
/// <see cref="Matcher.Match"/> of the answer is the match over all the roster.
/// </summary>
/// <remarks>
/// Usually one round trip for all needs. It reads only; engagement is read as committed, and the unique index on active call-outs decides races.
/// The data source must have been built with <c>UseNetTopologySuite()</c> and <see cref="ConnectionOptions"/>.
/// </remarks>
public static class NearestCandidates
{
    /// <summary>A phone that has not confirmed an offer so long counts as one that may never; before, its silence says nothing.</summary>
    public static readonly TimeSpan ReceiptDueAfter = TimeSpan.FromSeconds(LearnedResponses.ReceiptDueSeconds);

    private static readonly string EarlierCallouts = SpatialSql.Read("EarlierCallouts.sql");

    /// <summary>What <c>NpgsqlConnectionStringBuilder.Options</c> must hold. Without it every answer is the same and many are slow.</summary>
    /// <remarks>
    /// A plan made for one set of values believes that few live within the radius and sorts all who do, which costs a hundred times as much in a
    /// city; the plan made without values scans nearest first. It is a setting of the connection because saying it in every batch costs a tenth
    /// of a millisecond, a quarter of a match (docs/decisions/0008).
    /// </remarks>
    public const string ConnectionOptions = "-c plan_cache_mode=force_generic_plan";

    /// <summary>
    /// Asks a question that nobody answers, so that the server's end of a new connection has its plans and PostGIS in memory: the first match on
    /// it is then as quick as the next.
    /// </summary>
    public static Task PlanAsync(NpgsqlConnection connection, CancellationToken cancellation) => Gather(
        connection,
        null,
        new()
        {
            IncidentId = Guid.Empty,
            At = DateTimeOffset.UnixEpoch,
            LocalDate = DateOnly.FromDateTime(DateTime.UnixEpoch),
            Place = new Position(0, 0),
            RadiusMetres = 1,
            Hazardous = false,
            Rings = [new(1, "0", "0", Regions.RegionLevel.Village, "")],
            Needs = [new(1, -1, "", 1)],
        },
        cancellation);

    /// <summary>Everybody considered within the radius, those who may not be asked included, and up to 100 per ring whom nobody can locate.</summary>
    /// <exception cref="ArgumentException">No rings, or rings of which one is not inside the next.</exception>
    public static async Task<MatchRequest> Gather(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, MatchQuestion question, CancellationToken cancellation)
    {
        var rings = question.Rings.OrderBy(ring => ring.Number).ToArray();
        if (rings.Length == 0 || rings.Zip(rings.Skip(1)).Any(pair => !Regions.Region.IsWithin(pair.First.Path, pair.Second.Path)))
        {
            throw new ArgumentException("Rings are given, each inside the next.", nameof(question));
        }

        var request = new MatchRequest
        {
            IncidentId = question.IncidentId,
            At = question.At,
            LocalDate = question.LocalDate,
            Place = question.Place,
            RadiusMetres = question.RadiusMetres,
            Hazardous = question.Hazardous,
            LifeCritical = question.LifeCritical,
            AlertBudget = question.AlertBudget,
            AlertPeriodSeconds = question.AlertBudget is null ? null : question.AlertPeriod.TotalSeconds,
            RestFloorSeconds = question.RestFloor?.TotalSeconds,
            Quiet = question.Quiet ? true : null,
            Rings = question.Rings,
            Needs = question.Needs,
            Candidates = [],
        };
        var learned = question.Needs.Any(need => need.Plan is not null) ? new LearnedResponses(question) : null;

        // Whoever is among the first W who pass could be chosen, W being what all needs together want (Matcher's remarks).
        var enough = question.Needs.Sum(need => need.Wanted);
        var searches = question.Needs.Select(need => new CandidateSearch(question, need, rings, enough)).ToList();
        Dictionary<Guid, string>? asked = question.FirstWave ? [] : null;
        while (searches.Exists(search => !search.IsDone))
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            if (asked is null)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(EarlierCallouts) { Parameters = { new() { Value = question.IncidentId } } });
            }

            foreach (var command in learned?.Commands() ?? [])
            {
                batch.BatchCommands.Add(command);
            }

            var running = searches.Where(search => !search.IsDone).ToList();
            foreach (var command in running.SelectMany(search => search.Commands()))
            {
                batch.BatchCommands.Add(command);
            }

            await batch.PrepareAsync(cancellation);
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            asked ??= await ReadEarlierAsync(reader, cancellation);
            if (learned is { IsRead: false })
            {
                request = await learned.ReadAsync(reader, request, cancellation);
            }

            foreach (var search in running)
            {
                await search.ReadAsync(reader, request, asked, cancellation);
            }
        }

        return request with { Candidates = [.. searches.SelectMany(search => search.Candidates)] };
    }

    private static async Task<Dictionary<Guid, string>> ReadEarlierAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var asked = new Dictionary<Guid, string>();
        while (await reader.ReadAsync(cancellation))
        {
            asked.Add(reader.GetGuid(0), reader.GetString(1));
        }

        await reader.NextResultAsync(cancellation);
        return asked;
    }
}
