using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Dispatch.Drills.Bench;

/// <summary>What `bench raise` found, as a table for people and as JSON for comparison.</summary>
internal sealed record BenchRaiseResult(
    string Machine,
    Load Load,
    string Category,
    Latencies.Summary RaiseToPhone,
    Latencies.Summary AcceptToConsole,
    double ServerProcessors,
    double ServerMegabytesAtMost,
    int Incidents,
    int CallOuts,
    int Accepted,
    int Reconnects,
    Dictionary<string, int> MustBeZero)
{
    // The targets of issue 2, part I.
    private const double RaiseP50 = 30, RaiseP99 = 200, AcceptP50 = 15;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Web) { WriteIndented = true };

    public int Faults => MustBeZero.Values.Sum();

    public string ToJson() => JsonSerializer.Serialize(this, Indented);

    public string ToTable()
    {
        var table = new StringBuilder().AppendLine();
        Line(table, $"{Machine}");
        Line(table, $"{Load.Phones} phones, {Load.PerSecond} incidents/s for {Load.Seconds} s, seed {Load.Seed}: {Incidents} incidents, {CallOuts} call-outs, {Accepted} accepted, {Reconnects} reconnects");
        table.AppendLine();
        Line(table, $"{"",-18}{"samples",9}{"p50 ms",9}{"p95 ms",9}{"p99 ms",9}{"max ms",9}   target");
        Row(table, "raise -> phone", RaiseToPhone, RaiseToPhone.P50Ms <= RaiseP50 && RaiseToPhone.P99Ms <= RaiseP99, $"p50 <= {RaiseP50}, p99 <= {RaiseP99}");
        Row(table, "accept -> console", AcceptToConsole, AcceptToConsole.P50Ms <= AcceptP50, $"p50 <= {AcceptP50}");
        table.AppendLine();
        Line(table, $"server: {ServerMegabytesAtMost:0} MB at most, {ServerProcessors:0.00} processors busy");
        foreach (var (what, count) in MustBeZero)
        {
            Line(table, $"{what}: {count}");
        }

        return table.ToString();
    }

    private static void Row(StringBuilder table, string name, Latencies.Summary summary, bool reached, string target) => Line(table,
        $"{name,-18}{summary.Samples,9}{summary.P50Ms,9:0.0}{summary.P95Ms,9:0.0}{summary.P99Ms,9:0.0}{summary.MaxMs,9:0.0}   {target}: {(reached ? "reached" : "MISSED")}");

    private static void Line(StringBuilder table, FormattableString line) => table.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}

/// <summary>A number without the machine it was measured on is a rumour.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30;
        var busy = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return $"{Environment.ProcessorCount} processors ({model ?? "unknown"}), {memory} GB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, load {busy}";
    }
}
