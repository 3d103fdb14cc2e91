namespace Dispatch.Drills.Drill;

/// <summary>
/// Something that goes wrong, by its name. <see cref="Does"/> breaks it and returns when it works again; null says that it cannot be had yet, and
/// <see cref="WhyNot"/> says why.
/// </summary>
internal sealed record Fault(string Name, string Says, Func<Exercise, Random, double, CancellationToken, Task>? Does)
{
    public string? WhyNot { get; init; }

    /// <summary>Runs against the drill build, which has crash points.</summary>
    public string? CrashPoint { get; init; }

    /// <summary>Too long or too heavy for a random schedule.</summary>
    public bool OnlyByName { get; init; }
}
