using System.Text.RegularExpressions;
using Dispatch.Geo.Matching;
using Dispatch.Geo.Regions;
using Npgsql;
using NpgsqlTypes;

namespace Dispatch.Geo.PostGis;

/// <summary>
/// The search for one need, ring by ring, page by page. Each round it says which commands it wants, then reads their answers; it is done when
/// enough people pass whom nobody unseen can precede, or every ring is exhausted.
/// </summary>
internal sealed partial class CandidateSearch(MatchQuestion question, NeedToFill need, Ring[] rings, int enough)
{
    // A page of neighbours looks at eight times its length, at least at 200, before it asks from the ring's side; a ring of at most so many
    // holders is read whole. Numbers and alternatives: docs/decisions/0008.
    private const int LookAtLeastAt = 200;
    private const int SmallRing = 5_000;
    private const int UnlocatedToName = 100;

    internal static readonly string CountHolders = SpatialSql.Read("CountHolders.sql");
    internal static readonly string CountWithinReach = SpatialSql.Read("CountWithinReach.sql");
    internal static readonly Statements Everybody = new(_ => "true");
    internal static readonly Statements WhoMayCome = new(row => SpatialSql.Read("MayCome.sql").Replace("{row}", row, StringComparison.Ordinal));

    private readonly Statements statements = question.OnlyWhoMayCome ? WhoMayCome : Everybody;
    private readonly List<Candidate> settledRings = [];
    private readonly List<Candidate> unsettled = [];
    private readonly NpgsqlPoint place = SearchPlane.PointOf(need.QualificationId, question.Place);
    private readonly double reach = SearchPlane.Reach(question.Place, question.RadiusMetres);
    private List<Candidate> page = [];
    private From from = From.Neighbours;
    private bool unsettledKnown;
    private int ring;
    private int passed;
    private int limit = FirstPage(enough);
    private bool isFirstPage = true;
    private int? withinReach; // how many the scan can come upon at all, wherever they are at home, once they are counted

    private enum From
    {
        /// <summary>The nearest neighbours, looking at a bounded number of them.</summary>
        Neighbours,

        /// <summary>All holders of a small ring.</summary>
        Holders,

        /// <summary>The nearest neighbours of a large ring, however many have to be looked at.</summary>
        AllNeighbours,
    }

    public bool IsDone => ring == rings.Length;

    /// <summary>Everybody considered: every ring that was opened, as far as it is known to be complete.</summary>
    public IEnumerable<Candidate> Candidates => settledRings;

    // The first page usually does. A further one may find fewer than it looks for, and then has to know whether it saw all there are.
    private bool Counts => from == From.Neighbours && !isFirstPage && withinReach is null;

