namespace Dispatch.Geo.Waves;

/// <summary>
/// Somebody who said yes and has not said that he is there: when he is expected, from what was last heard of where he is. Pure. Only a newer fix, or
/// his word, changes the expectation: a phone that says nothing is not held against him.
/// </summary>
public sealed record Underway
{
    /// <summary>As near as this he counts as there, whether he has said so or not: about what a fix among houses is off by.</summary>
    public const double ThereMetres = 100;

    /// <summary>When he said that he is on his way, or the time it takes to set out after his yes.</summary>
    public required DateTimeOffset SetsOutAt { get; init; }

    /// <summary>Of the fix <see cref="DistanceMetres"/> is from; null: there is none, it is from when he was asked.</summary>
    public DateTimeOffset? FixAt { get; init; }

    public required double DistanceMetres { get; init; }

    public Means Means { get; init; }

    /// <summary>Usual way: half of those in his place are there by then.</summary>
    public DateTimeOffset ExpectedAt => From.AddSeconds(Travel.Seconds(DistanceMetres, Means));

    private DateTimeOffset From => FixAt > SetsOutAt ? FixAt.Value : SetsOutAt;

    /// <summary>
    /// Whether he is not counted on. He falls behind when even the usual way ends after the deadline, and has caught up when a slow one ends before it
    /// (what a plan counts on): in between it stays as it was, so that a fix more or less does not ask people and withdraw them in turns.
    /// </summary>
    public bool IsLate(DateTimeOffset deadline, bool wasLate) => !(FixAt is not null && DistanceMetres <= ThereMetres)
        && (wasLate ? From.AddSeconds(Travel.SafeSeconds(DistanceMetres, Means)) : ExpectedAt) > deadline;
}
