using Dispatch.Drills.Field;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Drill;

/// <summary>The list of faults. Times are multiplied by --scale.</summary>
internal static partial class Faults
{
    public static readonly IReadOnlyList<Fault> All =
    [
        new("none", "nothing goes wrong", (_, _, scale, stop) => Pause(8, scale, stop)),

        new("node-kill", "a node is killed without a word in the middle of waves, and started again", NodeKillAsync),
        new("crash-before-commit", "a node dies between writing and committing", CrashAsync) { CrashPoint = "before-commit" },
        new("crash-after-commit", "a node dies after a commit, before anybody is told", CrashAsync) { CrashPoint = "after-commit-before-hint" },
        new("crash-before-push", "a node dies when it has read offers and not yet sent them", CrashAsync) { CrashPoint = "after-offer-before-push" },
        new("node-stop", "a node stands still for 30 s, its connections open (SIGSTOP)", NodeStopAsync),
        new("rolling-restart", "each node is told to end, and started again, one after the other", RollingRestartAsync),
        new("both-down", "no node at all for 2 minutes", BothDownAsync),
        new("clock-jump", "a node is restarted with its clock two minutes ahead, and again two minutes behind (libfaketime)", ClockJumpAsync)
        {
            WhyNot = FakeTime is null ? "libfaketime is not installed (apt-get install faketime)" : null,
        },

        new("postgres-kill", "every process of PostgreSQL is killed at once under load", PostgresKillAsync),
        new("postgres-half-open", "for 60 s a node's lines to PostgreSQL are open and nothing passes", PostgresHalfOpenAsync),
        new("commit-answer-lost", "transactions are committed and the nodes never hear of it", CommitAnswerLostAsync),

        new("redis-kill", "Redis is killed and comes back empty", RedisKillAsync),
        new("redis-stall", "Redis accepts and never answers", RedisStallAsync),
        new("redis-flushall", "Redis forgets everything", RedisFlushAllAsync),
        new("redis-down-at-start", "a node starts while Redis is away", RedisDownAtStartAsync),

        new("network-cut-1", "a fifth of the phones has no network for 1 s", (exercise, _, scale, stop) => NetworkCutAsync(exercise, 1, scale, stop)),
        new("network-cut-5", "... for 5 s", (exercise, _, scale, stop) => NetworkCutAsync(exercise, 5, scale, stop)),
        new("network-cut-30", "... for 30 s", (exercise, _, scale, stop) => NetworkCutAsync(exercise, 30, scale, stop)),
        new("network-cut-300", "... for 300 s", (exercise, _, scale, stop) => NetworkCutAsync(exercise, 300, scale, stop)) { OnlyByName = true },
        new("one-way-loss", "what a fifth of the phones says is lost, what they hear is not", OneWayLossAsync),
        new("slow-consumers", "a fifth of the phones hears nothing and keeps its lines open", SlowConsumersAsync),
        new("late-messages", "messages of a fifth of the phones come seconds late, on dripping lines that break", LateMessagesAsync),
        new("reconnect-storm", "every line is cut in the same moment", ReconnectStormAsync),

        new("log-disk-full", "a node cannot write its log any more (ENOSPC)", LogDiskFullAsync),
        new("report-starvation", "sixty readers ask for the largest reports at once", ReportStarvationAsync),
        new("poison-row", "an incident that no node can advance", PoisonRowAsync),
        new("dead-auditor", "the auditor of due times cannot beat", DeadAuditorAsync),
        new("restore-from-backup", "the database is put back to an earlier state; clients are ahead of it", RestoreFromBackupAsync) { OnlyByName = true },
    ];

    /// <summary>The library that gives a process another clock, where it is installed. A property: the list above is made before any field below it.</summary>
    private static string? FakeTime => new[] { "x86_64", "aarch64" }
        .Select(machine => $"/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1")
        .FirstOrDefault(File.Exists);

    public static readonly IReadOnlyList<string> Quick = ["node-kill", "postgres-kill", "slow-consumers", "reconnect-storm"];

    public static Fault Named(string name) =>
        All.FirstOrDefault(fault => fault.Name == name) ?? throw new CommandException($"No fault is called {name}. ./dev drill --list");

    private static Task Pause(double seconds, double scale, CancellationToken stop) => Task.Delay(TimeSpan.FromSeconds(seconds * scale), stop);

    private static NodeProcess Victim(Exercise exercise, Random chance) => exercise.Field.Nodes[chance.Next(exercise.Field.Nodes.Count)];

    /// <summary>How long until every phone has a line again.</summary>
    private static async Task PhonesBackAsync(Exercise exercise, DateTimeOffset since, string what, CancellationToken stop)
    {
        await Exercise.UntilAsync(() => exercise.Phones.All(phone => phone.IsConnected), TimeSpan.FromSeconds(60), stop);
        exercise.Measure(what, exercise.History.Now - since);
    }

    private static async Task RestartAsync(Exercise exercise, NodeProcess node, CancellationToken stop)
    {
        await node.StartAsync();
        await node.WaitUntilReadyAsync(exercise.Field.Http, stop);
    }

    private static async Task AllReadyAsync(Exercise exercise, CancellationToken stop)
    {
        foreach (var node in exercise.Field.Nodes.Where(node => node.IsRunning))
        {
            await node.WaitUntilReadyAsync(exercise.Field.Http, stop);
        }
    }
}
