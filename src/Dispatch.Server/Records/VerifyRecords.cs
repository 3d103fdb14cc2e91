using System.Data;
using Dispatch.Server.Storage;
using Npgsql;

namespace Dispatch.Server.Records;

/// <summary>
/// Verifies the record: the facts of every incident and of every muster run 1, 2, 3 ... up to its counter, and every hash is that of its fact and of the hash before it. Names
/// the first bad fact of each; what follows a bad fact proves nothing more. Reads only, and in one snapshot, so it may run at any time.
/// </summary>
internal static class VerifyRecords
{
    private const int FlawsNamed = 1000;

    private static readonly (RecordKind Kind, string Sql)[] Records = [(RecordKind.Incident, EmbeddedSql.Read("ReadRecords.sql")), (RecordKind.Muster, EmbeddedSql.Read("ReadMusterRecords.sql"))];

    /// <summary>The first bad fact of a record, and what is wrong in words.</summary>
    internal sealed record Flaw(RecordOf Of, long Number, string What);

    /// <summary>The last fact of a record and its hash: whoever keeps it elsewhere can prove later what the record said.</summary>
    internal sealed record Head(RecordOf Of, long Number, string Hash);

    internal sealed record Report(long Incidents, long Musters, long Facts, IReadOnlyList<Flaw> Flaws, IReadOnlyList<Head> Heads);

    /// <param name="source">Of any role that may read incidents, musters and their facts.</param>
    /// <param name="recentOnly">Only what is open or ended within the last day.</param>
    /// <param name="kept">Heads kept from an earlier run: each must still be in the record, as it was.</param>
    /// <param name="cancellation">Ends it between two rows.</param>
    public static async Task<Report> RunAsync(NpgsqlDataSource source, bool recentOnly, IReadOnlyCollection<Head>? kept, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await using (var patience = new NpgsqlCommand("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0", connection, transaction))
        {
            await patience.ExecuteNonQueryAsync(cancellation);
        }

        var walk = new Walk(kept);
        foreach (var (kind, sql) in Records)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
            command.Parameters.Add(new() { Value = recentOnly });
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellation);
            await WalkAsync(walk, kind, reader, cancellation);
        }

        return walk.End();
    }

    private static async Task WalkAsync(Walk walk, RecordKind kind, NpgsqlDataReader reader, CancellationToken cancellation)
    {
        while (await reader.ReadAsync(cancellation))
        {
            var of = new RecordOf(kind, reader.GetGuid(0));
            walk.Enter(of, reader.GetInt64(1));
            if (!reader.IsDBNull(2))
            {
                walk.Take(new(
                    of, reader.GetInt64(2), reader.GetString(3), reader.GetDateTime(4), reader.GetString(5), Id(reader, 6), Id(reader, 7), Id(reader, 8),
                    reader.GetString(9), reader.GetFieldValue<byte[]>(10)));
            }
        }
    }

    private static Guid? Id(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);

    /// <summary>Goes over the facts of one record after another. Pure: no database.</summary>
    internal sealed class Walk(IReadOnlyCollection<Head>? kept)
    {
        private readonly Dictionary<RecordOf, Head> earlier = (kept ?? []).ToDictionary(head => head.Of);
        private readonly List<Flaw> flaws = [];
        private readonly List<Head> heads = [];
        private RecordOf current;
        private bool within, flawed;
        private long counter, number, incidents, musters, facts;
        private byte[] hash = FactChain.Beginning;

        public void Enter(RecordOf of, long lastFact)
        {
            if (within && of == current)
            {
                return;
            }

            Leave();
            (current, counter, within, flawed, number, hash) = (of, lastFact, true, false, 0, FactChain.Beginning);
            (incidents, musters) = of.Kind == RecordKind.Muster ? (incidents, musters + 1) : (incidents + 1, musters);
        }

        public void Take(in RecordedFact fact)
        {
            facts++;
            if (flawed)
            {
                return;
            }

            if (fact.Number != number + 1)
            {
                Find(number + 1, fact.Number == number + 2 ? "is missing" : $"up to {fact.Number - 1} are missing");
                return;
            }

            if (!fact.Hash.AsSpan().SequenceEqual(FactChain.HashOf(hash, fact)))
            {
                Find(fact.Number, number == 0 ? "was changed" : $"was changed, or fact {number} before it and its hash with it");
                return;
            }

            (number, hash) = (fact.Number, fact.Hash);
            if (earlier.TryGetValue(current, out var head) && head.Number == number)
            {
                earlier.Remove(current);
                if (head.Hash != Convert.ToHexStringLower(hash))
                {
                    Find(number, "is not the fact that was there when its hash was kept: this record was written anew");
                }
            }
        }

        public Report End()
        {
            Leave();
            foreach (var gone in earlier.Values.Where(head => !flaws.Exists(flaw => flaw.Of == head.Of)))
            {
                flaws.Add(new(gone.Of, gone.Number, "was there when its hash was kept, and is gone"));
            }

            return new(incidents, musters, facts, flaws, heads);
        }

        private void Leave()
        {
            if (!within || flawed)
            {
                return;
            }

            if (number < counter)
            {
                Find(number + 1, number + 1 == counter ? "is missing at the end" : $"up to {counter} are missing at the end");
            }
            else if (number > counter)
            {
                Find(counter + 1, $"is beyond the {counter} facts that its {(current.Kind == RecordKind.Muster ? "muster" : "incident")} says it has");
            }
            else if (number > 0)
            {
                heads.Add(new(current, number, Convert.ToHexStringLower(hash)));
            }
        }

        private void Find(long at, string what)
        {
            flawed = true;
            if (flaws.Count < FlawsNamed)
            {
                flaws.Add(new(current, at, what));
            }
        }
    }
}
