using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Dispatch.Server.Telemetry;

/// <summary>The metrics in Prometheus' text format, version 0.0.4, made when somebody asks. Names get their unit, counters end in _total.</summary>
internal sealed class PrometheusText : BaseExporter<Metric>
{
    private readonly Lock one = new();
    private readonly StringBuilder text = new();

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var seen = new HashSet<string>();
        foreach (var metric in batch)
        {
            var (name, type) = NameOf(metric);
            if (seen.Add(name))
            {
                text.Append("# HELP ").Append(name).Append(' ').Append(metric.Description.Replace('\n', ' ')).Append('\n');
                text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
            }

            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                Write(metric, name, in point);
            }
        }

        return ExportResult.Success;
    }

    /// <summary>Collects now. One at a time: collecting again meanwhile would mix two answers.</summary>
    public string Read(MetricReader reader)
    {
        lock (one)
        {
            text.Clear();
            reader.Collect(5000);
            return text.ToString();
        }
    }

    private void Write(Metric metric, string name, in MetricPoint point)
    {
        var tags = TagsOf(in point);
        switch (metric.MetricType)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                Line(name, tags, point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                Line(name, tags, point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                Line(name, tags, point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleGauge:
                Line(name, tags, point.GetGaugeLastValueDouble());
                break;
            case MetricType.Histogram:
                long counted = 0;
                foreach (var bucket in point.GetHistogramBuckets())
                {
                    counted += bucket.BucketCount;
                    Line(name + "_bucket", [.. tags, $"le=\"{Number(bucket.ExplicitBound)}\""], counted);
                }

                Line(name + "_sum", tags, point.GetHistogramSum());
                Line(name + "_count", tags, point.GetHistogramCount());
                break;
            default:
                break; // exponential histograms have no place in this format
        }
    }

    private void Line(string name, List<string> tags, double value)
    {
        text.Append(name);
        if (tags.Count > 0)
        {
            text.Append('{').AppendJoin(',', tags).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static (string Name, string Type) NameOf(Metric metric)
    {
        var unit = metric.Unit switch
        {
            "ms" => "_milliseconds",
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        var name = Clean(metric.Name);
        name += name.EndsWith(unit, StringComparison.Ordinal) ? "" : unit;
        return metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => (name + "_total", "counter"),
            MetricType.Histogram or MetricType.ExponentialHistogram => (name, "histogram"),
            _ => (name, "gauge"),
        };
    }

    private static List<string> TagsOf(in MetricPoint point)
    {
        var tags = new List<string>();
        foreach (var (key, value) in point.Tags)
        {
            var escaped = Convert.ToString(value, CultureInfo.InvariantCulture)!
                .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            tags.Add($"{Clean(key)}=\"{escaped}\"");
        }

        return tags;
    }

    private static string Clean(string name) => string.Concat(name.Select(each => char.IsAsciiLetterOrDigit(each) ? each : '_'));

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : double.IsNaN(value) ? "NaN" : value.ToString("R", CultureInfo.InvariantCulture);
}
