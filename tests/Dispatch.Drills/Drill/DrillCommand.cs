using System.Globalization;
using Dispatch.Drills.Clients;
using Dispatch.Drills.Field;

namespace Dispatch.Drills.Drill;

/// <summary>./dev drill: breaks a private world by name, by chance or on purpose, and says whether the promises held.</summary>
internal static class DrillCommand
{
    private static readonly string[] Known = ["--fault", "--seed", "--phones", "--per-second", "--nodes", "--scale", "--server", "--json"];

    public static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        Signals.RaiseFileLimit(16_384);
        var mode = words.Length > 0 && words[0] is "--quick" or "--list" ? words[0] : "";
        var options = new Options(mode.Length > 0 ? words[1..] : words, Known);
        return mode switch
        {
            "--list" => List(),
            "--quick" => await QuickAsync(options, cancellation),
            _ => await NamedAsync(options, cancellation),
        };
    }

    private static int List()
    {
        foreach (var fault in Faults.All)
        {
            Console.WriteLine($"{fault.Name,-28} {fault.Says}{(fault.WhyNot is { } why ? $"  NOT AVAILABLE: {why}" : "")}");
        }

        return 0;
    }

    private static async Task<int> NamedAsync(Options options, CancellationToken cancellation)
    {
        var names = options.Text("--fault", "none").Split(',');
        var faults = names.Select(Faults.Named).ToList();
        if (faults.FirstOrDefault(fault => fault.Does is null) is { } missing)
        {
            throw new CommandException($"{missing.Name} is not available: {missing.WhyNot}");
        }

        return await RunAsync(options, faults, phones: 1000, perSecond: 2, cancellation);
    }

    /// <summary>Part of ./dev test: the four worst, one after the other, on one field. The last line is for it.</summary>
    private static async Task<int> QuickAsync(Options options, CancellationToken cancellation) =>
        await RunAsync(options, [.. Faults.Quick.Select(Faults.Named)], phones: 150, perSecond: 1, cancellation);

    private static async Task<int> RunAsync(Options options, IReadOnlyList<Fault> faults, int phones, double perSecond, CancellationToken cancellation)
    {
        var seed = options.Whole("--seed", 1);
        var scale = Math.Max(options.Number("--scale", 1), 0.01);
        var progress = new Progress<string>(Console.WriteLine);
        var plan = new FieldPlan(options.Text("--server", FieldPlan.ShippedProgram), Math.Max(2, options.Whole("--nodes", 2)), AnswerWithin: TimeSpan.FromSeconds(5));
        await using var field = await DrillField.OpenAsync(plan, progress, cancellation);
        var crowd = await Crowd.GatherAsync(field, options.Whole("--phones", phones), onlyThese: true, progress, cancellation);
        var (passed, failed) = (0, 0);
        foreach (var fault in faults)
        {
            var exercise = new Exercise(field, crowd, new ExercisePlan(seed, options.Number("--per-second", perSecond)));
            var findings = await exercise.RunAsync((running, stop) => fault.Does!(running, new Random(seed), scale, stop), cancellation);
            Report.Print(fault.Name, seed, findings);
            _ = findings.Holds ? passed++ : failed++;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"drill: {passed} passed, {failed} failed"));
        return failed == 0 ? 0 : 1;
    }
}
