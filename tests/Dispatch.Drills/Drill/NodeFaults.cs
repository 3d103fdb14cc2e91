using Dispatch.Drills.Field;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Drill;

/// <summary>What happens to nodes.</summary>
internal static partial class Faults
{
    private static async Task NodeKillAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var victim = Victim(exercise, chance);
        await Pause(2 * chance.NextDouble(), scale, stop);
        await victim.KillAsync();
        var killed = exercise.History.Now;
        await Pause(0.5, 1, stop);
        await PhonesBackAsync(exercise, killed, "every phone on the other node after", stop);
        await Pause(3, scale, stop);
        await RestartAsync(exercise, victim, stop);
    }

    /// <summary>The first node lives in the drill build with a crash point, until it dies of it; then it comes back without.</summary>
    private static async Task CrashAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var (victim, crashes) = (exercise.Field.Nodes[0], 0);
        for (var time = 0; time < 3; time++)
        {
            await victim.KillAsync();
            victim.Environment["DISPATCH_DRILL_CRASH"] = $"{exercise.CrashPoint}:{chance.Next(5, 40)}";
            await victim.StartAsync();
            if (!await victim.IsReadyOrGoneAsync(exercise.Field.Http, stop))
            {
                crashes++;
                continue; // under a large load it comes to its point before it has said that it is ready
            }

            // Everybody has been on the other nodes since it died, and a node that has nothing to do comes to no point.
            foreach (var other in exercise.Field.Nodes.Where(node => node != victim))
            {
                other.Good.Reset();
                other.Bad.Reset();
            }

            if (await Exercise.UntilAsync(() => !victim.IsRunning, TimeSpan.FromSeconds(180 * Math.Max(1, scale)), stop))
            {
                crashes++;
            }
            else
            {
                exercise.History.Odd($"the node never came to {exercise.CrashPoint}");
            }
        }

        if (crashes == 0)
        {
            throw new CommandException($"The node never came to {exercise.CrashPoint}: nothing was broken, so nothing was shown.");
        }

        victim.Environment.Remove("DISPATCH_DRILL_CRASH");
        await victim.KillAsync();
        await RestartAsync(exercise, victim, stop);
    }

    private static async Task NodeStopAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var victim = Victim(exercise, chance);
        Signals.Freeze(victim.Id);
        var frozen = exercise.History.Now;
        try
        {
            // It may hold an incident's lock; PostgreSQL takes it away after five seconds without a word (idle_in_transaction_session_timeout).
            exercise.History.Add(new Outage(frozen, frozen + TimeSpan.FromSeconds(6), "a frozen node may hold locks"));
            await Pause(30, scale, stop);
        }
        finally
        {
            Signals.Thaw(victim.Id);
        }

        await PhonesBackAsync(exercise, exercise.History.Now, "every phone connected after the thaw", stop);
        await AllReadyAsync(exercise, stop);
    }

    private static async Task RollingRestartAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        foreach (var node in exercise.Field.Nodes)
        {
            var began = exercise.History.Now;
            await node.StopAsync();
            exercise.Measure($"node {node.Number} ended after", exercise.History.Now - began);
            await RestartAsync(exercise, node, stop);
            await Pause(2, scale, stop);
        }
    }

    private static async Task BothDownAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        foreach (var node in exercise.Field.Nodes)
        {
            await node.KillAsync();
        }

        var down = exercise.History.Now;
        await Pause(120, scale, stop);
        foreach (var node in exercise.Field.Nodes)
        {
            await node.StartAsync();
        }

        await AllReadyAsync(exercise, stop);
        var up = exercise.History.Now;
        exercise.History.Add(new Outage(down, up, "no node was running"));
        await PhonesBackAsync(exercise, up, "every phone back after the nodes were ready", stop);
    }

    /// <summary>Ahead, behind, and right again. Preloaded into the node itself: the program faketime stands between, and would be killed in its place.</summary>
    private static async Task ClockJumpAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var victim = Victim(exercise, chance);
        foreach (var (jump, seconds) in new[] { ("+2m", 120), ("-2m", -120) })
        {
            await victim.KillAsync();
            victim.Environment["LD_PRELOAD"] = FakeTime!;
            victim.Environment["FAKETIME"] = jump;

            // The clock jumps, time does not: by default the library ends every timed wait on the monotonic clock at once, and a node whose timers
            // are all over before they began is another fault.
            victim.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
            victim.Environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0";
            await RestartAsync(exercise, victim, stop);
            await ClockIsOffByAsync(exercise, victim, seconds, stop);
            await Pause(8, scale, stop);
        }

        foreach (var name in new[] { "LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "FAKETIME_FORCE_MONOTONIC_FIX" })
        {
            victim.Environment.Remove(name);
        }

        await victim.KillAsync();
        await RestartAsync(exercise, victim, stop);
        await ClockIsOffByAsync(exercise, victim, 0, stop);
    }

    /// <summary>Asks the node for its time. A clock that did not jump is no drill, and says so.</summary>
    private static async Task ClockIsOffByAsync(Exercise exercise, NodeProcess node, int seconds, CancellationToken stop)
    {
        using var answer = await exercise.Field.Http.GetAsync(new Uri(node.Address, "health/live"), stop);
        var off = answer.Headers.Date - TimeProvider.System.GetUtcNow();
        if (off is not { } by || Math.Abs(by.TotalSeconds - seconds) > 30)
        {
            throw new CommandException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"The clock of node {node.Number} did not jump: it should be off by {seconds} s and is by {off?.TotalSeconds:0} s."));
        }

        exercise.History.Odd(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the clock of node {node.Number} was off by {by.TotalSeconds:0} s, as it should be"));
    }

    private static async Task LogDiskFullAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        var victim = Victim(exercise, chance);
        await victim.KillAsync();
        victim.LogTo = "/dev/full"; // every write fails as on a full disk
        victim.Extra.Add("--Logging:LogLevel:Default=Debug");
        await RestartAsync(exercise, victim, stop);
        await Pause(8, scale, stop);
        victim.LogTo = null;
        victim.Extra.Clear();
        await victim.KillAsync();
        await RestartAsync(exercise, victim, stop);
    }

    private static async Task ReportStarvationAsync(Exercise exercise, Random chance, double scale, CancellationToken stop)
    {
        string[] reports = ["api/volunteers?page=1", "api/incidents?state=ended", "api/incidents?state=open", "api/responders", "api/regions/boundaries?under=4403&level=5"];
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(TimeSpan.FromSeconds(10 * scale));
        var token = exercise.Crowd.Operators.Single(one => one.Name == "shenzhen").Token;
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var read = 0;
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async reader =>
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    var node = exercise.Field.Nodes[reader % exercise.Field.Nodes.Count];
                    using var answer = await http.GetAsync(new Uri(node.Address, reports[reader % reports.Length]), over.Token);
                    await answer.Content.CopyToAsync(Stream.Null, over.Token);
                    Interlocked.Increment(ref read);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or System.Net.Sockets.SocketException)
                {
                    // a reader who is refused or too slow asks again
                }
            }
        }));
        exercise.History.Odd($"{read} reports were read meanwhile");
    }
}
