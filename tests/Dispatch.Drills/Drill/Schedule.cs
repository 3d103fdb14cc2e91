using System.Globalization;

namespace Dispatch.Drills.Drill;

/// <summary>
/// Several faults, one after the other, under one load: drawn by a seed, written as <c>name:scale,name:scale</c>, and made smaller when it fails.
/// </summary>
internal sealed record Schedule(IReadOnlyList<(Fault Fault, double Scale)> Steps)
{
    private const double Shortest = 0.1;

    public static Schedule Draw(Random chance, int howMany)
    {
        var choice = Faults.All.Where(fault => fault is { Does: not null, WhyNot: null, OnlyByName: false, CrashPoint: null } && fault.Name != "none").ToList();
        return new([.. Enumerable.Range(0, howMany).Select(_ => (choice[chance.Next(choice.Count)], Math.Round(0.1 + (0.4 * chance.NextDouble()), 2)))]);
    }

    public static Schedule Parse(string text) => new([.. text.Split(',').Select(step =>
    {
        var parts = step.Split(':');
        var fault = Faults.Named(parts[0]);
        return fault.Does is null
            ? throw new CommandException($"{fault.Name} is not available: {fault.WhyNot}")
            : (fault, parts.Length > 1 ? double.Parse(parts[1], CultureInfo.InvariantCulture) : 1);
    })]);

    public async Task RunAsync(Exercise exercise, int seed, CancellationToken cancellation)
    {
        var chance = new Random(seed);
        foreach (var (fault, scale) in Steps)
        {
            Console.WriteLine($"     {exercise.History.Now - exercise.History.Began:mm\\:ss} {fault.Name}");
            exercise.CrashPoint = fault.CrashPoint;
            await fault.Does!(exercise, chance, scale, cancellation);
        }
    }

    /// <summary>
    /// The smallest schedule that still fails, as far as <paramref name="tries"/> runs find it: first without one of its faults, then with one of them
    /// half as long. What fails by chance alone may not fail again: then the larger schedule stands.
    /// </summary>
    public async Task<Schedule> ShrinkAsync(Func<Schedule, Task<bool>> fails, int tries)
    {
        var smallest = this;
        for (var again = true; again && tries > 0;)
        {
            again = false;
            foreach (var smaller in smallest.Smaller())
            {
                if (tries-- == 0)
                {
                    break;
                }

                if (await fails(smaller))
                {
                    (smallest, again) = (smaller, true);
                    break;
                }
            }
        }

        return smallest;
    }

    public override string ToString() => string.Join(',', Steps.Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Fault.Name}:{step.Scale}")));

    private IEnumerable<Schedule> Smaller()
    {
        for (var at = 0; at < Steps.Count && Steps.Count > 1; at++)
        {
            yield return new([.. Steps.Where((_, index) => index != at)]);
        }

        for (var at = 0; at < Steps.Count; at++)
        {
            if (Steps[at].Scale / 2 >= Shortest)
            {
                yield return new([.. Steps.Select((step, index) => index == at ? (step.Fault, Math.Round(step.Scale / 2, 2)) : step)]);
            }
        }
    }
}
