using System.Globalization;
using Dispatch.Drills.Field;

namespace Dispatch.Drills.Bench.Bars;

/// <summary>What the person asked for, with the bar's own numbers where he said nothing.</summary>
internal sealed record Wish(int? Phones, int? Seconds, double? PerSecond, int Seed);

/// <summary>./dev bench load --bar L1: one load bar of docs/reliability.md, on a server of its own, ending by itself with a table and a JSON file.</summary>
internal static class LoadCommand
{
    public static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        var options = new Options(words, "--bar", "--phones", "--seconds", "--per-second", "--seed", "--json");
        var bar = options.Text("--bar", "").ToUpperInvariant();
        var wish = new Wish(Number("--phones"), Number("--seconds"), options.Number("--per-second", 0) is > 0 and var rate ? rate : null, options.Whole("--seed", 1));
        Signals.RaiseFileLimit(16_384);
        var file = options.Text("--json", Path.Combine(Environment.CurrentDirectory, $"bench-load-{bar}.json"));
        if (bar == "L2")
        {
            return await BenchRaise.RunAsync(
                [
                    "--phones", Text(wish.Phones ?? 2000), "--seconds", Text(wish.Seconds ?? 300),
                    "--per-second", (wish.PerSecond ?? 1).ToString(CultureInfo.InvariantCulture), "--seed", Text(wish.Seed), "--json", file,
                ],
                cancellation);
        }

        var result = await (bar switch
        {
            "L1" => ConnectedPhones.RunAsync(wish, cancellation),
            "L3" => ManyAccepts.RunAsync(wish, cancellation),
            "L4" => SamePeople.RunAsync(wish, cancellation),
            "L5" => AllCutAtOnce.RunAsync(wish, cancellation),
            "L6" => ManyConsoles.RunAsync(wish, cancellation),
            "L7" => ManyPositions.RunAsync(wish, cancellation),
            "L8" => TooFewPeople.RunAsync(wish, cancellation),
            _ => throw new CommandException("--bar wants one of L1, L2, L3, L4, L5, L6, L7, L8."),
        });
        Console.WriteLine(result.ToTable());
        await File.WriteAllTextAsync(file, result.ToJson(), cancellation);
        Console.WriteLine($"Written to {file}");
        return result.Faults == 0 ? 0 : 1;

        int? Number(string name) => options.Whole(name, 0) is > 0 and var number ? number : null;
        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
