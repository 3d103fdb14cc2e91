using Dispatch.Drills.Clients;
using Dispatch.Drills.Field;

namespace Dispatch.Drills.Drill;

/// <summary>
/// Proves the checker: ten ways to break the product on purpose, each of which must turn the drill red by the invariant it attacks. Rules of the code
/// are broken in a build of the server that only the drills make; the database's are broken in the database.
/// </summary>
internal sealed record Mutant(string Name, string Says, string MustViolate, string Fault)
{
    /// <summary>Which rule the drill build breaks.</summary>
    public string? Rule { get; init; }

    /// <summary>Answers and ends would move incidents on by themselves: what is due must be left to those who look for it.</summary>
    public bool KeepsOpen { get; init; }

    /// <summary>How its PostgreSQL is set: what is not lost by luck alone must be lost for certain.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>Done to the database before the nodes run on it.</summary>
    public string? Sql { get; init; }

    public static readonly IReadOnlyList<Mutant> All =
    [
        new("none", "the drill build with every rule in force must hold", "", "none"),
        new("unique-index", "without callouts_one_active_per_volunteer", "I2", "none")
        {
            Rule = "no-unique-index", Sql = "DROP INDEX callouts_one_active_per_volunteer",
        },
        new("synchronous-commit", "synchronous_commit = off and PostgreSQL killed", "I1", "postgres-kill")
        {
            Settings = new() { ["wal_writer_delay"] = "5s" },

            // For the role, and after the start: the server refuses to start with it.
            Sql = "ALTER ROLE dispatch SET synchronous_commit = off; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()",
        },
        new("poll-by-id", "a pump that asks for ids beyond the last it saw", "I4", "none")
        {
            Rule = "poll-by-id", Sql = "ALTER TABLE facts ADD COLUMN seq bigserial",
        },
        new("region-filter", "a pump that does not ask who may see it", "I5", "none") { Rule = "no-region-filter" },
        new("state-guard", "an answer that does not ask for state = 'offered'", "I3", "none") { Rule = "no-state-guard" },
        new("fact-changed", "a record that is changed after its hash is taken", "I8", "none")
        {
            // Triggers run in the order of their names: after facts_are_chained.
            Sql = """
                CREATE FUNCTION change_fact() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := NEW.at - interval '1 microsecond'; RETURN NEW; END $$;
                CREATE TRIGGER z_change_fact BEFORE INSERT ON facts FOR EACH ROW WHEN (NEW.kind = 'CalloutDelivered' AND NEW.number % 7 = 0) EXECUTE FUNCTION change_fact()
                """,
        },
        new("muster-guard", "an answer to a muster that does not ask whether it was given before", "I9", "none") { Rule = "no-muster-guard" },
        new("roll-call", "a roll call that counts a yes twice", "I11", "none")
        {
            // Before the record is chained: its hashes are right, what they stand for is not.
            Sql = """
                CREATE FUNCTION count_twice() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.data := jsonb_set(NEW.data, '{counts,accepted}', to_jsonb((NEW.data #>> '{counts,accepted}')::int + 1)); RETURN NEW; END $$;
                CREATE TRIGGER a_count_twice BEFORE INSERT ON muster_facts FOR EACH ROW WHEN (NEW.kind = 'MusterAccepted') EXECUTE FUNCTION count_twice()
                """,
        },
        new("muster-fact-changed", "the record of a muster changed after its hash is taken", "I8", "none")
        {
            Sql = """
                CREATE FUNCTION change_muster_fact() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.by_id := gen_random_uuid(); RETURN NEW; END $$;
                CREATE TRIGGER z_change_muster_fact BEFORE INSERT ON muster_facts FOR EACH ROW WHEN (NEW.kind = 'MusterDelivered') EXECUTE FUNCTION change_muster_fact()
                """,
        },
        new("sweep", "nobody looks for what is due", "I6", "none") { Rule = "no-sweep", KeepsOpen = true },
    ];

    public static Mutant Named(string name) => All.FirstOrDefault(mutant => mutant.Name == name) ?? throw new CommandException($"No mutant is called {name}: {string.Join(", ", All.Select(mutant => mutant.Name))}");

    /// <summary>A field whose product is broken in this way.</summary>
    public FieldPlan Plan(string program, TimeSpan answerWithin) =>
        new(program, Nodes: 2, AnswerWithin: answerWithin) { PostgresSettings = Settings, NodeEnvironment = Rule is null ? [] : new() { ["DISPATCH_DRILL_MUTANT"] = Rule } };

    /// <summary>What is broken in the database, once everybody is there.</summary>
    public Task BreakAsync(DrillField field, CancellationToken cancellation) =>
        Sql is null ? Task.CompletedTask : field.ExecuteAsync("SET lock_timeout = '30s'; " + Sql, cancellation);

    /// <returns>Whether it was caught by the invariant that it attacks.</returns>
    public async Task<bool> RunAsync(string program, int seed, IProgress<string> progress, CancellationToken cancellation)
    {
        await using var field = await DrillField.OpenAsync(Plan(program, TimeSpan.FromSeconds(4)), progress, cancellation);
        var crowd = await Crowd.GatherAsync(field, 150, onlyThese: true, progress, cancellation);
        await BreakAsync(field, cancellation);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var exercise = new Exercise(field, crowd, new ExercisePlan(seed + attempt, IncidentsPerSecond: 2.5) { KeepsOpen = KeepsOpen }) { SettlesWithin = TimeSpan.FromSeconds(Name == "none" ? 75 : 15) };
            var fault = Faults.Named(Fault);
            var findings = await exercise.RunAsync((running, stop) => fault.Does!(running, new Random(seed + attempt), 1, stop), cancellation);
            var caught = Name == "none" ? findings.Holds : findings.Violations.Any(one => one.Id == MustViolate);
            Console.WriteLine($"{(caught ? "CAUGHT" : "MISSED")} {Name}: {Says}");
            Report.PrintViolations(findings, 2);
            if (caught || Name == "none")
            {
                return caught;
            }
        }

        return false;
    }
}
