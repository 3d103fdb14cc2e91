using System.Globalization;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Drill;

/// <summary>Says what came of a run in words that a person can follow.</summary>
internal static class Report
{
    private const int ViolationsShown = 5;

    public static void Print(string name, int seed, Findings findings)
    {
        Say($"{(findings.Holds ? "PASS" : "FAIL")} {name}, seed {seed}: {findings.Took.TotalSeconds:0} s, {findings.State.Incidents.Count} incidents, {findings.State.Callouts.Count} call-outs, {findings.State.Facts.Count} facts, {findings.Acknowledged} acknowledged, {findings.Unknown} \"not confirmed\" and repeated");
        foreach (var (what, time) in findings.Measured)
        {
            Say($"     {what} {time.TotalSeconds:0.0} s");
        }

        foreach (var (what, count) in findings.History.Oddities)
        {
            Say($"     odd: {what} ({count} times)");
        }

        foreach (var violated in findings.Violations.GroupBy(one => one.Id))
        {
            Say($"  {violated.Key} violated {violated.Count()} times:");
            foreach (var (_, violation) in violated.Take(ViolationsShown))
            {
                Say($"     {violation}");
            }

            if (violated.Count() > ViolationsShown)
            {
                Say($"     ...");
            }
        }

        if (!findings.Holds)
        {
            Say($"  Again: ./dev drill --fault {name} --seed {seed}");
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
