using System.Globalization;
using System.Text.Json;
using Dispatch.Drills.Clients;
using Dispatch.Drills.Field;

namespace Dispatch.Drills.Drill;

/// <summary>./dev drill: breaks a private world by name, by chance or on purpose, and says whether the promises held.</summary>
internal static class DrillCommand
{
    private const int ShrinkTries = 12;

    // A line is three sockets (the phone's and two of the proxy), a request as many, and a line that ends overlaps with the next. The runtime that finds
    // none left ends with "Out of memory.".
    private const int FilesPerPhone = 9;

    private static readonly string[] Known =
        ["--fault", "--schedule", "--random", "--mutant", "--seed", "--phones", "--per-second", "--nodes", "--scale", "--server", "--drill-server", "--json"];

    public static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        var mode = words.Length > 0 && words[0] is "--quick" or "--list" or "--mutants" or "--all" ? words[0] : "";
        var options = new Options(mode.Length > 0 ? words[1..] : words, Known);
        Signals.RaiseFileLimit((ulong)Math.Max(16_384, FilesPerPhone * options.Whole("--phones", 0)));
        return mode switch
        {
            "--list" => List(),
            "--quick" => await FaultsAsync(options, Faults.Quick.Select(Faults.Named), phones: 150, perSecond: 1, cancellation),
            "--mutants" => await MutantsAsync(options, cancellation),
            "--all" => await FaultsAsync(
                options, Faults.All.Where(fault => fault is { Does: not null, WhyNot: null, OnlyByName: false }), phones: 1000, perSecond: 1.5, cancellation),
            _ when options.Whole("--random", 0) is > 0 and var howMany =>
                await ScheduleAsync(options, Schedule.Draw(new Random(options.Whole("--seed", 1)), howMany), cancellation),
            _ when options.Text("--schedule", "") is { Length: > 0 } text => await ScheduleAsync(options, Schedule.Parse(text), cancellation),
            _ => await FaultsAsync(options, options.Text("--fault", "none").Split(',').Select(Faults.Named), phones: 1000, perSecond: 1.5, cancellation),
        };
    }

    private static int List()
    {
        foreach (var fault in Faults.All)
        {
            Console.WriteLine($"{fault.Name,-22} {fault.Says}{(fault.WhyNot is { } why ? $"\n{"",-22} NOT AVAILABLE: {why}" : "")}");
        }

        return 0;
    }

    /// <summary>One after the other, on one field. The last line is for ./dev test.</summary>
    private static async Task<int> FaultsAsync(Options options, IEnumerable<Fault> chosen, int phones, double perSecond, CancellationToken cancellation)
    {
        var faults = chosen.ToList();
        if (faults.FirstOrDefault(fault => fault.Does is null || fault.WhyNot is not null) is { } missing)
        {
            throw new CommandException($"{missing.Name} is not available: {missing.WhyNot}");
        }

        var seed = options.Whole("--seed", 1);
        var scale = Math.Max(options.Number("--scale", 1), 0.01);
        await using var field = await OpenAsync(options, faults.Any(fault => fault.CrashPoint is not null), cancellation);
        var crowd = await Crowd.GatherAsync(field, options.Whole("--phones", phones), onlyThese: true, new Progress<string>(Console.WriteLine), cancellation);
        var results = new List<(string Name, Findings Findings)>();
        foreach (var fault in faults)
        {
            var exercise = new Exercise(field, crowd, new ExercisePlan(seed, options.Number("--per-second", perSecond))) { CrashPoint = fault.CrashPoint };
            var findings = await exercise.RunAsync((running, stop) => fault.Does!(running, new Random(seed), scale, stop), cancellation);
            Report.Print(fault.Name, seed, findings);
            if (!findings.Holds)
            {
                Console.WriteLine($"  Again: ./dev drill --fault {fault.Name} --seed {seed}");
            }

            results.Add((fault.Name, findings));
        }

        if (options.Text("--json", "") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(results.Select(result => Report.Summary(result.Name, seed, result.Findings)), Report.Indented), cancellation);
        }

        var failed = results.Count(result => !result.Findings.Holds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"drill: {results.Count - failed} passed, {failed} failed"));
        return failed == 0 ? 0 : 1;
    }

    private static async Task<int> ScheduleAsync(Options options, Schedule schedule, CancellationToken cancellation)
    {
        var seed = options.Whole("--seed", 1);
        Console.WriteLine($"Schedule of seed {seed}: {schedule}");
        if (!await FailsAsync(options, schedule, seed, cancellation))
        {
            return 0;
        }

        Console.WriteLine("Looking for the smallest schedule that fails");
        var smallest = await schedule.ShrinkAsync(smaller => FailsAsync(options, smaller, seed, cancellation), ShrinkTries);
        Console.WriteLine($"Smallest that failed. Again: ./dev drill --schedule {smallest} --seed {seed}{(options.Text("--mutant", "") is { Length: > 0 } mutant ? $" --mutant {mutant}" : "")}");
        return 1;
    }

    /// <summary>Each try on a field of its own: what one broke must not be blamed on the next.</summary>
    private static async Task<bool> FailsAsync(Options options, Schedule schedule, int seed, CancellationToken cancellation)
    {
        var mutant = options.Text("--mutant", "") is { Length: > 0 } name ? Mutant.Named(name) : null; // to see that a schedule fails and shrinks
        await using var field = mutant is null
            ? await OpenAsync(options, schedule.Steps.Any(step => step.Fault.CrashPoint is not null), cancellation)
            : await DrillField.OpenAsync(mutant.Plan(DrillProgram(options), TimeSpan.FromSeconds(5)), new Progress<string>(Console.WriteLine), cancellation);
        var crowd = await Crowd.GatherAsync(field, options.Whole("--phones", 400), onlyThese: true, new Progress<string>(Console.WriteLine), cancellation);
        await (mutant?.BreakAsync(field, cancellation) ?? Task.CompletedTask);
        var exercise = new Exercise(field, crowd, new ExercisePlan(seed, options.Number("--per-second", 1.5)));
        var findings = await exercise.RunAsync((running, stop) => schedule.RunAsync(running, seed, stop), cancellation);
        Report.Print(schedule.ToString(), seed, findings);
        return !findings.Holds;
    }

    private static async Task<int> MutantsAsync(Options options, CancellationToken cancellation)
    {
        var only = options.Text("--mutant", "");
        var missed = new List<string>();
        foreach (var mutant in Mutant.All.Where(mutant => only.Length == 0 || only.Split(',').Contains(mutant.Name)))
        {
            if (!await mutant.RunAsync(DrillProgram(options), options.Whole("--seed", 1), new Progress<string>(), cancellation))
            {
                missed.Add(mutant.Name);
            }
        }

        Console.WriteLine(missed.Count == 0 ? "Every mutant was caught." : $"MISSED: {string.Join(", ", missed)}");
        return missed.Count == 0 ? 0 : 1;
    }

    private static Task<DrillField> OpenAsync(Options options, bool drillBuild, CancellationToken cancellation) => DrillField.OpenAsync(
        new FieldPlan(
            drillBuild ? DrillProgram(options) : options.Text("--server", FieldPlan.ShippedProgram), Math.Max(2, options.Whole("--nodes", 2)), AnswerWithin: TimeSpan.FromSeconds(5)),
        new Progress<string>(Console.WriteLine), cancellation);

    /// <summary>The drills' own build of the server, which ./dev drill makes in a folder of its own.</summary>
    private static string DrillProgram(Options options) => options.Text("--drill-server", Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "..", "drill", "bin", "Dispatch.Server", "release", "Dispatch.Server.dll")));
}
