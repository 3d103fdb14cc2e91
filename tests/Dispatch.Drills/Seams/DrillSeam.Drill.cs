using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Dispatch.Server;

/// <summary>
/// What the drill build of the server does at its seams (dotnet build src/Dispatch.Server -p:DrillSeams=this file). Chosen by environment variables
/// that no other build reads: DISPATCH_DRILL_CRASH=point:n kills the process when it passes the point for the n-th time; DISPATCH_DRILL_MUTANT=name
/// breaks one rule.
/// </summary>
internal static partial class DrillSeam
{
    private static readonly string? Mutant = Environment.GetEnvironmentVariable("DISPATCH_DRILL_MUTANT");
    private static readonly string[] Crash = (Environment.GetEnvironmentVariable("DISPATCH_DRILL_CRASH") ?? "").Split(':');

    private static int passed;
    private static long polled;

    static partial void OnPass(string point)
    {
        if (Crash.Length == 2 && Crash[0] == point && Interlocked.Increment(ref passed) == int.Parse(Crash[1], CultureInfo.InvariantCulture))
        {
            Process.GetCurrentProcess().Kill();
        }
    }

    static partial void OnRule(string rule, ref bool broken) => broken = Mutant == rule;

    /// <summary>Without its ON CONFLICT clause the insert needs no unique index: the drill then drops it.</summary>
    static partial void OnSql(string file, ref string text)
    {
        if (Mutant == "no-unique-index" && text.IndexOf("ON CONFLICT (volunteer_id) WHERE state", StringComparison.Ordinal) is >= 0 and var from)
        {
            var to = text.IndexOf("DO NOTHING", from, StringComparison.Ordinal) + "DO NOTHING".Length;
            text = text[..from] + text[to..];
        }
    }

    /// <summary>As if the pump asked for what lies beyond the greatest number of a global sequence: what was committed late is never seen.</summary>
    static partial void OnPolled(List<Live.FactView> facts)
    {
        if (Mutant != "poll-by-id" || facts.Count == 0)
        {
            return;
        }

        using var connection = new NpgsqlConnection(Environment.GetEnvironmentVariable("DISPATCH_DRILL_DATABASE"));
        connection.Open();
        using var command = new NpgsqlCommand("SELECT incident_id, number, seq FROM facts WHERE seq > $1 ORDER BY seq", connection);
        command.Parameters.Add(new() { Value = polled });
        using var reader = command.ExecuteReader();
        var seen = new HashSet<(Guid, long)>();
        while (reader.Read())
        {
            seen.Add((reader.GetGuid(0), reader.GetInt64(1)));
            polled = reader.GetInt64(2);
        }

        facts.RemoveAll(fact => !seen.Contains((fact.IncidentId, fact.Number)));
    }
}