    private bool SeesAllWithinReach => from == From.Neighbours && withinReach <= LookAt(limit);

    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        switch (from)
        {
            case From.Neighbours:
                if (Counts)
                {
                    yield return new NpgsqlBatchCommand(CountWithinReach) { Parameters = { new() { Value = place }, new() { Value = reach }, new() { Value = LookAt(limit) + 1 } } };
                }

                yield return Command(unsettledKnown ? statements.NearestInRing : statements.NearestAndUnsettled, LookAt(limit));
                break;
            case From.Holders:
                yield return new NpgsqlBatchCommand(CountHolders)
                {
                    Parameters = { new() { Value = need.QualificationId }, Ltree(rings[ring].Path), Ltree(EndOf(rings[ring])), new() { Value = SmallRing + 1 } },
                };
                yield return Command(statements.HoldersOfRing, SmallRing);
                break;
            default:
                yield return Command(statements.NearestInRing, int.MaxValue);
                break;
        }
    }

    /// <summary>Reads the answers to <see cref="Commands"/>; the reader stands on the first and is left on the one after the last.</summary>
    public async Task ReadAsync(NpgsqlDataReader reader, MatchRequest gatesAgainst, IReadOnlyDictionary<Guid, string> asked, CancellationToken cancellation)
    {
        var tooMany = from == From.Holders && await CountAsync(reader, cancellation) > SmallRing;
        if (Counts && await CountAsync(reader, cancellation) is var count && count <= LookAt(limit))
        {
            withinReach = count;
        }

        var farthest = 0.0;
        page = [];
        while (await reader.ReadAsync(cancellation))
        {
            var row = CandidateRow.Read(reader, question, need.Ordinal, rings[ring].Number);
            var candidate = WithEarlier(row.Candidate, asked);
            if (double.IsNaN(row.PlaneMetres))
            {
                unsettled.Add(candidate);
            }
            else
            {
                farthest = Math.Max(farthest, row.PlaneMetres);
                page.Add(candidate);
            }
        }

        unsettledKnown = true; // they come with the first page of a ring
        await reader.NextResultAsync(cancellation);
        var pageIsFull = page.Count == limit;
        if (tooMany)
        {
            from = From.AllNeighbours;
        }
        else if (pageIsFull)
        {
            // Nobody unseen is nearer than this: beyond it the page may have gaps. 2 mm: distances are rounded.
            Settle(SearchPlane.SurelySeen(question.Place, farthest) - 0.002, gatesAgainst);
        }
        else if (from == From.Neighbours && !SeesAllWithinReach)
        {
            from = From.Holders; // either there are no more, or it has looked at enough neighbours: ask from the other side
        }
        else
        {
            Settle(double.PositiveInfinity, gatesAgainst);
        }
    }

    internal static string FactsOf(string source) => SpatialSql.Read("CandidateFacts.sql").Replace("{source}", source, StringComparison.Ordinal);

    private static async Task<int> CountAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        await reader.ReadAsync(cancellation);
        var count = reader.GetInt64(0); // of a statement with a limit
        await reader.NextResultAsync(cancellation);
        return (int)count;
    }

    private static int LookAt(int limit) => Math.Max(LookAtLeastAt, 8 * limit);

    private static int FirstPage(int missing) => missing + Math.Max(4, missing / 8);

    private static Candidate WithEarlier(Candidate candidate, IReadOnlyDictionary<Guid, string> asked) =>
        asked.TryGetValue(candidate.VolunteerId, out var state) ? candidate with { AlreadyAsked = state } : candidate;

    private void Settle(double completeMetres, MatchRequest gatesAgainst)
    {
        var exhausted = completeMetres >= question.RadiusMetres;
        var known = page.Concat(unsettled).DistinctBy(candidate => candidate.VolunteerId)
            .Where(candidate => candidate.DistanceMetres is null || (candidate.DistanceMetres <= completeMetres && candidate.DistanceMetres <= question.RadiusMetres))
            .ToList();
        var passing = known.Count(candidate => Gates.Pass(candidate, gatesAgainst));
        if (passed + passing < enough && !exhausted)
        {
            // As many as would do if the rest were like these. Where few pass that is nearly the whole ring, which is then read whole, once.
            var missing = (double)(enough - passed) / Math.Max(1, passing);
            limit = (int)Math.Clamp(limit * missing * 1.25, limit * 4.0, limit * 16.0);
            isFirstPage = false;
            from = from == From.Neighbours && !SeesAllWithinReach && LookAt(limit) > SmallRing ? From.Holders : from;
            return;
        }

        settledRings.AddRange(known);
        passed += passing;
        ring = passed >= enough ? rings.Length : ring + 1;
        (from, limit, isFirstPage, unsettledKnown) = (From.Neighbours, FirstPage(Math.Max(enough - passed, 0)), true, false);
        unsettled.Clear();
    }

    private NpgsqlBatchCommand Command(string sql, int lookAt) => new(sql)
    {
        Parameters =
        {
            new() { Value = need.QualificationId },
            new() { Value = place },
            new() { Value = reach },
            Ltree(rings[ring].Path),
            Ltree(ring == 0 ? null : rings[ring - 1].Path),
            new() { Value = (question.At - Gates.FixFreshFor).UtcDateTime },
            new() { Value = question.At.UtcDateTime },
            new() { Value = limit },
            new() { Value = lookAt },
            Ltree(EndOf(rings[ring])),
            new() { Value = question.OnlyWhoMayCome ? 0 : UnlocatedToName },
        },
    };

    // Codes are digits: no label lies between a code and the code with a 0 behind it, so this ends the region and all below it.
    private static string EndOf(Ring ring) => ring.Path + "0";

    private static NpgsqlParameter Ltree(string? path) => new() { Value = (object?)path ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.LTree };

    /// <summary>The statements of a search, for everybody or for those alone of whom <paramref name="mayCome"/> holds: SQL about a row, by its name.</summary>
    internal sealed class Statements(Func<string, string> mayCome)
    {
        public string NearestInRing { get; } = FactsOf(Source("NearestInRing.sql", mayCome));

        public string HoldersOfRing { get; } = FactsOf(Source("HoldersOfRing.sql", mayCome));

        public string NearestAndUnsettled { get; } = FactsOf($"({Source("NearestInRing.sql", mayCome)})\nUNION ALL\n{Source("UnsettledInRing.sql", mayCome)}");

        private static string Source(string file, Func<string, string> mayCome) => MayCome().Replace(SpatialSql.Read(file), word => mayCome(word.Groups["row"].Value));
    }

    [GeneratedRegex(@"\{(?<row>\w+) may come\}")]
    private static partial Regex MayCome();
}
