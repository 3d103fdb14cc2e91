namespace Dispatch.Server.Telemetry;

/// <summary>
/// The last hour in steps of half a minute, oldest first, for small plots. Null is a step without a sample: a gap in the line, never a zero.
/// Of what all nodes count alike (undelivered, overdue) the highest is taken, of what each counts for itself the sum.
/// </summary>
internal sealed record Plots(
    int StepSeconds,
    IReadOnlyList<double?> RaiseToPhoneP95,
    IReadOnlyList<double?> AcceptToConsoleP95,
    IReadOnlyList<double?> Phones,
    IReadOnlyList<double?> Consoles,
    IReadOnlyList<double?> Queue,
    IReadOnlyList<double?> Lag,
    IReadOnlyList<double?> Undelivered,
    IReadOnlyList<double?> Overdue,
    IReadOnlyList<double?> ClientsCut,
    IReadOnlyList<double?> TimersMissed,
    IReadOnlyList<double?> NotConfirmed,
    IReadOnlyList<double?> Errors)
{
    private const int Step = 30, Steps = 120;

    public static Plots Of(IReadOnlyList<Sample> samples, DateTimeOffset now)
    {
        var steps = samples.ToLookup(sample => Steps - 1 - (int)((now - sample.At).TotalSeconds / Step));
        return new(
            Step,
            Line(step => Tally.Percentile(Sample.Add(step.Select(sample => sample.RaiseToPhone)), 0.95)),
            Line(step => Tally.Percentile(Sample.Add(step.Select(sample => sample.AcceptToConsole)), 0.95)),
            Line(step => step.GroupBy(sample => sample.Node).Sum(own => own.Max(sample => sample.Phones))),
            Line(step => step.GroupBy(sample => sample.Node).Sum(own => own.Max(sample => sample.Consoles))),
            Line(step => step.Max(sample => sample.QueueMax)),
            Line(step => step.Max(sample => sample.LagMs)),
            Line(step => step.Max(sample => sample.Undelivered)),
            Line(step => step.Max(sample => sample.Overdue)),
            Line(step => step.Sum(sample => sample.Cut)),
            Line(step => step.Sum(sample => sample.Missed)),
            Line(step => step.Sum(sample => sample.NotConfirmed)),
            Line(step => step.Sum(sample => sample.Errors)));

        IReadOnlyList<double?> Line(Func<IReadOnlyList<Sample>, double?> value) =>
            [.. Enumerable.Range(0, Steps).Select(step => steps[step].ToList() is { Count: > 0 } own ? value(own) : null)];
    }
}
