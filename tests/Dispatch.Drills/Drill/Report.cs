using System.Globalization;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Drill;

/// <summary>Says what came of a run in words that a person can follow.</summary>
internal static class Report
{
    private const int ViolationsShown = 5;

    public static readonly System.Text.Json.JsonSerializerOptions Indented = new(System.Text.Json.JsonSerializerOptions.Web) { WriteIndented = true };

    public static object Summary(string name, int seed, Findings findings) => new
    {
        name, seed, holds = findings.Holds, seconds = Math.Round(findings.Took.TotalSeconds, 1), incidents = findings.State.Incidents.Count,
        callOuts = findings.State.Callouts.Count, facts = findings.State.Facts.Count, musters = findings.State.Musters.Musters.Count,
        musterFacts = findings.State.Musters.Facts.Count, rollCallsRead = findings.History.Readings.Count, acknowledged = findings.Acknowledged, unknown = findings.Unknown,
        slowestFactor = Math.Round(findings.History.Pace.Worst, 1),
        measured = findings.Measured.Select(one => new { one.What, seconds = Math.Round(one.Time.TotalSeconds, 2) }),
        violations = findings.Violations.Select(one => new { one.Id, one.Violation }),
    };

    public static void Print(string name, int seed, Findings findings)
    {
        Say($"{(findings.Holds ? "PASS" : "FAIL")} {name}, seed {seed}: {findings.Took.TotalSeconds:0} s, {findings.State.Incidents.Count} incidents, {findings.State.Callouts.Count} call-outs, {findings.State.Facts.Count} facts, {findings.State.Musters.Musters.Count} musters with {findings.State.Musters.People.Count} people, {findings.State.Musters.Facts.Count} facts and {findings.History.Readings.Count} readings, {findings.Acknowledged} acknowledged, {findings.Unknown} \"not confirmed\" and repeated");
        foreach (var (what, time) in findings.Measured)
        {
            Say($"     {what} {time.TotalSeconds:0.0} s");
        }

        if (findings.History.Pace.Worst > 2)
        {
            Say($"     the machine was busy: everything took up to {findings.History.Pace.Worst:0} times as long");
        }

        foreach (var (what, count) in findings.History.Oddities)
        {
            Say($"     odd: {what} ({count} times)");
        }

        PrintViolations(findings, ViolationsShown);
    }

    public static void PrintViolations(Findings findings, int most)
    {
        foreach (var violated in findings.Violations.GroupBy(one => one.Id))
        {
            Say($"  {violated.Key} violated {violated.Count()} times:");
            foreach (var (_, violation) in violated.Take(most))
            {
                Say($"     {violation}");
            }

            if (violated.Count() > most)
            {
                Say($"     ...");
            }
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
