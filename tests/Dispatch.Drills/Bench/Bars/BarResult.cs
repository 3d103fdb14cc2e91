using System.Globalization;
using System.Text;
using System.Text.Json;
using Dispatch.Drills.Histories;
using Dispatch.Drills.Invariants;

namespace Dispatch.Drills.Bench.Bars;

/// <summary>One measured number beside what was wanted of it; null where nothing was.</summary>
internal sealed record BarRow(string What, double Value, string Unit, double? AtMost);

/// <summary>What a load bar gave: numbers, and the things that must be zero whatever the numbers are.</summary>
internal sealed record BarResult(string Bar, string Load, string Machine, IReadOnlyList<BarRow> Rows, IReadOnlyDictionary<string, int> MustBeZero, IReadOnlyList<string> Violations)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Web) { WriteIndented = true };

    private static readonly (string Id, string Word)[] Words =
        [("I1", "lost"), ("I2", "doubled"), ("I4", "gaps"), ("I3", "illegal steps"), ("I5", "seen by others"), ("I6", "late"), ("I7", "overfilled"), ("I8", "record against rows"), ("I9", "unsettled"), ("I10", "outside the ring")];

    public int Faults => MustBeZero.Values.Sum();

    public static BarResult Of(string bar, string load, IEnumerable<BarRow> rows, Evidence evidence, params (string What, int Count)[] alsoZero)
    {
        var violations = Invariant.Judge(evidence);
        var zero = Words.ToDictionary(word => word.Word, word => violations.Count(one => one.Id == word.Id));
        foreach (var (what, count) in alsoZero)
        {
            zero[what] = count;
        }

        return new(bar, load, Bench.Machine.Describe(), [.. rows], zero, [.. violations.Take(10).Select(one => $"{one.Id} {one.Violation}")]);
    }

    public string ToJson() => JsonSerializer.Serialize(this, Indented);

    public string ToTable()
    {
        var table = new StringBuilder().AppendLine();
        table.AppendLine(Machine).Append(Bar).Append(": ").AppendLine(Load).AppendLine();
        foreach (var row in Rows)
        {
            var verdict = row.AtMost is { } most ? string.Create(CultureInfo.InvariantCulture, $"   <= {most} {row.Unit}: {(row.Value <= most ? "reached" : "MISSED")}") : "";
            table.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{row.What,-46}{row.Value,10:0.##} {row.Unit}{verdict}"));
        }

        table.AppendLine().AppendJoin(", ", MustBeZero.Select(one => $"{one.Key} = {one.Value}")).AppendLine();
        foreach (var violation in Violations)
        {
            table.Append("  ").AppendLine(violation);
        }

        return table.ToString();
    }
}

/// <summary>Samples of one kind, by nearest rank; nothing is thrown away.</summary>
internal sealed class Samples
{
    private readonly System.Collections.Concurrent.ConcurrentBag<double> all = [];

    public int Count => all.Count;

    public void Add(double value) => all.Add(value);

    public double At(double share)
    {
        var sorted = all.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
