using System.Globalization;
using System.Text;

namespace Dispatch.Drills.Bench.Waves;

/// <summary>
/// The study as one picture: a panel for every density and number of people, alerts per incident to the right, successes upwards, a line for every
/// family of policies over its settings. Plain SVG, colours with shapes, nothing from elsewhere.
/// </summary>
internal static class WavePlot
{
    private const int PanelWidth = 300, PanelHeight = 210, Left = 66, Top = 92, Gap = 26;
    private const double LeastAlerts = 2, MostAlerts = 500, LeastSuccess = 0.3;

    private static readonly (string Family, string Zh, string Colour, Func<double, double, string> Shape)[] Families =
    [
        ("alert all", "全部召集", "#6b7280", (x, y) => Inv($"""<path d="M{x - 5} {y - 5}l10 10m0 -10l-10 10" stroke-width="2.5"/>""")),
        ("nearest k", "固定最近 k 人", "#b45309", (x, y) => Inv($"""<path d="M{x} {y - 5}l5 9h-10z"/>""")),
        ("phases", "固定分批", "#7c3aed", (x, y) => Inv($"""<rect x="{x - 4}" y="{y - 4}" width="8" height="8"/>""")),
        ("replace", "婉拒即补", "#0e7490", (x, y) => Inv($"""<path d="M{x} {y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z"/>""")),
        ("planner", "规划器", "#c81e1e", (x, y) => Inv($"""<circle cx="{x}" cy="{y}" r="4.5"/>""")),
    ];

    public static string Draw(IReadOnlyList<WaveResult> results, string caption)
    {
        var densities = results.Select(result => result.PerSquareKilometre).Distinct().Order().ToList();
        var numbers = results.Select(result => result.Needed).Distinct().Order().ToList();
        int width = Left + (densities.Count * (PanelWidth + Gap)), height = Top + (numbers.Count * (PanelHeight + Gap)) + 44;
        var svg = new StringBuilder();
        Line(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, 'Noto Sans CJK SC', sans-serif" font-size="12">""");
        Line(svg, $"""<rect width="{width}" height="{height}" fill="#ffffff"/>""");
        Line(svg, $"""<text x="{Left}" y="24" font-size="17" font-weight="600" fill="#111827">到场成功率与召集人数 · Success against people alerted</text>""");
        Line(svg, $"""<text x="{Left}" y="43" fill="#4b5563">{caption}</text>""");
        Legend(svg);
        for (var row = 0; row < numbers.Count; row++)
        {
            for (var column = 0; column < densities.Count; column++)
            {
                double x = Left + (column * (PanelWidth + Gap)), y = Top + (row * (PanelHeight + Gap));
                Panel(svg, x, y, numbers[row], densities[column], [.. results.Where(result => result.Needed == numbers[row] && result.PerSquareKilometre == densities[column])], row == numbers.Count - 1, column == 0);
            }
        }

        Line(svg, $"""<text x="{Left + (densities.Count * (PanelWidth + Gap) / 2)}" y="{height - 10}" text-anchor="middle" fill="#374151">每起事件召集人数（对数）· people alerted per incident (log scale)</text>""");
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void Legend(StringBuilder svg)
    {
        double x = Left + 6;
        foreach (var (family, zh, colour, shape) in Families)
        {
            Line(svg, $"""<g fill="{colour}" stroke="{colour}">{shape(x, 64)}</g><text x="{x + 11}" y="68" fill="#111827">{zh} {family}</text>""");
            x += 150 + (family == "nearest k" ? 28 : 0);
        }
    }

    private static void Panel(StringBuilder svg, double x, double y, int needed, double density, List<WaveResult> results, bool last, bool first)
    {
        Line(svg, $"""<rect x="{x}" y="{y}" width="{PanelWidth}" height="{PanelHeight}" fill="#f9fafb" stroke="#d1d5db"/>""");
        foreach (var success in new[] { 0.4, 0.6, 0.8, 0.95, 1.0 })
        {
            Line(svg, $"""<path d="M{x} {Up(y, success)}h{PanelWidth}" stroke="{(success == 0.95 ? "#9ca3af" : "#e5e7eb")}" {(success == 0.95 ? "stroke-dasharray='4 3'" : "")}/>""");
            if (first)
            {
                Line(svg, $"""<text x="{x - 8}" y="{Up(y, success) + 4}" text-anchor="end" fill="#4b5563">{success * 100:0} %</text>""");
            }
        }

        foreach (var alerts in new double[] { 5, 10, 20, 50, 100, 200 })
        {
            Line(svg, $"""<path d="M{Right(x, alerts)} {y}v{PanelHeight}" stroke="#eceef1"/>""");
            if (last)
            {
                Line(svg, $"""<text x="{Right(x, alerts)}" y="{y + PanelHeight + 16}" text-anchor="middle" fill="#4b5563">{alerts}</text>""");
            }
        }

        Line(svg, $"""<text x="{x + PanelWidth - 8}" y="{y + PanelHeight - 10}" text-anchor="end" font-weight="600" fill="#111827">需 {needed} 人 · {density:0}/km²</text>""");
        foreach (var (family, _, colour, shape) in Families)
        {
            var points = results.Where(result => result.Policy == family).OrderBy(result => result.Alerts)
                .Select(result => (X: Right(x, result.Alerts), Y: Up(y, Math.Max(result.Success, LeastSuccess)))).ToList();
            if (points.Count == 0)
            {
                continue;
            }

            Line(svg, $"""<polyline points="{string.Join(' ', points.Select(point => Inv($"{point.X:0.0},{point.Y:0.0}")))}" fill="none" stroke="{colour}" stroke-width="1.5" opacity="0.65"/>""");
            Line(svg, $"""<g fill="{colour}" stroke="{colour}" stroke-width="0.5">{string.Concat(points.Select(point => shape(Math.Round(point.X, 1), Math.Round(point.Y, 1))))}</g>""");
        }
    }

    private static double Right(double x, double alerts) => x + (PanelWidth * Math.Log(Math.Clamp(alerts, LeastAlerts, MostAlerts) / LeastAlerts) / Math.Log(MostAlerts / LeastAlerts));

    private static double Up(double y, double success) => y + 8 + ((PanelHeight - 16) * (1 - ((success - LeastSuccess) / (1 - LeastSuccess))));

    private static void Line(StringBuilder svg, FormattableString text) => svg.AppendLine(Inv(text));

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
