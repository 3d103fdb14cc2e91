using Dispatch.Drills.Field;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Drill;

/// <summary>The list of faults. Times are multiplied by --scale.</summary>
internal static partial class Faults
{
    public static readonly IReadOnlyList<Fault> All =
    [
        new("none", "nothing goes wrong", (_, _, scale, stop) => Task.Delay(Seconds(8, scale), stop)),
        new("node-kill", "a node is killed without a word in the middle of waves, and started again", NodeKillAsync),
        new("postgres-kill", "every process of PostgreSQL is killed at once under load", PostgresKillAsync),
        new("slow-consumers", "some phones and a console hear nothing and keep their lines open", SlowConsumersAsync),
        new("reconnect-storm", "every line is cut in the same moment", ReconnectStormAsync),
    ];

    public static readonly IReadOnlyList<string> Quick = ["node-kill", "postgres-kill", "slow-consumers", "reconnect-storm"];

    public static Fault Named(string name) =>
        All.FirstOrDefault(fault => fault.Name == name) ?? throw new Dispatch.Drills.CommandException($"No fault is called {name}. ./dev drill --list");

    private static async Task NodeKillAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var nodes = exercise.Field.Nodes;
        var victim = nodes[chance.Next(nodes.Count)];
        await Task.Delay(Seconds(2 * chance.NextDouble(), scale), stop);
        await victim.KillAsync();
        var killed = exercise.History.Now;
        await Task.Delay(Seconds(1, 1), stop);
        await Exercise.UntilAsync(() => exercise.Phones.All(phone => phone.IsConnected), TimeSpan.FromSeconds(30), stop);
        exercise.Measure("every phone on the other node after", exercise.History.Now - killed);
        await Task.Delay(Seconds(3, scale), stop);
        await victim.StartAsync();
        await victim.WaitUntilReadyAsync(exercise.Field.Http, stop);
    }

    private static async Task PostgresKillAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        await Task.Delay(Seconds(2 * chance.NextDouble(), scale), stop);
        await exercise.Field.KillPostgresAsync();
        var killed = exercise.History.Now;
        await PostgresAnswersAsync(exercise.Field, stop);
        var back = exercise.History.Now;
        exercise.Measure("PostgreSQL recovered after", back - killed);
        foreach (var node in exercise.Field.Nodes.Where(node => node.IsRunning))
        {
            await node.WaitUntilReadyAsync(exercise.Field.Http, stop);
        }

        exercise.Measure("every node ready after that", exercise.History.Now - back);
        exercise.History.Add(new Outage(killed, exercise.History.Now, "PostgreSQL was killed"));
    }

    private static async Task SlowConsumersAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        foreach (var node in exercise.Field.Nodes)
        {
            node.Bad.Stall(fromClient: false, fromServer: true);
        }

        await Task.Delay(Seconds(8 + (4 * chance.NextDouble()), scale), stop);
        foreach (var node in exercise.Field.Nodes)
        {
            node.Bad.Heal();
        }
    }

    private static async Task ReconnectStormAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        for (var storm = 0; storm < 2; storm++)
        {
            var cut = exercise.History.Now;
            foreach (var node in exercise.Field.Nodes)
            {
                node.Good.Reset();
                node.Bad.Reset();
            }

            await Exercise.UntilAsync(
                () => exercise.Phones.All(phone => phone.IsConnected && phone.JoinedAt > cut), TimeSpan.FromSeconds(60), stop);
            exercise.Measure("every phone back after", exercise.History.Now - cut);
            await Task.Delay(Seconds(1 + chance.NextDouble(), scale), stop);
        }
    }

    private static async Task PostgresAnswersAsync(DrillField field, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await field.ExecuteAsync("SELECT 1", stop);
                return;
            }
            catch (Npgsql.NpgsqlException)
            {
                await Task.Delay(50, stop);
            }
        }
    }

    private static TimeSpan Seconds(double seconds, double scale) => TimeSpan.FromSeconds(seconds * scale);
}
