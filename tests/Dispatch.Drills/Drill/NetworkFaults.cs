using Dispatch.Drills.Field;

namespace Dispatch.Drills.Drill;

/// <summary>What happens between clients and nodes.</summary>
internal static partial class Faults
{
    private static async Task NetworkCutAsync(Exercise exercise, double seconds, double scale, CancellationToken stop)
    {
        OnBadRoads(exercise, road => road.Stall());
        await Pause(seconds, scale, stop);
        OnBadRoads(exercise, road => road.Heal());
        await PhonesBackAsync(exercise, exercise.History.Now, "every phone connected after the network came back", stop);
        await Pause(3, scale, stop);
    }

    private static async Task OneWayLossAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        OnBadRoads(exercise, road => road.Stall(fromClient: true, fromServer: false));
        await Pause(10, scale, stop);
        OnBadRoads(exercise, road => road.Heal());
        await Pause(3, scale, stop);
    }

    private static async Task SlowConsumersAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        OnBadRoads(exercise, road => road.Stall(fromClient: false, fromServer: true));
        await Pause(8 + (4 * chance.NextDouble()), scale, stop);
        OnBadRoads(exercise, road => road.Heal());
    }

    private static async Task LateMessagesAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        for (var round = 0; round < 6; round++)
        {
            OnBadRoads(exercise, road =>
            {
                road.Delay(TimeSpan.FromSeconds(3 * chance.NextDouble()));
                road.Throttle(chance.Next(500, 20_000));
                road.CutAfter(chance.Next(2_000, 40_000));
            });
            await Pause(2, scale, stop);
        }

        OnBadRoads(exercise, road => road.Heal());
        OnBadRoads(exercise, road => road.Reset());
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

            await Exercise.UntilAsync(() => exercise.Phones.All(phone => phone.IsConnected && phone.JoinedAt > cut), TimeSpan.FromSeconds(60), stop);
            exercise.Measure("every phone back after", exercise.History.Now - cut);
            await Pause(1 + chance.NextDouble(), scale, stop);
        }
    }

    private static void OnBadRoads(Exercise exercise, Action<ChaosProxy> what)
    {
        foreach (var node in exercise.Field.Nodes)
        {
            what(node.Bad);
        }
    }
}
